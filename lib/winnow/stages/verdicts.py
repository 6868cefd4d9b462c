"""verdicts: all reasons to drop a measured page."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from winnow.settings.rules import Rule
from winnow.settings.values import sql_of


def judge_pages(measures: DataFrame, rules: Sequence[Rule]) -> DataFrame:
    """One row for each measured page: all reasons, in the order of the rules; none means kept. Reads no text."""
    return measures.select("shard", "page_id", reasons_expr(rules).alias("reasons"))


def reasons_expr(rules: Sequence[Rule]) -> Column:
    """The reasons of a `measures` row. A null metric is an error, never a verdict."""
    none = F.lit(None).cast("string")  # gives the array its type if there are no rules
    reasons = [F.when(~_passes_expr(rule), F.lit(rule.reason)) for rule in rules]
    return F.array_compact(F.array(none, *reasons))


def kept_expr(rules: Sequence[Rule]) -> Column:
    """Whether a `measures` row passes every rule."""
    kept = F.lit(True)
    for rule in rules:
        kept = kept & _passes_expr(rule)
    return kept


def _passes_expr(rule: Rule) -> Column:
    metric = F.expr(sql_of(rule.metric))
    message = f"{rule.metric} is null; run measure_pages again"
    value = F.when(metric.isNull(), F.raise_error(F.lit(message)).cast("double")).otherwise(metric)
    passes = F.lit(True)
    if rule.min != -math.inf:
        passes = passes & (value >= rule.min)
    if rule.max != math.inf:
        passes = passes & (value <= rule.max)
    return passes
