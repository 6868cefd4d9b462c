"""What is refused before Spark starts, and the messages; in this process, where Java cannot be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from winnow.errors import SettingsError, SurroundingsError
from winnow.terminal.start import Given, prepare


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    path = tmp_path / "crawl" / "a.warc.gz"
    path.parent.mkdir()
    path.write_bytes(b"x")
    return path


def start(archive: Path, recipe: str, *changes: str) -> None:
    """What `winnow run` and every job under spark-submit begin with."""
    tables = str(archive.parents[1] / "tables")
    prepare(Given("C", tables, recipe, None, list(changes), None, None, [str(archive)]), "test", verbose=False)


def test_rules_that_judge_no_page_of_a_wanted_language_are_reported_once(
    archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    german = ("language.wanted=[de]", "rules.gopher_too_few_words.min=30")
    with pytest.raises(SurroundingsError, match="Java"):
        start(archive, "fineweb", *german)
    assert capsys.readouterr().err.count("gopher_no_stop_words") == 1
    with pytest.raises(SurroundingsError, match="Java"):
        start(archive, "fineweb", *german, "rules_for_any_language=true")
    assert capsys.readouterr().err == ""


def test_line_rules_that_drop_a_wanted_language_are_refused(archive: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SettingsError, match=r"not made for this language: measure\.c4\.terminal_punctuation"):
        start(archive, "c4", "language.wanted=[hi]")
    with pytest.raises(SurroundingsError, match="Java"):
        start(archive, "c4", "language.wanted=[]")
    assert capsys.readouterr().err.count("measure.c4.terminal_punctuation") == 1
