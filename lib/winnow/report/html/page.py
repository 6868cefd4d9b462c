"""The report of one run, or of two side by side, as one self-contained page."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from winnow.report.figures import Figures
from winnow.report.funnel_steps import SOURCE
from winnow.report.html.languages import languages
from winnow.report.html.markup import Html, document, join, table, tag
from winnow.report.html.sections import (
    Side,
    archives,
    cost,
    examples,
    funnel,
    legend_key,
    metric_histogram,
    near_duplicates,
    places,
    reasons,
    repeated_spans,
    url_pass,
)
from winnow.report.quantities import large, ratio, share


def render(sides: Sequence[Side]) -> Html:
    """The whole page of one run, or of two."""
    names = " against ".join(side.figures.crawl for side in sides)
    sections = {
        "funnel": ("Funnel", funnel_section(sides)),
        "reasons": ("Reasons", reasons_section(sides)),
        "metrics": ("Metrics and thresholds", metrics_section(sides)),
        "languages": ("Languages", beside(sides, languages)),
        "places": ("Domains", beside(sides, places)),
        "near": ("Near duplicates", beside(sides, near_duplicates)),
        "spans": ("Repeated spans", beside(sides, repeated_spans)),
        "urls": ("URL pass", beside(sides, url_pass)),
        "cost": ("Cost", beside(sides, cost)),
        "archives": ("Archives", beside(sides, archives)),
        "examples": ("Examples", examples_section(sides)),
    }
    links = tag("ul", *(tag("li", tag("a", name, href=f"#{key}")) for key, (name, _) in sections.items()))
    nav = tag("nav", links, aria_label="Sections")
    parts = [tag("section", tag("h2", name), part, id=key) for key, (name, part) in sections.items()]
    return document(f"winnow: {names}", tag("header", tag("h1", names), _summary(sides), nav), *parts)


def beside(sides: Sequence[Side], part: Callable[[Side], Html], heading: str = "h3") -> Html:
    """A part of the report for each run, under its name if there are two."""
    if len(sides) == 1:
        return part(sides[0])
    columns = [tag("div", tag(heading, side.figures.crawl), part(side)) for side in sides]
    return tag("div", *columns, class_="sides")


def funnel_section(sides: Sequence[Side]) -> Html:
    """What is left after each step, with the shares that RefinedWeb published."""
    return join(beside(sides, funnel), tag("p", SOURCE, class_="source"))


def reasons_section(sides: Sequence[Side]) -> Html:
    """Pages of each reason; two runs are compared by reason."""
    shown = beside(sides, reasons)
    return shown if len(sides) == 1 else join(_compared(sides[0].figures, sides[1].figures), shown)


def examples_section(sides: Sequence[Side]) -> Html:
    """Random pages for each reason."""
    note = "Random pages of each reason, the same ones for the same seed. Text of pages is shown, never interpreted."
    return join(tag("p", note), beside(sides, examples))


def metrics_section(sides: Sequence[Side]) -> Html:
    """A histogram of each metric; those that a rule uses are open."""
    looked_at = {metric for side in sides for rule in side.figures.rules for metric in rule.metrics}
    metrics = list(dict.fromkeys(metric for side in sides for metric in side.figures.histograms))
    ordered = [metric for metric in metrics if metric in looked_at], [m for m in metrics if m not in looked_at]
    warnings = [
        tag("p", f"The verdicts of {side.figures.crawl} were made with other rules than the thresholds drawn here. "
            "Leave out --recipe and --set. If the warehouse keeps no settings, name those of its run.",
            class_="alarm")
        for side in sides if not side.figures.rules_stand
    ]  # fmt: skip
    legend = tag(
        "p", legend_key("kept", "kept by all rules"), legend_key("rejected", "dropped by a rule"), class_="legend"
    )
    differing = [
        tag("p", "Pages of all languages. Thresholds that differ by language are drawn with the pages of each, under ",
            tag("a", "Languages", href="#languages"), ".")
    ] if any(rule.by_language for side in sides for rule in side.figures.rules) else []  # fmt: skip
    with_rules, others = (_histograms(sides, names) for names in ordered)
    more = tag("details", tag("summary", f"{len(ordered[1])} metrics that no rule looks at"), others)
    return join(warnings, differing, legend, with_rules, more)


def _histograms(sides: Sequence[Side], names: Sequence[str]) -> Html:
    pictures = (
        metric_histogram(side.figures, metric, len(sides) > 1)
        for metric in names
        for side in sides
        if metric in side.figures.histograms
    )
    return tag("div", *pictures, class_="grid")


def _summary(sides: Sequence[Side]) -> Html:
    def tiles(side: Side) -> Html:
        figures = side.figures
        documents = figures.taken("build_documents", "kept")
        told = (
            ("pages", f"{figures.pages:,}"),
            ("measured", f"{figures.measured.first:,}"),
            ("documents", f"{documents.first:,}"),
            ("of all pages", share(documents.first, figures.pages)),
            ("words", large(documents.words)),
        )
        entries = [tag("div", tag("dt", name), tag("dd", value)) for name, value in told]
        return tag("dl", *entries, class_="tiles")

    return beside(sides, tiles, heading="h2")


def _compared(one: Figures, other: Figures) -> Html:
    stages = [*dict.fromkeys((*one.stages, *other.stages))]
    keys = sorted(
        {key for figures in (one, other) for key in figures.funnel if key[1] not in ("", "kept")},
        key=lambda key: (stages.index(key[0]), -one.taken(*key).first, key),
    )
    shares = [[ratio(figures.taken(*key).first, figures.pages) for figures in (one, other)] for key in keys]
    rows = [
        [key[1], one.taken(*key).first, f"{mine:.2%}", other.taken(*key).first, f"{theirs:.2%}",
         f"{100 * (mine - theirs):+.2f}"]
        for key, (mine, theirs) in zip(keys, shares, strict=True)
    ]  # fmt: skip
    columns = ["reason", one.crawl, "of all", other.crawl, "of all", "difference, points"]
    return table("Pages for which each reason is the first, in both runs", columns, rows)
