"""The part of a report about languages: a funnel of each, and histograms with its own thresholds."""

from __future__ import annotations

from winnow.report.figures import Figures
from winnow.report.funnel import SHOWN, name_of, others_in_words, reasons_in_words
from winnow.report.html.charts import Bar, bars
from winnow.report.html.markup import Html, figure, join, shown, table, tag
from winnow.report.html.sections import Side, legend_key, metric_picture
from winnow.report.quantities import ratio, share
from winnow.scopes.funnel import LanguageFunnel


def languages(side: Side) -> Html:
    """The funnel of each language, and metrics of the largest languages with their own thresholds."""
    figures = side.figures
    found = figures.languages
    if not found:
        return tag("p", "The crawl has no page.")
    first = found[:SHOWN]
    lines = [
        Bar(shown(name_of(one.language)),
            [ratio(one.documents, one.pages), ratio(one.passing - one.documents, one.pages),
             ratio(one.measured - one.passing, one.pages)],
            f"{one.documents:,} documents of {one.pages:,} pages")
        for one in first
    ]  # fmt: skip
    rows = [
        [shown(name_of(one.language)), one.pages, one.measured, one.passing, one.documents,
         share(one.documents, one.measured), one.words, shown(reasons_in_words(one))]
        for one in first
    ]  # fmt: skip
    heads = ["language", "pages", "measured", "kept by rules", "documents", "of measured", "words", "frequent reasons"]
    figures_of = table(f"Languages of {figures.crawl}", heads, rows)
    unit = f"of its pages; the {len(first)} with most pages"
    legend = tag(
        "p", legend_key("kept", "documents"), legend_key("only", "dropped after the rules"),
        legend_key("rejected", "dropped by rules"), legend_key("rail", "gated"), class_="legend",
    )  # fmt: skip
    picture = join(legend, tag("div", bars(lines, ["kept", "only", "rejected"]), class_="columns"))
    parts = [figure("Pages of each language", unit, picture, figures_of)]
    if others := others_in_words(found):
        parts.append(tag("p", shown(others)))
    return join(*parts, *(_metrics(figures, one) for one in found if one.language in figures.drawn))


def _metrics(figures: Figures, one: LanguageFunnel) -> Html:
    """The metrics that rules judge in one language."""
    rules = [rule for rule in (rule.for_language(one.language) for rule in figures.rules) if rule is not None]
    drawn = figures.drawn[one.language]
    metrics = [metric for metric in dict.fromkeys(rule.metric for rule in rules) if metric in drawn]
    pictures = [
        metric_picture(f"{metric} ({one.language})", metric, drawn[metric], [r for r in rules if r.metric == metric])
        for metric in metrics
    ]
    said = f": {one.measured:,} measured pages, {one.passing:,} kept by the rules; thresholds of this language"
    summary = tag("summary", tag("strong", shown(name_of(one.language))), said)
    is_alone = len(figures.drawn) == 1  # as with --language
    return tag(
        "details",
        summary,
        tag("div", *pictures, class_="grid"),
        id=f"language-{figures.crawl}-{one.language}",
        open=is_alone,
    )
