"""The funnel counted from the tables of the recipe: of some shards, checked stage by stage, or by language."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from winnow.errors import WinnowError
from winnow.settings.jobs import JOBS, dropping_jobs, jobs_before, jobs_of
from winnow.stages.funnel import imbalances, report_funnel
from winnow.warehouse import delta
from winnow.warehouse.work import Work

_REASONS = 3


class LanguageFunnel(NamedTuple):
    """The pages of one language: each number counts pages but `words`.

    language     the label of the language; empty: pages that were gated before their language was identified
    pages        pages of the crawl
    measured     pages without a gate
    passing      pages that every rule keeps
    documents    pages that became documents
    words        words of the documents
    reasons      gates and reasons with most pages, by the first reason of each page: three at most
    """

    language: str
    pages: int
    measured: int
    passing: int
    documents: int
    words: int
    reasons: dict[str, int]


def count_pages(work: Work, shards: list[int]) -> DataFrame:
    """The funnel of these shards. Raises WinnowError if pages were lost or counted twice."""
    funnel = _funnel(work, shards, "shard")
    rows = funnel.collect()  # some 40 a shard
    counted = {"extract_pages", "judge_pages", "build_documents", *dropping_jobs(work.settings)}
    problems = imbalances(rows, [name for name in jobs_of(work.settings) if name in counted])
    if problems:
        raise WinnowError("the sums of the funnel do not agree; this is an error in winnow:\n" + "\n".join(problems))
    return work.spark.createDataFrame(rows, funnel.schema)


def count_languages(work: Work) -> list[LanguageFunnel]:
    """What each language of a crawl keeps, those with most pages first.

    It is counted from the tables on demand. A column of `funnel` would multiply its rows by the number of languages;
    this reads the same few columns once.
    """
    return language_funnels(_funnel(work, None, "language").collect())  # some 40 rows a language


def language_funnels(rows: Iterable[Row]) -> list[LanguageFunnel]:
    """What each language keeps, from rows of the funnel by language; languages with most pages first."""
    found: dict[str, dict[tuple[str, str], Row]] = defaultdict(dict)
    for row in rows:
        found[row.language or ""][row.stage, row.reason] = row
    made = (_of_language(language, steps) for language, steps in found.items())
    return sorted(made, key=lambda one: (-one.pages, one.language))


def _of_language(language: str, steps: dict[tuple[str, str], Row]) -> LanguageFunnel:
    def pages(stage: str, reason: str) -> int:
        row = steps.get((stage, reason))
        return int(row.pages_first) if row is not None else 0

    taken = {reason: row.pages_first for (_, reason), row in steps.items() if reason not in ("", "kept")}
    most = sorted(taken.items(), key=lambda one: (-one[1], one[0]))[:_REASONS]
    documents = steps.get(("build_documents", "kept"))
    return LanguageFunnel(
        language,
        pages("extract_pages", ""),
        pages("extract_pages", "kept"),
        pages("judge_pages", "kept"),
        pages("build_documents", "kept"),
        int(documents.words or 0) if documents is not None else 0,
        {reason: count for reason, count in most if count},
    )


def _funnel(work: Work, shards: list[int] | None, by: str) -> DataFrame:
    tables = {name: delta.read(work, name, shards) for name in ("pages", "measures", "verdicts", "documents")}
    dropped = [
        (name, delta.read(work, JOBS[name].table, shards), F.expr(str(JOBS[name].drops)).cast("string"))
        for name in dropping_jobs(work.settings)
    ]
    before = jobs_before(work.settings, "judge_pages")
    early, late = ([drop for drop in dropped if (drop[0] in before) == is_early] for is_early in (True, False))
    return report_funnel(dropped=late, dropped_before=early, by=by, **tables)
