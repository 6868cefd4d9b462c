"""The funnel as steps from all pages to documents, beside the shares that RefinedWeb published."""

from __future__ import annotations

from typing import NamedTuple

from winnow.kernels.languages.identify import LANGUAGE_GATES
from winnow.kernels.languages.triage import TRIAGE_GATES
from winnow.kernels.pages.extract import EXTRACT_GATES
from winnow.kernels.pages.selectors import REMOVED_GATE
from winnow.kernels.pages.url import URL_GATES
from winnow.report.figures import Figures
from winnow.warc.reader import PAGE_GATES

SOURCE = (
    "RefinedWeb: Penedo et al. 2023 (arXiv 2306.01116), figure 2 and table 5, which count documents up to the language "
    "and tokens from there on."
)
_LEFT_BY_LANGUAGE = 0.4751


class Step(NamedTuple):
    """What is left after a step of the pipeline.

    chars, words         None before measuring
    published_pages      RefinedWeb's share of all documents; None: not told
    published_words      RefinedWeb's share of the tokens that the language gate left; None: not told
    """

    name: str
    pages: int
    chars: int | None
    words: int | None
    published_pages: float | None = None
    published_words: float | None = None


def steps(figures: Figures) -> list[Step]:
    """From all pages to documents; characters and words are those of the funnel (stages.funnel)."""

    def taken(gates: dict[str, str]) -> int:
        return sum(figures.taken("extract_pages", gate).first for gate in gates)

    after_url = figures.pages - taken({**REMOVED_GATE, **URL_GATES})
    after_extraction = after_url - taken({**PAGE_GATES, **EXTRACT_GATES})
    after_language = after_extraction - taken({**TRIAGE_GATES, **LANGUAGE_GATES})
    measured, documents = figures.taken("judge_pages", ""), figures.taken("build_documents", "kept")
    ruled, unlike, uncut = (
        figures.taken(stage, "") for stage in ("find_near_duplicates", "find_repeated_spans", "find_url_duplicates")
    )
    left = (0.2334 / _LEFT_BY_LANGUAGE, 0.1450 / _LEFT_BY_LANGUAGE, 0.1167 / _LEFT_BY_LANGUAGE)
    return [
        Step("all pages", figures.pages, None, None, 1.0),
        Step("after URL lists and removals", after_url, None, None, 0.9776),
        Step("after reading and extraction", after_extraction, None, None, 0.9631),
        Step("after the language gate", after_language, measured.chars, measured.words, _LEFT_BY_LANGUAGE, 1.0),
        Step("after rules and line corrections", ruled.first, ruled.chars, ruled.words, None, left[0]),
        Step("after near duplicates", unlike.first, unlike.chars, unlike.words, None, left[1]),
        Step("after pages emptied by repeats", uncut.first, uncut.chars, uncut.words),
        Step("documents", documents.first, documents.chars, documents.words, None, left[2]),
    ]
