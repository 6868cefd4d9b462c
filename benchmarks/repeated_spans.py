"""Repeated spans as a Spark job: CPU seconds per MB of text as a slope, shuffled bytes per byte, hard texts, memory.

    WINNOW_CORPUS=... python -m benchmarks.repeated_spans [--mb 10 100 800] [--hard] [--unit words]

Texts as in `span_texts`; MB are 10^6 bytes of UTF-8. One session of two cores, with 1 GB for the JVM, that runs the
same job over 10 MB until its compiler has little left to do. From stored texts to stored spans; CPU is that of all
processes from /proc, by pass the JVM's and the Python workers'. The slope is that between two sizes, each the mean of
its rounds. Hard texts (`--hard`): the longest task beside the mean of its stage, of which it may be three times and two
seconds; a hundredth of each is compared with brute force.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark import StorageLevel
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from tests.reference.spans import Page, Span, repeated_spans

from benchmarks.span_texts import generated_texts, hard_texts, in_lists, page_id, real_texts, store, word_counts
from benchmarks.stages import ended_stages
from winnow.kernels.repeated_spans.token_settings import TokenSettings
from winnow.runs.meter import Meter
from winnow.settings.load import load_settings
from winnow.settings.schema import Spans
from winnow.spark.session import open_session
from winnow.stages.duplicates.repeated_spans import (
    candidate_windows,
    cut_captures,
    decide_spans,
    repeated_minimizers,
    scope_pages,
)

WARM_RUNS, WARM_BYTES = 10, 10_000_000
ROUNDS_BYTES = 300_000_000  # a size is run until it has this much together, at most three times


class Pass(NamedTuple):
    """What a pass cost."""

    cpu: dict[str, float]  # by kind of process
    wall: float
    shuffled: int
    tasks: list[list[float]]  # seconds of each task, by stage


class Bench:
    """Measures passes in one session."""

    def __init__(self, spark: SparkSession, meter: Meter, settings: Spans, unit: Any, folder: Path) -> None:
        self.spark, self.meter, self.settings, self.folder = spark, meter, settings, folder
        self.tokens = TokenSettings(unit, "remove", "keep", True, True)

    def run(self, path: Path) -> tuple[dict[str, Pass], pa.Table]:
        """What each pass cost, and the rows of pages with spans."""
        scoped = scope_pages(self.spark.read.parquet(str(path)).withColumn("is_cut", F.lit(False)), "shard")
        passes: dict[str, Pass] = {}
        with self.measured("minimizers", passes):
            sample = repeated_minimizers(scoped, self.tokens, self.settings)
        windows = candidate_windows(scoped, self.tokens, self.settings, sample).persist(StorageLevel.DISK_ONLY)
        with self.measured("windows", passes):
            windows.count()
        with self.measured("spans", passes):
            captures = cut_captures(windows, self.settings, sample.pieces)
            decided = decide_spans(windows, captures, self.settings, sample.pieces)
            decided.write.mode("overwrite").parquet(str(self.folder / "spans"))
        windows.unpersist()
        return passes, pq.read_table(self.folder / "spans")

    def spans_of(self, texts: list[str], found: pa.Table) -> list[list[Span]]:
        """The spans of each stored text, from the rows that `run` returned."""
        rows = zip(found.column("page_id").to_pylist(), found.column("spans").to_pylist(), strict=True)
        spans = {number: [Span(**span) for span in here] for number, here in rows}
        return [spans.get(page_id(place), []) for place in range(len(texts))]

    @contextmanager
    def measured(self, name: str, passes: dict[str, Pass]) -> Iterator[None]:
        """The cost of what is done inside, from the session's processes and from Spark's own numbers for its stages."""
        known = {stage.key for stage in ended_stages(self.spark)}
        before, began = self.meter.seconds(), time.monotonic()
        yield
        wall = time.monotonic() - began
        cpu = {kind: seconds - before[kind] for kind, seconds in self.meter.seconds().items()}
        fresh = [stage for stage in ended_stages(self.spark) if stage.key not in known]
        tasks = [stage.tasks for stage in reversed(fresh) if stage.tasks]
        passes[name] = Pass(cpu, wall, sum(stage.shuffled for stage in fresh), tasks)


def warm_up(bench: Bench, words: Counter[str]) -> None:
    """Runs until Java's compiler has little left to do."""
    path = bench.folder / "warm.parquet"
    store(generated_texts(words, WARM_BYTES), path)
    for _ in range(WARM_RUNS):
        bench.run(path)


def cpu_of(passes: dict[str, Pass]) -> float:
    """CPU seconds of a run."""
    return sum(sum(each.cpu.values()) for each in passes.values())


def show(name: str, size: int, passes: dict[str, Pass], found: pa.Table) -> None:
    """Print a run."""
    cpu, wall = cpu_of(passes), sum(each.wall for each in passes.values())
    parts = ", ".join(f"{key} {each.cpu['jvm']:.1f} + {each.cpu['workers']:.1f}" for key, each in passes.items())
    shuffled = ", ".join(f"{key} {each.shuffled / size:.3f}" for key, each in passes.items())
    total = sum(each.shuffled for each in passes.values()) / size
    cut = pc.sum(found.column("cut_chars")).as_py() or 0
    print(f"{name}: {size / 1e6:.1f} MB, {found.num_rows:,} pages with spans, {cut:,} characters go")
    print(
        f"    CPU {cpu:.1f} s ({parts}), {cpu / size * 1e6:.3f} s/MB; wall {wall:.1f} s, load {os.getloadavg()[0]:.0f}"
    )
    print(f"    shuffled bytes per byte of text: {total:.3f} ({shuffled})", flush=True)


def slopes(bench: Bench, words: Counter[str], sizes: list[int]) -> None:
    """Runs generated texts of these sizes in MB; the cost of an additional MB from one size to the next."""
    path, known = bench.folder / "texts.parquet", list[tuple[int, float]]()
    for mb in sizes:
        size = store(generated_texts(words, mb * 1_000_000), path)
        rounds = []
        for _ in range(max(1, min(3, ROUNDS_BYTES // size))):
            passes, found = bench.run(path)
            show("generated", size, passes, found)
            rounds.append(cpu_of(passes))
        known.append((size, sum(rounds) / len(rounds)))
        if len(known) > 1:
            (before, spent), (now, cpu) = known[-2:]
            print(f"    slope: {(cpu - spent) / (now - before) * 1e6:.4f} CPU seconds per MB", flush=True)


def hard(bench: Bench, pages: int) -> bool:
    """Whether tasks of hard texts take equally long, and whether a hundredth has the spans of brute force."""
    path, results = bench.folder / "texts.parquet", []
    for name, texts in hard_texts(pages).items():
        size = store(in_lists(texts), path)
        passes, found = bench.run(path)
        show(name, size, passes, found)
        for key, each in passes.items():
            print(f"    {key}: {', '.join(map(said, each.tasks))}", flush=True)
            results += [max(tasks) <= 3 * sum(tasks) / len(tasks) + 2 for tasks in each.tasks]
    for name, texts in hard_texts(pages // 100).items():
        store(in_lists(texts), path)
        _, found = bench.run(path)
        wanted = repeated_spans([Page(text) for text in texts], bench.tokens.unit, bench.settings.length)
        results.append(bench.spans_of(texts, found) == wanted)
        print(f"{name}: {'the spans of brute force' if results[-1] else 'OTHER SPANS than brute force'}", flush=True)
    return all(results)


def said(tasks: list[float]) -> str:
    """Seconds of a stage's tasks in words."""
    return f"{len(tasks)} tasks of {sum(tasks) / len(tasks):.2f} s and at most {max(tasks):.2f} s"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mb", type=int, nargs="*", default=[10, 100, 800])
    parser.add_argument("--unit", default="folded")
    parser.add_argument("--hard", action="store_true")
    options = parser.parse_args()
    settings = load_settings(changes=["spark.master=local[2]", "spark.driver_memory=1g"])
    texts = real_texts(Path(os.environ["WINNOW_CORPUS"]))
    words = word_counts(text for group in texts.values() for text in group)
    spark = open_session("repeated spans", settings.spark)
    with tempfile.TemporaryDirectory() as folder, Meter() as meter:
        bench = Bench(spark, meter, settings.spans, options.unit, Path(folder))
        warm_up(bench, words)
        for name, group in texts.items():
            size = store(in_lists(group), Path(folder) / "texts.parquet")
            show(name, size, *bench.run(Path(folder) / "texts.parquet"))
        slopes(bench, words, options.mb)
        is_good = not options.hard or hard(bench, 100_000)
        peaks = ", ".join(f"{kind} {size / 1e6:,.0f} MB" for kind, size in meter.peak_bytes().items() if size)
        print(f"largest resident size of one process: {peaks}", flush=True)
    spark.stop()
    return int(not is_good)


if __name__ == "__main__":
    sys.exit(main())
