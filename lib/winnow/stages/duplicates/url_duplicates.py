"""url_duplicates: pages that are dropped because another page with their URL is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import groupby
from typing import Literal

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.kernels.pages.url_keys import canonical_url
from winnow.kernels.url_duplicates import Pages, from_bytes, repeated, split_by_key, to_bytes
from winnow.tables import URL_DUPLICATES
from winnow.workers.arrow import Batches, map_batches

PACKED_PAGES = 1 << 19  # pages that a task packs into blobs at once, 25 bytes each

_PACKED = t.StructType([t.StructField("bucket", t.IntegerType()), t.StructField("pages", t.BinaryType())])
_KEYED = t.StructType(
    [
        t.StructField("shard", t.IntegerType()),
        t.StructField("page_id", t.LongType()),
        t.StructField("is_cut", t.BooleanType()),
        t.StructField("url_key", t.StringType()),
    ]
)
_OURS = ("crawl", "fingerprint")
_FOUND = t.StructType(
    [
        t.StructField("shard", t.IntegerType()),
        t.StructField("page_id", t.LongType()),
        t.StructField("kept_page_id", t.LongType()),
        t.StructField("kept_position", t.IntegerType()),
        t.StructField("kept_shard", t.IntegerType()),
    ]
)
NAMED = t.StructType([URL_DUPLICATES.columns[name] for name in URL_DUPLICATES.columns.names if name not in _OURS])


def with_url_key(pages: DataFrame, url_key: Literal["exact", "canonical"]) -> DataFrame:
    """The rows that have a URL, with `url_key` in its place; `pages` has shard, page_id, is_cut and url."""
    pages = pages.where(F.col("url").isNotNull())
    if url_key == "exact":
        return pages.select(*_KEYED.names[:-1], F.col("url").alias("url_key"))
    return map_batches(pages.select(*_KEYED.names[:-1], "url"), _canonical_batches, _KEYED)


def find_url_duplicates(
    new: DataFrame, earlier: DataFrame, position: int, buckets: int, survivor: Literal["shard", "page_id"] = "shard"
) -> DataFrame:
    """Pages of `new` that are dropped: shard, page_id, kept_page_id, kept_position, kept_shard.

        new       shard, page_id, is_cut, url_key of the crawl's pages that all earlier jobs kept
        earlier   position, shard, page_id, is_cut, url_key of documents of earlier crawls
        position  the crawl's position in the order of crawls
        buckets   parts of the shuffle; a task needs about 50 bytes of memory for each page of a part
        survivor  `page_id` ignores shards in the order below, so that their number changes no row

    For each key, the page with the lowest (is_cut, position, shard, page_id) is kept: a whole page is not dropped for
    one that the crawler cut, not even for one of an earlier crawl, which is kept too. There is one shuffle of 25 bytes
    for each page, in blobs. The key is a hash of url_key: two different keys are equal with probability 2**-64. In 3
    billion pages, a quarter of a page is expected to be dropped by mistake.
    Source: Penedo et al. 2023, section 3.3. Differs: a part of the paper is a hundredth of all dumps together, and
    drops nothing within itself; here a part is a (crawl, shard), and all but one of the copies in a part are dropped.
    Pages that the crawler cut are not distinguished there.
    """
    hashed = F.xxhash64("url_key").alias("key")
    ours = map_batches(
        new.select(hashed, "shard", "page_id", "is_cut"), partial(_pack, buckets=buckets, position=position), _PACKED
    )
    theirs = map_batches(
        earlier.select(hashed, "shard", "page_id", "is_cut", "position"), partial(_pack, buckets=buckets), _PACKED
    )
    parts = ours.union(theirs).repartition(buckets, "bucket").sortWithinPartitions("bucket")
    return map_batches(parts, partial(_drop, position=position, by_shard=survivor == "shard"), _FOUND)


def name_keys(found: DataFrame, new: DataFrame, crawls: Sequence[str]) -> DataFrame:
    """The rows of find_url_duplicates with crawl names in place of positions, and with url_key; schema NAMED.

    `found` is broadcast: 40 bytes for each page. crawls: the names, by position.
    """
    known = new.withColumnRenamed("shard", "new_shard")
    same_shard = F.expr("new_shard - shard = 0")  # not a second join key: Spark is far faster with one BIGINT
    return known.join(F.broadcast(found), "page_id").where(same_shard).select(
        "shard", "page_id", "kept_page_id",
        F.get(F.array(*map(F.lit, crawls)), "kept_position").alias("kept_crawl"), "kept_shard", "url_key",
    )  # fmt: skip


def _canonical_batches(batches: Batches) -> Batches:
    for batch in batches:
        keys = pa.array([canonical_url(url) for url in batch.column("url").to_pylist()], pa.string())
        yield pa.RecordBatch.from_arrays([*batch.columns[:-1], keys], [*_KEYED.names])


def _pack(batches: Batches, buckets: int, position: int | None = None) -> Batches:
    """Blobs of the pages of each bucket; position: that of all pages, or None if the batches have this column."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(map(len, held)) >= PACKED_PAGES:
            yield _packed(held, buckets, position)
            held = []
    if held:
        yield _packed(held, buckets, position)


def _packed(batches: list[pa.RecordBatch], buckets: int, position: int | None) -> pa.RecordBatch:
    table = pa.Table.from_batches(batches)
    key, shard, page_id, is_cut, *rest = (column.to_numpy() for column in table.columns)
    positions = rest[0] if position is None else np.full(len(key), position, np.int32)
    parts = list(split_by_key(Pages(key.view(np.uint64), positions, shard, page_id, is_cut), buckets))
    numbers = pa.array([number for number, _ in parts], pa.int32())
    return pa.RecordBatch.from_arrays([numbers, pa.array([to_bytes(pages) for _, pages in parts])], [*_PACKED.names])


def _drop(batches: Batches, position: int, by_shard: bool) -> Batches:
    rows = (row for batch in batches for row in zip(*map(pa.Array.to_pylist, batch.columns), strict=True))
    for _, blobs in groupby(rows, key=lambda row: row[0]):
        dropped, kept = repeated(_joined(blobs), by_shard)
        mine = np.flatnonzero(dropped.position == position)
        dropped, kept = dropped.take(mine), kept.take(mine)
        columns = [dropped.shard, dropped.page_id, kept.page_id, kept.position, kept.shard]
        yield pa.RecordBatch.from_arrays([pa.array(column) for column in columns], [*_FOUND.names])


def _joined(blobs: Iterator[tuple[int, bytes]]) -> Pages:
    return Pages(*map(np.concatenate, zip(*(from_bytes(blob) for _, blob in blobs), strict=True)))
