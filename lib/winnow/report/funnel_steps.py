"""The funnel as steps from all pages to documents, beside the shares that RefinedWeb published."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from winnow.kernels.gates import (
    EXTRACT_GATES,
    LANGUAGE_GATES,
    PAGE_GATES,
    REMOVED_GATE,
    TRIAGE_GATES,
    URL_GATES,
)
from winnow.report.figures import Figures

SOURCE = (
    "RefinedWeb: Penedo et al. 2023 (arXiv 2306.01116), figure 2 and table 5, which count documents up to the language "
    "and tokens from there on."
)
_LEFT_BY_LANGUAGE = 0.4751
_LEFT = {"judge_pages": 0.2334, "find_near_duplicates": 0.1450}
_AFTER = {
    "judge_pages": "after rules and line corrections",
    "find_near_duplicates": "after near duplicates",
    "find_repeated_spans": "after pages emptied by repeats",
}


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
    return [
        Step("all pages", figures.pages, None, None, 1.0),
        Step("after URL lists and removals", after_url, None, None, 0.9776),
        Step("after reading and extraction", after_extraction, None, None, 0.9631),
        Step("after the language gate", after_language, measured.chars, measured.words, _LEFT_BY_LANGUAGE, 1.0),
        *_steps_of_jobs(figures),
        Step("documents", documents.first, documents.chars, documents.words, None, _published(0.1167)),
    ]


def _steps_of_jobs(figures: Figures) -> Iterator[Step]:
    """What the rules, and each job after them that drops pages, left: what enters the next job."""
    for job, following in pairwise(figures.stages[1:]):
        if job != "find_url_duplicates":  # after it are the documents
            left, published = figures.taken(following, ""), _published(_LEFT.get(job))
            yield Step(_AFTER.get(job, f"after {job}"), left.first, left.chars, left.words, None, published)


def _published(share: float | None) -> float | None:
    return None if share is None else share / _LEFT_BY_LANGUAGE
