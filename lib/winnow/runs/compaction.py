"""Maintenance of tables: compacts small files, deletes files that no version needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from delta.tables import DeltaTable
from pyspark.sql import SparkSession

from winnow.spark.session import file_system, parallel_tasks
from winnow.tables import TABLES

FILE_BYTES = 256 * 1024 * 1024


class Maintained(NamedTuple):
    """A maintained table: its files, and the bytes of its folder without the log, before and after."""

    table: str
    files: tuple[int, int]
    bytes: tuple[int, int]


def maintain_tables(spark: SparkSession, warehouse: str, retain_hours: float) -> Iterator[Maintained]:
    """Compact and vacuum all tables of a warehouse, one after another; no row changes.

    A file that no version of the last `retain_hours` needs is deleted; older versions cannot be read then. If a job
    replaces the same shards at the same time, the one that commits second fails; nothing is lost.
    """
    settings = {
        "spark.databricks.delta.optimize.maxFileSize": str(FILE_BYTES),
        "spark.databricks.delta.retentionDurationCheck.enabled": "false",
        "spark.sql.sources.parallelPartitionDiscovery.parallelism": str(4 * parallel_tasks(spark)),  # else 10,000 tasks
    }
    for name in TABLES:
        path = f"{warehouse.rstrip('/')}/{name}"
        if not DeltaTable.isDeltaTable(spark, path):
            continue
        with _set(spark, settings):
            table = DeltaTable.forPath(spark, path)
            before = _files(table), _bytes(spark, path)
            table.optimize().executeCompaction()
            table.vacuum(retain_hours)
            after = _files(table), _bytes(spark, path)
        yield Maintained(name, (before[0], after[0]), (before[1], after[1]))


@contextmanager
def _set(spark: SparkSession, settings: dict[str, str]) -> Iterator[None]:
    before = {key: spark.conf.get(key, None) for key in settings}
    try:
        for key, value in settings.items():
            spark.conf.set(key, value)
        yield
    finally:
        for key, known in before.items():
            if known is None:
                spark.conf.unset(key)
            else:
                spark.conf.set(key, known)


def _files(table: DeltaTable) -> int:
    detail = table.detail().select("numFiles").first()
    return int(detail[0]) if detail else 0


def _bytes(spark: SparkSession, path: str) -> int:
    files, paths = file_system(spark, path)
    whole, log = (files.getContentSummary(folder).getLength() for folder in (paths(path), paths(path, "_delta_log")))
    return int(whole - log)
