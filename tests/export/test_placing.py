"""The file of each document of an export, compared with the public xxHash, for any partitioning."""

from __future__ import annotations

import struct
from collections import Counter

import pytest
import xxhash
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from winnow.export.placing import ORDER, line_up_documents, shuffle_documents

PAGES = 3_000


@pytest.fixture(scope="module")
def documents(spark: SparkSession) -> DataFrame:
    """Pages of two crawls. One has three shards. The other has one, with twice as many documents as each of them."""
    ids = spark.range(PAGES).select(F.xxhash64("id").alias("page_id"), (F.col("id") % 5).alias("place"))
    return ids.select(
        F.when(F.col("place") < 3, "A").otherwise("B").alias("crawl"),
        F.when(F.col("place") < 3, F.col("place")).otherwise(0).cast("int").alias("shard"),
        "page_id",
    )


def in_order(placed: DataFrame) -> list[tuple[int, str, int, int]]:
    rows = placed.orderBy(*ORDER).collect()
    return [(row.file, row.crawl, row.shard, row.page_id) for row in rows]


def test_shuffled_by_seed_and_page_alone(documents: DataFrame) -> None:
    def hashed(seed: int, crawl: str, page_id: int) -> int:
        value = xxhash.xxh64_intdigest(struct.pack("<q", seed), 42)
        value = xxhash.xxh64_intdigest(crawl.encode(), value)
        value = xxhash.xxh64_intdigest(struct.pack("<q", page_id), value)
        return value - 2**64 if value >= 2**63 else value

    pages = [(row.crawl, row.shard, row.page_id) for row in documents.collect()]
    found = {}
    for seed in (7, 8):
        wanted = [(hashed(seed, crawl, page_id), crawl, shard, page_id) for crawl, shard, page_id in pages]
        wanted.sort(key=lambda page: (page[0] % 7, page[0]))
        for given in (documents, documents.repartition(5, "page_id")):
            found[seed] = in_order(shuffle_documents(given, 7, seed))
            assert found[seed] == [(place % 7, *page) for place, *page in wanted]
        sizes = Counter(file for file, *_ in found[seed])
        assert set(sizes) == set(range(7))
        assert max(sizes.values()) < 1.25 * PAGES / 7
    assert found[7] != found[8]


def test_lined_up_in_files_of_about_equal_size(documents: DataFrame) -> None:
    sizes = Counter((row.crawl, row.shard) for row in documents.collect())
    for files in (1, 4, 7):
        found = in_order(line_up_documents(documents.repartition(3), files, sizes))
        assert [page[1:] for page in found] == sorted(page[1:] for page in found)
        held = Counter(file for file, *_ in found)
        assert sorted(held) == list(range(files))
        assert max(held.values()) < 1.1 * PAGES / files


def test_the_last_page_of_a_shard_comes_before_the_next_shard(spark: SparkSession) -> None:
    """The highest and the lowest possible page_id, on both sides of the boundary between two shards."""
    ids = [-(2**63), 2**63 - 1]
    rows = [("A", shard, page_id) for shard in (0, 1) for page_id in ids]
    pages = spark.createDataFrame(rows, "crawl string, shard int, page_id long")
    found = in_order(line_up_documents(pages, 4, {("A", 0): 10**6, ("A", 1): 10**6}))
    assert found == [(0, "A", 0, ids[0]), (1, "A", 0, ids[1]), (2, "A", 1, ids[0]), (3, "A", 1, ids[1])]
