"""What other rules would make of measured pages, beside the verdicts that stand."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from winnow.rules import Rule
from winnow.stages.verdicts import kept_expr, reasons_expr

_KEYS = ("crawl", "shard", "page_id")
_WORDS = "metrics.corrected_word_count"


def tune_verdicts(measures: DataFrame, verdicts: DataFrame, rules: Sequence[Rule], examples: int) -> DataFrame:
    """One row for each pair of sets of reasons, those that a page has and those that `rules` would give it.

        reasons, tuned    ARRAY<STRING>, in the order of the rules that gave them; empty = kept
        pages, words      BIGINT: how many pages, and their words after line corrections
        examples          ARRAY<STRUCT<crawl, shard, page_id>>: so many of the pages, the same ones every time

    Reads no text.
    """
    tuned = measures.select(*_KEYS, F.col(_WORDS).alias("words"), reasons_expr(rules).alias("tuned"))
    return (
        tuned.join(verdicts.select(*_KEYS, "reasons"), list(_KEYS))
        .groupBy("reasons", "tuned")
        .agg(
            F.count("*").alias("pages"),
            F.sum("words").cast("bigint").alias("words"),
            F.min_by(F.struct(*_KEYS), F.xxhash64("page_id", F.lit(0)), examples).alias("examples"),
        )
    )


def sweep_rule(measures: DataFrame, verdicts: DataFrame, rules: Sequence[Rule], steps: Sequence[Rule]) -> DataFrame:
    """One row for each step of one rule, which takes the place of the rule of the same reason.

        step                             INT: its place in `steps`
        pages, words                     BIGINT: what is kept, words after line corrections
        gained, lost                     BIGINT: pages kept that are rejected now, and the other way round
        gained_words, lost_words         BIGINT: their words

    Reads no text, and the pages once for all steps.
    """
    others = [rule for rule in rules if rule.reason != steps[0].reason]
    kept = measures.select(
        *_KEYS, F.col(_WORDS).alias("words"), kept_expr(others).alias("others"),
        F.array(*(kept_expr([rule]) for rule in steps)).alias("steps"),
    )  # fmt: skip
    stands = verdicts.select(*_KEYS, (F.size("reasons") == 0).alias("stands"))
    sums = [
        F.struct(*_sums(F.col("others") & F.col("steps")[place]), F.lit(place).alias("step"))
        for place in range(len(steps))
    ]
    totals = kept.join(stands, list(_KEYS)).agg(F.array(*sums).alias("sums"))
    return totals.select(F.explode("sums").alias("line")).select("line.*")


def _sums(kept: Column) -> list[Column]:
    stands = F.col("stands")
    groups = {"": kept, "gained": kept & ~stands, "lost": ~kept & stands}
    pages = [F.count_if(which).alias(name or "pages") for name, which in groups.items()]
    words = [
        F.coalesce(F.sum(F.when(which, F.col("words"))), F.lit(0)).cast("bigint").alias(f"{name}_words".lstrip("_"))
        for name, which in groups.items()
    ]
    return [*pages, *words]
