"""The funnel of a crawl as a table for the terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from pyspark.sql import Row
from rich.box import ROUNDED
from rich.table import Table

from winnow.report.tables import show_table
from winnow.settings.jobs import JOBS
from winnow.stages.funnel import in_flow
from winnow.terminal.output import print_json
from winnow.warehouse import delta
from winnow.warehouse.work import Work


def show_funnel(rows: Iterable[Row], crawl: str) -> None:
    """The funnel on standard output."""
    show_table(funnel_table(rows, crawl))


class Step(NamedTuple):
    """What a reason took in a stage, over all shards: at all, first, only; `` is what entered, `kept` what stayed."""

    stage: str
    reason: str
    pages_any: int
    pages_first: int
    pages_only: int
    words: int


class Line(NamedTuple):
    """What entered a stage, what left it, or what a reason took: pages at all, first, only; words; share of all."""

    label: str
    figures: tuple[str, str, str, str, str]
    is_flow: bool


HEADINGS = ("stage, reason", "pages", "first", "only", "words", "of all")


def sum_funnel(rows: Iterable[Row]) -> list[Step]:
    """Rows of `funnel` summed over shards, in the order of a run, in each stage the reasons that took most first."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        counts = (row.pages_any, row.pages_first, row.pages_only, row.words or 0)
        for i, count in enumerate(counts):
            sums[(row.stage, row.reason)][i] += count
    stages = in_flow({stage: counts[1] for (stage, reason), counts in sums.items() if not reason})
    return [Step(stage, reason, *sums[(stage, reason)]) for stage in stages for reason in _in_order(stage, sums)]


def funnel_lines(rows: Iterable[Row]) -> list[Line]:
    """The same for people."""
    steps = sum_funnel(rows)
    everything = steps[0].pages_any
    lines = []
    for step in steps:
        share = f"{step.pages_first / everything:.1%}" if everything else "-"
        is_flow = step.reason in ("", "kept")
        alone = ("", "") if is_flow else (f"{step.pages_first:,}", f"{step.pages_only:,}")
        words = f"{step.words:,}" if step.stage != "extract_pages" else ""
        lines.append(Line(step.reason or step.stage, (f"{step.pages_any:,}", *alone, words, share), is_flow))
    return lines


def funnel_table(rows: Iterable[Row], crawl: str) -> Table:
    """Stage by stage what entered, what each reason took, and what was kept, summed over shards."""
    table = Table(title=f"Funnel of {crawl}", title_justify="left", box=ROUNDED)
    table.add_column(HEADINGS[0], no_wrap=True)
    for name in HEADINGS[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    for line in funnel_lines(rows):
        label = line.label if line.label in JOBS else f"  {line.label}"
        table.add_row(label, *line.figures, style="bold" if line.is_flow else None)
    return table


def _in_order(stage: str, sums: dict[tuple[str, str], list[int]]) -> list[str]:
    """What entered, then the reasons that took most, then what was kept."""
    reasons = [reason for known, reason in sums if known == stage and reason not in ("", "kept")]
    taken = sorted(reasons, key=lambda reason: (-sums[(stage, reason)][1], reason))
    return ["", *taken, *(["kept"] if (stage, "kept") in sums else [])]


def show_crawl(work: Work, as_json: bool = False) -> None:
    """The funnel of a crawl on standard output, for people or as JSON."""
    rows = delta.read(work, "funnel").collect()  # some 40 rows a shard
    if as_json:
        print_json({"crawl": work.crawl, "warehouse": work.warehouse, "funnel": sum_funnel(rows)})
    else:
        show_funnel(rows, work.crawl)
