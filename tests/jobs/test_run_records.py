"""Crawls whose records an index chose: the same pages as from whole archives, with fewer bytes read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from winnow.jobs import extract_pages, list_archives

from tests.jobs.running import work_on
from tests.jobs.warehouse import FIRST, called, rows_of
from tests.records.made import index_of, write_index
from tests.sources.web_server import Server, served
from winnow.errors import SettingsError
from winnow.records.index_files import find_index
from winnow.sources.blocks import join_records
from winnow.sources.named_archives import find_archives
from winnow.warehouse.work import Work

pytestmark = pytest.mark.usefixtures("plain_plans")
ALL = [0, 1, 2, 3]


@pytest.fixture(scope="module")
def rows(crawls: Path) -> list[dict[str, Any]]:
    """The index of the first generated crawl."""
    return index_of(crawls, (crawls / "crawl-data" / FIRST).rglob("*.warc.gz"))


@pytest.fixture
def server(crawls: Path) -> Iterator[Server]:
    paths = (crawls / "crawl-data" / FIRST).rglob("*.warc.gz")
    with served({f"/{path.relative_to(crawls)}": path.read_bytes() for path in paths}) as server:
        yield server


def listed(work: Work, index: Path, root: object, where: str | None = None) -> int | None:
    found = find_index([str(index)], where, str(root), work.settings.sources, [])
    return list_archives.run(work, found.root, found)


def places(rows: list[dict[str, Any]]) -> set[tuple[str, int]]:
    return {(row["warc_filename"], row["warc_record_offset"]) for row in rows}


def of_whole(clean: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The pages of the crawl that was read whole, as far as the index names them."""
    return [page for page in rows_of(clean, "pages") if (page["archive_path"], page["record_offset"]) in places(rows)]


def requested(server: Server) -> Counter[str]:
    """Bytes of the ranges that were asked for, by path."""
    sizes = Counter[str]()
    for one in server.asked:
        if one.method == "GET":
            start, _, end = one.range.removeprefix("bytes=").partition("-")
            sizes[one.path.lstrip("/")] += int(end) - int(start) + 1
    return sizes


def test_pages_are_those_of_the_whole_archives_and_nothing_else_is_read(
    spark: SparkSession, clean: Path, rows: list[dict[str, Any]], server: Server, tmp_path: Path
) -> None:
    """One index chooses one record in four, another more of two archives. The first index again changes nothing."""
    damaged = "-00005.warc.gz"  # ends inside a page, which no index of Common Crawl's would name
    rows = [row for row in rows if not row["warc_filename"].endswith(damaged)]
    first = [row for number, row in enumerate(rows) if number % 4 == 0]
    names = sorted({row["warc_filename"] for row in first})[:2]
    second = [row for number, row in enumerate(rows) if number % 4 == 1 and row["warc_filename"] in names]
    work = work_on(spark, tmp_path / "tables", FIRST, "sources.join_gap_bytes=0")
    one, other = write_index(tmp_path / "one.parquet", first), write_index(tmp_path / "other.csv.gz", second)
    assert listed(work, one, server.url) == len({row["warc_filename"] for row in first})
    assert not server.asked
    assert extract_pages.run(work, ALL) == len(of_whole(clean, first))
    assert rows_of(tmp_path / "tables", "pages") == of_whole(clean, first)
    asked = requested(server)
    for name in {row["warc_filename"] for row in first}:
        records = [
            (row["warc_record_offset"], row["warc_record_length"]) for row in first if row["warc_filename"] == name
        ]
        assert asked[name] == sum(length for _, length in records)
        assert len(server.ranges(f"/{name}")) == len(join_records(records, 0, 1 << 20))
    archives = {row["archive_path"]: row for row in rows_of(tmp_path / "tables", "archives")}
    assert {row["status"] for row in archives.values()} == {"read"}
    assert sum(row["records"] for row in archives.values()) == len(first)
    assert {name: row["bytes"] for name, row in archives.items()} == {
        name: len(server.files[f"/{name}"]) for name in archives
    }
    server.asked.clear()
    assert listed(work, one, server.url) is None
    assert extract_pages.run(work, ALL) is None
    assert listed(work, other, server.url) == len(names)
    assert extract_pages.run(work, ALL)
    assert rows_of(tmp_path / "tables", "pages") == of_whole(clean, first + second)
    again = {row["archive_path"]: row["chosen"] for row in rows_of(tmp_path / "tables", "archives")}
    assert {name for name, chosen in again.items() if chosen != archives[name]["chosen"]} == set(names)


def test_rows_that_are_wrong_are_told_and_cost_no_page(
    spark: SparkSession, clean: Path, crawls: Path, rows: list[dict[str, Any]], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    name = min(row["warc_filename"] for row in rows)
    good = [row for row in rows if row["warc_filename"] == name][-6:]  # the first are no pages
    first, size = good[0], (crawls / name).stat().st_size
    bad = [
        first, {**first, "warc_record_length": None}, {**first, "warc_record_offset": -5},
        {**first, "warc_record_offset": size + 9}, {**first, "warc_record_offset": first["warc_record_offset"] + 1},
        {**first, "warc_filename": None}, {**first, "warc_filename": "/elsewhere/a.warc.gz"},
    ]  # fmt: skip
    good[-1] = {**good[-1], "warc_record_length": 7}
    work = work_on(spark, tmp_path / "tables", FIRST)
    index = write_index(tmp_path / "index.parquet", good + bad)
    assert listed(work, index, crawls, "content_languages != 'x'") == 1
    assert extract_pages.run(work, ALL) == 6
    assert rows_of(tmp_path / "tables", "pages") == of_whole(clean, good)
    (archive,) = rows_of(tmp_path / "tables", "archives")
    skipped = dict(archive["skipped"])
    told = {kind: skipped.pop(kind) for kind in ("repeated_row", "no_place", "outside_file", "no_record")}
    assert told == {"repeated_row": 1, "no_place": 2, "outside_file": 1, "no_record": 1}
    assert archive["records"] == archive["pages"] + sum(skipped.values()) + 5 == len(good) + 5
    assert (archive["status"], archive["length_mismatches"], archive["bytes"]) == ("damaged", 1, size)
    said = capsys.readouterr().err
    assert f"winnow: --records: 2 of 13 rows name no archive below {crawls}\n" in said
    assert "2 of 13 rows have no offset or no length" in said
    assert "1 of 13 rows name a record that another row names" in said


def test_a_crawl_is_listed_whole_or_by_records(
    spark: SparkSession, crawls: Path, rows: list[dict[str, Any]], tmp_path: Path
) -> None:
    index = write_index(tmp_path / "index.csv", rows)
    whole = find_archives([str(crawls / "crawl-data" / FIRST)], str(crawls))
    work = work_on(spark, tmp_path / "tables", FIRST)
    list_archives.run(work, *whole)
    with pytest.raises(SettingsError, match=f"{FIRST}: was read whole before, and cannot be read by records too"):
        listed(work, index, crawls)
    other = work_on(spark, tmp_path / "tables", "OTHER")
    assert listed(other, index, crawls)
    with pytest.raises(SettingsError, match="OTHER: was read by records before, and cannot be read whole too"):
        list_archives.run(other, *whole)
    with pytest.raises(SettingsError, match=r"OTHER: was listed below .*, not https://a\.example; name the root with"):
        listed(other, index, "https://a.example")
    with pytest.raises(
        SettingsError, match=r"chooses no record: no row of it meets the condition\. Check --where and --root"
    ):
        listed(other, index, crawls, "url = 'nowhere'")
    assert {row["crawl"] for row in rows_of(tmp_path / "tables", "records")} == {"OTHER"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["a.warc.gz", "--records", "INDEX"], "--records: its index names the archives; leave out ARCHIVES"),
        (["a.warc.gz", "--where", "x = 1"], "--where chooses rows of an index; name the index with --records"),
        ([], "name ARCHIVES, or name an index of records with --records"),
        (["--records", "INDEX", "--where", "x = 1"], "--where x = 1: the index has no column x."),
    ],
)
def test_what_is_wrong_is_told(
    spark: SparkSession, crawls: Path, rows: list[dict[str, Any]], tmp_path: Path, given: list[str], told: str
) -> None:
    index = write_index(tmp_path / "index.csv", rows)
    words = [str(index) if word == "INDEX" else word for word in given]
    tables = ("--crawl", "A", "--warehouse", tmp_path / "tables", "--set", "spark.master=local[2]")
    said = called("run", *words, *tables, "--set", "spark.driver_memory=2g")
    assert (said.returncode, told in said.stderr) == (2, True), said.stderr
    assert not (tmp_path / "tables" / "crawls").exists()
