"""verdicts: all reasons to drop a measured page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from zlib import crc32

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from winnow.settings.rules import UNSPACED, Rule
from winnow.settings.values import sql_of

_NO_BOUNDS = (-math.inf, math.inf, 0)
_BOUNDS = "struct<min: double, max: double, metric: int>"
_BOUNDS_LABEL = "label_of_bounds"


def judge_pages(measures: DataFrame, rules: Sequence[Rule]) -> DataFrame:
    """One row for each measured page: all reasons, in the order of the rules; none means kept. Reads no text."""
    return with_bounds(measures, rules).select("shard", "page_id", reasons_expr(rules).alias("reasons"))


def kept_rows(measures: DataFrame, rules: Sequence[Rule]) -> DataFrame:
    """The rows of `measures` that pass every rule; no text is shuffled."""
    return with_bounds(measures, rules).where(kept_expr(rules)).select(measures.columns)


def with_bounds(measures: DataFrame, rules: Iterable[Rule]) -> DataFrame:
    """`measures` with the bounds of its language for each rule that does not judge all languages alike.

    They come from a small table, joined on the language: more languages do not raise the cost of a row.
    """
    varying = {_column(rule): rule for rule in rules if _varies(rule)}
    if not varying:
        return measures
    labels = sorted(_labels(varying.values()))
    rows = list(zip(labels, *(_bounds(rule, labels) for rule in varying.values()), strict=True))
    columns = [f"{_BOUNDS_LABEL} string", *(f"{name} {_BOUNDS}" for name in varying)]
    table = measures.sparkSession.createDataFrame(rows, ", ".join(columns), verifySchema=False)
    return measures.join(F.broadcast(table), F.col("language") == F.col(_BOUNDS_LABEL), "left")


def reasons_expr(rules: Sequence[Rule]) -> Column:
    """The reasons of a `measures` row that has bounds. A null metric is an error, never a verdict."""
    none = F.lit(None).cast("string")  # gives the array its type if there are no rules
    reasons = [F.when(~_passes_expr(rule), F.lit(rule.reason)) for rule in rules]
    return F.array_compact(F.array(none, *reasons))


def kept_expr(rules: Sequence[Rule]) -> Column:
    """Whether a `measures` row that has bounds passes every rule."""
    kept = F.lit(True)
    for rule in rules:
        kept = kept & _passes_expr(rule)
    return kept


def _varies(rule: Rule) -> bool:
    return rule.languages is not None or bool(rule.by_language)


def _column(rule: Rule) -> str:
    """The name of the column with the bounds of a rule: always the same for one rule, different for two rules."""
    return f"bounds_{crc32(repr(rule).encode()):08x}"


def _labels(rules: Iterable[Rule]) -> set[str]:
    """Every language that some rule names. All other languages are judged alike."""
    labels = set(UNSPACED)
    for rule in rules:
        labels.update(rule.languages or (), (bounds.label for bounds in rule.by_language))
    return labels


def _bounds(rule: Rule, labels: Iterable[str]) -> list[tuple[float, float, int]]:
    """For each language the minimum, the maximum, and the index in `rule.metrics` of the metric that is judged."""
    numbers = {metric: number for number, metric in enumerate(rule.metrics)}
    found = rule.bounds_of(labels).values()
    return [(float(one[1]), float(one[2]), numbers[one[0]]) if one else _NO_BOUNDS for one in found]


def _passes_expr(rule: Rule) -> Column:
    if not _varies(rule):
        return _within(_metric_expr(rule.metric), rule.min, rule.max)
    column, metrics = F.col(_column(rule)), rule.metrics
    low, high, _ = _bounds(rule, [""])[0]
    value = _metric_expr(rule.metric)
    for number, metric in enumerate(metrics[1:], 1):
        value = F.when(column["metric"] == number, _metric_expr(metric)).otherwise(value)
    least, most = (F.coalesce(column[side], F.lit(bound)) for side, bound in (("min", low), ("max", high)))
    return (value >= least) & (value <= most)


def _metric_expr(name: str) -> Column:
    metric = F.expr(sql_of(name))
    message = f"{name} is null; run measure_pages again"
    return F.when(metric.isNull(), F.raise_error(F.lit(message)).cast("double")).otherwise(metric)


def _within(value: Column, low: float, high: float) -> Column:
    passes = F.lit(True)
    if low != -math.inf:
        passes = passes & (value >= low)
    if high != math.inf:
        passes = passes & (value <= high)
    return passes
