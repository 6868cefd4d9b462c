"""Repeated spans while executors are lost, and their rows beside those of an undisturbed run: `make chaos`.

    .venv/bin/python -m tests.chaos.lost_executor

On a cluster of two executors on this machine. In each of the three passes one of them is killed as soon as a task of
the pass has ended, so that what tasks have left there is lost: minimizers, the windows that are kept, answers.
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
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import StorageLevel
from pyspark.sql import SparkSession

from tests.jobs.warehouse import processes_of
from tests.stages.frames import rows_of
from winnow.config import load_settings
from winnow.kernels.tokens import TokenSettings
from winnow.session import newest_stage, open_session
from winnow.stages.repeated_spans import candidate_windows, decide_spans, repeated_minimizers, scope_pages

FILES, PAGES = 8, 500
Result = TypeVar("Result")


def main() -> None:
    """Print for each pass whether the rows are the same after an executor was lost in it."""
    settings = load_settings(changes=["spark.master=local-cluster[2,1,1024]", "spark.driver_memory=1g"])
    spark = open_session("lost executor", settings.spark)
    spark.conf.set("spark.sql.files.maxPartitionBytes", "1m")  # a task for each file
    tokens = TokenSettings("folded", "remove", "keep", True, True)
    with tempfile.TemporaryDirectory() as folder:
        write_pages(Path(folder))
        scoped = scope_pages(spark.read.parquet(folder), "shard")

        def rows(lost_in: str) -> list[tuple[object, ...]]:
            def disturbed(name: str, work: Callable[[], Result]) -> Result:
                return losing_an_executor(spark, work) if name == lost_in else work()

            sample = disturbed("minimizers", lambda: repeated_minimizers(scoped, tokens, settings.spans))
            windows = candidate_windows(scoped, tokens, settings.spans, sample).persist(StorageLevel.DISK_ONLY)
            disturbed("windows", windows.count)
            found = disturbed("spans", lambda: rows_of(decide_spans(windows, settings.spans, sample.pieces)))
            windows.unpersist()
            return found

        clean = rows("")
        print(f"{len(clean)} pages with spans", flush=True)
        failed = []
        for name in ("minimizers", "windows", "spans"):
            failed.append(rows(name) != clean)
            print(f"an executor lost in {name}: {'other rows' if failed[-1] else 'the same rows'}", flush=True)
    spark.stop()
    sys.exit(any(failed) or not clean)


def write_pages(folder: Path) -> None:
    """Pages of 300 words; every third holds one of a few paragraphs."""
    draw = random.Random(6)

    def prose(count: int) -> str:
        return " ".join(f"w{draw.randrange(50_000)}" for _ in range(count))

    shared = [prose(80) for _ in range(50)]
    for file in range(FILES):
        texts = [f"{prose(200)}\n{draw.choice(shared) if i % 3 == 0 else ''}\n{prose(100)}" for i in range(PAGES)]
        columns = {"shard": pa.array([0] * PAGES, pa.int32()), "page_id": range(file * PAGES, (file + 1) * PAGES)}
        pq.write_table(pa.table({**columns, "text": texts}), folder / f"{file}.parquet")


def losing_an_executor(spark: SparkSession, work: Callable[[], Result]) -> Result:
    """What `work` gives while one executor is killed, once a task of it has ended."""
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
