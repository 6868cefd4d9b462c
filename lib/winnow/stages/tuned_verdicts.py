"""What other rules would make of measured pages, beside the verdicts that stand."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from winnow.rules import Rule
from winnow.stages.verdicts import kept_expr, reasons_expr

_KEYS = ["crawl", "shard", "page_id"]
_WORDS = "metrics.corrected_word_count"


def tune_verdicts(
    measures: DataFrame, verdicts: DataFrame, rules: Sequence[Rule], standing: Collection[Rule], examples: int
) -> DataFrame:
    """One row for each pair of sets of reasons, those that a page has and those that `rules` would give it.

        reasons, tuned    ARRAY<STRING>, empty = kept; `tuned` in no order
        pages, words      BIGINT: how many pages, and their words after line corrections
        examples          ARRAY<BIGINT>: page_id of some of the pages where one is kept and the other is not; so many
                          at most, the same ones every time, random as page_id is a hash

    standing: rules that the verdicts were made with: of these the verdicts are believed, and no metric is read. Reads
    no text.
    """
    judged, stands = _judged(rules, standing)
    tuned = measures.select(*_KEYS, F.col(_WORDS).alias("words"), reasons_expr(judged).alias("again"))
    joined = tuned.join(verdicts.select(*_KEYS, "reasons"), _KEYS)
    both = joined.select("page_id", "words", "reasons", F.concat(stands, "again").alias("tuned"))
    changed = (F.size("reasons") == 0) != (F.size("tuned") == 0)
    drawn = [
        F.min(F.when(changed & (F.pmod("page_id", F.lit(examples)) == place), F.col("page_id")))
        for place in range(examples)
    ]
    return both.groupBy("reasons", "tuned").agg(
        F.count("*").alias("pages"),
        F.sum("words").cast("bigint").alias("words"),
        F.array_compact(F.array(*drawn).cast("array<bigint>")).alias("examples"),
    )


def sweep_rule(
    measures: DataFrame, verdicts: DataFrame, rules: Sequence[Rule], standing: Collection[Rule], steps: Sequence[Rule]
) -> DataFrame:
    """One row for each step of one rule, which takes the place of the rule of the same reason.

        step                             INT: its place in `steps`
        pages, words                     BIGINT: what is kept, words after line corrections
        gained, lost                     BIGINT: pages kept that are rejected now, and the other way round
        gained_words, lost_words         BIGINT: their words

    standing: as in `tune_verdicts`. Reads no text, and the pages once for all steps.
    """
    others = [rule for rule in rules if rule.reason != steps[0].reason]
    judged, stands = _judged(others, standing)
    kept = measures.select(
        *_KEYS, F.col(_WORDS).alias("words"), kept_expr(judged).alias("others"),
        F.array(*(kept_expr([rule]) for rule in steps)).alias("steps"),
    )  # fmt: skip
    joined = kept.join(verdicts.select(*_KEYS, "reasons"), _KEYS).select(
        "words", "steps", (F.col("others") & (F.size(stands) == 0)).alias("others"),
        (F.size("reasons") == 0).alias("stands"),
    )  # fmt: skip
    sums = [
        F.struct(*_sums(F.col("others") & F.col("steps")[place]), F.lit(place).alias("step"))
        for place in range(len(steps))
    ]
    return joined.agg(F.array(*sums).alias("sums")).select(F.explode("sums").alias("line")).select("line.*")


def _judged(rules: Sequence[Rule], standing: Collection[Rule]) -> tuple[list[Rule], Column]:
    """The rules that are judged again, and the reasons of a verdict that the others gave."""
    judged = [rule for rule in rules if rule not in standing]
    believed = [F.lit(rule.reason) for rule in rules if rule in standing]
    none = F.array().cast("array<string>")
    return judged, F.array_intersect("reasons", F.array(*believed)) if believed else none


def _sums(kept: Column) -> list[Column]:
    stands = F.col("stands")
    groups = {"": kept, "gained": kept & ~stands, "lost": ~kept & stands}
    pages = [F.count_if(which).alias(name or "pages") for name, which in groups.items()]
    words = [
        F.coalesce(F.sum(F.when(which, F.col("words"))), F.lit(0)).cast("bigint").alias(f"{name}_words".lstrip("_"))
        for name, which in groups.items()
    ]
    return [*pages, *words]
