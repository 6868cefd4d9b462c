"""Scores of the language model by language, and the bound that follows from them for each language."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import NamedTuple

from pyspark.sql import functions as F

from winnow.kernels.gates import LANGUAGE_SCORE_LOW, LANGUAGE_UNWANTED
from winnow.warehouse import delta
from winnow.warehouse.work import Work

LEAST, MOST = 0.3, 0.9  # of a bound (FineWeb2)
_STEPS = 10_000  # scores are counted in steps of a ten-thousandth, so that sums are of integers


class LanguageScores(NamedTuple):
    """The scores of the pages of one language, and the bound that follows from them.

    language     the label in `pages.language`
    pages        pages whose text was identified as this language, whatever their score
    median       of their scores, 0 to 1
    deviation    standard deviation of their scores
    min_score    max(0.3, min(0.9, median - deviation))
    below        pages with a lower score: `language.min_scores` with this bound gates them
    """

    language: str
    pages: int
    median: float
    deviation: float
    min_score: float
    below: int


def bound_of(median: float, deviation: float) -> float:
    """The least score of a language, four decimals.

    Source: Penedo et al. 2025 (FineWeb2), section 3.2: max(0.3, min(0.9, median - standard deviation)).
    """
    return round(max(LEAST, min(MOST, median - deviation)), 4)


def language_scores(work: Work) -> list[LanguageScores]:
    """The scores of each language in a crawl, or in all if work.crawl is ''; languages with most pages first.

    Counts pages whose extracted text was identified, also those that the language gate stopped. The same for any order
    of rows.
    Differs from FineWeb2, which does not publish these details (choice): the deviation is that of these pages, not
    estimated for a larger population. Scores are first rounded to four decimals.
    """
    pages = delta.read(work, "pages") if work.crawl else delta.read_all(work, "pages")
    identified = F.col("gate").isNull() | F.col("gate").isin(LANGUAGE_SCORE_LOW, LANGUAGE_UNWANTED)
    scores = pages.where(identified & (F.col("language") != "")).select("language", "language_score")
    step = F.round(F.col("language_score") * _STEPS).cast("bigint")
    groups = scores.select("language", step.alias("step")).groupBy("language").agg(
        F.count("*").alias("pages"), F.median("step").alias("median"), F.sum("step").alias("sum"),
        F.sum(F.col("step") * F.col("step")).alias("squares"),
    )  # fmt: skip
    found = [
        (row.language, row.pages, row.median / _STEPS, _deviation(row.pages, row.sum, row.squares))
        for row in groups.collect()  # one row a language
    ]
    bounds = {language: bound_of(median, deviation) for language, _, median, deviation in found}
    if not bounds:
        return []
    table = work.spark.createDataFrame(sorted(bounds.items()), "language string, bound double")
    low = scores.join(F.broadcast(table), "language").where(F.col("language_score") < F.col("bound"))
    below = {row.language: row["count"] for row in low.groupBy("language").count().collect()}
    made = [LanguageScores(*one, bounds[one[0]], below.get(one[0], 0)) for one in found]
    return sorted(made, key=lambda one: (-one.pages, one.language))


def _deviation(pages: int, total: int, squares: int) -> float:
    return math.sqrt(pages * squares - total * total) / (pages * _STEPS)


def as_yaml(found: Iterable[LanguageScores]) -> str:
    """A file for `language.min_scores`: a line for each language, with what its bound follows from."""
    lines = (
        f"{one.language}: {one.min_score:g}  # {one.pages:,} pages, median {one.median:.4f}, "
        f"deviation {one.deviation:.4f}\n"
        for one in sorted(found)
    )
    return "".join(lines)
