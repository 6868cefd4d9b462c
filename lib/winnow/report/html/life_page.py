"""The life of a page as an HTML page, in the style of the report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from winnow.report.html.markup import Html, difference, document, join, printable, shown, table, tag
from winnow.report.life import Copy, Judged, Life, Stretch
from winnow.report.life_lines import Line, differences_of, ending, facts, near_copies, verdict
from winnow.scopes.page_names import page_name

_DIFFERENCES = 500
_TEXT_CHARS = 100_000


def render_lives(named: str, lives: Sequence[Life]) -> Html:
    """The HTML page: all pages with this URL or id, from record to document."""
    count = "" if len(lives) == 1 else f": {len(lives):,} pages"
    heading = tag("header", tag("h1", f"What became of {shown(named)}{count}"))
    return document(f"winnow: {shown(named)}", heading, *map(life_section, lives))


def life_section(life: Life) -> Html:
    """One page: facts, rules, near duplicate, repeated spans, result, text."""
    parts = [tag("h2", shown(page_name(life.page))), _list(facts(life))]
    rules, copies = _judgement(life), _copies(life)
    parts += [*copies, *rules] if life.copies_first else [*rules, *copies]
    if life.stretches:
        parts += [tag("h3", "Repeated spans"), tag("ol", *map(_stretch, life.stretches), class_="examples")]
    end = list(ending(life))
    parts += [tag("h3", "What came out"), _list(end)] if end else []
    return tag("section", *parts, _text(life))


def _judgement(life: Life) -> list[Html]:
    return [tag("h3", "Rules"), _list(verdict(life)), _rules(life.judged)] if life.judged else []


def _copies(life: Life) -> list[Html]:
    if not life.near and life.copy_of is None:
        return []
    differences = [_differences(life, life.copy_of)] if life.copy_of is not None else []
    return [tag("h3", "Near duplicates"), _list(near_copies(life)), *differences]


def _list(lines: Iterable[Line]) -> Html:
    return tag("dl", *(_entry(*line) for line in lines), class_="life")


def _entry(label: str, told: str, is_end: bool) -> Html:
    return join(tag("dt", label), tag("dd", shown(told), class_="fails" if is_end else None))


def _rules(judged: Sequence[Judged]) -> Html:
    rows = [
        [one.rule.reason, one.rule.metric, "passes" if one.passes else tag("strong", "fails"), f"{one.value:.4g}",
         one.rule.bounds]
        for one in sorted(judged, key=lambda one: one.passes)
    ]  # fmt: skip
    columns = ["reason", "metric", "verdict", "measured", "wanted"]
    return table("Every rule with what the page measures, failures first", columns, rows, text_columns=3)


def _differences(life: Life, copy: Copy) -> Html:
    differences = differences_of(life, copy)
    lines = [difference(*one) for one in differences[:_DIFFERENCES]]
    kept_url = shown(page_name(copy.kept)) if copy.kept is not None else "a page whose text is gone"
    legend = tag("p", tag("del", "only here"), ", ", tag("ins", "only in the kept page"), f": {kept_url}")
    more = len(differences) - len(lines)
    summary = tag("summary", f"{len(differences):,} differences in words")
    return tag("details", summary, legend, lines, f"and {more:,} more" if more else None, open=True)


def _stretch(one: Stretch) -> Html:
    where = f"characters {one.start:,} to {one.end:,}, {one.copies:,} copies"
    holders: list[str | Html] = []
    if one.holders is not None:
        named = tag("ul", *(tag("li", shown(url), class_="url") for url in one.holders))
        holders = ["Also in", named] if one.holders else ["Also in no other page."]
    return tag("li", tag("p", where, class_="facts"), tag("p", shown(one.text), class_="text", dir="auto"), holders)


def _text(life: Life) -> Html | None:
    if life.measures is None:
        return None
    text = life.measures.text[:_TEXT_CHARS]
    pieces: list[str | Html] = []
    at = 0
    for one in sorted(life.stretches, key=lambda one: one.start):
        start, end = max(at, one.start), min(one.end, len(text))
        if start < end:
            pieces += [printable(text[at:start]), tag("mark", printable(text[start:end]))]
            at = end
    cut = " ..." if len(life.measures.text) > _TEXT_CHARS else None
    whole = tag("p", *pieces, printable(text[at:]), cut, class_="text", dir="auto")
    return tag("details", tag("summary", "The text as it was measured, repeated spans marked"), whole)
