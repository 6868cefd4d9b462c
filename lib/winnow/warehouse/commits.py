"""The shards that a job has to do, and the commit of a wave, for all jobs.

`commits` has one row, a note, for each finished (target, crawl, shard). A commit first deletes these notes, then
replaces the rows of the shards in one Delta transaction, and writes the notes last: a kill in between only costs work.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from winnow.errors import SettingsError
from winnow.settings.fingerprint import digest
from winnow.settings.jobs import source_of
from winnow.spark.costs import newest_stage, stages_after
from winnow.warehouse.delta import Size, append, compact, delete, exists, read, read_all, replace
from winnow.warehouse.shards import shard_ranges
from winnow.warehouse.work import Note, Work
from winnow.workers.arrow import python_cpu

ARCHIVE_KEYS = ("shard", "archive_path", "bytes", "etag", "tries", "chosen")


class Todo(NamedTuple):
    """Shards to do, each with a hash of its inputs; noted: whether `commits` has notes of older rows of some."""

    shards: dict[int, str]
    noted: bool


class Since(NamedTuple):
    """The start of a piece of work: wall clock, CPU seconds of Python workers so far, Spark's newest stage."""

    wall: float
    python_cpu: float
    stage: int


class Spent(NamedTuple):
    """The cost of a piece of work: wall seconds, CPU seconds of Python and JVM, bytes written for shuffles."""

    wall: float
    cpu: float
    shuffled: int


def todo(work: Work, target: str, shards: list[int], beside: Mapping[int, object] | None = None) -> Todo:
    """The shards whose rows of `target` are missing, or made with other settings or inputs.

    `beside`: other inputs of each shard, as a JSON value, for example other shards or crawls. Raises SettingsError if
    the source of `target` is not finished with these settings.
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
    """The same shards with new hashes of their inputs: reading may reveal the size and checksum of an archive."""
    return ready._replace(shards=_archive_inputs(work, list(ready.shards), tries_ahead=False))


def commit(work: Work, target: str, rows: DataFrame, ready: Todo, since: Since) -> int:
    """Replace the rows of these shards by `rows`, and note that they are done; returns the number of rows."""
    forget(work, target, ready)
    sizes = replace(work, target, rows, list(ready.shards))
    return _note(work, target, ready.shards, sizes, since)


def tries_after(archive: Row) -> int:
    """The number of tries of an archive after this one, which counts only if the archive is listed or unreachable."""
    return int(archive.tries) + (archive.status in ("listed", "unreachable"))


def forget(work: Work, target: str, ready: Todo) -> None:
    """Delete the notes that these shards are done."""
    if ready.noted:
        mine = (F.col("target") == target) & F.col("shard").isin(list(ready.shards)) & (F.col("crawl") == work.crawl)
        delete(work, "commits", mine)
        for shard in ready.shards:
            work.notes.pop((work.crawl, target, shard), None)


def empty(work: Work, table: str) -> None:
    """Delete the rows of this crawl in a table, and their notes, if there are any."""
    if not exists(work, table):
        return
    held = [row.shard for row in read(work, table).select("shard").distinct().collect()]  # at most one row a shard
    if held:
        forget(work, table, Todo(dict.fromkeys(held, ""), noted=True))
        delete(work, table, F.col("crawl") == work.crawl)


def compact_notes(work: Work) -> None:
    """Compact the notes of this crawl, one file for each job and shard, into one file for each shard."""
    compact(work, "commits")


def begin(work: Work) -> Since:
    """The beginning of a piece of work."""
    return Since(time.monotonic(), python_cpu(work.spark).value, newest_stage(work.spark))


def spent(work: Work, since: Since) -> Spent:
    """The cost of the work since its beginning."""
    stages = stages_after(work.spark, since.stage)
    cpu = python_cpu(work.spark).value - since.python_cpu + sum(stage.cpu_seconds for stage in stages)
    return Spent(time.monotonic() - since.wall, cpu, sum(stage.shuffled_bytes for stage in stages))


def _note(work: Work, target: str, shards: Mapping[int, str], sizes: Mapping[int, Size], since: Since) -> int:
    """Write one note for each shard; wall and CPU seconds of the wave are divided among shards by their rows."""
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


def notes(work: Work) -> dict[tuple[str, str, int], Note]:
    """The notes of `commits` by crawl, target and shard."""
    if not work.notes:
        for row in read_all(work, "commits").collect():  # one row for each note
            work.notes[row.crawl, row.target, row.shard] = Note(row.fingerprint, row.inputs, row.rows)
    return work.notes


def _archive_inputs(work: Work, shards: list[int], tries_ahead: bool = True) -> dict[int, str]:
    """For each shard a hash of its archives; tries_ahead: count the next try of listed and unreachable archives."""
    rows = read(work, "archives", shards).select(*ARCHIVE_KEYS, "status").collect()  # one row an archive
    archives: dict[int, list[Any]] = {}
    for row in sorted(rows, key=lambda row: str(row.archive_path)):
        tries = tries_after(row) if tries_ahead else row.tries
        archives.setdefault(row.shard, []).append([
            row.archive_path, row.bytes, row.etag, tries, *([row.chosen] if row.chosen else []),
        ])  # fmt: skip
    return {shard: digest(archives.get(shard, [])) for shard in shards}


def source_inputs(work: Work, target: str, shards: list[int]) -> dict[int, str]:
    """For each shard a hash of its source's settings and inputs. Raises SettingsError if the source is not done."""
    source, done = source_of(work.settings, target), notes(work)
    assert source is not None, f"{target} is made from archives"
    wanted = work.fingerprints[source]
    mine = {shard: done.get((work.crawl, source, shard), Note("", "", 0)) for shard in shards}
    missing = [shard for shard, note in mine.items() if note.fingerprint != wanted]
    if missing:
        raise SettingsError(
            [f"{work.warehouse}: {source} of {work.crawl}, {shard_ranges(missing)}: not made with these settings; "
             f"run the job that writes {source} first, or `winnow run`, which does all in order"]
        )  # fmt: skip
    return {shard: digest(note[:2]) for shard, note in mine.items()}


def noted_rows(work: Work, target: str) -> int:
    """The number of rows of a table according to `commits`, in this crawl; in all crawls if work.crawl is ''."""
    return sum(
        note.rows for (crawl, made, _), note in notes(work).items() if made == target and work.crawl in ("", crawl)
    )
