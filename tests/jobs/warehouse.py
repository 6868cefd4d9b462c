"""Tables of a warehouse as plain rows, read with delta-rs, a reader independent of Spark."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from pyarrow.fs import LocalFileSystem, SubTreeFileSystem

from winnow.cli import main
from winnow.demo.crawl import CRAWLS
from winnow.demo.show import demo_settings

FIRST, SECOND = CRAWLS
ONE_WAVE = "spark.wave_archives_per_core=100"
STORED = "fuzzy.signatures=stored"

# Columns that may differ between two runs: when, how fast, how large the files became.
VARYING = {"committed_at", "added_at", "wall_seconds", "cpu_seconds", "bytes"}
TABLES = (
    "crawls", "archives", "pages", "measures", "verdicts", "near_duplicates", "repeated_spans", "url_duplicates",
    "documents", "funnel", "commits",
)  # fmt: skip


def rows_of(warehouse: Path, table: str, keep_all: bool = False) -> list[dict[str, Any]]:
    """All rows of a table in a stable order, without the columns that may differ."""
    # Read with Arrow's own files: threads of Arrow may outlive the interpreter, while deltalake's files are in Python.
    files = SubTreeFileSystem(str(warehouse / table), LocalFileSystem())
    rows = DeltaTable(str(warehouse / table)).to_pyarrow_table(filesystem=files).to_pylist()
    drop = set() if keep_all or table == "archives" else VARYING
    return sorted(({k: v for k, v in row.items() if k not in drop} for row in rows), key=repr)


def everything(warehouse: Path) -> dict[str, list[dict[str, Any]]]:
    """All tables of a warehouse."""
    return {table: rows_of(warehouse, table) for table in TABLES}


def winnow(
    *arguments: object, check: bool = True, locale: str | None = None, **options: Any
) -> subprocess.CompletedProcess[str]:
    """The command line, as a user would start it."""
    command = [sys.executable, "-m", "winnow", *map(str, arguments)]
    environment = {**os.environ, "NO_COLOR": "1", **({"LC_ALL": locale} if locale else {})}
    said = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, **options)
    assert not check or said.returncode == 0, said.stderr[-4000:]
    return said


def called(
    *arguments: object, program: Callable[[], object] = main, check: bool = False
) -> subprocess.CompletedProcess[str]:
    """The same in this process: for what is refused before a session is opened, or uses the open session."""
    out, err, words = StringIO(), StringIO(), ["winnow", *map(str, arguments)]
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", words)
        patch.setenv("NO_COLOR", "1")
        with pytest.raises(SystemExit) as left:
            program()
    said = subprocess.CompletedProcess(words, int(left.value.code or 0), out.getvalue(), err.getvalue())
    assert not check or said.returncode == 0, said.stderr[-4000:]
    return said


def spark_submit(job: str, *arguments: object, cores: int = 2) -> subprocess.Popen[str]:
    """One job under spark-submit, as a process; all its output comes in one stream."""
    spark, root = Path(sys.executable).parent / "spark-submit", Path(__file__).parents[2]
    quiet = ["--conf", "spark.log.level=ERROR", "--conf", "spark.ui.enabled=false"]
    command = [spark, "--master", f"local[{cores}]", *quiet, root / "jobs" / f"{job}.py", *arguments]
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "NO_COLOR": "1"}
    both: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
    return subprocess.Popen(list(map(str, command)), env=environment, **both)


@contextmanager
def started(command: list[str], until: str) -> Iterator[subprocess.Popen[str]]:
    """The command line in a process group of its own, once it has said that the job `until` is done."""
    process = subprocess.Popen(
        [sys.executable, "-m", "winnow", *command], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    with process:
        assert process.stderr is not None
        said = []
        for line in process.stderr:
            said.append(line)
            if until in line:
                break
        else:
            raise AssertionError("".join(said)[-3000:])
        yield process


def processes_of(leader: int, words: bytes = b"") -> list[int]:
    """Ids of processes in the session or group that a process leads, with these words in their command lines."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # the process has ended meanwhile
            pid = int(folder.name)
            if leader in (os.getsid(pid), os.getpgid(pid)) and words in (folder / "cmdline").read_bytes():
                found.append(pid)
    return sorted(found)


def demo_flags() -> list[str]:
    """The small lists that come with winnow, and all shards in one wave."""
    url = demo_settings().url
    changes = [f"url.{name}={getattr(url, name)}" for name in ("lists", "words", "exceptions")]
    changes += [f"url.categories=[{', '.join(url.categories)}]", ONE_WAVE]
    return [part for change in changes for part in ("--set", change)]


def whole_run(archives: Path, warehouse: Path | str, master: str = "local[2]") -> list[object]:
    """Arguments that run the default recipe over a manifest of the first generated crawl."""
    tables = ("--crawl", FIRST, "--warehouse", warehouse, "--set", f"spark.master={master}")
    return ["run", archives, *tables, *demo_flags()]
