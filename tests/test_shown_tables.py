"""Tables on a terminal: framed where there is room, and no figure cut where there is none."""

import pytest
from rich.table import Table

from winnow.report.funnel import show_table


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
