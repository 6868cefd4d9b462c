"""Counts of measured pages by the rules that they fail, for two sets of rules; reads neither verdicts nor texts.

The rules that a page fails are the bits of a number, or of several numbers if there are more than 62 rules: Spark
groups by numbers far faster than by lists of reasons.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from winnow.settings.rules import Rule
from winnow.stages.verdicts import kept_expr, with_bounds

_MASK_RULES = 62
_SHARD_BITS = 32

Numbers = npt.NDArray[np.int64]  # of each row that is counted here
Chosen = npt.NDArray[np.bool_]


def count_failures(
    measures: DataFrame, crawls: Sequence[str], rules: Sequence[Rule], before: Collection[Rule],
    after: Collection[Rule], examples: int,
) -> DataFrame:  # fmt: skip
    """One row for each set of rules that pages fail.

        failed0, failed1, ...    BIGINT: bit i of failed<k> is rule 62 k + i of `rules`
        pages, words             BIGINT: how many pages, and their words after line corrections
        examples                 ARRAY<STRUCT<page_id, place>>, both BIGINT: some of the pages that only `before` or
                                 only `after` keeps, at most `examples`, the same each time

    crawls: those of `measures`; a place is the number of a crawl and a shard, see `crawl_and_shard`. rules: those of
    `before` and `after`.
    """
    number = F.array_position(F.lit(list(crawls)), F.col("crawl")) - 1 if len(crawls) > 1 else F.lit(0)
    place = F.shiftleft(number.cast("bigint"), _SHARD_BITS) + F.col("shard")
    bounded = with_bounds(measures, rules)
    failures = bounded.select("page_id", place.alias("place"), _words().alias("words"), *_masks(rules))
    changed = _passes(rules, before) != _passes(rules, after)
    drawn = [
        F.when(changed & (F.pmod("page_id", F.lit(examples)) == turn), F.col("page_id")) for turn in range(examples)
    ]
    found = failures.groupBy(*failures.columns[3:]).agg(
        F.count("*").alias("pages"),
        F.sum("words").cast("bigint").alias("words"),
        *(F.min(page_id).alias(f"page_id{turn}") for turn, page_id in enumerate(drawn)),
        *(F.min_by("place", page_id).alias(f"place{turn}") for turn, page_id in enumerate(drawn)),
    )
    pages = [
        F.when(F.col(f"page_id{turn}").isNotNull(), F.struct(
            F.col(f"page_id{turn}").alias("page_id"), F.col(f"place{turn}").alias("place")))
        for turn in range(examples)
    ]  # fmt: skip
    shown = F.array_compact(F.array(*pages).cast("array<struct<page_id: bigint, place: bigint>>"))
    return found.select(*found.columns[: -2 * examples or None], shown.alias("examples"))


def crawl_and_shard(crawls: Sequence[str], place: int) -> tuple[str, int]:
    """The crawl and the shard of a page in `examples`."""
    return crawls[place >> _SHARD_BITS], place & (1 << _SHARD_BITS) - 1


def count_steps(
    measures: DataFrame, steps: Sequence[Rule], before: Sequence[Rule], others: Sequence[Rule]
) -> DataFrame:
    """One row for each set of steps of one rule that pages fail; pages that no step keeps are left out.

    before                   BOOLEAN: kept by the rules before
    others                   BOOLEAN: kept by all rules except the one with steps
    failed0, failed1, ...    BIGINT: the steps that a page fails, as in `count_failures`
    pages, words             BIGINT
    """
    tried = with_bounds(measures, [*steps, *before, *others]).select(
        _words().alias("words"), kept_expr(before).alias("before"), kept_expr(others).alias("others"), *_masks(steps),
    )  # fmt: skip
    kept = tried.where("before OR others").groupBy(*tried.columns[1:])
    return kept.agg(F.count("*").alias("pages"), F.sum("words").cast("bigint").alias("words"))


def failed_numbers(counted: pa.Table) -> list[Numbers]:
    """The columns failed0, failed1, ... of the counts."""
    names = [name for name in counted.column_names if re.fullmatch(r"failed\d+", name)]
    return [counted.column(name).to_numpy() for name in names]


def fails(numbers: Sequence[Numbers], place: int) -> Chosen:
    """For each row, whether its pages fail the rule or step at this place."""
    failing: Chosen = (numbers[place // _MASK_RULES] >> place % _MASK_RULES & 1).astype(bool)
    return failing


def pages_and_words(counted: pa.Table) -> tuple[Numbers, Numbers]:
    """The columns pages and words of the counts."""
    pages, words = (counted.column(name).to_numpy() for name in ("pages", "words"))
    return pages, words


def _numbers(rules: int) -> int:
    """The number of columns failed<k> for this number of rules."""
    return -(-rules // _MASK_RULES)


def _words() -> Column:
    return F.col("metrics.corrected_word_count")


def _masks(rules: Sequence[Rule]) -> list[Column]:
    """failed0, failed1, ... of a `measures` row."""
    numbers = [F.lit(0).cast("bigint")] * _numbers(len(rules))
    for place, rule in enumerate(rules):
        bit = F.lit(1 << place % _MASK_RULES).cast("bigint")
        numbers[place // _MASK_RULES] += F.when(kept_expr([rule]), F.lit(0)).otherwise(bit)
    return [number.alias(f"failed{k}") for k, number in enumerate(numbers)]


def _passes(rules: Sequence[Rule], chosen: Collection[Rule]) -> Column:
    """Whether a row of failed0, failed1, ... fails none of the chosen rules."""
    passes, bits = F.lit(True), sum(1 << place for place, rule in enumerate(rules) if rule in chosen)
    for k in range(_numbers(len(rules))):
        mine = F.lit(bits >> k * _MASK_RULES & (1 << _MASK_RULES) - 1).cast("bigint")
        passes = passes & (F.col(f"failed{k}").bitwiseAND(mine) == 0)
    return passes
