"""Deduplication, metrics and rules on any DataFrame of texts, without a warehouse.

    winnow.near_duplicates(texts)     rows that are dropped as near copies, each with the row that is kept
    winnow.repeated_spans(texts)      spans of texts that occur elsewhere too
    winnow.measure(texts)             the same rows with corrected texts and metrics
    winnow.judge(measured)            the same rows with the reasons to drop them

The kernels and stages of the jobs do the work, in the session of the DataFrame. Settings are those of a recipe, with
changes as `--set` takes them: `changes=["fuzzy.min_jaccard=0.9"]`.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.errors import SettingsError
from winnow.settings.kernel_settings import measure_settings, rules_of, token_settings
from winnow.settings.load import load_settings
from winnow.settings.schema import Settings
from winnow.stages.duplicates.components import label_components
from winnow.stages.duplicates.near_duplicates import Scopes, elect_survivors, find_edges
from winnow.stages.duplicates.repeated_spans import (
    candidate_windows,
    decide_spans,
    repeated_minimizers,
    scope_pages,
)
from winnow.stages.measures import measure_texts
from winnow.stages.verdicts import reasons_expr

_OF_METRICS = "metrics"


def near_duplicates(
    texts: DataFrame, *, text: str = "text", id: str = "id", recipe: str = "dedup", changes: Sequence[str] = ()
) -> DataFrame:
    """One row for each text that is dropped since a similar one of the DataFrame is kept.

        <id>, kept_<id>        the text, and the one that is kept
        jaccard                exact Jaccard similarity of their shingles, 0 to 1
        via_<id>, via_jaccard  the text that it shares a band with, by which it was found
        cluster_<id>           lowest id of the cluster; cluster_size: texts of the cluster
    A BIGINT id counts as a page_id does, so that the rows are those of the job; any other type is ordered by its hash,
    xxhash64, and two ids with one hash count as one text. Each id must be there once. Rows without a text are left out.
    `texts` is read three times: persist it where it is dear. Pairs are kept on disk while the result is in use.
    Raises SettingsError for a column or setting that is not there.
    """
    settings, named = _settings(recipe, changes), _named(texts, text, id)
    if settings.fuzzy.survivor != "page_id":
        raise SettingsError([f"fuzzy.survivor: {settings.fuzzy.survivor}: a DataFrame knows page_id alone"])
    pages = named.select(
        F.lit(0).alias("scope"), F.lit("").alias("crawl"), F.lit(False).alias("earlier"), F.lit(0).alias("position"),
        F.lit(0).alias("shard"), "page_id", F.lit(0.0).alias("preference"), "text",
    )  # fmt: skip
    edges = find_edges(pages, Scopes([0], pages.count()), settings.fuzzy).persist(StorageLevel.DISK_ONLY)
    labels = label_components(edges, settings.fuzzy.max_driver_edges)
    rows = elect_survivors(edges, labels, pages, labels.count(), settings.fuzzy)
    ids = {"page_id": id, "kept_page_id": f"kept_{id}", "via_page_id": f"via_{id}", "cluster_id": f"cluster_{id}"}
    found = _with_ids(rows, texts, id, ids)
    return found.select(id, f"kept_{id}", "jaccard", f"via_{id}", "via_jaccard", f"cluster_{id}", "cluster_size")


def repeated_spans(
    texts: DataFrame, *, text: str = "text", id: str = "id", recipe: str = "dedup", changes: Sequence[str] = ()
) -> DataFrame:
    """One row for each text that holds repeated spans: <id>, spans, cut_chars, left_chars, reason.

        spans       characters [start, end) of the text, with `copies`, as in the table `repeated_spans`
        cut_chars   characters that are removed with the spans; left_chars: those that are left
        reason      why the text is dropped, null if it is kept
    Ids as for `near_duplicates`. Near duplicates count as copies: leave them out before.
    Raises SettingsError for a column or setting that is not there.
    """
    settings, named = _settings(recipe, changes), _named(texts, text, id)
    pages = scope_pages(named.select(F.lit(0).alias("shard"), "page_id", "text"), "crawl")
    tokens = token_settings(settings)
    sample = repeated_minimizers(pages, tokens, settings.spans)
    windows = candidate_windows(pages, tokens, settings.spans, sample).persist(StorageLevel.DISK_ONLY)
    rows = decide_spans(windows, settings.spans, sample.pieces)
    return _with_ids(rows, texts, id, {"page_id": id}).select(id, "spans", "cut_chars", "left_chars", "reason")


def measure(texts: DataFrame, *, text: str = "text", recipe: str = "winnow", changes: Sequence[str] = ()) -> DataFrame:
    """The same rows with `corrected_text`, the text after line corrections, and `metrics`, as in the table `measures`.

    A text that is null counts as empty. Raises SettingsError for a column or setting that is not there.
    """
    _check(texts, text)
    settings = _settings(recipe, changes).measure
    if settings.own is not None:
        raise SettingsError(["measure.own: metrics of your own are functions of a column here; leave it null"])
    return measure_texts(texts, text, measure_settings(settings))


def judge(measured: DataFrame, *, recipe: str = "winnow", changes: Sequence[str] = ()) -> DataFrame:
    """The same rows with `reasons`: all reasons of the recipe to drop them, in the order of its rules; empty: kept.

    `measured` has `metrics`, as `measure` gives it, and `language` and `language_score` where a rule asks for them.
    Raises SettingsError for a column or setting that is not there.
    """
    _check(measured, _OF_METRICS)
    rules = rules_of(_settings(recipe, changes))
    return measured.withColumn("reasons", reasons_expr(rules))


def _settings(recipe: str, changes: Sequence[str]) -> Settings:
    return load_settings(recipe, changes=list(changes))


def _check(rows: DataFrame, *columns: str) -> None:
    missing = [name for name in columns if name not in rows.columns]
    if missing:
        there = ", ".join(rows.columns)
        raise SettingsError([f"{name}: the DataFrame has no such column; it has {there}" for name in missing])


def _named(texts: DataFrame, text: str, id: str) -> DataFrame:
    """page_id and text of the rows that have both."""
    _check(texts, text, id)
    rows = texts.select(_page_id_expr(texts, id).alias("page_id"), F.col(text).cast("string").alias("text"), id)
    return rows.where(F.col(id).isNotNull() & F.col("text").isNotNull()).select("page_id", "text")


def _page_id_expr(texts: DataFrame, id: str) -> Column:
    return F.col(id) if _is_page_id(texts, id) else F.xxhash64(id)


def _is_page_id(texts: DataFrame, id: str) -> bool:
    return isinstance(texts.schema[id].dataType, t.LongType)


def _with_ids(rows: DataFrame, texts: DataFrame, id: str, names: dict[str, str]) -> DataFrame:
    """The rows with ids of the DataFrame in place of page_ids, under new names."""
    if _is_page_id(texts, id):
        return rows.withColumnsRenamed(names)
    known = texts.where(F.col(id).isNotNull()).select(F.xxhash64(id).alias("hashed"), F.col(id).alias("given"))
    for old, new in names.items():
        named = known.withColumnsRenamed({"hashed": old, "given": f"_{new}"})
        rows = rows.join(named, old).drop(old)
    return rows.withColumnsRenamed({f"_{new}": new for new in names.values()})
