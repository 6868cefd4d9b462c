"""Made-up figures of a run in which all texts are the same, so that a hostile text is everywhere."""

from __future__ import annotations

from winnow.kernels.measures.metrics import METRICS
from winnow.report.axes import edges_of
from winnow.report.examples import Change, Example
from winnow.report.figures import Cluster, Cost, Figures, Group, Span, Taken
from winnow.report.html.sections import Side
from winnow.report.not_read import Damaged, NotRead
from winnow.scopes.funnel import LanguageFunnel
from winnow.settings.rules import Rule

RULE = Rule("gopher_too_few_words", "word_count", 50.0, float("inf"), "The page has fewer than 50 words.")


def side_of(text: str, crawl: str = "CRAWL", largest: int = 3, gate: str = "empty_text") -> Side:
    """A run in which every text from pages, archives or rules is `text`."""
    taken = Taken(10, 8, 5, 4_000, 700)
    funnel = {
        ("extract_pages", ""): Taken(40, 40, 0, 0, 0),
        ("extract_pages", gate): taken,
        ("judge_pages", ""): Taken(30, 30, 0, 9_000, 1_500),
        ("judge_pages", RULE.reason): taken,
        ("judge_pages", text): taken,
        ("find_near_duplicates", ""): Taken(20, 20, 0, 5_000, 800),
        ("find_repeated_spans", ""): Taken(18, 18, 0, 4_500, 700),
        ("find_url_duplicates", ""): Taken(17, 17, 0, 4_400, 690),
        ("build_documents", "kept"): Taken(16, 16, 0, 4_300, 680),
    }
    figures = Figures(
        crawl=crawl,
        num_shards=2,
        rules=(RULE, RULE._replace(reason=text, means=text)),
        rules_stand=False,
        funnel=funnel,
        histograms={metric: [(2, 1)] * (len(edges_of(metric)) - 1) for metric in METRICS},
        drawn={text: {metric: [(2, 1)] * (len(edges_of(metric)) - 1) for metric in METRICS}},
        languages=[LanguageFunnel(text, 3, 2, 2, 1, 9, {text: 2}), LanguageFunnel("", 1, 0, 0, 0, 0, {})],
        domains=[Group(text, 3, 1)],
        top_domains=[Group(text, 3, 1)],
        cluster_sizes=[(3, 1, 2)],
        jaccards=[0] * 18 + [1, 1],
        largest=[Cluster(largest, text, 0.9)],
        alarm=1_000.0,
        spans=[Span(4, 300, text)],
        overlaps={(0, text, 1): 7, (1, crawl, 0): 5},
        costs=[Cost(text, 2, 40, 10_000, 3.0, 5.0)],
        not_read=NotRead(
            {"read": 1, "damaged": 1, text: 1},
            [Damaged(text, "damaged", text, 7)],
            2,
            [text],
            {text: 3, "conversion": 4},
        ),
    )
    change = Change(text, text, text)
    example = Example(1, [(text, False), (text, True)], [text], [(text, True), (text, False)], [change])
    return Side(figures, {gate: [example], RULE.reason: [example], text: [example]})
