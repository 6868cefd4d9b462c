"""What other rules would keep and drop, as tables for the terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.box import ROUNDED
from rich.console import Console
from rich.table import Table
from rich.text import Text

from winnow.report.life_lines import plain
from winnow.report.quantities import ratio, share
from winnow.report.tables import show_table
from winnow.settings.rules import Rule
from winnow.tune.thresholds import Example, Hits, Step, Sweep, Total, Tuned

_CURVE_CHARS = 24
_PARTS = " ▏▎▍▌▋▊▉█"


class Swept(NamedTuple):
    """A sweep, and its result for each value."""

    sweep: Sweep
    steps: list[Step]


class Compared(NamedTuple):
    """What `winnow tune` shows: the language whose pages are counted (None: all), the rules compared, each sweep."""

    language: str | None
    tuned: Tuned
    sweeps: list[Swept]


def show_compared(compared: Compared, rules: Sequence[Rule]) -> None:
    """What other rules change, then each sweep."""
    show_tuned(compared.tuned, rules, compared.language)
    for swept, steps in compared.sweeps:
        mine = next(rule for rule in rules if rule.reason == swept.reason)
        show_sweep(swept, steps, compared.tuned.measured.pages, mine)


def show_tuned(tuned: Tuned, rules: Sequence[Rule], language: str | None = None) -> None:
    """Print what changes: pages and words, by reason, with examples of gained and lost pages."""
    show_table(_totals(tuned, language))
    changed = {reason: hits for reason, hits in tuned.reasons.items() if hits[0] != hits[1]}
    if changed:
        show_table(_reasons(changed))
    unchanged = len(tuned.reasons) - len(changed)
    _say(
        f"{unchanged:,} reasons hit the same pages as before." if changed else "No reason hits other pages than before."
    )
    known = {rule.reason: rule for rule in rules}
    _show_examples("gained", tuned.gained, tuned.gained_examples, known)
    _show_examples("lost", tuned.lost, tuned.lost_examples, known)


def show_sweep(swept: Sweep, steps: Sequence[Step], pages: int, rule: Rule) -> None:
    """Print the curve of kept pages, a line for each value of the bound; the value in use is marked."""
    table = _table(f"Sweep of {swept.reason}: {rule.metric}, {'at least' if swept.bound == 'min' else 'at most'}")
    for name in (swept.bound, "pages kept", "of all", "gained", "lost", "words"):
        table.add_column(name, justify="right", no_wrap=True)
    if Console().width >= 100 or not Console().is_terminal:
        table.add_column("pages kept", no_wrap=True)
    in_use = getattr(rule, swept.bound)
    for value, kept, gained, lost in steps:
        part = ratio(kept.pages, pages)
        figures = [f"{kept.pages:,}", f"{part:.2%}", f"{gained.pages:+,}", f"{-lost.pages:+,}", f"{kept.words:,}"]
        cells = [f"{value:g}{' *' if value == in_use else ''}", *figures, _bar(part)]
        table.add_row(*cells[: len(table.columns)], style="bold" if value == in_use else None)
    show_table(table)
    _say("* the value in use. Gained and lost: against the rules before.")


def _totals(tuned: Tuned, language: str | None) -> Table:
    pages = f"measured pages{f' in {language}' if language else ''}"
    table = _table(f"{tuned.measured.pages:,} {pages} under the old and the new rules")
    table.add_column("", no_wrap=True)
    for name in ("before", "of all", "after", "of all", "gained", "lost"):
        table.add_column(name, justify="right", no_wrap=True)
    lines = zip(
        ("pages kept", "words kept"), tuned.measured, tuned.before, tuned.after, tuned.gained, tuned.lost, strict=True
    )
    for name, all_, before, after, gained, lost in lines:
        shares = [share(count, all_) for count in (before, after)]
        table.add_row(name, f"{before:,}", shares[0], f"{after:,}", shares[1], f"{gained:+,}", f"{-lost:+,}")
    return table


def _reasons(changed: dict[str, tuple[Hits, Hits]]) -> Table:
    table = _table("Pages by reason; alone: hit by nothing else")
    table.add_column("reason", no_wrap=True)
    for name in ("before", "after", "change", "alone", "after", "words"):
        table.add_column(name, justify="right", no_wrap=True)
    for reason, (before, after) in sorted(changed.items(), key=lambda item: item[1][0].pages - item[1][1].pages):
        figures = (before.pages, after.pages, after.pages - before.pages, before.only, after.only)
        shown = [f"{figure:+,}" if place == 2 else f"{figure:,}" for place, figure in enumerate(figures)]
        table.add_row(reason, *shown, f"{after.only_words - before.only_words:+,}")
    return table


def _show_examples(kind: str, total: Total, examples: Sequence[Example], rules: dict[str, Rule]) -> None:
    if not total.pages:
        return
    named = f"{len(examples)} of them" if len(examples) < total.pages else "all of them"
    _say(f"\n{kind.capitalize()}: {total.pages:,} pages, {total.words:,} words; {named}:", "bold")
    for example in examples:
        _say(f"  {plain(example.url)}")
        for line in _judgements(example.before or example.after, example, rules):
            _say(f"      {line}", "dim")


def _judgements(reasons: Iterable[str], example: Example, rules: dict[str, Rule]) -> Iterable[str]:
    for reason in reasons:
        rule = rules[reason].for_language(example.language) if reason in rules else None
        measured = f": {rule.metric} is {example.metrics[rule.metric]:.4g}, {rule.bounds}" if rule else ""
        yield f"{reason}{measured}"


def _bar(part: float) -> str:
    eighths = round(part * _CURVE_CHARS * 8)
    return "█" * (eighths // 8) + (_PARTS[eighths % 8] if eighths % 8 else "")


def _table(title: str) -> Table:
    return Table(title=title, title_justify="left", box=ROUNDED)


def _say(text: str, style: str = "") -> None:
    Console().print(Text(text, style), soft_wrap=True, highlight=False)
