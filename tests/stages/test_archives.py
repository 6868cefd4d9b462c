from pyspark.sql import SparkSession

from tests.stages.frames import frame, rows_of
from winnow.stages.archives import list_archives

COLUMNS = ("archive_path", "bytes", "etag", "status", "tries")


def listed(spark: SparkSession, archives: list[tuple[str, int | None, str | None]]) -> list[tuple[object, ...]]:
    known = [
        {"archive_path": "read", "bytes": 5, "etag": "a", "status": "read", "tries": 1},
        {"archive_path": "lost", "status": "unreachable", "tries": 3},
    ]
    named = spark.createDataFrame(archives, "archive_path string, bytes bigint, etag string")
    return rows_of(list_archives(named, frame(spark, "archives", known), 4).select(*COLUMNS))


def test_only_new_archives_are_listed(spark: SparkSession) -> None:
    found = listed(spark, [("read", 5, "a"), ("lost", None, None), ("new", 7, "b"), ("hidden", None, None)])
    assert found == [("hidden", None, None, "listed", 0), ("new", 7, "b", "listed", 0)]


def test_a_replaced_archive_begins_anew_and_a_found_one_keeps_its_tries(spark: SparkSession) -> None:
    found = listed(spark, [("read", 5, "other"), ("lost", 9, "c")])
    assert found == [("lost", 9, "c", "listed", 3), ("read", 5, "other", "listed", 0)]


def test_known_values_remain_if_no_new_ones_are_given(spark: SparkSession) -> None:
    assert listed(spark, [("read", None, None), ("lost", None, None)]) == []


def test_shards_are_a_stable_hash_of_the_path(spark: SparkSession) -> None:
    named = spark.createDataFrame(
        [(f"a{i}", 1, "x") for i in range(50)], "archive_path string, bytes bigint, etag string"
    )
    first = list_archives(named, frame(spark, "archives", []), 4).select("archive_path", "shard")
    assert {row.shard for row in first.collect()} == {0, 1, 2, 3}
    wanted = spark.sql("SELECT CAST(pmod(xxhash64('a7'), 4) AS INT) AS shard").first()
    assert wanted is not None
    assert dict(first.collect())["a7"] == wanted.shard
