"""The parts of a report about one run: charts, each with a table of its figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from rich.filesize import decimal

from winnow.kernels.gates import GATES
from winnow.report.axes import edges_of, ticks_of, unit_of
from winnow.report.examples import Example
from winnow.report.figures import CLUSTER_SIZES, Figures, Group, Taken
from winnow.report.funnel import Step, few_kept
from winnow.report.funnel_steps import steps
from winnow.report.html.charts import Bar, bars, heat_map, histogram, number
from winnow.report.html.markup import Html, difference, figure, join, shown, table, tag
from winnow.report.quantities import count_or_blank, counted, percent_or_blank, rate, ratio, share
from winnow.settings.rules import Rule
from winnow.stages.funnel import DROP_REASONS
from winnow.warc.skipped import SKIPPED_KINDS


class Side(NamedTuple):
    """One of the runs that a report shows: its figures, and examples for each reason."""

    figures: Figures
    examples: dict[str, list[Example]]


def funnel(side: Side) -> Html:
    """What is left after each step, in pages, characters and words."""
    figures = side.figures
    rows = steps(figures)
    lines = [
        Bar(row.name, [ratio(row.pages, figures.pages)], counted(row.pages, figures.pages), row.published_pages)
        for row in rows
    ]
    mine = table(
        f"Funnel of {figures.crawl}",
        ["left", "pages", "of all", "RefinedWeb", "characters", "words", "of measured", "RefinedWeb (tokens)"],
        [
            [row.name, row.pages, share(row.pages, figures.pages), percent_or_blank(row.published_pages),
             count_or_blank(row.chars), count_or_blank(row.words),
             share(row.words, rows[3].words) if row.words is not None else "", percent_or_blank(row.published_words)]
            for row in rows
        ],
    )  # fmt: skip
    pictures = [figure("Pages left", "of all pages; line: RefinedWeb", bars(lines, ["kept"]), mine)]
    measured = [row for row in rows if row.words is not None]
    for name in ("words", "chars"):
        counts = [getattr(row, name) for row in measured]
        lines = [
            Bar(row.name, [ratio(count, counts[0])], counted(count, counts[0]), row.published_words)
            for row, count in zip(measured, counts, strict=True)
        ]
        title = "Characters left" if name == "chars" else "Words left"
        unit = "of all measured; line: RefinedWeb's tokens"
        figures_of = table(title, ["left", title.split(maxsplit=1)[0].lower(), "of measured", "RefinedWeb (tokens)"], [
            [row.name, count, share(count, counts[0]), percent_or_blank(row.published_words)]
            for row, count in zip(measured, counts, strict=True)
        ])  # fmt: skip
        pictures.append(figure(title, unit, bars(lines, ["kept"]), figures_of))
    said = few_kept([Step(*key, *taken[:3], taken.words) for key, taken in figures.funnel.items()])
    alarm = tag("p", f"Alarm: {said}.", class_="alarm", role="alert") if said else None
    return join(alarm, tag("div", *pictures, class_="grid"))


def reasons(side: Side) -> Html:
    """Pages for which each reason is the first, and pages for which it is the only one."""
    figures = side.figures
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
        "p", legend_key("only", "this reason only"), legend_key("first", "this reason first"),
        legend_key("any", "an earlier reason first"), class_="legend",
    )  # fmt: skip
    figures_of = table(
        f"Reasons of {figures.crawl}: pages with each; as first reason; as only reason",
        ["reason", "stage", "hit", "first", "of all", "only", "characters", "words"],
        [
            [reason, stage, one.any, one.first, share(one.first, figures.pages), one.only,
             count_or_blank(one.chars or None), count_or_blank(one.words or None)]
            for stage, reason, one in taken
        ],
        text_columns=2,
    )  # fmt: skip
    unit = f"pages; the longest bar is {most:,}"
    return figure(
        "Pages of each reason",
        unit,
        join(legend, tag("div", bars(lines, ["only", "first", "any"]), class_="columns")),
        figures_of,
    )


def _taken(figures: Figures) -> list[tuple[str, str, Taken]]:
    """Stage, reason and counts, by stage; frequent reasons first."""
    rows = [(stage, reason, taken) for (stage, reason), taken in figures.funnel.items() if reason not in ("", "kept")]
    return sorted(rows, key=lambda row: (figures.stages.index(row[0]), -row[2].first, row[1]))


def metric_histogram(figures: Figures, metric: str, is_named: bool) -> Html:
    """Kept and dropped pages by a metric, with its thresholds; is_named: with the crawl's name.

    Thresholds of single languages are drawn with the pages of these languages.
    """
    rules = [rule for rule in figures.rules if rule.metric == metric and not rule.by_language]
    title = f"{metric} ({figures.crawl})" if is_named else metric
    return metric_picture(title, metric, figures.histograms[metric], rules)


def metric_picture(title: str, metric: str, bins: Sequence[tuple[int, int]], rules: Sequence[Rule]) -> Html:
    """A histogram of a metric with the thresholds of rules that judge it."""
    edges = edges_of(metric)
    bounds = [
        (value, f"{'at least' if kind == 'min' else 'at most'} {value:,g}")
        for rule in rules
        for kind, value in (("min", rule.min), ("max", rule.max))
        if not math.isinf(value)
    ]
    rows = [
        [f"{number(edges[place])} to {number(edges[place + 1])}", kept, rejected]
        for place, (kept, rejected) in enumerate(bins)
        if kept or rejected
    ]
    figures_of = table(f"{title}: pages by value", ["from, to below", "kept", "dropped"], rows)
    thresholds = "; ".join(name for _, name in bounds)
    picture = histogram(
        f"Histogram of {title}{', thresholds ' + thresholds if bounds else ''}", bins, edges, ticks_of(metric), bounds
    )
    return figure(title, f"{unit_of(metric)}; height: square root of pages", picture, figures_of)


def places(side: Side) -> Html:
    """Pages by domain and top-level domain, and how many of them became documents."""
    figures = side.figures
    named = {
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
        [shown(one.name), one.pages, one.documents, one.pages - one.documents, share(one.documents, one.pages)]
        for one in groups
    ]
    figures_of = table(title, [title.lower(), "pages", "documents", "dropped", "kept"], rows)
    unit = f"documents of pages, the {len(groups)} with most pages"
    return figure(title, unit, bars(lines, ["kept", "rejected"]), figures_of)


def near_duplicates(side: Side) -> Html:
    """Sizes of clusters, with a warning if one is too large, and the similarity of pages."""
    figures = side.figures
    if not figures.largest:
        return tag("p", "No page was dropped as a near duplicate.")
    largest = figures.largest[0].size
    said = f"The largest cluster has {largest:,} pages; more than {figures.alarm:,.0f} would be too many."
    alarm = f"Alarm: a cluster has {largest:,} pages, more than {figures.alarm:,.0f}. Look at it first."
    told = tag("p", alarm, class_="alarm", role="alert") if largest > figures.alarm else tag("p", said)
    most = max(pages for _, _, pages in figures.cluster_sizes)
    names = [_sizes_from(least) for least, _, _ in figures.cluster_sizes]
    lines = [
        Bar(name, [pages / most], f"{pages:,} pages of {clusters:,} clusters")
        for name, (_, clusters, pages) in zip(names, figures.cluster_sizes, strict=True)
    ]
    sizes = table("Clusters by size", ["pages of a cluster", "clusters", "dropped pages"], [
        [name, clusters, pages] for name, (_, clusters, pages) in zip(names, figures.cluster_sizes, strict=True)
    ])  # fmt: skip
    edges = [place / len(figures.jaccards) for place in range(len(figures.jaccards) + 1)]
    likeness = table("Dropped pages by Jaccard similarity to their kept page", ["from, to below", "pages"], [
        [f"{edges[place]:g} to {edges[place + 1]:g}", count] for place, count in enumerate(figures.jaccards) if count
    ])  # fmt: skip
    went = figure("Sizes of clusters", "dropped pages, by pages of their cluster", bars(lines, ["rejected"]), sizes)
    picture = histogram("Histogram of Jaccards", [(0, count) for count in figures.jaccards], edges, range(0, 21, 4), [])
    alike = figure("Similarity", "Jaccard similarity to the kept page; height: square root of pages", picture, likeness)
    clusters = table("The largest clusters", ["kept page", "pages", "least Jaccard"], [
        [shown(cluster.url), cluster.size, f"{cluster.least_jaccard:.3f}"] for cluster in figures.largest
    ])  # fmt: skip
    return join(told, tag("div", went, alike, class_="grid"), clusters)


def _sizes_from(least: int) -> str:
    place = CLUSTER_SIZES.index(least)
    if place + 1 == len(CLUSTER_SIZES):
        return f"{least:,} or more"
    most = CLUSTER_SIZES[place + 1] - 1
    return f"{least:,} to {most:,}" if most > least else f"{least:,}"


def repeated_spans(side: Side) -> Html:
    """The spans with most copies."""
    figures = side.figures
    if not figures.spans:
        return tag("p", "No repeated span was found.")
    rows = [[tag("q", shown(span.text), dir="auto"), span.copies, span.chars] for span in figures.spans]
    return table("The most repeated spans, by how they begin", ["span", "copies", "characters"], rows)


def url_pass(side: Side) -> Html:
    """Pages dropped by the URL pass, by their shard and that of the kept page."""
    figures = side.figures
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
        unit = f"{total:,} pages dropped; down: their shard, across: the shard of the kept page"
        parts.append(figure(title, unit, picture, figures_of))
    return tag("div", *parts, class_="grid")


def cost(side: Side) -> Html:
    """The cost of each table."""
    figures = side.figures
    wall = sum(cost.wall_seconds for cost in figures.costs) or 1.0
    lines = [
        Bar(one.target, [one.wall_seconds / wall], f"{one.wall_seconds:,.1f} s, {rate(one.rows, one.wall_seconds)}")
        for one in figures.costs
    ]
    figures_of = table(
        f"Cost of each table of {figures.crawl}",
        ["table", "shards", "rows", "bytes", "seconds", "rows per second", "CPU seconds", "CPU ms per row"],
        [
            [cost.target, cost.shards, cost.rows, decimal(cost.bytes), f"{cost.wall_seconds:,.1f}",
             rate(cost.rows, cost.wall_seconds).removesuffix(" rows/s"), f"{cost.cpu_seconds:,.1f}",
             f"{1000 * cost.cpu_seconds / cost.rows:,.2f}" if cost.rows else ""]
            for cost in figures.costs
        ],
    )  # fmt: skip
    return figure("Time of each table", f"of {wall:,.0f} seconds in all", bars(lines, ["kept"]), figures_of)


def archives(side: Side) -> Html:
    """Status of archives, skipped records, and what could not be read."""
    found = side.figures.not_read
    told = ", ".join(f"{count:,} {status}" for status, count in found.archives.items())
    parts = [tag("p", f"{sum(found.archives.values()):,} archives: {told}.")]
    if found.damaged:
        rows = [[one.archive_path, one.status, shown(one.error), count_or_blank(one.offset)] for one in found.damaged]
        columns = ["archive", "status", "error", "offset"]
        parts.append(table("Archives that could not be read to their end, 50 at most", columns, rows, text_columns=3))
    if found.without_page:
        parts.append(tag("p", f"{found.without_page:,} archives gave no page."))
        parts.append(table("Archives without a page, 50 at most", ["archive"], [[path] for path in found.pageless]))
    if found.passed_over:
        kinds = [[kind, SKIPPED_KINDS[kind], count] for kind, count in found.passed_over.items()]
        title = "Skipped records that contain or may contain text or HTML"
        parts.append(table(title, ["kind", "meaning", "records"], kinds, text_columns=2))
    if found.skipped:
        rows_ = [[kind, count] for kind, count in found.skipped.items()]
        skipped = table("Records that are no pages, by kind", ["kind", "records"], rows_)
        parts.append(tag("details", tag("summary", "Records that are no pages"), skipped))
    return join(*parts)


def examples(side: Side) -> Html:
    """Random pages for each reason."""
    gates: dict[str, str] = {name: gate.means for name, gate in GATES.items()}
    meanings = {**gates, **{rule.reason: rule.means for rule in side.figures.rules}, **DROP_REASONS}
    return join(
        *(
            tag(
                "details",
                tag("summary", tag("code", reason), f" {meanings.get(reason, '')}"),
                tag("ol", *(tag("li", example_item(example)) for example in drawn), class_="examples"),
                id=f"example-{side.figures.crawl}-{reason}",
            )
            for _, reason, _ in _taken(side.figures)
            if (drawn := side.examples.get(reason))
        )
    )


def example_item(example: Example) -> Html:
    """One page: its URL and id, its measured values, and the marked part of its text."""
    changes = [difference(*change) for change in example.changes]
    text = tag("p", marked(example.pieces), class_="text", dir="auto") if example.pieces else None
    facts = tag("p", "; ".join(map(shown, example.facts)), class_="facts")
    return join(tag("p", marked(example.url), class_="url"), facts, text, *changes)


def marked(pieces: Sequence[tuple[str, bool]]) -> Html:
    """Text with the parts that cause the reason marked."""
    return join(*(tag("mark", shown(text)) if at_fault else shown(text) for text, at_fault in pieces))


def legend_key(kind: str, meaning: str) -> Html:
    """An entry of a legend: the colour of a class, and what it means."""
    swatch = tag("svg", tag("rect", width=10, height=10, class_=kind), viewBox="0 0 10 10", aria_hidden="true")
    return tag("span", swatch, " ", meaning, class_="key")
