"""What is to do, and the commit of a wave: the only machinery that jobs share.

`commits` holds one row for each (target, crawl, shard) that is finished. A commit takes that row away first where there
is one, replaces the shards' rows in one Delta transaction, and writes the row last: a kill in between only redoes work.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from delta.tables import DeltaMergeBuilder, DeltaTable
from pyspark.sql import Column, DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from winnow.arrow import python_cpu
from winnow.errors import SettingsError
from winnow.fingerprint import SOURCES, digest
from winnow.session import file_system, jvm, newest_stage, stages_after
from winnow.settings import Settings
from winnow.tables import COMMITS, SCHEMA_VERSION, TABLES, Table

# Long texts and nested columns have no statistics in the log: they would cost more than they skip.
_NO_STATISTICS = {
    "text",
    "title",
    "url",
    "error",
    "metrics",
    "reasons",
    "skipped",
    "spans",
    "digest",
    "bands",
    "with_copies",
}

ARCHIVE_KEYS = ("shard", "warc_path", "bytes", "etag", "tries")


class Note(NamedTuple):
    """That a shard of a table is done: the fingerprint of its settings, the hash of what it was made from, its rows."""

    fingerprint: str
    inputs: str
    rows: int


@dataclass(frozen=True)
class Work:
    """What jobs work with: one crawl of one warehouse, under these settings.

    `notes` is what `commits` says by (crawl, target, shard), and `crawls` what the table of that name holds: read once,
    then kept up to date with what is committed here.
    """

    spark: SparkSession
    settings: Settings
    fingerprints: Mapping[str, str]
    warehouse: str
    crawl: str
    root: str | None = None  # where the archives lie; None: as the crawl was listed
    notes: dict[tuple[str, str, int], Note] = field(default_factory=dict)
    crawls: dict[str, Row] = field(default_factory=dict)


class Todo(NamedTuple):
    """Shards that are to do, each with the inputs it will be made from; whether a note of older rows stands yet."""

    shards: dict[int, str]
    noted: bool


class Size(NamedTuple):
    """What a shard of a table holds."""

    rows: int
    bytes: int


class Since(NamedTuple):
    """When a piece of work began: seconds on the clock, CPU seconds of Python workers so far, Spark's newest stage."""

    wall: float
    python_cpu: float
    stage: int


class Spent(NamedTuple):
    """What a piece of work took: seconds on the clock, CPU seconds of Python and JVM, bytes written for shuffles."""

    wall: float
    cpu: float
    shuffled: int


def read(work: Work, table: str, shards: list[int] | None = None) -> DataFrame:
    """The rows of this crawl, or of these shards of it; no rows where the table is not there yet."""
    rows = _open(work, TABLES[table]).toDF().where(F.col("crawl") == work.crawl)
    return rows if shards is None else rows.where(F.col("shard").isin(shards))


def read_all(work: Work, table: str) -> DataFrame:
    """The rows of every crawl; no rows where the table is not there yet."""
    return _open(work, TABLES[table]).toDF()


def newest_version(work: Work, table: str) -> int:
    """The version that a table has now."""
    row = _open(work, TABLES[table]).history(1).select("version").first()
    return int(row[0]) if row else 0


def read_version(work: Work, table: str, version: int) -> DataFrame:
    """The rows of every crawl as they were then, whatever is written meanwhile."""
    return work.spark.read.format("delta").option("versionAsOf", version).load(_path(work, TABLES[table]))


def exists(work: Work, table: str) -> bool:
    """Whether the table was ever written."""
    return DeltaTable.isDeltaTable(work.spark, _path(work, TABLES[table]))


def todo(work: Work, target: str, shards: list[int], beside: Mapping[int, object] | None = None) -> Todo:
    """The shards whose rows of `target` are missing or made with other settings or inputs.

    `beside` is what else a shard is made from, as a JSON value: other shards, other crawls. Raises SettingsError where
    the source of `target` is not finished under these settings.
    """
    done = notes(work)
    inputs = _archive_inputs(work, shards) if target == "pages" else source_inputs(work, target, shards)
    inputs = {shard: digest([own, beside[shard]]) if beside else own for shard, own in inputs.items()}
    wanted = work.fingerprints[target]
    noted = {shard: done[key] for shard in shards if (key := (work.crawl, target, shard)) in done}
    stands = {shard for shard, note in noted.items() if note[:2] == (wanted, inputs[shard])}
    ready = {shard: inputs[shard] for shard in shards if shard not in stands}
    return Todo(ready, any(shard in noted for shard in ready))


def archives_as_read(work: Work, ready: Todo) -> Todo:
    """What pages were made from, once `warcs` says it: bytes and checksum may have come with an archive's reading."""
    return ready._replace(shards=_archive_inputs(work, list(ready.shards), tries_ahead=False))


def commit(work: Work, target: str, rows: DataFrame, ready: Todo, since: Since) -> int:
    """Replace the rows of these shards by `rows`, note that the work is done, and say how many rows there are."""
    forget(work, target, ready)
    sizes = replace(work, target, rows, list(ready.shards))
    return _note(work, target, ready.shards, sizes, since)


def replace(work: Work, target: str, rows: DataFrame, shards: list[int]) -> dict[int, Size]:
    """Replace the rows of these shards in one transaction, without a note in `commits`; what was written."""
    table = TABLES[target]
    columns = {"crawl": F.lit(work.crawl), "fingerprint": F.lit(work.fingerprints.get(target, ""))}
    complete = rows.withColumns(columns).select(
        [F.col(field.name).cast(field.dataType).alias(field.name) for field in table.columns]
    )
    _open(work, table)
    where = f"crawl = '{_quoted(work.crawl)}' AND shard IN ({', '.join(map(str, shards))})"
    writer = complete.write.format("delta").mode("overwrite").option("replaceWhere", where)
    writer.option("mergeSchema", "true").save(_path(work, table))
    return _written(work, table, where)


def append(work: Work, table: str, rows: list[dict[str, Any]]) -> None:
    """Add these rows to a table that is written row by row: crawls, warcs as they are listed, commits."""
    schema = TABLES[table].columns
    add(work, table, work.spark.createDataFrame([Row(**{n: row.get(n) for n in schema.names}) for row in rows], schema))


def add(work: Work, table: str, rows: DataFrame) -> None:
    """Add these rows, as one file, to a table."""
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
    """Add these rows to a table; where one with the same keys is there, it takes its place."""
    table = TABLES[target]
    given = set(rows.columns)
    complete = rows.select(
        [(F.col(f.name) if f.name in given else F.lit(None)).cast(f.dataType).alias(f.name) for f in table.columns]
    )
    condition = " AND ".join(f"old.{key} <=> new.{key}" for key in keys)
    merge = _open(work, table).alias("old").merge(complete.alias("new"), condition)
    merge.whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()


def delete_pages(work: Work, table: str, pages: DataFrame, shards: Sequence[tuple[str, int]]) -> None:
    """Delete the rows of these pages (crawl, shard, page_id), which lie in these shards of these crawls."""
    _merge_pages(work, table, pages, shards).whenMatchedDelete().execute()


def update_pages(work: Work, pages: DataFrame, shards: Sequence[tuple[str, int]], values: Mapping[str, Column]) -> None:
    """Give these rows of `pages` these values."""
    _merge_pages(work, "pages", pages, shards).whenMatchedUpdate(set=dict(values)).execute()


def _merge_pages(work: Work, table: str, pages: DataFrame, shards: Sequence[tuple[str, int]]) -> DeltaMergeBuilder:
    crawls = ", ".join(sorted({f"'{_quoted(crawl)}'" for crawl, _ in shards}))
    numbers = ", ".join(sorted({str(shard) for _, shard in shards}))
    same = [f"old.{key} = gone.{key}" for key in ("crawl", "shard", "page_id")]
    where = " AND ".join([f"old.crawl IN ({crawls})", f"old.shard IN ({numbers})", *same])
    return _open(work, TABLES[table]).alias("old").merge(F.broadcast(pages).alias("gone"), where)


def get_property(work: Work, table: str, key: str) -> str | None:
    """A property of a table that is there; None where it is not set."""
    detail = _open(work, TABLES[table]).detail().select("properties").first()
    return detail[0].get(key) if detail else None


def set_property(work: Work, table: str, key: str, value: str) -> None:
    """Set a property of a table that is there."""
    path = _path(work, TABLES[table])
    work.spark.sql(f"ALTER TABLE delta.`{path}` SET TBLPROPERTIES ('{key}' = '{_quoted(value)}')")


def add_crawl(work: Work, root: str) -> Row:
    """The row of this crawl in `crawls`, added where it is new.

    Raises SettingsError where the warehouse was made with another number of shards.
    """
    work.crawls.clear()
    rows = {row.crawl: row for row in crawls(work)}
    num_shards = work.settings.archives.num_shards
    for row in rows.values():
        if row.num_shards != num_shards:
            made = f"was made with {row.num_shards} shards, archives.num_shards is {num_shards}"
            raise SettingsError([f"{work.warehouse}: {made}; it is fixed: --set archives.num_shards={row.num_shards}"])
    if work.crawl not in rows:
        crawl = {
            "crawl": work.crawl, "position": len(rows), "added_at": datetime.now(UTC), "num_shards": num_shards,
            "schema_version": SCHEMA_VERSION, "root": root, "fingerprint": work.fingerprints["crawls"],
        }  # fmt: skip
        append(work, "crawls", [crawl])
        work.crawls[work.crawl] = Row(**crawl)
    return work.crawls[work.crawl]


def archives_by_shard(work: Work) -> Counter[int]:
    """How many archives each shard of this crawl has."""
    rows = read(work, "warcs").groupBy("shard").count().collect()  # one row a shard
    return Counter({row.shard: row["count"] for row in rows})


def tries_after(archive: Row) -> int:
    """How often an archive was tried once it has been read now; one that was read before counts no further try."""
    return int(archive.tries) + (archive.status in ("listed", "unreachable"))


def forget(work: Work, target: str, ready: Todo) -> None:
    """Take the notes away that say these shards are done."""
    if ready.noted:
        mine = (F.col("target") == target) & F.col("shard").isin(list(ready.shards)) & (F.col("crawl") == work.crawl)
        _open(work, COMMITS).delete(mine)
        for shard in ready.shards:
            work.notes.pop((work.crawl, target, shard), None)


def compact_notes(work: Work) -> None:
    """Bring the notes of this crawl, a file for each job and shard, into one file for each shard."""
    _open(work, COMMITS).optimize().where(f"crawl = '{_quoted(work.crawl)}'").executeCompaction()


def begin(work: Work) -> Since:
    """The beginning of a piece of work."""
    return Since(time.monotonic(), python_cpu(work.spark).value, newest_stage(work.spark))


def spent(work: Work, since: Since) -> Spent:
    """What was spent since then."""
    stages = stages_after(work.spark, since.stage)
    cpu = python_cpu(work.spark).value - since.python_cpu + sum(stage.cpu_seconds for stage in stages)
    return Spent(time.monotonic() - since.wall, cpu, sum(stage.shuffled_bytes for stage in stages))


def _note(work: Work, target: str, shards: Mapping[int, str], sizes: Mapping[int, Size], since: Since) -> int:
    """One row a shard; the seconds of the wave, of wall and of CPU in the JVM and Python, are shared out by rows."""
    took, total = spent(work, since), sum(size.rows for size in sizes.values())
    rows = []
    for shard, inputs in shards.items():
        size = sizes.get(shard, Size(0, 0))
        share = size.rows / total if total else 1 / len(shards)
        rows.append(
            {
                "crawl": work.crawl, "shard": shard, "target": target, "inputs": inputs, **size._asdict(),
                "wall_seconds": took.wall * share, "cpu_seconds": took.cpu * share,
                "committed_at": datetime.now(UTC), "fingerprint": work.fingerprints[target],
            }
        )  # fmt: skip
    append(work, "commits", rows)
    for row in rows:
        work.notes[work.crawl, target, row["shard"]] = Note(row["fingerprint"], row["inputs"], row["rows"])
    return total


def _written(work: Work, table: Table, where: str) -> dict[int, Size]:
    """Rows and bytes that the newest commit with this predicate wrote to each shard, from the table's log."""
    sizes: dict[int, Size] = {}
    for actions in _newest_commits(work, _path(work, table)):
        info: dict[str, Any] = next((action["commitInfo"] for action in actions if "commitInfo" in action), {})
        if info.get("operationParameters", {}).get("predicate") != where:
            continue  # another writer's commit, of other shards
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


def notes(work: Work) -> dict[tuple[str, str, int], Note]:
    """What `commits` says of each crawl, target and shard that is done."""
    if not work.notes:
        for row in _open(work, COMMITS).toDF().collect():  # one row a note
            work.notes[row.crawl, row.target, row.shard] = Note(row.fingerprint, row.inputs, row.rows)
    return work.notes


def _archive_inputs(work: Work, shards: list[int], tries_ahead: bool = True) -> dict[int, str]:
    """For each shard the hash of its archives; tries_ahead: a listed or unreachable one counts the try to come."""
    rows = read(work, "warcs", shards).select(*ARCHIVE_KEYS, "status").collect()  # one row an archive
    archives: dict[int, list[Any]] = {}
    for row in sorted(rows, key=lambda row: str(row.warc_path)):
        tries = tries_after(row) if tries_ahead else row.tries
        archives.setdefault(row.shard, []).append([row.warc_path, row.bytes, row.etag, tries])
    return {shard: digest(archives.get(shard, [])) for shard in shards}


def source_inputs(work: Work, target: str, shards: list[int]) -> dict[int, str]:
    """For each shard the hash of what its source was made with. Raises SettingsError where that is not done."""
    source, done = SOURCES[target], notes(work)
    wanted = work.fingerprints[source]
    mine = {shard: done.get((work.crawl, source, shard), Note("", "", 0)) for shard in shards}
    missing = [shard for shard, note in mine.items() if note.fingerprint != wanted]
    if missing:
        raise SettingsError(
            [f"{work.warehouse}: {source} of {work.crawl}, shards {_ranges(missing)}: not made with these settings; "
             f"run the job that writes {source} first, or `winnow run`, which does all in order"]
        )  # fmt: skip
    return {shard: digest(note[:2]) for shard, note in mine.items()}


def noted_rows(work: Work, target: str) -> int:
    """Rows of a table that `commits` notes, of the crawl or, where work.crawl is '', of all."""
    return sum(
        note.rows for (crawl, made, _), note in notes(work).items() if made == target and work.crawl in ("", crawl)
    )


def crawls(work: Work) -> list[Row]:
    """The rows of `crawls`. Raises SettingsError where they are of tables with other columns than these."""
    if not work.crawls:
        rows = _open(work, TABLES["crawls"]).toDF().collect()  # one row a crawl
        others = {row.schema_version for row in rows} - {SCHEMA_VERSION}
        if others:
            made = f"holds tables of version {_ranges(sorted(others))}, this winnow makes version {SCHEMA_VERSION}"
            raise SettingsError([f"{work.warehouse}: {made}; go on with the winnow that made it, or name a new folder"])
        work.crawls.update({row.crawl: row for row in rows})
    return list(work.crawls.values())


def crawls_until(work: Work) -> list[Row]:
    """The rows of the crawls up to this one. Raises SettingsError where it was never listed."""
    rows = crawls(work)
    mine = _row_of(work, rows)
    return [row for row in rows if row.position <= mine.position]


def crawl_row(work: Work) -> Row:
    """The row of this crawl in `crawls`. Raises SettingsError where it was never listed."""
    return _row_of(work, crawls(work))


def _row_of(work: Work, rows: list[Row]) -> Row:
    known = {row.crawl: row for row in rows}
    if work.crawl not in known:
        there = f" There are: {', '.join(sorted(known))}" if known else " It holds no crawl yet."
        raise SettingsError([f"{work.warehouse}: no crawl {work.crawl}; run list_warcs first.{there}"])
    return known[work.crawl]


def _ranges(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers[:20])) + (" ..." if len(numbers) > 20 else "")


def _open(work: Work, table: Table) -> DeltaTable:
    """The Delta table, made empty where it is not there."""
    path = _path(work, table)
    if DeltaTable.isDeltaTable(work.spark, path):
        return DeltaTable.forPath(work.spark, path)
    builder = DeltaTable.createIfNotExists(work.spark).location(path).addColumns(table.columns)
    if table.partitioned_by:
        builder = builder.partitionedBy(*table.partitioned_by)
    plain = [f.name for f in table.columns if f.name not in _NO_STATISTICS and f.name not in table.partitioned_by]
    properties = {
        "delta.minReaderVersion": "1", "delta.minWriterVersion": "2", "delta.enableDeletionVectors": "false",
        "delta.dataSkippingStatsColumns": ",".join(plain),
    }  # fmt: skip
    for key, value in properties.items():
        builder = builder.property(key, value)
    builder.comment(f"One row is {table.row}.").execute()
    return DeltaTable.forPath(work.spark, path)


def _path(work: Work, table: Table) -> str:
    return f"{work.warehouse.rstrip('/')}/{table.name}"


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
