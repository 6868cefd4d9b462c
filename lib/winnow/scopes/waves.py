"""Waves: shards that are worked on together, and the reading tasks of a wave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pyspark.sql import DataFrame

from winnow.records.chosen import Chosen, pack
from winnow.scopes.chosen import chosen_records
from winnow.settings.jobs import JOBS
from winnow.settings.schema import Settings
from winnow.sources.formats import is_cuttable, is_of_the_web
from winnow.sources.locations import join
from winnow.spark.session import parallel_tasks
from winnow.warehouse import delta
from winnow.warehouse.commits import ARCHIVE_KEYS, tries_after
from winnow.warehouse.crawls import archives_by_shard, crawl_row
from winnow.warehouse.work import Work

_STRETCH_BYTES = 128 * 1024 * 1024
_MOST_INFLATING = 8  # tasks of a compressed file of texts, each of which inflates all of it: 17 us a document of 3 kB


def waves(archives_by_shard: Counter[int], shards: Iterable[int], at_least: int) -> list[list[int]]:
    """Runs of shards that hold at least this many archives together.

    A rest of less than half a wave joins the last wave, since each wave costs some seconds at any size.
    """
    cut: list[list[int]] = []
    wave: list[int] = []
    for shard in shards:
        wave.append(shard)
        if _archives(archives_by_shard, wave) >= at_least:
            cut.append(wave)
            wave = []
    if cut and 2 * _archives(archives_by_shard, wave) < at_least:
        cut[-1] += wave
    elif wave:
        cut.append(wave)
    return cut


def _archives(archives_by_shard: Counter[int], shards: list[int]) -> int:
    return sum(archives_by_shard[shard] for shard in shards)


def job_waves(work: Work, job: str, shards: list[int]) -> Iterator[list[int]]:
    """The waves of a job over these shards: a single wave if the job looks at the whole crawl."""
    if JOBS[job].is_barrier(work.settings):
        yield shards
    else:
        yield from waves(archives_by_shard(work), shards, wave_archives(work))


def legs(jobs: list[str], settings: Settings) -> list[list[str]]:
    """The jobs in order, split at barriers. Each wave runs all jobs of a leg."""
    cut: list[list[str]] = [[]]
    for job in jobs:
        if JOBS[job].is_barrier(settings):
            cut += [[job], []]
        else:
            cut[-1].append(job)
    return [leg for leg in cut if leg]


def wave_archives(work: Work) -> int:
    """The least number of archives in a wave."""
    return work.settings.spark.wave_archives_per_core * parallel_tasks(work.spark)


def stretches(archive_path: str, size: int | None) -> int:
    """The number of parts that a file of this name and size is read in; 1 if every part would read the whole file."""
    return max(1, -(-(size or 0) // _STRETCH_BYTES)) if is_cuttable(archive_path) else 1


def tasks_of(archive_path: str, size: int | None, parts: int) -> int:
    """How many tasks read a file of this name and size, if each file is to have at least `parts` of them."""
    if is_cuttable(archive_path) or is_of_the_web(archive_path):
        return max(parts, stretches(archive_path, size))
    return min(parts, _MOST_INFLATING)


def archive_tasks(work: Work, shards: list[int]) -> DataFrame:
    """One row and one partition for each task, the largest archive first.

    If there are fewer archives than cores, several tasks read each archive and share its pages: inflating twice is
    cheap compared with extraction. A large file of texts, and the chosen records of an archive, are read in parts.
    """
    from winnow.stages.pages import ARCHIVE_SCHEMA, CHOSEN_SCHEMA  # imports parsers, needed only if there is work

    root = work.root or crawl_row(work).root
    rows = delta.read(work, "archives", shards).select(*ARCHIVE_KEYS, "status").collect()  # one row an archive
    rows.sort(key=lambda row: (-(row.bytes or 0), row.archive_path))
    chosen = chosen_records(work, shards) if any(row.chosen for row in rows) else {}
    cores = parallel_tasks(work.spark)
    parts = -(-cores // len(rows)) if rows and len(rows) < cores else 1
    tasks = [
        (
            row.shard, row.archive_path, row.bytes, row.etag, tries_after(row), join(root, row.archive_path), part,
            count, *((row.chosen, *_packed(chosen[row.archive_path].stretch(part, count))) if chosen else ()),
        )
        for row in rows
        for count in (parts if chosen else tasks_of(row.archive_path, row.bytes, parts),)
        for part in range(count)
    ]  # fmt: skip
    schema = CHOSEN_SCHEMA if chosen else ARCHIVE_SCHEMA
    return work.spark.createDataFrame(work.spark.sparkContext.parallelize(tasks, max(1, len(tasks))), schema)


def _packed(chosen: Chosen) -> tuple[bytes, int, int]:
    return pack(chosen.places), chosen.repeated, chosen.without_place
