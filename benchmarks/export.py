"""What `winnow export` costs for each GB of text, compared with Spark's own writer of Parquet in the same run.

    python -m benchmarks.export [--gigabytes 1]

Documents of about 4,000 characters, from paragraphs of Python's documentation, are in four shards. Spark's own writer
gets the same columns: in stored order, and shuffled by the same hash into the same number of files, sorted in each.
Every way runs twice in one session on two cores with 2 GB for the JVM, and the second run counts. CPU seconds are those
of all processes, from /proc; memory is the largest that a Python worker has had until then.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from pydoc_data.topics import topics

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.export.columns import exported
from winnow.export.files import Format
from winnow.export.placing import ORDER, shuffle_documents
from winnow.export.run import Wanted, export_documents
from winnow.runs.meter import Meter
from winnow.settings.fingerprint import digest, fingerprints
from winnow.settings.load import load_settings
from winnow.spark.session import compiled, open_session
from winnow.warehouse import commits, delta
from winnow.warehouse.commits import Todo
from winnow.warehouse.crawls import add_crawl
from winnow.warehouse.work import Work

CRAWL, SHARDS, FILES, SEED = "GENERATED", 4, 8, 7
PARAGRAPHS, DOCUMENT_CHARS = 12, 4_000


def main() -> None:
    """Print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=1.0)
    count = int(parser.parse_args().gigabytes * 1e9 / DOCUMENT_CHARS)
    settings = load_settings(changes=["spark.master=local[2]", "spark.driver_memory=2g"])
    with tempfile.TemporaryDirectory() as name, Meter() as meter:
        folder = Path(name)
        spark = open_session("export", settings.spark)
        work = Work(spark, settings, fingerprints(settings), str(folder / "tables"), CRAWL)
        with compiled(spark, count):
            generate(work, count)
            documents = delta.read(work, "documents")
            size = documents.agg(F.sum(F.octet_length("text"))).collect()[0][0]
            print(f"{count:,} documents, {size / 1e9:.2f} GB of text", flush=True)
            output = folder / "out"

            def export(form: Format, seed: int | None) -> None:
                export_documents(work, Wanted([], form, FILES, seed), output)

            def shuffled() -> DataFrame:
                placed = shuffle_documents(documents, FILES, SEED).repartitionById(FILES, "file")
                return placed.sortWithinPartitions(*ORDER).select(*exported())

            ways: dict[str, Callable[[], None]] = {
                "Spark, as they lie": lambda: documents.select(*exported()).write.parquet(str(output)),
                "Spark, shuffled": lambda: shuffled().write.parquet(str(output)),
                "winnow, parquet, in order": lambda: export("parquet", None),
                "winnow, parquet, shuffled": lambda: export("parquet", SEED),
                "winnow, jsonl.zst, shuffled": lambda: export("jsonl.zst", SEED),
            }
            for way, run in ways.items():
                measure(way, run, output, meter, size)
        spark.stop()


def measure(way: str, run: Callable[[], None], output: Path, meter: Meter, size: int) -> None:
    """Run it twice, and print the second run."""
    for _ in range(2):
        shutil.rmtree(output, ignore_errors=True)
        before, began = sum(meter.seconds().values()), time.monotonic()
        run()
        cpu, wall = sum(meter.seconds().values()) - before, time.monotonic() - began
    written = sum(file.stat().st_size for file in output.rglob("*") if file.is_file())
    worker = meter.peak_bytes().get("workers", 0)
    print(
        f"{way}: {cpu / size * 1e9:.1f} CPU s a GB, {wall:.0f} s wall, {written / size:.3f} bytes for each of text, "
        f"largest worker {worker / 2**20:,.0f} MB",
        flush=True,
    )


def generate(work: Work, count: int) -> None:
    """A crawl whose notes say that documents and funnel are made."""
    add_crawl(work, "")
    found = [part for text in topics.values() for part in text.split("\n\n") if 100 < len(part) < 600]
    parts = F.array(*map(F.lit, found))
    picked = [
        F.get(parts, F.pmod(F.xxhash64("id", F.lit(i)), F.lit(len(found))).cast("int")) for i in range(PARAGRAPHS)
    ]
    ids = work.spark.range(count, numPartitions=16).withColumn("page_id", F.xxhash64("id"))
    rows = ids.select(
        (F.col("id") % SHARDS).cast("int").alias("shard"), "page_id",
        F.concat(F.lit("crawl-data/a/"), F.col("id") % 100, F.lit(".warc.gz")).alias("archive_path"),
        F.col("id").alias("record_offset"), F.concat(F.lit("https://a.example/"), "page_id").alias("url"),
        F.lit("a.example").alias("domain"), F.timestamp_seconds(F.col("id") + 1_700_000_000).alias("fetched_at"),
        F.lit("en").alias("language"), F.lit(0.9).alias("language_score"), F.lit("A title").alias("title"),
        F.concat_ws("\n", *picked).alias("text"), F.lit(600).alias("word_count"),
        F.lit(DOCUMENT_CHARS).alias("char_count"), F.lit(0).alias("cut_chars"), F.lit(None).alias("spans"),
    )  # fmt: skip
    todo = Todo(dict.fromkeys(range(SHARDS), "made so"), noted=False)
    commits.commit(work, "documents", rows, todo, commits.begin(work))
    after = digest([work.fingerprints["documents"], "made so"])
    funnel = work.spark.createDataFrame([], delta.read(work, "funnel").drop("crawl", "fingerprint").schema)
    commits.commit(work, "funnel", funnel, Todo(dict.fromkeys(range(SHARDS), after), noted=False), commits.begin(work))


if __name__ == "__main__":
    main()
