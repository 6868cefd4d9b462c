"""The report of one run, or of two side by side, as one page that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from rich.filesize import decimal

from winnow.kernels.measure import METRICS
from winnow.report.axes import edges_of, ticks_of, unit_of
from winnow.report.charts import Bar, bars, heat_map, histogram, number
from winnow.report.examples import Example
from winnow.report.explain import GATES
from winnow.report.figures import CLUSTER_SIZES, Figures, Group, Taken
from winnow.report.funnel_steps import SOURCE, steps
from winnow.report.html import Html, difference, document, figure, join, shown, table, tag
from winnow.stages.funnel import STAGES

_DROPS = {
    "near_duplicate": "A page that stays is so like it that it went as its near copy.",
    "emptied_by_repeats": "Too little was left of it once its repeated spans were cut.",
    "mostly_repeated": "More of it is repeated than spans.max_repeated_fraction allows.",
    "url_duplicate": "A page of the same URL was kept before.",
}


class Side(NamedTuple):
    """One of the runs that a report shows: its figures, and examples for each reason."""

    figures: Figures
    examples: dict[str, list[Example]]


def render(sides: Sequence[Side]) -> Html:
    """The whole page of one run, or of two."""
    names = " against ".join(side.figures.crawl for side in sides)
    sections = {
        "funnel": ("Funnel", funnel_section),
        "reasons": ("Reasons", reasons_section),
        "metrics": ("Metrics and thresholds", metrics_section),
        "places": ("Languages and domains", places_section),
        "near": ("Near duplicates", near_section),
        "spans": ("Repeated spans", spans_section),
        "urls": ("URL pass", urls_section),
        "cost": ("Cost", cost_section),
        "archives": ("Archives", archives_section),
        "examples": ("Examples", examples_section),
    }
    links = tag("ul", *(tag("li", tag("a", name, href=f"#{key}")) for key, (name, _) in sections.items()))
    nav = tag("nav", links, aria_label="Sections")
    parts = [tag("section", tag("h2", name), part(sides), id=key) for key, (name, part) in sections.items()]
    return document(f"winnow: {names}", tag("header", tag("h1", names), _summary(sides), nav), *parts)


def funnel_section(sides: Sequence[Side]) -> Html:
    """What is left after each step, in pages, characters and words."""
    return join(_beside(sides, lambda side: _funnel(side.figures)), tag("p", SOURCE, class_="source"))


def reasons_section(sides: Sequence[Side]) -> Html:
    """What each reason takes first, and what it alone takes; two runs are compared reason by reason."""
    shown_reasons = _beside(sides, lambda side: _reasons(side.figures))
    return shown_reasons if len(sides) == 1 else join(_compared(sides[0].figures, sides[1].figures), shown_reasons)


def metrics_section(sides: Sequence[Side]) -> Html:
    """A histogram of each metric; those that a rule looks at stand open."""
    looked_at = {rule.metric for side in sides for rule in side.figures.rules}
    ordered = [metric for metric in METRICS if metric in looked_at], [m for m in METRICS if m not in looked_at]
    warnings = [
        tag("p", f"The verdicts of {side.figures.crawl} were made with other rules than the thresholds drawn here; "
            "name its --recipe and --set.", class_="alarm")
        for side in sides if not side.figures.rules_stand
    ]  # fmt: skip
    legend = tag("p", _key("kept", "kept by all rules"), _key("rejected", "rejected by some rule"), class_="legend")
    with_rules, others = (_histograms(sides, metrics) for metrics in ordered)
    more = tag("details", tag("summary", f"{len(ordered[1])} metrics that no rule looks at"), others)
    return join(warnings, legend, with_rules, more)


def places_section(sides: Sequence[Side]) -> Html:
    """Pages by language, domain and top-level domain, and how many of them became documents."""
    return _beside(sides, lambda side: _places(side.figures))


def near_section(sides: Sequence[Side]) -> Html:
    """Sizes of clusters, with an alarm where one is out of proportion, and how like pages were."""
    return _beside(sides, lambda side: _near(side.figures))


def spans_section(sides: Sequence[Side]) -> Html:
    """The spans with most copies."""
    return _beside(sides, lambda side: _spans(side.figures))


def urls_section(sides: Sequence[Side]) -> Html:
    """Pages dropped by the URL pass, by their shard and that of the page that stayed."""
    return _beside(sides, lambda side: _overlaps(side.figures))


def cost_section(sides: Sequence[Side]) -> Html:
    """What each table took to make."""
    return _beside(sides, lambda side: _costs(side.figures))


def archives_section(sides: Sequence[Side]) -> Html:
    """How archives ended, what was skipped in them, and what could not be read."""
    return _beside(sides, lambda side: _archives(side.figures))


def examples_section(sides: Sequence[Side]) -> Html:
    """Random pages for each reason."""
    note = "Random pages of each reason, the same ones for the same seed. Text of pages is shown, never interpreted."
    return join(tag("p", note), _beside(sides, _examples))


def _summary(sides: Sequence[Side]) -> Html:
    def tiles(side: Side) -> Html:
        figures = side.figures
        documents = figures.taken("build_documents", "kept")
        told = (
            ("pages", f"{figures.pages:,}"),
            ("measured", f"{figures.taken('judge_pages', '').first:,}"),
            ("documents", f"{documents.first:,}"),
            ("of all pages", _share(documents.first, figures.pages)),
            ("words", _large(documents.words)),
        )
        entries = [tag("div", tag("dt", name), tag("dd", value)) for name, value in told]
        return tag("dl", *entries, class_="tiles")

    return _beside(sides, tiles)


def _funnel(figures: Figures) -> Html:
    rows = steps(figures)
    lines = [
        Bar(row.name, [_ratio(row.pages, figures.pages)], _counted(row.pages, figures.pages), row.published_pages)
        for row in rows
    ]
    mine = table(
        f"Funnel of {figures.crawl}",
        ["left", "pages", "of all", "RefinedWeb", "characters", "words", "of measured", "RefinedWeb (tokens)"],
        [
            [row.name, row.pages, _share(row.pages, figures.pages), _published(row.published_pages), _count(row.chars),
             _count(row.words), _share(row.words, rows[3].words) if row.words is not None else "",
             _published(row.published_words)]
            for row in rows
        ],
    )  # fmt: skip
    pictures = [figure("Pages left", "of all pages; line: RefinedWeb", bars(lines, ["kept"]), mine)]
    measured = [row for row in rows if row.words is not None]
    for name in ("words", "chars"):
        counts = [getattr(row, name) for row in measured]
        lines = [
            Bar(row.name, [_ratio(count, counts[0])], _counted(count, counts[0]), row.published_words)
            for row, count in zip(measured, counts, strict=True)
        ]
        title = "Characters left" if name == "chars" else "Words left"
        unit = "of all measured; line: RefinedWeb's tokens"
        figures_of = table(title, ["left", title.split(maxsplit=1)[0].lower(), "of measured", "RefinedWeb (tokens)"], [
            [row.name, count, _share(count, counts[0]), _published(row.published_words)]
            for row, count in zip(measured, counts, strict=True)
        ])  # fmt: skip
        pictures.append(figure(title, unit, bars(lines, ["kept"]), figures_of))
    return tag("div", *pictures, class_="grid")


def _reasons(figures: Figures) -> Html:
    taken = _taken(figures)
    if not taken:
        return tag("p", "Every page was kept.")
    most = max(one.any for _, _, one in taken) or 1
    lines = [
        Bar(reason, [one.only / most, (one.first - one.only) / most, (one.any - one.first) / most],
            f"{one.first:,} first, {one.only:,} only", href=f"#example-{figures.crawl}-{reason}")
        for _, reason, one in taken
    ]  # fmt: skip
    legend = tag(
        "p", _key("only", "taken by this reason only"), _key("first", "first by this one"),
        _key("any", "hit, but taken by an earlier one"), class_="legend",
    )  # fmt: skip
    figures_of = table(
        f"Reasons of {figures.crawl}: pages that each hits, takes first, takes alone",
        ["reason", "stage", "hit", "first", "of all", "only", "characters", "words"],
        [
            [reason, stage, one.any, one.first, _share(one.first, figures.pages), one.only, _count(one.chars or None),
             _count(one.words or None)]
            for stage, reason, one in taken
        ],
        text_columns=2,
    )  # fmt: skip
    unit = f"pages; the longest bar is {most:,}"
    return figure(
        "What each reason takes",
        unit,
        join(legend, tag("div", bars(lines, ["only", "first", "any"]), class_="columns")),
        figures_of,
    )


def _taken(figures: Figures) -> list[tuple[str, str, Taken]]:
    """Stage, reason and what it took, stage by stage, the reasons that took most first."""
    rows = [(stage, reason, taken) for (stage, reason), taken in figures.funnel.items() if reason not in ("", "kept")]
    return sorted(rows, key=lambda row: (STAGES.index(row[0]), -row[2].first, row[1]))


def _compared(one: Figures, other: Figures) -> Html:
    keys = sorted(
        {key for figures in (one, other) for key in figures.funnel if key[1] not in ("", "kept")},
        key=lambda key: (STAGES.index(key[0]), -one.taken(*key).first, key),
    )
    shares = [[_ratio(figures.taken(*key).first, figures.pages) for figures in (one, other)] for key in keys]
    rows = [
        [key[1], one.taken(*key).first, f"{mine:.2%}", other.taken(*key).first, f"{theirs:.2%}",
         f"{100 * (mine - theirs):+.2f}"]
        for key, (mine, theirs) in zip(keys, shares, strict=True)
    ]  # fmt: skip
    columns = ["reason", one.crawl, "of all", other.crawl, "of all", "difference, points"]
    return table("Pages that each reason takes first, in both runs", columns, rows)


def _histograms(sides: Sequence[Side], metrics: Sequence[str]) -> Html:
    pictures = (_histogram(side.figures, metric, len(sides) > 1) for metric in metrics for side in sides)
    return tag("div", *pictures, class_="grid")


def _histogram(figures: Figures, metric: str, is_named: bool) -> Html:
    bins, edges = figures.histograms[metric], edges_of(metric)
    bounds = [
        (value, f"{'at least' if kind == 'min' else 'at most'} {value:,g}")
        for rule in figures.rules
        if rule.metric == metric
        for kind, value in (("min", rule.min), ("max", rule.max))
        if not math.isinf(value)
    ]
    title = f"{metric} ({figures.crawl})" if is_named else metric
    rows = [
        [f"{number(edges[place])} to {number(edges[place + 1])}", kept, rejected]
        for place, (kept, rejected) in enumerate(bins)
        if kept or rejected
    ]
    figures_of = table(f"{title}: pages by value", ["from, to below", "kept", "rejected"], rows)
    thresholds = "; ".join(name for _, name in bounds)
    picture = histogram(
        f"Histogram of {title}{', thresholds ' + thresholds if bounds else ''}", bins, edges, ticks_of(metric), bounds
    )
    return figure(title, f"{unit_of(metric)}; height: square root of pages", picture, figures_of)


def _places(figures: Figures) -> Html:
    named = {
        "Languages": figures.languages,
        "Domains": figures.domains,
        "Top-level domains": figures.top_domains,
    }
    return tag("div", *(_groups(title, groups) for title, groups in named.items()), class_="grid")


def _groups(title: str, groups: Sequence[Group]) -> Html:
    most = max((group.pages for group in groups), default=0) or 1
    lines = [
        Bar(shown(group.name), [group.documents / most, (group.pages - group.documents) / most],
            f"{group.documents:,} of {group.pages:,}")
        for group in groups
    ]  # fmt: skip
    rows = [
        [shown(one.name), one.pages, one.documents, one.pages - one.documents, _share(one.documents, one.pages)]
        for one in groups
    ]
    figures_of = table(title, [title.lower(), "pages", "documents", "rejected", "kept"], rows)
    unit = f"documents of pages, the {len(groups)} with most pages"
    return figure(title, unit, bars(lines, ["kept", "rejected"]), figures_of)


def _near(figures: Figures) -> Html:
    if not figures.largest:
        return tag("p", "No page went as a near duplicate.")
    largest = figures.largest[0].size
    said = f"The largest cluster has {largest:,} pages; more than {figures.alarm:,.0f} would be out of proportion."
    alarm = f"Alarm: a cluster has {largest:,} pages, more than {figures.alarm:,.0f}. Look at it first."
    told = tag("p", alarm, class_="alarm", role="alert") if largest > figures.alarm else tag("p", said)
    most = max(pages for _, _, pages in figures.cluster_sizes)
    names = [_sizes_from(least) for least, _, _ in figures.cluster_sizes]
    lines = [
        Bar(name, [pages / most], f"{pages:,} pages of {clusters:,} clusters")
        for name, (_, clusters, pages) in zip(names, figures.cluster_sizes, strict=True)
    ]
    sizes = table("Clusters by size", ["pages of a cluster", "clusters", "pages that went"], [
        [name, clusters, pages] for name, (_, clusters, pages) in zip(names, figures.cluster_sizes, strict=True)
    ])  # fmt: skip
    edges = [place / len(figures.jaccards) for place in range(len(figures.jaccards) + 1)]
    likeness = table("Pages that went, by Jaccard to the page that stayed", ["from, to below", "pages"], [
        [f"{edges[place]:g} to {edges[place + 1]:g}", count] for place, count in enumerate(figures.jaccards) if count
    ])  # fmt: skip
    went = figure("Sizes of clusters", "pages that went, by pages of their cluster", bars(lines, ["rejected"]), sizes)
    picture = histogram("Histogram of Jaccards", [(0, count) for count in figures.jaccards], edges, range(0, 21, 4), [])
    alike = figure("Likeness", "Jaccard to the page that stayed; height: square root of pages", picture, likeness)
    clusters = table("The largest clusters", ["page that stayed", "pages", "least Jaccard"], [
        [shown(cluster.url), cluster.size, f"{cluster.least_jaccard:.3f}"] for cluster in figures.largest
    ])  # fmt: skip
    return join(told, tag("div", went, alike, class_="grid"), clusters)


def _sizes_from(least: int) -> str:
    place = CLUSTER_SIZES.index(least)
    if place + 1 == len(CLUSTER_SIZES):
        return f"{least:,} or more"
    most = CLUSTER_SIZES[place + 1] - 1
    return f"{least:,} to {most:,}" if most > least else f"{least:,}"


def _spans(figures: Figures) -> Html:
    if not figures.spans:
        return tag("p", "No repeated span was found.")
    rows = [[tag("q", shown(span.text), dir="auto"), span.copies, span.chars] for span in figures.spans]
    return table("The most repeated spans, by how they begin", ["span", "copies", "characters"], rows)


def _overlaps(figures: Figures) -> Html:
    if not figures.overlaps:
        return tag("p", "No page was dropped by the URL pass.")
    parts = []
    for crawl in sorted({kept for _, kept, _ in figures.overlaps}, key=lambda name: (name != figures.crawl, name)):
        cells = sorted((mine, shard, count) for (mine, kept, shard), count in figures.overlaps.items() if kept == crawl)
        title = f"URLs of {figures.crawl} kept in {crawl}"
        shards = max(figures.num_shards, 1 + max(shard for _, shard, _ in cells))
        picture = heat_map(title, cells, figures.num_shards, shards)
        rows = [[f"{mine} to {shard}", count] for mine, shard, count in sorted(cells, key=lambda cell: -cell[2])[:100]]
        figures_of = table(f"{title}: pairs of shards with most pages, 100 at most", ["shard to shard", "pages"], rows)
        total = sum(count for _, _, count in cells)
        unit = f"{total:,} pages dropped; down: their shard, across: the shard of the page that stayed"
        parts.append(figure(title, unit, picture, figures_of))
    return tag("div", *parts, class_="grid")


def _costs(figures: Figures) -> Html:
    wall = sum(cost.wall_seconds for cost in figures.costs) or 1.0
    lines = [
        Bar(one.target, [one.wall_seconds / wall], f"{one.wall_seconds:,.1f} s, {_rate(one.rows, one.wall_seconds)}")
        for one in figures.costs
    ]
    figures_of = table(
        f"What each table of {figures.crawl} took",
        ["table", "shards", "rows", "bytes", "seconds", "rows per second", "CPU seconds", "CPU ms per row"],
        [
            [cost.target, cost.shards, cost.rows, decimal(cost.bytes), f"{cost.wall_seconds:,.1f}",
             _rate(cost.rows, cost.wall_seconds).removesuffix(" rows/s"), f"{cost.cpu_seconds:,.1f}",
             f"{1000 * cost.cpu_seconds / cost.rows:,.2f}" if cost.rows else ""]
            for cost in figures.costs
        ],
    )  # fmt: skip
    return figure("Time of each table", f"of {wall:,.0f} seconds in all", bars(lines, ["kept"]), figures_of)


def _archives(figures: Figures) -> Html:
    told = ", ".join(f"{count:,} {status}" for status, count in figures.archives.items())
    parts = [tag("p", f"{sum(figures.archives.values()):,} archives: {told}.")]
    if figures.damaged:
        rows = [[one.warc_path, one.status, shown(one.error), _count(one.offset)] for one in figures.damaged]
        columns = ["archive", "status", "error", "offset"]
        parts.append(table("Archives that could not be read to their end, 50 at most", columns, rows, text_columns=3))
    if figures.skipped:
        rows_ = [[kind, count] for kind, count in figures.skipped.items()]
        skipped = table("Records that are no pages, by kind", ["kind", "records"], rows_)
        parts.append(tag("details", tag("summary", "Records that are no pages"), skipped))
    return join(*parts)


def _examples(side: Side) -> Html:
    meanings = {**GATES, **{rule.reason: rule.means for rule in side.figures.rules}, **_DROPS}
    return join(
        *(
            tag(
                "details",
                tag("summary", tag("code", reason), f" {meanings.get(reason, '')}"),
                tag("ol", *(tag("li", example_item(example)) for example in examples), class_="examples"),
                id=f"example-{side.figures.crawl}-{reason}",
            )
            for _, reason, _ in _taken(side.figures)
            if (examples := side.examples.get(reason))
        )
    )


def example_item(example: Example) -> Html:
    """One page: its URL and id, what was measured, and the marked part of its text."""
    changes = [difference(*change) for change in example.changes]
    text = tag("p", marked(example.pieces), class_="text", dir="auto") if example.pieces else None
    facts = tag("p", "; ".join(map(shown, example.facts)), class_="facts")
    return join(tag("p", marked(example.url), class_="url"), facts, text, *changes)


def marked(pieces: Sequence[tuple[str, bool]]) -> Html:
    """Text with what is at fault in it marked."""
    return join(*(tag("mark", shown(text)) if at_fault else shown(text) for text, at_fault in pieces))


def _beside(sides: Sequence[Side], part: Callable[[Side], Html]) -> Html:
    if len(sides) == 1:
        return part(sides[0])
    columns = [tag("div", tag("h3", side.figures.crawl), part(side)) for side in sides]
    return tag("div", *columns, class_="sides")


def _key(kind: str, meaning: str) -> Html:
    swatch = tag("svg", tag("rect", width=10, height=10, class_=kind), viewBox="0 0 10 10", aria_hidden="true")
    return tag("span", swatch, " ", meaning, class_="key")


def _counted(count: int, whole: int) -> str:
    return f"{_large(count)}, {_share(count, whole)}"


def _large(count: int) -> str:
    for size, name in ((10**9, "billion"), (10**6, "million")):
        if count >= 10 * size:
            return f"{count / size:,.1f} {name}"
    return f"{count:,}"


def _ratio(count: int, whole: int | None) -> float:
    return count / whole if whole else 0.0


def _share(count: int, whole: int | None) -> str:
    return f"{count / whole:.2%}" if whole else "-"


def _published(share: float | None) -> str:
    return f"{share:.1%}" if share is not None else ""


def _count(value: int | None) -> str:
    return f"{value:,}" if value is not None else ""


def _rate(rows: int, seconds: float) -> str:
    return f"{rows / seconds:,.0f} rows/s" if seconds else "-"
