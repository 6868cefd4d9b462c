"""Waves: which shards are worked on together, and the reading tasks of one wave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from pyspark.sql import DataFrame

from winnow import delta
from winnow.delta import Work
from winnow.session import parallel_tasks
from winnow.sources.locations import join
from winnow.stages.pages import ARCHIVE_SCHEMA


def waves(archives_by_shard: Counter[int], shards: Iterable[int], at_least: int) -> Iterator[list[int]]:
    """Runs of shards that hold at least this many archives together; the last may hold fewer."""
    wave: list[int] = []
    for shard in shards:
        wave.append(shard)
        if sum(archives_by_shard[number] for number in wave) >= at_least:
            yield wave
            wave = []
    if wave:
        yield wave


def wave_archives(work: Work) -> int:
    """Archives that a wave holds at least."""
    return work.settings.spark.wave_archives_per_core * parallel_tasks(work.spark)


def archive_tasks(work: Work, shards: list[int]) -> DataFrame:
    """One row and one partition for each task, the largest archive first.

    Where there are fewer archives than cores, each is read by several tasks that share its pages out among them:
    inflating twice is cheap beside extraction.
    """
    root = work.root or delta.crawl_row(work).root
    rows = delta.read(work, "warcs", shards).select(*delta.ARCHIVE_KEYS, "status").collect()  # one row an archive
    rows.sort(key=lambda row: (-(row.bytes or 0), row.warc_path))
    cores = parallel_tasks(work.spark)
    parts = -(-cores // len(rows)) if rows and len(rows) < cores else 1
    tasks = [
        (row.shard, row.warc_path, row.bytes, row.etag, delta.tries_after(row), join(root, row.warc_path), part, parts)
        for row in rows
        for part in range(parts)
    ]
    return work.spark.createDataFrame(work.spark.sparkContext.parallelize(tasks, max(1, len(tasks))), ARCHIVE_SCHEMA)
