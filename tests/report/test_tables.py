"""Tables in a terminal: framed if there is room, no number cut if there is none, no control characters from outside."""

import pytest
from pyspark.sql import Row
from rich.table import Table

from winnow.report.life import Life
from winnow.report.life_lines import show_life
from winnow.report.tables import show_table


@pytest.mark.parametrize(("columns", "framed"), [("100", True), ("30", False)])
def test_no_figure_is_cut(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: str, framed: bool
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", columns)
    table = Table()
    for name in ("stage, reason", "pages", "words"):
        table.add_column(name, no_wrap=True)
    table.add_row("gopher_too_few_words", "123,456,789", "987,654,321")
    show_table(table)
    said = capsys.readouterr().out
    assert "…" not in said
    assert "123,456,789" in said
    assert "987,654,321" in said
    assert ("┃" in said or "│" in said) is framed


def show_gated(url: str, archive: str = "a.warc") -> None:
    where = {"page_id": 1, "crawl": "one", "shard": 0, "archive_path": archive, "record_offset": 0, "record_length": 9}
    what = {
        "fetched_at": None,
        "charset": None,
        "content_type": None,
        "html_bytes": 9,
        "gate": "html_too_large",
        "language": None,
    }
    show_life(Life(Row(url=url, **where, **what), None, None, [], [], None, 0, [], None, None, 0, None))


def test_a_life_is_wrapped_behind_its_labels_in_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    archive = "crawl-data/CC-MAIN-2024-22/segments/1715971057216.39/warc/a-name-of-more-than-eighty-columns.warc.gz"
    monkeypatch.setenv("COLUMNS", "80")
    show_gated("http://a.example/", archive)
    whole = capsys.readouterr().out.splitlines()
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "dumb")
    show_gated("http://a.example/", archive)
    wrapped = capsys.readouterr().out.splitlines()
    assert len(wrapped) > len(whole)
    assert [line for line in wrapped if len(line) > 80] == [f"archive       {archive},"]
    assert all(line[:14].strip() in ("", "page", "archive", "fetched", "gate") for line in wrapped[1:])
    joined = "\n".join(wrapped).replace("\n" + 14 * " ", " ")
    assert joined.splitlines() == whole


def test_a_url_cannot_write_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """An escape sequence in a URL of an archive, which would clear the screen or set the title of the window."""
    show_gated("http://a.example/\x1b[2J\x07")
    said = capsys.readouterr().out
    assert "http://a.example/ [2J " in said
    assert not {"\x1b", "\x07"} & set(said)
