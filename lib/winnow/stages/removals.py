"""Pages that orders take down, and their copies."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial, reduce

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.kernels.gates import REMOVED
from winnow.kernels.pages.selectors import URL_KINDS, selectors_of
from winnow.tables import PAGES, POINTER
from winnow.workers.arrow import Batches, map_batches

_EMPTIED = tuple(name for name in PAGES.columns.names if name not in POINTER)


def ordered_pages(pages: DataFrame, orders: DataFrame, keys: list[str]) -> DataFrame:
    """`keys` of the pages that orders name; see `named_pages`."""
    return named_pages(pages, orders, keys).select(*keys).distinct()


def named_pages(pages: DataFrame, orders: DataFrame, keys: list[str]) -> DataFrame:
    """`keys` and selector: one row for each page and each selector of `orders` that names it.

    `pages` has `keys` (including page_id), archive_path and url; `orders` is small and has selector. URLs are read only
    if an order names a URL or a domain.
    """
    wanted = F.broadcast(orders.select("selector").distinct())
    by_archive = F.concat(F.lit("archive:"), F.col("archive_path"))
    named = pages.select(*keys, F.explode(F.array(page_id_selector(), by_archive)).alias("selector"))
    kinds = URL_KINDS & _kinds(orders)
    if kinds:
        schema = t.StructType([*(pages.schema[key] for key in keys), t.StructField("selector", t.StringType())])
        named = named.unionByName(map_batches(pages.select(*keys, "url"), partial(_name_batches, kinds=kinds), schema))
    return named.join(wanted, "selector", "left_semi").select(*keys, "selector")


def without_slashes(orders: DataFrame) -> DataFrame:
    """The `url:` orders of versions before --widen; see `winnow.kernels.pages.selectors`."""
    selector = F.col("selector")
    return orders.where(selector.startswith("url:") & ~selector.rlike("^url:([a-z][a-z0-9+.-]*:)?//"))


def removed_before(pages: DataFrame) -> DataFrame:
    """A page_id selector for each page that is already removed."""
    return pages.where(F.col("gate") == REMOVED).select(page_id_selector().alias("selector")).distinct()


def _kinds(orders: DataFrame) -> set[str]:
    kind = F.substring_index("selector", ":", 1)
    return {row.kind for row in orders.select(kind.alias("kind")).distinct().collect()}  # at most five


def page_id_selector() -> Column:
    """The selector of a page by its page_id."""
    return F.concat(F.lit("page_id:"), F.col("page_id").cast("string"))


def gate_removed(pages: DataFrame, orders: DataFrame | None) -> DataFrame:
    """The same pages; those that orders name are gated as removed and lose their text. None: no orders."""
    if orders is None:
        return pages
    keys = ["shard", "page_id"]
    gone = ordered_pages(pages, orders, keys).withColumn("gone", F.lit(True))
    marked = pages.join(F.broadcast(gone), keys, "left")
    values = {name: F.when(F.col("gone"), value).otherwise(F.col(name)) for name, value in removed_values().items()}
    return marked.withColumns(values).drop("gone")


def removed_values() -> dict[str, Column]:
    """The columns of `pages` that are replaced when a page is removed, with their new values."""
    return {"gate": F.lit(REMOVED), **{name: F.lit(None) for name in _EMPTIED}}


def dropped_for(pages: DataFrame, dropped: list[DataFrame]) -> DataFrame:
    """page_id of the pages that were dropped for these: as near duplicates, or with the same URL.

    `pages` has page_id; each of `dropped` has page_id and kept_page_id.
    """
    kept = F.broadcast(pages.select(F.col("page_id").alias("kept_page_id")))
    found = [rows.join(kept, "kept_page_id", "left_semi").select("page_id") for rows in dropped]
    return reduce(DataFrame.unionByName, found).distinct()


def standing_for(pages: DataFrame, near_duplicates: DataFrame) -> DataFrame:
    """page_id of the kept pages for which these pages were dropped as near duplicates."""
    mine = near_duplicates.join(F.broadcast(pages.select("page_id")), "page_id", "left_semi")
    return mine.select(F.col("kept_page_id").alias("page_id")).distinct()


def alike(pages: DataFrame, measures: DataFrame) -> DataFrame:
    """page_id of all measured pages with the same text (by MD5) as one of these. Reads all texts."""
    hashed = measures.select("page_id", F.md5(F.encode("text", "UTF-8")).alias("text"))
    mine = hashed.join(F.broadcast(pages.select("page_id")), "page_id", "left_semi").select("text").distinct()
    return hashed.join(F.broadcast(mine), "text", "left_semi").select("page_id")


def _name_batches(batches: Batches, kinds: Collection[str]) -> Batches:
    for batch in batches:
        named = [[] if url is None else selectors_of(url, kinds) for url in batch.column("url").to_pylist()]
        places = pa.array([place for place, names in enumerate(named) for _ in names], pa.int64())
        kept = batch.drop_columns(["url"]).take(places)
        selectors = pa.array([name for names in named for name in names], pa.string())
        yield pa.RecordBatch.from_arrays([*kept.columns, selectors], [*kept.schema.names, "selector"])
