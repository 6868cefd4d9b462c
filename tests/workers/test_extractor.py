"""The extractor's process: what each hostile page costs, and that it costs no other page anything."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest

from tests.kernels.pages.hostile_html import (
    SENTENCE,
    attribute_soup,
    many_elements,
    nested,
    page,
    plain_page,
    regex_trap,
)
from tests.kernels.pages.test_extract import BALANCED, pages
from winnow.errors import SurroundingsError
from winnow.kernels.gates import gates_of
from winnow.kernels.languages.identify import shared_model
from winnow.kernels.languages.triage import Unwanted, triage_page
from winnow.kernels.languages.triage_settings import TriageSettings
from winnow.kernels.pages.extract import extract_page
from winnow.settings.kernel_settings import triage_settings
from winnow.settings.load import load_settings
from winnow.workers.extractor import Extractor, ExtractSettings, Result, child_cpu_seconds

OWN_CHILD = (sys.executable, "-m", "tests.workers.own_extractor_child")
HOSTILE_CHILD = (sys.executable, "-m", "tests.workers.hostile_child")
TRIAGE = triage_settings(load_settings().language)
assert TRIAGE is not None
PLAIN = Result(None, " ".join([SENTENCE.strip()] * 20), "A hostile page", (), None)


def act(order: str) -> str:
    return page(f"<p>{SENTENCE * 20}</p>", head=f"<title>A hostile page</title><meta name=act content='{order}'>")


def open_hostile(settings: ExtractSettings = BALANCED, triage: TriageSettings | None = None) -> Extractor:
    return Extractor(settings, "NFC", triage, HOSTILE_CHILD)


@pytest.fixture
def extractor() -> Iterator[Extractor]:
    with Extractor(BALANCED, "NFC") as opened:
        yield opened


@pytest.fixture
def hostile() -> Iterator[Extractor]:
    with open_hostile() as opened:
        yield opened


@pytest.mark.parametrize(
    ("html", "changes", "gate", "error"),
    [
        (nested(100_000), {}, "html_too_deep", None),
        (many_elements(60_000), {}, "html_too_many_elements", None),
        (attribute_soup(40_000), {"max_cpu_seconds": 0.5}, "extract_timeout", "all CPU seconds used"),
        (regex_trap(50_000), {"max_cpu_seconds": 0.5}, "extract_timeout", "all CPU seconds used"),
        (many_elements(40_000), {"max_memory_bytes": 40 << 20}, "extract_crash", "out of memory"),
        (page(""), {}, "empty_text", None),
    ],
    ids=["depth", "elements", "attributes", "regex", "memory", "empty"],
)
def test_hostile_pages_cost_themselves(html: str, changes: dict[str, float], gate: str, error: str | None) -> None:
    with Extractor(replace(BALANCED, **changes), "NFC") as extractor:
        assert extractor.extract(plain_page()) == PLAIN
        assert extractor.extract(html) == Result(gate, "", "", (), error)
        assert extractor.extract(plain_page()) == PLAIN
    assert gate in gates_of("html")


@pytest.mark.parametrize(
    ("order", "gate", "error"),
    [
        ("kill SIGSEGV", "extract_crash", "SIGSEGV"),
        ("kill SIGABRT", "extract_crash", "SIGABRT"),
        ("kill SIGKILL", "extract_crash", "SIGKILL"),
        ("leave 3", "extract_crash", "exit code 3"),
        ("fail here", "extract_error", "KeyError: 'here'"),
    ],
)
def test_crashes_cost_the_page(hostile: Extractor, order: str, gate: str, error: str) -> None:
    assert hostile.extract(act(order)) == Result(gate, "", "", (), error)
    assert hostile.extract(plain_page()) == PLAIN


def test_a_child_that_waits_for_ever_is_given_up() -> None:
    with open_hostile(replace(BALANCED, max_cpu_seconds=0.1)) as hostile:
        assert hostile.extract(act("kill SIGSTOP")).gate == "extract_timeout"
        assert hostile.extract(plain_page()) == PLAIN


def test_a_page_is_tried_twice(hostile: Extractor, tmp_path: Path) -> None:
    assert hostile.extract(act(f"count_and_die {tmp_path}/tries")).gate == "extract_crash"
    assert (tmp_path / "tries").read_text() == "try\n" * 2
    assert hostile.extract(act(f"die_once {tmp_path}/once")) == PLAIN
    assert (tmp_path / "once").read_text() == "try\n"


def test_memory_is_limited() -> None:
    with open_hostile(replace(BALANCED, max_memory_bytes=128 << 20)) as hostile:
        assert hostile.extract(act(f"ask_for {32 << 20}")).text == f"given {32 << 20}"
        assert hostile.extract(act(f"ask_for {160 << 20}")).text == "refused"
        assert hostile.extract(act(f"swell {4 << 20}")) == Result("extract_crash", "", "", (), "out of memory")
        assert hostile.extract(plain_page()) == PLAIN


def test_an_error_is_the_pages_own(hostile: Extractor) -> None:
    before = hostile.extract(act("pid")).text
    hostile.extract(act("fail here"))
    assert hostile.extract(act("pid")).text == before


def test_children_are_replaced() -> None:
    with open_hostile(replace(BALANCED, recycle_pages=2)) as hostile:
        pids = [hostile.extract(act("pid")).text for _ in range(5)]
    assert [pids.index(pid) for pid in pids] == [0, 0, 2, 2, 4]
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_the_cpu_of_a_child_is_known_while_it_lives_and_after() -> None:
    before = child_cpu_seconds()
    with Extractor(BALANCED, "NFC") as extractor:
        extractor.extract(attribute_soup(3_000))
        living = child_cpu_seconds() - before
    ended = child_cpu_seconds() - before
    assert 0.3 < living <= ended < living + 0.5


def test_what_a_parser_prints_is_no_answer(hostile: Extractor, capfd: pytest.CaptureFixture[str]) -> None:
    assert hostile.extract(act("chatter A word from the parser")) == PLAIN
    assert hostile.extract(plain_page()) == PLAIN
    assert capfd.readouterr() == ("", "A word from the parser\nA word from the parser")


def test_the_child_inherits_no_files() -> None:
    os.dup2(2, 200, inheritable=True)
    try:
        with open_hostile() as hostile:
            assert "200" not in hostile.extract(act("files")).text.split()
    finally:
        os.close(200)


def test_hashes_are_fixed() -> None:
    hashes = set()
    for _ in range(2):
        with open_hostile() as hostile:
            hashes.add(hostile.extract(act("hash a word")).text)
    assert len(hashes) == 1


class StoppedError(Exception):
    """What a signal handler raises below."""


def test_an_interrupted_page_leaves_no_answer_behind(hostile: Extractor) -> None:
    def interrupt(*_: object) -> None:
        raise StoppedError

    hostile.extract(plain_page())
    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(StoppedError):
            hostile.extract(regex_trap(10_000))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert hostile.extract(plain_page()) == PLAIN


def test_an_extractor_of_ones_own_is_a_function_that_the_settings_name() -> None:
    settings = replace(BALANCED, from_html="shout", from_text="first_line")
    with Extractor(settings, "NFC", None, OWN_CHILD) as own, Extractor(BALANCED, "NFC") as usual:
        assert own.extract("<p>word. more") == Result(None, "<P>WORD", "<p>", (), None)
        assert own.extract("<p>word") == Result("extract_error", "", "", (), "ValueError: substring not found")
        assert own.extract_text("a line\nmore") == Result(None, "a line", "", (), None)
        assert usual.extract_text(" a line http://site.example/\n\n\n\0more\ud800") == Result(
            None, "a line\n\nmore\ufffd", "", (), None
        )
        assert usual.extract_text("\0 http://site.example/") == Result("empty_text", "", "", (), None)


GERMAN_PAGE = page("<p>Die Katze schläft den ganzen Tag unter dem Tisch.</p>" * 20)


def test_triage_stops_pages_before_extraction_and_records_their_language() -> None:
    with Extractor(BALANCED, "NFC", TRIAGE) as extractor, Extractor(BALANCED, "NFC") as without:
        found = extractor.extract(GERMAN_PAGE)
        assert found == Result(
            "unwanted_language_early", "", "", (), None, triage_page(GERMAN_PAGE, shared_model(None), TRIAGE)
        )
        assert found.unwanted is not None
        assert found.unwanted.language == "de"
        assert extractor.extract(plain_page()) == PLAIN
        assert extractor.extract(nested(100_000)).gate == "html_too_deep"
        assert without.extract(GERMAN_PAGE).gate is None
    with Extractor(BALANCED, "NFC", replace(TRIAGE, wanted=("zh",))) as extractor:
        assert extractor.extract(plain_page()) == Result(
            "unwanted_language_early", "", "", (), None, Unwanted(None, None)
        )


def test_triage_is_under_the_limits_of_a_page() -> None:
    with Extractor(replace(BALANCED, max_cpu_seconds=0.5), "NFC", TRIAGE) as extractor:
        assert extractor.extract(GERMAN_PAGE).gate == "unwanted_language_early"
        assert extractor.extract(attribute_soup(40_000)).gate == "extract_timeout"
        assert extractor.extract(plain_page()) == PLAIN


def shown(order: str, then: str = "burn 0") -> str:
    return act(then).replace("<head>", f"<head><meta name=show content='{order}'>")


def test_the_whole_text_and_the_extraction_share_a_pages_seconds() -> None:
    with open_hostile(replace(BALANCED, max_cpu_seconds=1.0), TRIAGE) as hostile:
        for order, then, gate in (
            ("burn 0.1", "burn 0.6", None),
            ("burn 0.6", "burn 0.1", None),
            ("burn 0.6", "burn 0.6", "extract_timeout"),
            ("burn 0.1", "burn 0.6", None),
        ):
            assert hostile.extract(shown(order, then)).gate == gate


def test_a_page_that_ends_the_child_by_its_whole_text_costs_that_page_alone(tmp_path: Path) -> None:
    tries = tmp_path / "tries"
    with open_hostile(BALANCED, TRIAGE) as hostile:
        assert hostile.extract(shown("kill SIGSEGV"))[::4] == ("extract_crash", "SIGSEGV")
        assert hostile.extract(plain_page()) == PLAIN
        assert hostile.extract(shown(f"die_once {tries}")) == PLAIN
        assert tries.read_text() == "try\n"
        assert hostile.extract(act("kill SIGSEGV"))[::4] == ("extract_crash", "SIGSEGV")
        assert hostile.extract(GERMAN_PAGE).gate == "unwanted_language_early"


@pytest.mark.parametrize("triage", [None, TRIAGE], ids=["", "triage"])
def test_pages_of_every_size_pass(triage: TriageSettings | None) -> None:
    pages = ("", "\0", "a\ud800b", plain_page(1), plain_page(2_000), page(f"<p>{SENTENCE}</p>") + " " * 3_000_000)
    with Extractor(BALANCED, "NFC", triage) as extractor:
        for html in pages:
            assert extractor.extract(html)[:4] == extract_page(html, BALANCED, "NFC")


def test_a_child_that_cannot_start_is_no_gate() -> None:
    for command, reason in (
        ((sys.executable, "-c", "raise SystemExit(3)"), "exit code 3"),
        (("/none",), "No such file"),
    ):
        with pytest.raises(SurroundingsError, match=rf"does not start.*{reason}"):
            Extractor(BALANCED, "NFC", command=command).extract(plain_page())


def test_a_worker_with_less_memory_than_a_page_may_take_is_told() -> None:
    said = run_script("""
import resource
resource.setrlimit(resource.RLIMIT_AS, (BALANCED.max_memory_bytes, BALANCED.max_memory_bytes))
Extractor(BALANCED, "NFC").extract(plain_page())
""")
    assert "SurroundingsError: a Python worker ran out of memory: " in said.stderr.splitlines()[-1]
    assert "spark.executor.pyspark.memory" in said.stderr.splitlines()[-1]


SCRIPT = """
import os, signal, sys
from dataclasses import replace
from tests.workers.test_extractor import *
from winnow.workers.extractor import child_cpu_seconds, shared_extractor

{body}
"""


def run_script(body: str) -> subprocess.CompletedProcess[str]:
    """A process of its own; returns once it and everything that inherited its standard error have ended."""
    script = SCRIPT.format(body=body)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=environment,
    )


@pytest.mark.parametrize("html", ["plain_page()", "regex_trap(200_000)"], ids=["idle", "busy"])
def test_the_child_dies_with_its_parent(html: str) -> None:
    body = f"""
extractor = Extractor(replace(BALANCED, max_cpu_seconds=40), "NFC")
extractor.extract(plain_page())
signal.setitimer(signal.ITIMER_REAL, 0.2)
extractor.extract({html})
os.kill(os.getpid(), signal.SIGALRM)
"""
    started = time.monotonic()
    assert run_script(body).returncode == -signal.SIGALRM
    assert time.monotonic() - started < 25


def test_a_fork_leaves_the_child_alone() -> None:
    body = """
hostile, shared = open_hostile(), shared_extractor(BALANCED, "NFC")
pid = hostile.extract(act("pid")).text
shared.extract(plain_page())
if os.fork() == 0:
    hostile.close()
    other = shared_extractor(BALANCED, "NFC")
    os._exit(0 if other is not shared and other.extract(plain_page()) == PLAIN else 1)
_, status = os.wait()
assert status == 0
assert hostile.extract(act("pid")).text == pid
assert shared.extract(plain_page()) == PLAIN
hostile.close()
"""
    finished = run_script(body)
    assert (finished.returncode, finished.stderr) == (0, "")


def test_one_process_shares_one_extractor() -> None:
    body = """
shared = shared_extractor(BALANCED, "NFC")
assert shared.extract(plain_page()) == PLAIN
assert shared_extractor(replace(BALANCED), "NFC") is shared
assert shared_extractor(BALANCED, "none") is not shared
assert shared_extractor(BALANCED, "NFC", TRIAGE) is not shared
"""
    finished = run_script(body)
    assert (finished.returncode, finished.stdout, finished.stderr) == (0, "", "")


@pytest.mark.corpus
def test_the_child_extracts_as_the_kernel_does(corpus: Path, extractor: Extractor) -> None:
    for html in islice(pages(corpus / "pages_gold_wcxb"), 0, None, 15):
        assert extractor.extract(html) == Result(*extract_page(html, BALANCED, "NFC"), None)
