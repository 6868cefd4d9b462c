"""Near duplicates at 450 bands of 20 beside datasketch and the usual ways from signatures to pairs, in one run.

    python -m benchmarks.near_duplicates [--pages 50000 200000] [--copies 2000 200000] \
        [--peer-python VENV/bin/python] [--text-dedup-python VENV/bin/python]

Pages are generated: words by Zipf's law, about 490 each, one in five a near copy of an earlier one. CPU seconds of the
driver, the JVM and Python workers. The cost of a page is a slope: what a larger set costs more than a smaller one in
the same warm session, so that starting and compiling are not in it. One peer's environment has
datatrove[io,processing] 0.10.1 and spacy, the other's text-dedup 0.4.0; their costs are slopes too, from texts to
clusters in one process.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
from datasketch import MinHash, MinHashLSH
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from winnow.kernels.near_duplicates.minhash import permutations, sign_pages, signatures
from winnow.runs.meter import Meter
from winnow.settings.load import load_settings
from winnow.settings.schema import Fuzzy
from winnow.spark.session import open_session
from winnow.stages.duplicates.components import label_components
from winnow.stages.duplicates.near_duplicates import Scopes, elect_survivors, find_edges
from winnow.workers.signing import page_shingles

WORDS, VOCABULARY, COPIED = 490, 50_000, 0.2
BATCH = 500
SKETCHED = 100
BLOCK = 1_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, nargs=2, default=[50_000, 200_000])
    parser.add_argument("--copies", type=int, nargs=2, default=[2_000, 200_000])
    parser.add_argument("--naive", type=int, default=5_000, help="pages for the usual ways from signatures to pairs")
    parser.add_argument("--peer-python")
    parser.add_argument("--peer-pages", type=int, nargs=2, default=[500, 1_500])
    parser.add_argument("--text-dedup-python")
    parser.add_argument("--text-dedup-pages", type=int, nargs=2, default=[2_000, 10_000])
    parser.add_argument("--memory", default="1500m", help="heap of Spark's driver, which is the executor here")
    options = parser.parse_args()
    settings = load_settings(changes=["spark.master=local[2]", f"spark.driver_memory={options.memory}"])
    print(f"load before: {os.getloadavg()[0]:.1f}")
    compare_signatures(settings.fuzzy)
    spark = open_session("near duplicates", settings.spark)
    with Meter() as meter, tempfile.TemporaryDirectory() as folder:
        bench = Bench(spark, settings.fuzzy, meter, folder)
        run(bench, generated(bench, 2_000))
        slopes(bench, options.pages)
        compare_pairs(bench, options.naive)
        copies(bench, options.copies)
        if options.peer_python:
            for bands, rows in ((450, 20), (14, 8)):
                name, arguments = f"datatrove 0.10.1, {bands} x {rows}", [str(bands), str(rows)]
                compare_peer(name, [options.peer_python, "datatrove_minhash.py"], folder, arguments, options.peer_pages)
        if options.text_dedup_python:
            peer, sizes = [options.text_dedup_python, "text_dedup_minhash.py"], options.text_dedup_pages
            compare_peer("text-dedup 0.4.0, 240 hashes", peer, folder, [], sizes)
            compare_peer("text-dedup, copies of one page", peer, folder, [], options.copies[:1], copies=True)
        spark.stop()


class Bench(NamedTuple):
    """What every measurement needs."""

    spark: SparkSession
    fuzzy: Fuzzy
    meter: Meter
    folder: str

    def total(self) -> float:
        """CPU seconds of everything so far."""
        return sum(self.meter.seconds().values())


def text_of(number: int) -> str:
    """Page `number`; some are, but for a few words, the same as others of its ten."""
    own = np.random.default_rng(number)
    is_copy = own.random() < COPIED
    words = _words(np.random.default_rng(number - number % 10) if is_copy else own)
    if is_copy:
        for place in own.integers(0, len(words), own.integers(1, 12)):
            words[place] = f"x{number}"
    return " ".join(words)


def _words(random: np.random.Generator) -> list[str]:
    ranks = random.zipf(1.1, random.integers(WORDS - 190, WORDS + 190))
    return [f"word{rank % VOCABULARY}" for rank in ranks]


def generated(bench: Bench, pages: int, same: int = 0) -> DataFrame:
    """So many pages, and so many copies of one; on disk, so that making them is not in what follows."""
    numbers = bench.spark.range(0, pages + same, 1, max(2, (pages + same) // 10_000))
    texts = numbers.mapInArrow(partial(_generate, pages=pages), "page_id BIGINT, text STRING")
    folder = f"{bench.folder}/{pages}-{same}"
    texts.write.mode("overwrite").parquet(folder)
    constants = {
        "scope": 0, "crawl": "A", "earlier": False, "position": 0, "shard": 0, "is_cut": False, "preference": 0.0,
    }  # fmt: skip
    return bench.spark.read.parquet(folder).withColumns({name: F.lit(value) for name, value in constants.items()})


def _generate(batches: Iterator[pa.RecordBatch], pages: int) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, len(batch), BATCH):
            numbers = batch.column("id").slice(start, BATCH).to_pylist()
            texts = [text_of(number if number < pages else 0) for number in numbers]
            ids = [(number + 1) * 0x9E3779B97F4A7C15 % 2**63 for number in numbers]
            yield pa.RecordBatch.from_pydict({"page_id": ids, "text": texts})


def run(bench: Bench, pages: DataFrame) -> tuple[int, float, float, float]:
    """Pages, CPU seconds to distinct pairs, CPU seconds from there to survivors, the share that goes."""
    count, fuzzy = pages.count(), bench.fuzzy
    began = bench.total()
    edges = find_edges(pages, Scopes([0], count), fuzzy).persist()
    edges.count()
    linked = bench.total()
    labels = label_components(edges, fuzzy.max_driver_edges)
    gone = elect_survivors(edges, labels, pages.drop("scope"), labels.count(), fuzzy)
    worst = gone.agg(F.count("*"), F.min("jaccard")).first()
    ended = bench.total()
    edges.unpersist()
    assert worst is not None
    assert worst[1] is None or worst[1] >= fuzzy.min_jaccard
    return count, linked - began, ended - linked, worst[0] / count


def slopes(bench: Bench, sizes: list[int]) -> None:
    """CPU milliseconds a page, from the smaller set to the larger one."""
    found = []
    for size in sizes:
        pages = generated(bench, size)
        found.append(run(bench, pages))
        count, to_pairs, elected, share = found[-1]
        print(f"{count:,} pages: {to_pairs:.1f} s CPU to distinct pairs, {elected:.1f} s to survivors; {share:.1%} go")
    (few, pairs_few, elect_few, _), (many, pairs_many, elect_many, _) = found
    to_pairs = 1000 * (pairs_many - pairs_few) / (many - few)
    elected = 1000 * (elect_many - elect_few) / (many - few)
    print(f"slope: {to_pairs:.2f} ms a page to distinct pairs, {to_pairs + elected:.2f} ms to survivors")
    peaks = ", ".join(f"{kind} {size / 1e6:.0f} MB" for kind, size in bench.meter.peak_bytes().items() if size)
    print(f"largest resident size of one process: {peaks}")


def copies(bench: Bench, sizes: list[int]) -> None:
    """The same with few and with many copies of one page among 5,000."""
    for same in sizes:
        pages = generated(bench, 5_000, same)
        _, to_pairs, elected, share = run(bench, pages)
        peaks = bench.meter.peak_bytes()
        spent, held = f"{to_pairs:.1f} + {elected:.1f} s CPU", f"{peaks['workers'] / 1e6:.0f} MB"
        so_far = f"so far a worker at most {held}, the JVM {peaks['jvm'] / 1e6:.0f} MB"
        print(f"{same:,} copies: {spent}, {share:.0%} go; {so_far}", flush=True)


def compare_signatures(fuzzy: Fuzzy) -> None:
    """CPU milliseconds for 9,000 hashes of a page, beside datasketch, which gives the same."""
    texts = [text_of(number) for number in range(SKETCHED)]
    count = fuzzy.bands * fuzzy.rows_per_band
    column = pa.array(texts)
    found = page_shingles(column, fuzzy)
    signed = signatures(found.hashes, found.bounds, count, fuzzy.seed)
    shingling = 1000 * timed(lambda: page_shingles(column, fuzzy)) / len(texts)
    signing = 1000 * timed(lambda: signatures(found.hashes, found.bounds, count, fuzzy.seed)) / len(texts)
    sets = [found.hashes[a:b].tolist() for a, b in zip(found.bounds, found.bounds[1:], strict=False)]
    theirs: list[Any] = []

    def sketch() -> None:
        theirs[:] = [_sketch(one, count, fuzzy.seed) for one in sets]

    sketching = 1000 * timed(sketch, 1) / len(texts)
    assert all((one.hashvalues == own).all() for one, own in zip(theirs, signed, strict=True))
    sizes = sum(map(len, sets)) / len(sets)
    print(f"{count:,} hashes of {sizes:.0f} shingles: winnow {signing:.2f} ms, datasketch {sketching:.1f} ms")
    print(f"{sketching / signing:.0f} times faster, the same bits; text to shingles {shingling:.3f} ms")


def _sketch(values: list[int], count: int, seed: int) -> MinHash:
    sketch = MinHash(count, seed=seed, hashfunc=int, scheme="affine32")
    sketch.update_batch(values)
    return sketch


def timed(work: Callable[[], object], rounds: int = 3) -> float:
    """CPU seconds, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        work()
        best = min(best, time.process_time() - began)
    return best


def compare_pairs(bench: Bench, size: int) -> None:
    """CPU seconds from texts to distinct pairs: packed, and with a row for each band joined to itself by group-by."""
    pages, fuzzy = generated(bench, size), bench.fuzzy
    ways = {"packed": _packed, "a row for each band, group by and join": _exploded}
    rows: dict[str, set[tuple[int, int]]] = {}
    for name, way in ways.items():
        way(pages.limit(200), fuzzy).count()
        began = bench.total()
        rows[name] = {(row[0], row[1]) for row in way(pages, fuzzy).collect()}
        print(f"{size:,} pages, {name}: {bench.total() - began:.1f} s CPU, {len(rows[name]):,} pairs")
    packed, exploded = rows.values()
    assert packed == exploded
    texts = [row.text for row in pages.limit(500).collect()]
    began = time.process_time()
    found = page_shingles(pa.array(texts), fuzzy)
    index = MinHashLSH(num_perm=128, params=(14, 8))
    for number, (a, b) in enumerate(zip(found.bounds, found.bounds[1:], strict=False)):
        sketch = _sketch(found.hashes[a:b].tolist(), 128, fuzzy.seed)
        index.query(sketch)
        index.insert(str(number), sketch)
    print(f"datasketch's LSH, 14 x 8, in memory: {1000 * (time.process_time() - began) / len(texts):.2f} ms a page")


def compare_peer(
    name: str, peer: list[str], folder: str, arguments: list[str], sizes: list[int], *, copies: bool = False
) -> None:
    """CPU milliseconds a page of the same kind, or of copies of one page, from texts to clusters."""
    python, script = peer
    with (Path(folder) / "texts.jsonl").open("w") as texts:
        for number in range(sizes[-1]):
            texts.write(json.dumps({"id": str(number), "text": text_of(0 if copies else number)}) + "\n")
    command = [python, str(Path(__file__).with_name(script)), folder, *arguments, *map(str, sizes)]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    if said.returncode:
        sys.exit(said.stderr[-2000:])
    few, many = (json.loads(line) for line in said.stdout.splitlines()[-2:])
    slope = 1000 * (many["cpu"] - few["cpu"]) / (many["pages"] - few["pages"])
    peak = f", {few['peak_bytes'] / 1e6:.0f} to {many['peak_bytes'] / 1e6:.0f} MB" if "peak_bytes" in many else ""
    print(f"{name}: {slope:.1f} ms a page ({few['cpu']:.1f} to {many['cpu']:.1f} s CPU{peak})", flush=True)


def _packed(pages: DataFrame, fuzzy: Fuzzy) -> DataFrame:
    return find_edges(pages, Scopes([0], pages.count()), fuzzy)


def _exploded(pages: DataFrame, fuzzy: Fuzzy) -> DataFrame:
    schema = "page_id BIGINT, band INT, hash BIGINT"
    banded = pages.select("page_id", "text").mapInArrow(partial(_explode, fuzzy=fuzzy), schema).persist()
    least = banded.groupBy("band", "hash").agg(F.min("page_id").alias("a"), F.count("*").alias("n")).where("n > 1")
    joined = banded.join(least, ["band", "hash"]).where("page_id > a")
    return joined.select("a", F.col("page_id").alias("b")).distinct()


def _explode(batches: Iterator[pa.RecordBatch], fuzzy: Fuzzy) -> Iterator[pa.RecordBatch]:
    drawn = permutations(fuzzy.bands * fuzzy.rows_per_band, fuzzy.seed)
    for whole in batches:
        for start in range(0, len(whole), BLOCK):
            batch = whole.slice(start, BLOCK)
            found = page_shingles(batch.column("text"), fuzzy)
            bands = np.empty((fuzzy.bands, len(batch)), np.uint64)
            everything = np.arange(len(batch))
            sign_pages(found.hashes, found.bounds, everything, drawn, fuzzy.rows_per_band, 0, bands)
            ids = np.tile(batch.column("page_id").to_numpy(), fuzzy.bands)
            numbers = np.repeat(np.arange(fuzzy.bands, dtype=np.int32), len(batch))
            yield pa.RecordBatch.from_pydict({"page_id": ids, "band": numbers, "hash": bands.view(np.int64).ravel()})


if __name__ == "__main__":
    main()
