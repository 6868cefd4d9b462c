"""The funnel of a crawl as a table for the terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from pyspark.sql import Row
from rich.box import ROUNDED
from rich.console import Console
from rich.table import Table

from winnow.stages.funnel import STAGES


def show_funnel(rows: Iterable[Row], crawl: str) -> None:
    """The funnel on standard output."""
    show_table(funnel_table(rows, crawl))


def show_table(table: Table) -> None:
    """A table on standard output: framed in a terminal that is wide enough, else plain columns; no figure is cut."""
    console = Console()
    if not console.is_terminal or _width(console, table) > console.width:
        table.box = None
        console.width = _width(console, table)
    console.print(table)


def _width(console: Console, table: Table) -> int:
    return console.measure(table, options=console.options.update(max_width=1_000)).maximum


def funnel_table(rows: Iterable[Row], crawl: str) -> Table:
    """Stage by stage what entered, what each reason took, and what was kept, summed over shards."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        counts = (row.pages_any, row.pages_first, row.pages_only, row.words or 0)
        for i, count in enumerate(counts):
            sums[(row.stage, row.reason)][i] += count
    table = Table(title=f"Funnel of {crawl}", title_justify="left", box=ROUNDED)
    table.add_column("stage, reason", no_wrap=True)
    for name in ("pages", "first", "only", "words", "of all"):
        table.add_column(name, justify="right", no_wrap=True)
    everything = sums[("extract_pages", "")][0]
    for stage in STAGES:
        for reason in _in_order(stage, sums):
            any_, first, only, words = sums[(stage, reason)]
            share = f"{first / everything:.1%}" if everything else "-"
            flow = reason in ("", "kept")
            label = stage if reason == "" else f"  {reason}"
            alone = ["", ""] if flow else [f"{first:,}", f"{only:,}"]
            said_words = f"{words:,}" if stage != "extract_pages" else ""
            table.add_row(label, f"{any_:,}", *alone, said_words, share, style="bold" if flow else None)
    return table


def _in_order(stage: str, sums: dict[tuple[str, str], list[int]]) -> list[str]:
    """What entered, then the reasons that took most, then what was kept."""
    reasons = [reason for known, reason in sums if known == stage and reason not in ("", "kept")]
    taken = sorted(reasons, key=lambda reason: (-sums[(stage, reason)][1], reason))
    return ["", *taken, *(["kept"] if (stage, "kept") in sums else [])]
