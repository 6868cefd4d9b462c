"""Near duplicates and repeated spans while executors are lost: the same rows as undisturbed runs: `make chaos`.

    .venv/bin/python -m tests.chaos.lost_executor

On a cluster of two executors on this machine. In each pass of a stage, one executor is killed as soon as a task of the
pass has ended. What its tasks had stored there is lost: packed signatures, pairs, minimizers, windows, answers.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import StorageLevel
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tests.jobs.warehouse import processes_of
from tests.stages.frames import rows_of
from winnow.kernels.repeated_spans.token_settings import TokenSettings
from winnow.settings.load import load_settings
from winnow.settings.schema import Settings
from winnow.spark.costs import newest_stage
from winnow.spark.session import open_session
from winnow.stages.duplicates.components import label_components
from winnow.stages.duplicates.near_duplicates import Scopes, elect_survivors, find_edges
from winnow.stages.duplicates.repeated_spans import (
    candidate_windows,
    cut_captures,
    decide_spans,
    repeated_minimizers,
    scope_pages,
)

FILES, PAGES = 8, 500
Result = TypeVar("Result")
Rows = list[tuple[Any, ...]]


class Losing(NamedTuple):
    """Runs the passes of a stage; an executor is lost in the pass with this name."""

    spark: SparkSession
    lost_in: str

    def run(self, name: str, work: Callable[[], Result]) -> Result:
        """The result of this pass."""
        return losing_an_executor(self.spark, work) if name == self.lost_in else work()


def main() -> None:
    """For each pass, print whether the rows are the same although an executor was lost."""
    settings = load_settings(changes=["spark.master=local-cluster[2,1,1024]", "spark.driver_memory=1g"])
    spark = open_session("lost executor", settings.spark)
    spark.conf.set("spark.sql.files.maxPartitionBytes", "1m")  # one task for each file
    failed = []
    with tempfile.TemporaryDirectory() as folder:
        write_pages(Path(folder))
        pages = spark.read.parquet(folder)
        stages = {near_duplicates: ("pairs", "survivors"), repeated_spans: ("sample", "windows", "spans")}
        for stage, passes in stages.items():
            clean = stage(pages, settings, Losing(spark, ""))
            assert clean
            print(f"{stage.__name__}: {len(clean)} rows", flush=True)
            for name in passes:
                failed.append(stage(pages, settings, Losing(spark, name)) != clean)
                print(f"an executor lost in {name}: {'other rows' if failed[-1] else 'the same rows'}", flush=True)
    spark.stop()
    sys.exit(any(failed))


def near_duplicates(pages: DataFrame, settings: Settings, losing: Losing) -> Rows:
    """The rows of near duplicates."""
    fuzzy, count = settings.fuzzy, FILES * PAGES
    constants = {"scope": 0, "crawl": "A", "earlier": False, "position": 0, "is_cut": False, "preference": 0.0}
    scoped = pages.withColumns({name: F.lit(value) for name, value in constants.items()})
    edges = find_edges(scoped, Scopes([0], count), fuzzy).persist(StorageLevel.DISK_ONLY)
    losing.run("pairs", edges.count)
    labels = label_components(edges, fuzzy.max_driver_edges)
    dropped = elect_survivors(edges, labels, scoped.drop("scope"), labels.count(), fuzzy)
    found: Rows = losing.run("survivors", lambda: rows_of(dropped))
    edges.unpersist()
    return found


def repeated_spans(pages: DataFrame, settings: Settings, losing: Losing) -> Rows:
    """The rows of repeated spans."""
    tokens = TokenSettings("folded", "remove", "keep", True, True)
    scoped = scope_pages(pages.withColumn("is_cut", F.lit(False)), "shard")
    sample = losing.run("sample", lambda: repeated_minimizers(scoped, tokens, settings.spans))
    windows = candidate_windows(scoped, tokens, settings.spans, sample).persist(StorageLevel.DISK_ONLY)
    losing.run("windows", windows.count)
    captures = cut_captures(windows, settings.spans, sample.pieces)
    found: Rows = losing.run("spans", lambda: rows_of(decide_spans(windows, captures, settings.spans, sample.pieces)))
    windows.unpersist()
    return found


def write_pages(folder: Path) -> None:
    """Pages of 300 words. Every third contains one of a few paragraphs; every fifth nearly equals the page before."""
    draw = random.Random(6)

    def prose(count: int) -> str:
        return " ".join(f"w{draw.randrange(50_000)}" for _ in range(count))

    shared = [prose(80) for _ in range(50)]
    for file in range(FILES):
        texts = [f"{prose(200)}\n{draw.choice(shared) if i % 3 == 0 else ''}\n{prose(100)}" for i in range(PAGES)]
        texts = [f"{texts[i - 1]} {prose(3)}" if i % 5 == 4 else text for i, text in enumerate(texts)]
        columns = {"shard": pa.array([0] * PAGES, pa.int32()), "page_id": range(file * PAGES, (file + 1) * PAGES)}
        pq.write_table(pa.table({**columns, "text": texts}), folder / f"{file}.parquet")


def losing_an_executor(spark: SparkSession, work: Callable[[], Result]) -> Result:
    """The result of `work`, while one executor is killed as soon as one of its tasks has ended."""
    before, done = newest_stage(spark), Event()

    def kill() -> None:
        tracker = spark.sparkContext.statusTracker()
        while not done.wait(0.01):
            stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds() if stage > before]
            if any(stage and stage.numCompletedTasks > 0 for stage in stages):
                os.kill(processes_of(os.getpgid(0), b"CoarseGrainedExecutorBackend")[0], signal.SIGKILL)
                return
        raise AssertionError("the work was done before an executor could be killed")

    with ThreadPoolExecutor(1) as pool:
        killed = pool.submit(kill)
        try:
            return work()
        finally:
            done.set()
            killed.result()


if __name__ == "__main__":
    main()
