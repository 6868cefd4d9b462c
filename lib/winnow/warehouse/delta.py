"""The Delta tables of a warehouse: read, replace shards, add rows; missing tables are created empty."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from delta.exceptions import (
    ConcurrentAppendException,
    ConcurrentDeleteReadException,
    ConcurrentTransactionException,
    ConcurrentWriteException,
    MetadataChangedException,
    ProtocolChangedException,
)
from delta.tables import DeltaMergeBuilder, DeltaTable
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.errors import SettingsError
from winnow.spark.session import file_system, jvm
from winnow.tables import TABLES, Table, written_type
from winnow.warehouse.work import Work

# What Delta raises if another writer was faster.
CONFLICTS = (
    ConcurrentAppendException, ConcurrentDeleteReadException, ConcurrentTransactionException, ConcurrentWriteException,
    MetadataChangedException, ProtocolChangedException,
)  # fmt: skip
# Conditions of Delta's errors when it finds the folder of a log without a commit.
_LOG_WITHOUT_COMMIT = ("DELTA_TABLE_NOT_FOUND", "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION")


class Size(NamedTuple):
    """Rows and bytes of a shard of a table."""

    rows: int
    bytes: int


def read(work: Work, table: str, shards: list[int] | None = None) -> DataFrame:
    """The rows of this crawl, or of these shards of it; no rows if the table does not exist yet."""
    rows = _open(work, TABLES[table]).toDF().where(F.col("crawl") == work.crawl)
    return rows if shards is None else rows.where(F.col("shard").isin(shards))


def read_all(work: Work, table: str) -> DataFrame:
    """The rows of all crawls; no rows if the table does not exist yet."""
    return _open(work, TABLES[table]).toDF()


def newest_version(work: Work, table: str) -> int:
    """The newest version of a table."""
    row = _open(work, TABLES[table]).history(1).select("version").first()
    return int(row[0]) if row else 0


def read_version(work: Work, table: str, version: int) -> DataFrame:
    """The rows of all crawls in this version, not affected by later writes."""
    return work.spark.read.format("delta").option("versionAsOf", version).load(_path(work, TABLES[table]))


def exists(work: Work, table: str) -> bool:
    """Whether the table was ever written."""
    return DeltaTable.isDeltaTable(work.spark, _path(work, TABLES[table]))


def replace(work: Work, target: str, rows: DataFrame, shards: list[int]) -> dict[int, Size]:
    """Replace the rows of these shards in one transaction, without a note in `commits`; returns what was written."""
    table = TABLES[target]
    columns = {"crawl": F.lit(work.crawl), "fingerprint": F.lit(work.fingerprints.get(target, ""))}
    with_keys = rows.withColumns(columns)
    types = {field.name: written_type(field, with_keys.schema[field.name].dataType) for field in table.columns}
    complete = with_keys.select([F.col(name).cast(kind).alias(name) for name, kind in types.items()])
    _open(work, table)
    where = f"crawl = '{_quoted(work.crawl)}' AND shard IN ({', '.join(map(str, shards))})"
    writer = complete.write.format("delta").mode("overwrite").option("replaceWhere", where)
    writer.option("mergeSchema", "true").save(_path(work, table))
    return _written(work, table, where)


def append(work: Work, table: str, rows: list[dict[str, Any]]) -> None:
    """Add these rows to a table that is written row by row: crawls, archives as they are listed, commits."""
    add(work, table, _frame(work, table, rows))


def add(work: Work, table: str, rows: DataFrame) -> None:
    """Add these rows to a table, as one file."""
    _open(work, TABLES[table])
    writer = (
        rows.select(TABLES[table].columns.names)
        .coalesce(1)
        .write.format("delta")
        .mode("append")
        .option("optimizeWrite", "false")
    )
    writer.save(_path(work, TABLES[table]))


def upsert(work: Work, target: str, rows: DataFrame, keys: list[str]) -> None:
    """Add these rows to a table; a row with the same keys is replaced."""
    table = TABLES[target]
    given = set(rows.columns)
    complete = rows.select(
        [(F.col(f.name) if f.name in given else F.lit(None)).cast(f.dataType).alias(f.name) for f in table.columns]
    )
    condition = " AND ".join(f"old.{key} <=> new.{key}" for key in keys)
    merge = _open(work, table).alias("old").merge(complete.alias("new"), condition)
    merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()


def add_new(work: Work, table: str, rows: list[dict[str, Any]], keys: list[str]) -> None:
    """Add the rows whose keys the table does not have. Raises one of CONFLICTS if another writer was faster."""
    new, condition = _frame(work, table, rows), " AND ".join(f"old.{key} = new.{key}" for key in keys)
    _open(work, TABLES[table]).alias("old").merge(new.alias("new"), condition).whenNotMatchedInsertAll().execute()


def delete_pages(work: Work, table: str, pages: DataFrame, shards: Sequence[tuple[str, int]]) -> None:
    """Delete the rows of these pages (crawl, shard, page_id); shards: the (crawl, shard) pairs that contain them."""
    _merge_pages(work, table, pages, shards).whenMatchedDelete().execute()


def update_pages(work: Work, pages: DataFrame, shards: Sequence[tuple[str, int]], values: Mapping[str, Column]) -> None:
    """Set these values in the rows of these pages."""
    _merge_pages(work, "pages", pages, shards).whenMatchedUpdate(set=dict(values)).execute()


def delete(work: Work, table: str, where: Column) -> None:
    """Delete the rows for which `where` is true."""
    _open(work, TABLES[table]).delete(where)


def update(work: Work, table: str, where: Column, values: Mapping[str, Column]) -> None:
    """Set these values in the rows for which `where` is true."""
    _open(work, TABLES[table]).update(where, dict(values))


def compact(work: Work, table: str) -> None:
    """Rewrite the rows of this crawl into as few files as its partitions allow."""
    where = f"crawl = '{_quoted(work.crawl)}'"
    _open(work, TABLES[table]).optimize().where(where).executeCompaction()


def _merge_pages(work: Work, table: str, pages: DataFrame, shards: Sequence[tuple[str, int]]) -> DeltaMergeBuilder:
    crawls = ", ".join(sorted({f"'{_quoted(crawl)}'" for crawl, _ in shards}))
    numbers = ", ".join(sorted({str(shard) for _, shard in shards}))
    same = [f"old.{key} = gone.{key}" for key in ("crawl", "shard", "page_id")]
    where = " AND ".join([f"old.crawl IN ({crawls})", f"old.shard IN ({numbers})", *same])
    return _open(work, TABLES[table]).alias("old").merge(F.broadcast(pages).alias("gone"), where)


def get_property(work: Work, table: str, key: str) -> str | None:
    """A property of an existing table; None if it is not set."""
    detail = _open(work, TABLES[table]).detail().select("properties").first()
    return detail[0].get(key) if detail else None


def set_property(work: Work, table: str, key: str, value: str) -> None:
    """Set a property of an existing table."""
    path = _path(work, TABLES[table])
    work.spark.sql(f"ALTER TABLE delta.`{path}` SET TBLPROPERTIES ('{key}' = '{_quoted(value)}')")


def _written(work: Work, table: Table, where: str) -> dict[int, Size]:
    """Rows and bytes that the newest commit with this predicate wrote to each shard, from the table's log."""
    sizes: dict[int, Size] = {}
    for actions in _newest_commits(work, _path(work, table)):
        info: dict[str, Any] = next((action["commitInfo"] for action in actions if "commitInfo" in action), {})
        if info.get("operationParameters", {}).get("predicate") != where:
            continue  # a commit of another writer
        for add in (action["add"] for action in actions if "add" in action):
            shard, rows = int(add["partitionValues"]["shard"]), json.loads(add["stats"])["numRecords"]
            before = sizes.get(shard, Size(0, 0))
            sizes[shard] = Size(before.rows + rows, before.bytes + add["size"])
        break
    return sizes


def _newest_commits(work: Work, path: str) -> Iterator[list[dict[str, Any]]]:
    """The commits of a table, newest first, each as its actions."""
    java, (files, paths) = jvm(work.spark), file_system(work.spark, path)
    log = java.org.apache.spark.sql.delta.DeltaLog.forTable(work.spark._jsparkSession, path)
    folder = paths(path, "_delta_log")
    for version in range(log.unsafeVolatileSnapshot().version(), -1, -1):
        stream = files.open(paths(folder, f"{version:020}.json"))
        try:
            text = java.org.apache.commons.io.IOUtils.toString(stream, "UTF-8")
        finally:
            stream.close()
        yield [json.loads(line) for line in text.splitlines() if line]


def _frame(work: Work, table: str, rows: list[dict[str, Any]]) -> DataFrame:
    """A frame with the columns of this table; values that a row lacks are null."""
    schema = TABLES[table].columns
    return work.spark.createDataFrame([Row(**{n: row.get(n) for n in schema.names}) for row in rows], schema)


def _open(work: Work, table: Table) -> DeltaTable:
    """The Delta table, created empty if it does not exist."""
    path = _path(work, table)
    if DeltaTable.isDeltaTable(work.spark, path):
        found = DeltaTable.forPath(work.spark, path)
        _check_columns(work, table, found)
        return found
    return _create(work, table, path)


def _create(work: Work, table: Table, path: str) -> DeltaTable:
    """The new table, empty.

    If a run was killed while it created the table, the folder has a log without a commit, where Delta refuses to create
    a table but not to write one. If another run creates the table at the same moment, there is still only one table.
    """
    properties = {
        "delta.minReaderVersion": "1", "delta.minWriterVersion": "2", "delta.enableDeletionVectors": "false",
        "delta.dataSkippingStatsColumns": ",".join(table.statistics),
    }  # fmt: skip
    comment = f"One row is {table.row}."
    builder = DeltaTable.createIfNotExists(work.spark).location(path).addColumns(table.columns).comment(comment)
    for key, value in properties.items():
        builder = builder.property(key, value)
    with suppress(*CONFLICTS):  # the other run was faster
        try:
            builder.partitionedBy(*table.partitioned_by).execute()
        except AnalysisException as error:
            if error.getCondition() not in _LOG_WITHOUT_COMMIT:
                raise
            empty = work.spark.createDataFrame([], table.columns)
            writer = empty.write.format("delta").mode("ignore").options(**properties)
            writer.partitionBy(*table.partitioned_by).save(path)
            set_property(work, table.name, "comment", comment)
    return DeltaTable.forPath(work.spark, path)


def _check_columns(work: Work, table: Table, found: DeltaTable) -> None:
    if missing := sorted(_names(table.columns) - _names(found.toDF().schema)):
        lacks = f"the table {table.name} lacks {', '.join(missing[:5])}: an earlier winnow made it"
        raise SettingsError([f"{work.warehouse}: {lacks}. {make_again(work)}"])


def _names(columns: t.StructType) -> set[str]:
    """The names of columns, and of struct fields with their column, such as metrics.word_count."""
    fields = {
        f"{column.name}.{name}"
        for column in columns
        if isinstance(column.dataType, t.StructType)
        for name in column.dataType.names
    }
    return {*columns.names, *fields}


def make_again(work: Work) -> str:
    """What to do with tables that this winnow does not read."""
    again = f"winnow run ARCHIVES --crawl NAME --warehouse NEW --removals-from {work.warehouse}"
    return f"Make them again in a new folder, with the orders to take pages down: {again}"


def _path(work: Work, table: Table) -> str:
    return f"{work.warehouse.rstrip('/')}/{table.name}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
