"""Rows of an index become the records of each archive; every row is counted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession

from tests.records.made import write_index
from tests.stages.frames import rows_of
from winnow.errors import SettingsError
from winnow.records.index_files import Index, find_index
from winnow.settings.load import load_settings
from winnow.stages.records import choose_records, digest_records, gather_records, read_index

SOURCES = load_settings().sources
ROWS: list[dict[str, Any]] = [
    {"warc_filename": f"crawl-data/{name}.warc.gz", "warc_record_offset": offset, "warc_record_length": 10,
     "content_languages": language, "fetch_status": 200 + offset}
    for name, offset, language in (("a", 0, "eng"), ("a", 50, "zho"), ("b", 20, "zho,eng"), ("a", 70, None))
]  # fmt: skip


def read(spark: SparkSession, index: Index) -> DataFrame:
    return read_index(spark.createDataFrame([(file,) for file in index.files], "location string"), index, SOURCES)


def found(path: Path, where: str | None = None) -> Index:
    return find_index([str(path)], where, None, SOURCES, [])


@pytest.mark.parametrize("name", ["index.parquet", "index.csv", "index.csv.gz"])
@pytest.mark.parametrize(
    ("where", "offsets"),
    [
        (None, [0, 20, 50, 70]),
        ("content_languages = 'zho'", [50]),
        ("Content_Languages LIKE '%zho%' AND fetch_status < 250", [20]),
        ("content_languages IS NULL", [70]),
        ("warc_record_offset > 10 AND warc_filename LIKE '%a.warc%'", [50, 70]),
    ],
)
def test_a_condition_chooses_rows(
    spark: SparkSession, tmp_path: Path, name: str, where: str | None, offsets: list[int]
) -> None:
    index = found(write_index(tmp_path / name, ROWS), where)
    rows = choose_records(read(spark, index), index.root).collect()
    assert sorted(row.record_offset for row in rows) == offsets
    assert {row.record_length for row in rows} == {10}
    assert {row.archive_path for row in rows} <= {"crawl-data/a.warc.gz", "crawl-data/b.warc.gz"}


def test_only_columns_that_are_needed_are_read(tmp_path: Path) -> None:
    index = found(write_index(tmp_path / "index.parquet", ROWS), "content_languages = 'fetch'")
    assert list(index.wanted()) == ["warc_filename", "warc_record_offset", "warc_record_length", "content_languages"]


@pytest.mark.parametrize(
    ("where", "told"),
    [
        ("content_language = 'x'", "the index has no column content_language. Did you mean content_languages? It has "),
        ("content_languages =", "Spark SQL does not understand it: "),
        ("content_languages", "Spark SQL does not understand it: "),
        ("count(*) > 1", "Spark SQL does not understand it: "),
    ],
)  # fmt: skip
def test_a_wrong_condition_is_told_before_anything_is_read(
    spark: SparkSession, tmp_path: Path, where: str, told: str
) -> None:
    index = found(write_index(tmp_path / "index.parquet", ROWS), where)
    with pytest.raises(SettingsError) as caught:
        read(spark, index)
    (problem,) = caught.value.problems
    assert problem.startswith(f"--where {where}: {told}")
    assert "\n" not in problem


def test_columns_of_folders_and_files_that_differ(spark: SparkSession, tmp_path: Path) -> None:
    """Common Crawl's own layout; a file without a column has nulls there, a type of its own is made the first one's."""
    warc = write_index(tmp_path / "crawl=A" / "subset=warc" / "1.parquet", ROWS[:2])
    few = [{name: value for name, value in ROWS[2].items() if name != "fetch_status"}]
    write_index(tmp_path / "crawl=A" / "subset=warc" / "2.parquet", few)
    write_index(tmp_path / "crawl=A" / "subset=robotstxt" / "1.parquet", ROWS[3:])
    index = found(tmp_path, "subset = 'warc' AND crawl = 'A'")
    assert len(index.files) == 3
    assert sorted(row.warc_record_offset for row in read(spark, index).collect()) == [0, 20, 50]
    assert [row.warc_record_offset for row in read(spark, found(tmp_path, "fetch_status IS NULL")).collect()] == [20]
    text = [{**row, "fetch_status": "many"} for row in ROWS]
    write_index(warc.with_name("3.parquet"), text)
    with pytest.raises(Exception, match=r"SettingsError: --records \S+3\.parquet: cannot be read: .*many"):
        read(spark, found(tmp_path, "fetch_status = 200")).collect()


def index_frame(spark: SparkSession, rows: list[tuple[Any, ...]]) -> DataFrame:
    schema = "warc_filename string, warc_record_offset string, warc_record_length string"
    return spark.createDataFrame(rows, schema)


def test_rows_that_choose_nothing_are_counted(spark: SparkSession) -> None:
    rows = [
        ("a", "5", "10"), ("a", "5", "10"), ("a", "5", "12"), ("a", "0", "3"), ("a", None, "10"), ("a", "5", None),
        ("a", "-1", "10"), ("a", "7", "0"), ("a", "x", "10"), ("a", "9999999999999999999", "1"), ("b", "5", "10"),
        (None, "5", "10"), ("", "5", "10"), ("https://other.example/a", "5", "10"),
    ]  # fmt: skip
    chosen = choose_records(index_frame(spark, rows), "https://host.example")
    assert sorted(rows_of(chosen), key=str) == [
        ("a", -1, 0, 6), ("a", 0, 3, 1), ("a", 5, 12, 3), ("b", 5, 10, 1), (None, 5, 10, 3),
    ]  # fmt: skip
    assert sum(row[3] for row in rows_of(chosen)) == len(rows)
    gathered = {row.archive_path: row for row in gather_records(chosen.where("archive_path IS NOT NULL")).collect()}
    assert [tuple(place) for place in gathered["a"].places] == [(0, 3), (5, 12)]
    assert (gathered["a"].repeated, gathered["a"].without_place) == (2, 6)
    assert (gathered["b"].repeated, gathered["b"].without_place) == (0, 0)


@pytest.mark.parametrize(
    ("name", "root", "path"),
    [
        ("crawl-data/a.warc.gz", "https://host.example", "crawl-data/a.warc.gz"),
        (" ././a.warc.gz ", "/data", "a.warc.gz"),
        ("https://host.example/x/a.warc.gz", "https://host.example/x", "a.warc.gz"),
        ("https://host.example/xy/a.warc.gz", "https://host.example/x", None),
        ("s3://bucket/a.warc.gz", "s3://bucket", "a.warc.gz"),
        ("/data/a.warc.gz", "/data", "a.warc.gz"),
        ("/data/a.warc.gz", "/", "data/a.warc.gz"),
        ("/other/a.warc.gz", "/data", None),
    ],
)
def test_paths_are_relative_to_the_root(spark: SparkSession, name: str, root: str, path: str | None) -> None:
    (row,) = choose_records(index_frame(spark, [(name, "5", "10")]), root).collect()
    assert row.archive_path == path


def test_a_digest_changes_with_the_records_and_with_nothing_else(spark: SparkSession) -> None:
    def digests(*rows: tuple[Any, ...]) -> dict[str, str]:
        chosen = choose_records(index_frame(spark, list(rows)), "/")
        return {row.archive_path: row.chosen for row in digest_records(chosen.repartition(3)).collect()}

    one, other = ("a", "5", "10"), ("a", "50", "10")
    whole = digests(one, other, ("b", "5", "10"))
    assert digests(("b", "5", "10"), other, one) == whole
    changed = [(one,), (one, ("a", "50", "11")), (one, ("a", "51", "10")), (one, other, other)]
    assert len({whole["a"], *(digests(*rows)["a"] for rows in changed)}) == 5


def test_unsigned_columns_are_read_and_nested_ones_left_out(spark: SparkSession, tmp_path: Path) -> None:
    table = pa.Table.from_pylist(ROWS).append_column("tags", pa.array([[1], [], None, [2]], pa.list_(pa.uint8())))
    table = table.set_column(1, "warc_record_offset", table["warc_record_offset"].cast(pa.uint64()))
    pq.write_table(table, tmp_path / "index.parquet")
    index = found(tmp_path / "index.parquet", "warc_record_offset < 20")
    assert [row.warc_record_offset for row in read(spark, index).collect()] == [0]
    assert "tags" not in index.columns
