"""The funnel as steps from all pages to documents, with the shares that RefinedWeb published."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from winnow.kernels.gates import GATES, GateName, GateStep
from winnow.report.figures import Figures, Taken
from winnow.settings.jobs import JOBS

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
_PUBLISHED: dict[str, float] = {GateStep.URL: 0.9776, GateStep.EXTRACTION: 0.9631, GateStep.LANGUAGE: _LEFT_BY_LANGUAGE}
_UNKNOWN = "gates that this version does not know"


class Step(NamedTuple):
    """Pages that are left after a step.

    chars, words         None before measuring
    published_pages      RefinedWeb's share of all documents; None: not published
    published_words      RefinedWeb's share of tokens after the language gate; None: not published
    """

    name: str
    pages: int
    chars: int | None
    words: int | None
    published_pages: float | None = None
    published_words: float | None = None


def steps(figures: Figures) -> list[Step]:
    """From all pages to documents; characters and words are those of the funnel (stages.funnel)."""
    measured, documents = figures.measured, figures.taken("build_documents", "kept")
    return [
        Step("all pages", figures.pages, None, None, 1.0),
        *_gate_steps(figures, measured),
        *_steps_of_jobs(figures),
        Step("documents", documents.first, documents.chars, documents.words, None, _published(0.1167)),
    ]


def _steps_of_jobs(figures: Figures) -> Iterator[Step]:
    """Pages that the rules, and each later job that drops pages, keep: they enter the next job."""
    usual = sorted(figures.stages, key=list(JOBS).index) == figures.stages  # shares are published for this order
    for job, following in pairwise(figures.stages[1:]):
        if job != "find_url_duplicates":  # the documents come after it
            left, published = figures.taken(following, ""), _published(_LEFT.get(job) if usual else None)
            yield Step(_AFTER.get(job, f"after {job}"), left.first, left.chars, left.words, None, published)


def _published(share: float | None) -> float | None:
    return None if share is None else share / _LEFT_BY_LANGUAGE


def _gate_steps(figures: Figures, measured: Taken) -> list[Step]:
    """One step for each GateStep; one more if tables have gates that are not declared, so that sums agree."""
    taken = _by_step(figures)
    names = [*GateStep, *([_UNKNOWN] if _UNKNOWN in taken else [])]
    found, left = [], figures.pages
    for name in names:
        left -= taken.get(name, 0)
        found.append(Step(f"after {name}", left, None, None, _PUBLISHED.get(name)))
    return [*found[:-1], found[-1]._replace(chars=measured.chars, words=measured.words, published_words=1.0)]


def _by_step(figures: Figures) -> dict[str, int]:
    """Pages that gates stopped, by step."""
    taken: dict[str, int] = {}
    for (stage, reason), pages in figures.funnel.items():
        if stage == "extract_pages" and reason not in ("", "kept"):
            gate = GATES.get(GateName(reason))
            step = gate.step if gate else _UNKNOWN
            taken[step] = taken.get(step, 0) + pages.first
    return taken
