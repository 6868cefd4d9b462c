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


def test_a_url_cannot_write_to_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """An escape sequence in a URL of an archive, which would clear the screen or set the title of the window."""
    where = {"page_id": 1, "crawl": "one", "shard": 0, "archive_path": "a.warc", "record_offset": 0, "record_length": 9}
    what = {
        "fetched_at": None,
        "charset": None,
        "content_type": None,
        "html_bytes": 9,
        "gate": "html_too_large",
        "language": None,
    }
    page = Row(url="http://a.example/\x1b[2J\x07", **where, **what)
    show_life(Life(page, None, None, [], None, 0, [], None, None, 0, None))
    said = capsys.readouterr().out
    assert "http://a.example/ [2J " in said
    assert not {"\x1b", "\x07"} & set(said)
