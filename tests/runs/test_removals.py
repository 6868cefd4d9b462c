"""Removals reach every table that is declared to have rows of pages."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from tests.jobs.warehouse import rows_of
from winnow.runs.removals import carry_out
from winnow.settings.schema import Settings
from winnow.tables import TABLES, VERDICTS
from winnow.warehouse import delta
from winnow.warehouse.work import Work


def test_a_table_of_pages_is_reached_because_it_is_declared(
    spark: SparkSession, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TABLES, "scores", VERDICTS._replace(name="scores"))
    work = Work(spark, settings, {}, str(tmp_path), "C")
    for table in ("pages", "scores"):
        given = [field for field in TABLES[table].columns if field.name not in ("crawl", "shard", "page_id")]
        filled = {field.name: F.lit("a secret" if field.dataType.typeName() == "string" else None) for field in given}
        pages = spark.range(2).select(F.lit(0).alias("shard"), F.col("id").alias("page_id"))
        delta.replace(work, table, pages.withColumns(filled), [0])
    order = {"selector": "page_id:1", "reason": "asked", "ordered_at": datetime.now(UTC), "with_copies": False}
    delta.append(work, "removals", [order | {"fingerprint": ""}])
    assert carry_out(work) == 1
    assert [row["page_id"] for row in rows_of(tmp_path, "scores")] == [0]
    kept, gone = sorted(rows_of(tmp_path, "pages"), key=lambda row: row["page_id"])
    assert kept["text"] == kept["title"] == "a secret"
    assert gone["gate"] == "removed"
    kept_too = {
        "crawl", "shard", "page_id", "archive_path", "url", "domain", "content_type", "gate", "fingerprint",
    }  # fmt: skip
    assert {name for name, value in gone.items() if value is not None} == kept_too
