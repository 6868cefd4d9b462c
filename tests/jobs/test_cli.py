"""The command line as a user meets it: refusals, environment, a terminal, Ctrl-C, jobs under spark-submit."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import resource
import runpy
import select
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.jobs.warehouse import FIRST as CRAWL
from tests.jobs.warehouse import called, demo_flags, everything, rows_of, spark_submit, whole_run, winnow
from winnow.settings import jobs
from winnow.sources.formats import suffixes

JOBS = ("list_archives", *jobs.JOBS)
LEAVE_SECONDS = 60
TAKE_THE_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execv(sys.argv[1], sys.argv[1:])"
)
MISSING = "/nowhere"
SCRIPTS = Path(__file__).parents[2] / "jobs"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with files that are not what a setting expects. Java cannot be found from here."""
    monkeypatch.setenv("JAVA_HOME", MISSING)
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "file": "x", "other/letter.txt": "x", "model.bin": "no model", "list.yaml": "[a, b]", "twice.yaml": "a: [",
        "rules.yaml": "rules: [{reason: a, metric: word_cuont, min: 3}]", "crawl/a.warc.gz": "x", "empty/.keep": "",
        "lists/adult/domains": "a.example\n", "gone.paths": "a.warc.gz\n",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


REFUSED = [
    (
        ["run", f"{MISSING}/x.warc.gz", "empty", "--crawl", "my crawl", "--warehouse", "other", "--root", MISSING],
        [
            "--crawl 'my crawl': expected letters, digits, dots, - and _, as in CC-MAIN-2024-22",
            "--warehouse other: contains other files (letter.txt); name an empty or new folder",
            f"--root {MISSING}: there is no such folder",
            f"{MISSING}/x.warc.gz: there is no such file, folder or match",
            f"empty: no archives in this folder; names of archives end in {', '.join(suffixes())}",
        ],
    ),
    (
        ["run", "gone.paths", "--crawl", "C", "--warehouse", "file", "--recipe", "fineweeb", "--config", "none.yaml",
         "--set", "langage.wanted=[de]", "--set", "extract.fast=7", "--set", "url.soft_min"],
        [
            "--warehouse file: {place}/file is a file; name a folder",
            "conf/recipes: there is no fineweeb. Did you mean fineweb? "
            "Known are: c4, c4_zh, chinesewebtext, dedup, fineweb, fineweb2, gopher, map_cc, refinedweb, winnow",
            "none.yaml: there is no such file",
            "--set url.soft_min: expected key=value, as in language.wanted=[de]",
            "--set langage.wanted=[de]: langage: unknown setting. Did you mean language?",
            "--set extract.fast=7: extract.fast: input should be a valid boolean, found 7",
            "gone.paths: a.warc.gz is in no folder above this list; name the archives' folder with --root",
        ],
    ),
    (
        ["run", "crawl", "--crawl", "C", "--warehouse", "file/tables", "--set", "url.lists=lists",
         "--set", "url.categories=[adlut]", "--set", "language.model=model.bin",
         "--set", f"measure.c4.bad_words={MISSING}", "--set", "rule_files=[rules.yaml]",
         "--set", "spark.master=locl", "--set", "spark.driver_memory=4q"],
        [
            "--warehouse file/tables: {place}/file is a file; name a folder",
            "spark.master: locl: expected local[2], spark://host:port, k8s://... or yarn",
            "spark.driver_memory: 4q: expected a size, as in 4g",
            "lists: no category adlut. Did you mean adult? Add its folder, or take it out of url.categories",
            "language.model: model.bin: not a complete fastText classifier. Download it again.",
            f"measure.c4.bad_words: {MISSING}: cannot be read as UTF-8 text: [Errno 2] No such file or directory: "
            f"'{MISSING}'",
            "rules.yaml: a: metric word_cuont: there is no such metric. Did you mean word_count?",
        ],
    ),
    (
        ["run", "crawl", "--crawl", "C", "--warehouse", "s3://b/t", "--config", "list.yaml",
         "--set", f"url.lists={MISSING}"],
        [
            "--warehouse s3://b/t: Spark needs s3a://b/t with --config conf/s3.yaml",
            "list.yaml: expected settings by name, found a list",
        ],
    ),
    (
        ["run", "crawl", "--crawl", "C", "--warehouse", "t", "--set", f"language.model={MISSING}",
         "--set", f"url.lists={MISSING}", "--set", f"rule_files=[{MISSING}.yaml]"],
        [
            f"{MISSING}: there is no such folder. Set url.lists to a folder with one folder for each category",
            f"language.model: {MISSING}: No such file or directory. Name a fastText model, or null for lid.176.",
            f"{MISSING}.yaml: there is no such file",
        ],
    ),
    (["demo", "other"], ["FOLDER other: contains other files (letter.txt); name an empty or new folder"]),
]  # fmt: skip


Command = Callable[..., "subprocess.CompletedProcess[str]"]
# All in this process; the first refusal of `run` and that of `demo` also as a user starts them.
ASKED = [*((called, *one) for one in REFUSED), *((winnow, *one) for one in (REFUSED[0], REFUSED[-1]))]


@pytest.mark.parametrize(("command", "arguments", "problems"), ASKED, ids=range(len(ASKED)))
def test_all_problems_are_reported_at_once_before_spark_starts(
    place: Path, command: Command, arguments: list[str], problems: list[str]
) -> None:
    before = sorted(place.rglob("*"))
    said = command(*arguments, check=False)
    assert said.stderr.splitlines() == [f"winnow: {problem.format(place=place)}" for problem in problems]
    assert (said.returncode, said.stdout) == (2, "")
    assert sorted(place.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["run", "crawl", "--warehouse", "t"], "Missing option '--crawl'"),
        (["run", "--crawl", "C", "--warehouse", "t"], "name ARCHIVES, or name an index of records with --records"),
        (["rum"], "No such command 'rum'"),
        (["demo", "new", "--pages", "-1"], "'--pages'"),
    ],
)
def test_wrong_usage(place: Path, arguments: list[str], part: str) -> None:
    before = sorted(place.rglob("*"))
    said = called(*arguments)
    assert part in said.stderr
    assert (said.returncode, said.stdout) == (2, "")
    assert sorted(place.rglob("*")) == before


def java_that_says(folder: Path, text: str) -> Path:
    java = folder / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{text}' >&2\n")
    java.chmod(0o755)
    return folder


@pytest.mark.parametrize("command", [["run", "crawl", "--crawl", "C", "--warehouse", "t"], ["demo", "t"]])
def test_java_that_is_missing_or_too_old(
    place: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    old = java_that_says(tmp_path_factory.mktemp("java"), 'openjdk version "11.0.2" 2019-01-15')
    install = "Debian, Ubuntu: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17"
    before = sorted(place.rglob("*"))
    for home, path, why in (
        (MISSING, os.defpath, f"JAVA_HOME is {MISSING}, which has no bin/java"),
        ("", str(place), "java is not on the PATH"),
        (str(old), os.defpath, f"{old}/bin/java says 'openjdk version \"11.0.2\" 2019-01-15'"),
    ):
        monkeypatch.setenv("JAVA_HOME", home)
        monkeypatch.setenv("PATH", path)
        said = called(*command)
        assert said.stderr == f"winnow: Spark needs Java 17 or 21: {why}. {install}\n"
        assert (said.returncode, said.stdout) == (1, "")
        assert sorted(place.rglob("*")) == before


@pytest.mark.parametrize(("recipe", "wanted", "warned"), [("fineweb", "fr", 1), ("winnow", "de", 0)])
def test_triage_that_is_off_is_reported_once(place: Path, recipe: str, wanted: str, warned: int) -> None:
    command = ["run", "crawl", "--crawl", "C", "--warehouse", "t", "--recipe", recipe]
    wanted_language = ("--set", f"language.wanted=[{wanted}]", "--set", "rules_for_any_language=true")
    *said, java = called(*command, *wanted_language).stderr.splitlines()
    assert len(said) == warned
    assert all(line.startswith("winnow: language.triage is off, because its loss is not bench") for line in said)
    assert java.startswith("winnow: Spark needs Java")


def test_too_little_memory_for_spark_in_a_sentence(archives: Path, tmp_path: Path) -> None:
    """The only line of its output."""
    said = winnow(*whole_run(archives, tmp_path / "tables"), "--set", "spark.driver_memory=300m", check=False)
    assert (said.returncode, said.stdout) == (1, "")
    assert re.fullmatch(r"winnow: Spark has too little memory to start: .*\. Raise spark\.driver_memory\n", said.stderr)
    assert not list(tmp_path.iterdir())


def test_a_normal_run_reports_its_work_and_does_not_mention_spark(undisturbed: tuple[Path, str, str]) -> None:
    _, out, err = undisturbed
    when = r"\d\d:\d\d:\d\d"
    left = r"\((\d+% done, (\d+:)?\d+:\d\d left|0% done, \? left)\)"
    done = rf"[\d,]+ rows in \d+\.\d s(, [\d.,]+ pages/s)?  {left}"
    lines = err.splitlines()
    assert [re.fullmatch(rf"{when}  (\w+) +(shards 0-3 +)?{done}", line) is not None for line in lines] == [True] * len(
        JOBS
    )
    assert tuple(line.split()[1] for line in lines) == JOBS
    assert out.isascii()
    assert out.split()[:3] == ["Funnel", "of", CRAWL]
    assert re.search(r"^ *extract_pages +100 +100\.0%", out, re.MULTILINE)
    assert all(re.search(rf"^ *{stage} +\d", out, re.MULTILINE) for stage in ("judge_pages", "build_documents"))


class Terminal:
    """A command in a terminal of 80 columns: what it shows, and which processes it runs."""

    def __init__(self, command: list[str]) -> None:
        self._screen, inside = pty.openpty()
        fcntl.ioctl(inside, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", TAKE_THE_TERMINAL, *command], stdin=inside, stdout=inside, stderr=inside,
            start_new_session=True, env={**os.environ, "TERM": "xterm"},
        )  # fmt: skip
        os.close(inside)
        self.shown = ""

    def read(self) -> bool:
        """Reads what is shown next; False if the terminal is closed."""
        try:
            text = os.read(self._screen, 65_536)
        except OSError:
            text = b""
        self.shown += text.decode(errors="replace")
        return bool(text)

    def type(self, keys: bytes) -> None:
        os.write(self._screen, keys)

    def close(self) -> int:
        while self.read():
            pass
        os.close(self._screen)
        return self.process.wait()

    def running(self) -> dict[int, str]:
        """Command lines of all processes of the session, by process id."""
        found = {}
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                session = int((folder / "stat").read_text().rpartition(")")[2].split()[3])
                command = (folder / "cmdline").read_text().replace("\0", " ")
            except OSError:  # the process has ended meanwhile
                continue
            if session == self.process.pid:
                found[int(folder.name)] = command
        return found


def test_a_run_leaves_nothing_where_it_was_started(undisturbed: tuple[Path, str, str]) -> None:
    assert list((undisturbed[0].parent / "here").iterdir()) == []


def test_ctrl_c_then_no_room_then_done(
    spark: SparkSession, undisturbed: tuple[Path, str, str], archives: Path, tmp_path: Path
) -> None:
    """One crawl: stopped in a terminal by Ctrl-C, stopped by files that cannot grow, then completed, with a log."""
    arguments = [sys.executable, "-m", "winnow", *map(str, whole_run(archives, tmp_path))]
    terminal = Terminal(arguments)
    while not any("extractor_child" in command for command in terminal.running().values()) and terminal.read():
        pass
    alive = terminal.running()
    handles = [os.pidfd_open(pid) for pid in alive]
    second = called(*whole_run(archives, tmp_path))
    assert (second.returncode, second.stdout) == (1, "")
    mine = rf"winnow run {CRAWL}, process {terminal.process.pid} on \S+, since [-\d]+ [:\d]+ UTC"
    assert re.fullmatch(
        rf"winnow: {tmp_path}: the same run is at work here: {mine}. Wait for it, or stop it\n", second.stderr
    )
    terminal.type(b"\x03")
    assert terminal.close() == 130
    typed = terminal.shown.replace("^C", "")  # the terminal's own echo is at the end of the live line
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", typed).replace("\r", "\n")
    assert "Traceback" not in shown
    assert shown.rstrip().endswith("winnow: stopped; run the same command again to resume")
    assert not list((tmp_path / ".at_work").iterdir())
    live = [line for line in shown.splitlines() if " tasks " in line]
    assert any(line.startswith("extract_pages  ") and line.endswith("  shards 0-3") for line in live)
    assert max(map(len, live)) <= 80
    assert {"java", "pyspark.daemon", "winnow.workers.extractor_child"} <= {
        name
        for name in ("java", "pyspark.daemon", "winnow.workers.extractor_child")
        for line in alive.values()
        if name in line
    }
    for handle in handles:
        assert select.select([handle], [], [], LEAVE_SECONDS)[0], "a process outlives the command"
        os.close(handle)

    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        first = next(line for line in process.stderr if "list_archives" in line)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        (java,) = (int(pid) for pid in children if b"java" in Path(f"/proc/{pid}/cmdline").read_bytes())
        resource.prlimit(java, resource.RLIMIT_FSIZE, (8_192, resource.RLIM_INFINITY))
        out, err = process.communicate()
    assert "up to date" in first
    assert (process.returncode, out) == (1, "")
    assert "Traceback" not in err
    said = err.splitlines()[-1]
    assert re.fullmatch(r"winnow: the file system refuses a file of this size: .*File too large.* half written", said)

    verbose = winnow(*whole_run(archives, tmp_path), "--verbose")
    assert (" WARN " in verbose.stderr, " WARN " in undisturbed[2]) == (True, False)
    assert everything(tmp_path) == everything(undisturbed[0])


def as_script(job: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    """Runs the file of a job in this process, as spark-submit does."""
    return called(*arguments, program=lambda: runpy.run_path(str(SCRIPTS / f"{job}.py"), run_name="__main__"))


def submitted(job: str, *arguments: object) -> tuple[int, str]:
    """Exit code and output of a job under spark-submit."""
    with spark_submit(job, *arguments) as driver:
        said, _ = driver.communicate()
    return driver.returncode, said


@pytest.mark.parametrize("job", JOBS[1:])
def test_the_file_of_a_job_runs_it_and_refuses_what_is_not_there(spark: SparkSession, tmp_path: Path, job: str) -> None:
    said = as_script(job, "--warehouse", tmp_path / "new", "--crawl", CRAWL, *demo_flags())
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == f"winnow: --warehouse {tmp_path}/new: no crawl was listed here; run list_archives first\n"
    assert not list(tmp_path.iterdir())


def test_a_job_runs_for_chosen_shards(spark: SparkSession, copy: Path) -> None:
    done = ["--warehouse", copy, "--crawl", CRAWL, *demo_flags()]
    said = as_script("report_funnel", *done, "--shards", "0,2-3")
    assert said.returncode == 0
    assert re.search(r"report_funnel +shards 0, 2-3  up to date  \(100% done, 0:00 left\)", said.stderr)
    assert f"Funnel of {CRAWL}" in said.stdout
    said = as_script("judge_pages", *done, "--shards", "4")
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr == "winnow: --shards 4: '4': expected numbers from 0 to 3, as in 0,3,5-9\n"


def test_jobs_run_alone_under_spark_submit(
    spark: SparkSession, undisturbed: tuple[Path, str, str], archives: Path, tmp_path: Path
) -> None:
    """One that refuses, one that runs. In tests/chaos other jobs run so: by two drivers at once, and on a cluster."""
    new = tmp_path / "new"
    tables = ["--warehouse", new, "--crawl", CRAWL, *demo_flags()]
    code, said = submitted("measure_pages", *tables)
    assert code == 2
    assert f"winnow: --warehouse {new}: no crawl was listed here; run list_archives first\n" in said
    assert not new.exists()
    done = r"^\d\d:\d\d:\d\d  {} .* rows in .*\(100% done, 0:00 left\)$"
    listed = as_script("list_archives", archives, *tables)
    assert listed.returncode == 0
    assert re.search(done.format("list_archives"), listed.stderr, re.MULTILINE)
    code, said = submitted("extract_pages", *tables)
    assert code == 0, said[-4000:]
    assert re.search(done.format("extract_pages"), said, re.MULTILINE)
    for table in ("crawls", "archives", "pages"):
        assert rows_of(new, table) == rows_of(undisturbed[0], table)
