"""The funnel of a crawl as tables for the terminal: job by job, and by language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import typer
from pyspark.sql import Row
from rich.box import ROUNDED
from rich.table import Table

from winnow.report.not_read import Damaged, look_at_archives, not_read_lines
from winnow.report.quantities import share
from winnow.report.tables import show_table
from winnow.scopes.funnel import LanguageFunnel, count_languages
from winnow.settings.by_language import language_names
from winnow.settings.jobs import JOBS
from winnow.stages.funnel import in_flow
from winnow.terminal.output import present
from winnow.warehouse import delta
from winnow.warehouse.work import Work


def show_funnel(rows: Iterable[Row], crawl: str) -> None:
    """The funnel on standard output."""
    show_table(funnel_table(rows, crawl))


class Step(NamedTuple):
    """Pages with a reason in a stage, over all shards: any, first, only. `''`: pages that enter; `kept`: pages kept."""

    stage: str
    reason: str
    pages_any: int
    pages_first: int
    pages_only: int
    words: int


class ShownNotRead(NamedTuple):
    """`NotRead` with the records among `skipped` that contain or may contain text."""

    archives: dict[str, int]
    damaged: list[Damaged]
    without_page: int
    pageless: list[str]
    skipped: dict[str, int]
    passed_over: dict[str, int]


class ShownCrawl(NamedTuple):
    """What `winnow run` shows at its end; languages are counted where more than one is wanted."""

    crawl: str
    warehouse: str
    funnel: list[Step]
    not_read: ShownNotRead
    few_kept: str | None
    languages: list[LanguageFunnel]


class Line(NamedTuple):
    """A line for people: pages that enter, are kept, or have a reason (any, first, only); words; share of all."""

    label: str
    figures: tuple[str, str, str, str, str]
    is_flow: bool


SHOWN = 20  # languages with their figures; the others are named
_FEW = 0.01  # share of measured pages below which a setting is probably wrong (choice)
HEADINGS = ("stage, reason", "pages", "first", "only", "words", "of all")


def sum_funnel(rows: Iterable[Row]) -> list[Step]:
    """Rows of `funnel` summed over shards, in the order of the flow; in each stage, frequent reasons first."""
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for row in rows:
        counts = (row.pages_any, row.pages_first, row.pages_only, row.words or 0)
        for i, count in enumerate(counts):
            sums[(row.stage, row.reason)][i] += count
    entering = {stage: counts[1] for (stage, reason), counts in sums.items() if not reason}
    left = {stage: counts[1] for (stage, reason), counts in sums.items() if reason == "kept"}
    stages = in_flow(entering or {"extract_pages": 0}, left)  # for a crawl without a page
    return [Step(stage, reason, *sums[(stage, reason)]) for stage in stages for reason in _in_order(stage, sums)]


def funnel_lines(rows: Iterable[Row]) -> list[Line]:
    """The rows of `funnel` as lines for people."""
    steps = sum_funnel(rows)
    everything = steps[0].pages_any
    lines = []
    for step in steps:
        part = f"{step.pages_first / everything:.1%}" if everything else "-"
        is_flow = step.reason in ("", "kept")
        alone = ("", "") if is_flow else (f"{step.pages_first:,}", f"{step.pages_only:,}")
        words = f"{step.words:,}" if step.stage != "extract_pages" else ""
        lines.append(Line(step.reason or step.stage, (f"{step.pages_any:,}", *alone, words, part), is_flow))
    return lines


def funnel_table(rows: Iterable[Row], crawl: str) -> Table:
    """For each stage: pages that enter, pages of each reason, and pages kept, summed over shards."""
    table = Table(title=f"Funnel of {crawl}", title_justify="left", box=ROUNDED)
    table.add_column(HEADINGS[0], no_wrap=True)
    for name in HEADINGS[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    for line in funnel_lines(rows):
        label = line.label if line.label in JOBS else f"  {line.label}"
        table.add_row(label, *line.figures, style="bold" if line.is_flow else None)
    return table


def _in_order(stage: str, sums: dict[tuple[str, str], list[int]]) -> list[str]:
    """First pages that enter, then reasons by frequency, then pages kept."""
    reasons = [reason for known, reason in sums if known == stage and reason not in ("", "kept")]
    taken = sorted(reasons, key=lambda reason: (-sums[(stage, reason)][1], reason))
    return ["", *taken, *(["kept"] if (stage, "kept") in sums else [])]


def few_kept(steps: Sequence[Step]) -> str | None:
    """The most frequent reasons, if under 1 % of measured pages became documents, or none was measured; else None."""
    counts = {(step.stage, step.reason): step.pages_first for step in steps}
    pages = counts.get(("extract_pages", ""), 0)
    measured = max((step.pages_first for step in steps if not step.reason and not _is_gate(step)), default=0)
    documents = counts.get(("build_documents", "kept"), 0)
    if not pages or (measured and documents >= _FEW * measured):
        return None
    at_fault = [step for step in steps if step.reason not in ("", "kept") and _is_gate(step) == (not measured)]
    most = sorted(at_fault, key=lambda step: -step.pages_first)[:3]
    took = ", ".join(f"{step.reason} {step.pages_first:,}" for step in most)
    said = f"{documents:,} of {measured:,} measured pages became documents" if measured else "no page was measured"
    return f"{said}; the most frequent reasons: {took} (of {measured or pages:,})"


def _is_gate(step: Step) -> bool:
    return step.stage == "extract_pages"


def show_crawl(work: Work, as_json: bool = False) -> None:
    """The funnel of a crawl and what was not read, on standard output, for people or as JSON."""
    rows = delta.read(work, "funnel").collect()  # about 40 rows for each shard
    found, steps = look_at_archives(work), sum_funnel(rows)
    not_read, few = ShownNotRead(*found, found.passed_over), few_kept(steps)
    languages = count_languages(work) if len(work.settings.language.wanted) != 1 else []

    def show(_: ShownCrawl) -> None:
        show_funnel(rows, work.crawl)
        if languages:
            show_languages(languages, work.crawl)
        for line in not_read_lines(found):
            typer.echo(line)
        if few:
            typer.echo(f"winnow: {few}", err=True)

    present(ShownCrawl(work.crawl, work.warehouse, steps, not_read, few, languages), as_json, show)


def name_of(language: str) -> str:
    """A language in a table: its label, with its English name if it is one of lid.176."""
    if not language:
        return "(not identified)"
    name = language_names().get(language)
    return f"{language} ({name})" if name else language


def reasons_in_words(funnel: LanguageFunnel) -> str:
    """The reasons with most pages."""
    return ", ".join(f"{reason} {count:,}" for reason, count in funnel.reasons.items())


def others_in_words(funnels: Sequence[LanguageFunnel]) -> str:
    """The languages behind the first ones, which are shown; empty without any."""
    others = funnels[SHOWN:]
    if not others:
        return ""
    pages = sum(one.pages for one in others)
    return f"{len(others):,} more with {pages:,} pages: {', '.join(name_of(one.language) for one in others)}"


def show_languages(funnels: Sequence[LanguageFunnel], crawl: str) -> None:
    """Print a line for each of the first languages, and name the others."""
    table = Table(title=f"Languages of {crawl}", title_justify="left", box=ROUNDED)
    table.add_column("language", no_wrap=True)
    for name in ("pages", "measured", "kept by rules", "documents", "of measured"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("most frequent reasons", no_wrap=True)
    for one in funnels[:SHOWN]:
        counts = [f"{count:,}" for count in (one.pages, one.measured, one.passing, one.documents)]
        table.add_row(name_of(one.language), *counts, share(one.documents, one.measured), reasons_in_words(one))
    show_table(table)
    if others := others_in_words(funnels):
        typer.echo(others)
