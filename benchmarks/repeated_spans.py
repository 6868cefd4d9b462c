"""Repeated spans as a Spark job: CPU seconds per MB of text as a slope, and shuffled bytes per byte, by pass.

    WINNOW_CORPUS=... python -m benchmarks.repeated_spans [--mb 10 100 800] [--hard] [--unit words]

Real texts: neardup_exact (pages that resemble one another, so that most of it is repeated) and quality (that do not).
Generated: documents of about 4 kB of words as frequent as in the real texts; three in ten hold one of a pool of
paragraphs that grows with them. One warm session of two cores; CPU is that of all processes from /proc, the slope that
between two sizes. MB are 10^6 bytes of UTF-8. Hard texts: `--hard`; the longest task beside the mean of its pass.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark import StorageLevel
from pyspark.sql import SparkSession

from benchmarks.stages import ended_stages
from winnow.config import load_settings
from winnow.kernels.tokens import TokenSettings
from winnow.processes import KINDS, Meter
from winnow.session import open_session
from winnow.settings import Spans
from winnow.stages.repeated_spans import candidate_windows, decide_spans, repeated_minimizers, scope_pages

DOCUMENT_WORDS, PARAGRAPH_WORDS = 700, 80
PASSES = ("minimizers", "windows", "spans")


class Pass(NamedTuple):
    """What a pass cost."""

    cpu: float
    wall: float
    shuffled: int
    tasks: list[float]  # seconds


def real_texts(corpus: Path) -> dict[str, list[str]]:
    """The texts of two sets of the corpus."""
    with gzip.open(corpus / "neardup_exact" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        near = [json.loads(line)["text"] for line in lines]
    quality = [
        json.loads(line)["text"]
        for path in sorted((corpus / "quality").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return {"neardup_exact": near, "quality": list(dict.fromkeys(quality))}


def generated_texts(words: Counter[str], size: int) -> Iterator[list[str]]:
    """Documents of `size` bytes together, in lists of a few MB."""
    names = np.array(list(words), dtype=object)
    shares = np.array(list(words.values()), float) / words.total()
    draw = np.random.default_rng(7)
    mean = sum(len(word.encode()) * count for word, count in words.items()) / words.total() + 1
    documents = max(1, round(size / (mean * DOCUMENT_WORDS)))

    def prose(count: int, generator: np.random.Generator) -> str:
        return " ".join(names[generator.choice(len(names), count, p=shares)])

    for first in range(0, documents, 1000):
        texts = []
        for _ in range(min(1000, documents - first)):
            text = prose(DOCUMENT_WORDS, draw)
            if draw.random() < 0.3:
                shared = np.random.default_rng((1, int(draw.integers(max(1, documents // 10)))))
                text = f"{text[: len(text) // 2]}\n\n{prose(PARAGRAPH_WORDS, shared)}\n\n{text[len(text) // 2 :]}"
            texts.append(text)
        yield texts


def hard_texts() -> dict[str, list[str]]:
    """One letter a million times; one page 100,000 times; a paragraph in each of 100,000 pages."""
    draw = np.random.default_rng(3)

    def prose(count: int) -> str:
        return " ".join(f"w{number}" for number in draw.integers(0, 50_000, count))

    page, paragraph = prose(120), prose(70)
    return {
        "one letter a million times": ["a " * 1_000_000, *(prose(100) for _ in range(1000))],
        "one page 100,000 times": [page] * 100_000,
        "a paragraph in 100,000 pages": [f"{prose(40)}\n{paragraph}\n{prose(40)}" for _ in range(100_000)],
    }


def store(texts: Iterator[list[str]], path: Path) -> int:
    """The texts as a table (shard, page_id, text); their bytes."""
    size = count = 0
    schema = pa.schema([("shard", pa.int32()), ("page_id", pa.int64()), ("text", pa.string())])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in texts:
            ids = (np.arange(count, count + len(part), dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)).view(np.int64)
            writer.write_table(pa.table([pa.array([0] * len(part), pa.int32()), ids, part], schema=schema))
            count += len(part)
            size += sum(len(text.encode()) for text in part)
    return size


class Bench:
    """Measures passes in one session."""

    def __init__(self, spark: SparkSession, meter: Meter, settings: Spans, unit: Any) -> None:
        self.spark, self.meter, self.settings = spark, meter, settings
        self.tokens = TokenSettings(unit, "remove", "keep", True, True)

    def run(self, path: Path) -> tuple[dict[str, Pass], int, int]:
        """What each pass cost, the pages with spans, and the characters that go."""
        scoped = scope_pages(self.spark.read.parquet(str(path)), "shard")
        passes: dict[str, Pass] = {}
        with self.measured("minimizers", passes):
            sample = repeated_minimizers(scoped, self.tokens, self.settings)
        windows = candidate_windows(scoped, self.tokens, self.settings, sample).persist(StorageLevel.DISK_ONLY)
        with self.measured("windows", passes):
            windows.foreachPartition(lambda rows: None)
        with self.measured("spans", passes):
            spans = decide_spans(windows, self.settings, sample.pieces).selectExpr("count(*)", "sum(cut_chars)").first()
        windows.unpersist()
        assert spans is not None
        return passes, spans[0], spans[1] or 0

    @contextmanager
    def measured(self, name: str, passes: dict[str, Pass]) -> Iterator[None]:
        """The cost of what is done within, by the session's processes and by Spark's own account of its stages."""
        before, began = sum(self.meter.seconds().values()), time.monotonic()
        known = {stage.key for stage in ended_stages(self.spark)}
        yield
        wall = time.monotonic() - began
        fresh = [stage for stage in ended_stages(self.spark) if stage.key not in known]
        cpu = sum(self.meter.seconds().values()) - before
        tasks = [seconds for stage in fresh for seconds in stage.tasks]
        passes[name] = Pass(cpu, wall, sum(stage.shuffled for stage in fresh), tasks)


def show(name: str, size: int, passes: dict[str, Pass], pages: int, chars: int) -> float:
    """Print a run; its CPU seconds."""
    cpu = sum(each.cpu for each in passes.values())
    shuffled = ", ".join(f"{key} {each.shuffled / size:.3f}" for key, each in passes.items())
    parts = ", ".join(f"{key} {each.cpu:.1f}" for key, each in passes.items())
    total = sum(each.shuffled for each in passes.values()) / size
    print(f"{name}: {size / 1e6:.1f} MB, {pages:,} pages with spans, {chars / size:.1%} of the text goes")
    wall = sum(each.wall for each in passes.values())
    print(f"    CPU {cpu:.1f} s ({parts}), {cpu / size * 1e6:.3f} s/MB; wall {wall:.1f} s")
    print(f"    shuffled bytes per byte of text: {total:.3f} ({shuffled})", flush=True)
    return cpu


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mb", type=int, nargs="*", default=[10, 100, 800])
    parser.add_argument("--unit", default="folded")
    parser.add_argument("--hard", action="store_true")
    arguments = parser.parse_args()
    settings = load_settings(changes=["spark.master=local[2]", "spark.driver_memory=2g"])
    texts = real_texts(Path(os.environ["WINNOW_CORPUS"]))
    words = Counter(word for group in texts.values() for text in group for word in text.split())
    spark = open_session("repeated spans", settings.spark)
    with tempfile.TemporaryDirectory() as folder, Meter() as meter:
        bench = Bench(spark, meter, settings.spans, arguments.unit)
        path = Path(folder) / "texts.parquet"
        store(generated_texts(words, 5_000_000), path)
        bench.run(path)  # warm
        for name, group in texts.items():
            size = store(iter([group]), path)
            show(name, size, *bench.run(path))
        known: list[tuple[int, float]] = []
        for mb in arguments.mb:
            size = store(generated_texts(words, mb * 1_000_000), path)
            known.append((size, show("generated", size, *bench.run(path))))
            if len(known) > 1:
                (before, spent), (now, cpu) = known[-2:]
                print(f"    slope: {(cpu - spent) / (now - before) * 1e6:.4f} CPU seconds per MB", flush=True)
        for name, group in hard_texts().items() if arguments.hard else ():
            size = store(iter([group[i : i + 5000] for i in range(0, len(group), 5000)]), path)
            passes, pages, chars = bench.run(path)
            show(name, size, passes, pages, chars)
            for key, each in passes.items():
                mean = sum(each.tasks) / len(each.tasks)
                print(f"    {key}: {len(each.tasks)} tasks, mean {mean:.2f} s, longest {max(each.tasks):.2f} s")
        print("peak bytes:", {kind: f"{meter.peak_bytes()[kind] / 1e6:,.0f} MB" for kind in KINDS}, flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
