"""The table `settings`, written by several runs at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from pyspark.sql import SparkSession

from tests.jobs.running import work_on
from tests.jobs.warehouse import rows_of
from winnow.warehouse.kept_settings import keep_settings, kept_settings
from winnow.warehouse.work import Work


def keys(warehouse: Path) -> list[tuple[str, str]]:
    return sorted((row["target"], row["fingerprint"]) for row in rows_of(warehouse, "settings"))


def test_no_settings_are_stored_twice(spark: SparkSession, tmp_path: Path) -> None:
    """Two runs both read the table before either writes: one after the other, and then at the same time."""
    keep_settings(work_on(spark, tmp_path, "C"))  # now the table exists
    before = keys(tmp_path)
    late = [work_on(spark, tmp_path, "C", "spans.length=60") for _ in range(2)]
    for work in late:
        assert len(kept_settings(work)) == len(before)
    for work in late:
        keep_settings(work)
    there = keys(tmp_path)
    assert len(there) == len(set(there)) > len(before)
    assert set(there) == set(kept_settings(late[0])) == set(kept_settings(late[1]))

    ready = Barrier(2)

    def keep(work: Work) -> None:
        kept_settings(work)
        ready.wait()
        keep_settings(work)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(keep, [work_on(spark, tmp_path, "C", "spans.length=70") for _ in range(2)]))
    assert len(keys(tmp_path)) == len(set(keys(tmp_path))) > len(there)
