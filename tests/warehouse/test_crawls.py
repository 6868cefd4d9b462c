"""The table `crawls`, written by several runs at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from pyspark.sql import SparkSession

from tests.jobs.running import work_on
from tests.jobs.warehouse import rows_of
from winnow.errors import SettingsError
from winnow.warehouse import crawls
from winnow.warehouse.work import Work


def positions(warehouse: Path) -> dict[str, int]:
    rows = rows_of(warehouse, "crawls")
    assert len({row["crawl"] for row in rows}) == len(rows)
    return {row["crawl"]: row["position"] for row in rows}


def meanwhile(monkeypatch: pytest.MonkeyPatch, *others: Work) -> None:
    """Other runs add their crawls after the next one has read the table, and before it writes."""
    waiting, own = list(others), crawls.keep_settings

    def late(work: Work) -> None:
        own(work)
        while waiting:
            crawls.add_crawl(waiting.pop(), "")

    monkeypatch.setattr(crawls, "keep_settings", late)


def test_a_crawl_that_another_run_adds_meanwhile_keeps_its_position(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, work_on(spark, tmp_path, "B"), work_on(spark, tmp_path, "C"))
    row = crawls.add_crawl(work_on(spark, tmp_path, "A"), "root")
    assert (row.crawl, row.position, row.root) == ("A", 2, "root")
    assert positions(tmp_path) == {"B": 0, "C": 1, "A": 2}

    meanwhile(monkeypatch, work_on(spark, tmp_path, "D"))
    assert crawls.add_crawl(work_on(spark, tmp_path, "D"), "").position == 3
    assert positions(tmp_path) == {"B": 0, "C": 1, "A": 2, "D": 3}


def test_the_first_of_two_runs_decides_the_number_of_shards(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meanwhile(monkeypatch, work_on(spark, tmp_path, "B"))
    with pytest.raises(SettingsError, match=r"was made with 4 shards, but archives\.num_shards is 8"):
        crawls.add_crawl(work_on(spark, tmp_path, "A", "archives.num_shards=8"), "")
    assert positions(tmp_path) == {"B": 0}


def test_crawls_that_are_added_at_one_moment_have_different_positions(spark: SparkSession, tmp_path: Path) -> None:
    """In a warehouse with a crawl, where each run has read the table before any of them writes."""
    crawls.add_crawl(work_on(spark, tmp_path, "first"), "")
    names, ready = ["A", "B", "C", "C"], Barrier(4)

    def add(name: str) -> int:
        work = work_on(spark, tmp_path, name)
        crawls.listed_crawls(work)
        ready.wait()
        return int(crawls.add_crawl(work, "").position)

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(add, names))
    assert sorted(positions(tmp_path).values()) == [0, 1, 2, 3]
    assert dict(zip(names, found, strict=True)) == {name: positions(tmp_path)[name] for name in "ABC"}
