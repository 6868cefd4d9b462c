"""The URL pass over crawls and shards, compared with a walk over a plain list."""

import random

import pytest
from pyspark.sql import DataFrame, SparkSession

from tests.reference.url_duplicates import Kept, walk
from tests.stages.frames import rows_of
from winnow.stages.duplicates import url_duplicates
from winnow.stages.duplicates.url_duplicates import find_url_duplicates, with_url_key

SCHEMA = "is_cut BOOLEAN, position INT, shard INT, page_id BIGINT, url STRING"


def corpus(seed: int, crawls: int = 3) -> list[Kept]:
    """Pages of three crawls. The pass of each crawl runs before the next crawl comes."""
    chance = random.Random(seed)
    return [
        Kept(
            chance.random() < 0.3,
            position,
            chance.randrange(4),
            chance.getrandbits(64) - 2**63,
            f"http://h{chance.randrange(400)}.example/",
        )
        for position in range(crawls)
        for _ in range(300)
    ]


def dropped_before(pages: list[Kept], position: int) -> list[Kept]:
    """Pages that the passes before this one dropped, each from its own crawl."""
    gone: list[Kept] = []
    for place in range(position):
        left = [page for page in pages if page.position <= place and page not in gone]
        gone += [page for page, _ in walk(left) if page.position == place]
    return gone


def found(spark: SparkSession, pages: list[Kept], position: int, buckets: int = 5, parts: int = 3) -> DataFrame:
    """Pages of one crawl that the pass drops, given what it left of the crawls before."""
    gone = set(dropped_before(pages, position))
    rows = spark.createDataFrame([page for page in pages if page not in gone], SCHEMA).repartition(parts)
    keyed = with_url_key(rows, "exact").join(rows.select("page_id", "position"), "page_id")
    new = keyed.where(f"position = {position}")
    return find_url_duplicates(new, keyed.where(f"position < {position}"), position, buckets)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_the_rows_of_a_walk_over_a_list(spark: SparkSession, position: int) -> None:
    pages = corpus(seed=position)
    gone = set(dropped_before(pages, position))
    expected = [
        (page.shard, page.page_id, first.page_id, first.position, first.shard)
        for page, first in walk([page for page in pages if page.position <= position and page not in gone])
        if page.position == position
    ]
    assert len(expected) > 50
    assert rows_of(found(spark, pages, position)) == sorted(expected, key=repr)


def test_buckets_parts_and_packs_do_not_matter(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = corpus(seed=9)
    expected = rows_of(found(spark, pages, 2))
    assert rows_of(found(spark, pages, 2, buckets=1, parts=1)) == expected
    monkeypatch.setattr(url_duplicates, "PACKED_PAGES", 7)
    assert rows_of(found(spark, pages, 2, buckets=16, parts=7)) == expected


def test_one_url_of_every_page(spark: SparkSession) -> None:
    pages = [Kept(False, 0, i % 3, i, "http://one.example/") for i in range(20_000)]
    rows = rows_of(found(spark, pages, 0))
    assert len(rows) == 19_999
    assert {row[2:] for row in rows} == {(0, 0, 0)}


def test_the_canonical_key_is_used_if_it_is_wanted(spark: SparkSession) -> None:
    rows = spark.createDataFrame(
        [(True, 0, 0, 1, "http://www.a.example/?utm_id=1"), (False, 0, 1, 2, "https://a.example")], SCHEMA
    )
    keyed = with_url_key(rows, "canonical")
    assert [(row.is_cut, row.url_key) for row in keyed.collect()] == [(True, "a.example"), (False, "a.example")]
