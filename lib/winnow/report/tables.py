"""Tables on standard output, in a terminal or a file, without cut figures."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table


def show_table(table: Table) -> None:
    """Print a table: with a frame if the terminal is wide enough, else plain columns; no figure is cut."""
    console = Console()
    if not console.is_terminal or _width(console, table) > console.width:
        table.box = None
        console.width = _width(console, table)
    console.print(table)


def _width(console: Console, table: Table) -> int:
    return console.measure(table, options=console.options.update(max_width=1_000)).maximum
