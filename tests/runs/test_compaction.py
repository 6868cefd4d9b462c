"""Tables written in many small pieces, then compacted: the same rows in fewer files, and nothing else on the disk."""

from __future__ import annotations

from pathlib import Path

import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from tests.jobs.warehouse import rows_of
from winnow.runs.compaction import maintain_tables
from winnow.settings.schema import Settings
from winnow.tables import TABLES, VERDICTS
from winnow.warehouse import delta
from winnow.warehouse.work import Work


def test_rows_are_kept_in_fewer_files(
    spark: SparkSession, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a table that only this test declares, and of commits."""
    monkeypatch.setitem(TABLES, "scores", VERDICTS._replace(name="scores"))
    work = Work(spark, settings, {"scores": "made so"}, str(tmp_path), "C")
    pages = spark.range(6).select(F.col("id").alias("page_id"), F.array(F.lit("one")).alias("reasons"))
    for shard in (0, 1, 0):
        delta.replace(work, "scores", pages.withColumn("shard", F.lit(shard)), [shard])
    for number in range(3):
        delta.append(work, "commits", [{"crawl": "C", "shard": 0, "target": f"target-{number}", "rows": 1}])
    before = {table: rows_of(tmp_path, table) for table in ("scores", "commits")}
    kept = {done.table: done for done in maintain_tables(spark, str(tmp_path), 24)}
    assert set(kept) == {"scores", "commits"}
    assert kept["commits"].files == (3, 1)
    assert _on_disk(tmp_path, "commits") == 4
    done = {done.table: done for done in maintain_tables(spark, str(tmp_path), 0)}
    assert done["scores"].files == (2, 2)
    assert done["scores"].bytes[1] < done["scores"].bytes[0]
    for table, rows in before.items():
        assert rows_of(tmp_path, table) == rows
        assert _on_disk(tmp_path, table) == len(DeltaTable(str(tmp_path / table)).file_uris())


def _on_disk(warehouse: Path, table: str) -> int:
    return len([path for path in (warehouse / table).rglob("*.parquet") if "_delta_log" not in path.parts])
