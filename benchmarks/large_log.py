"""How long a commit takes in a table whose log has the files of 90,000 archives.

    .venv/bin/python -m benchmarks.large_log [--files 90000]

The log is generated: one file for each archive, many times more than winnow writes (one for each 256 MB of a shard), in
100 shards of an earlier crawl. The files do not exist: a commit of another crawl must not read them. Prints the wall
seconds of commits of one shard each, the first of which reads the log, and of a table without such a log.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from pyspark.sql import functions as F

from winnow.settings.load import load_settings
from winnow.spark.session import jvm, open_session
from winnow.warehouse import delta
from winnow.warehouse.work import Work

COMMITS = 6
SHARDS = 100


def main() -> None:
    """Print a line for each table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, default=90_000)
    files = parser.parse_args().files
    settings = load_settings(changes=["spark.master=local[2]"])
    spark = open_session("large log", settings.spark)
    page = spark.range(1).select(F.lit(7).alias("page_id"), F.array(F.lit("one")).alias("reasons"))
    with tempfile.TemporaryDirectory() as folder:
        for name, count in (("warm-up", 0), ("no such log", 0), (f"{files:,} files", files)):
            work = Work(spark, settings, {"verdicts": "now"}, f"{folder}/{name}", "NEW")
            delta.replace(work, "verdicts", page.withColumn("shard", F.lit(0)), [0])
            add_files(Path(folder, name, "verdicts"), count)
            jvm(spark).org.apache.spark.sql.delta.DeltaLog.clearCache()
            seconds = []
            for shard in range(1, COMMITS + 1):
                began = time.monotonic()
                delta.replace(work, "verdicts", page.withColumn("shard", F.lit(shard)), [shard])
                seconds.append(time.monotonic() - began)
            print(f"{name}: {' '.join(f'{one:.1f}' for one in seconds)} s a commit", flush=True)


def add_files(table: Path, count: int) -> None:
    """One more version of the table, which adds so many files of an earlier crawl."""
    statistics = json.dumps({"numRecords": 35_000, "nullCount": {"page_id": 0}, "minValues": {"page_id": -(2**62)}})
    log = table / "_delta_log"
    with (log / f"{len(list(log.glob('*.json'))):020}.json").open("w") as version:
        for number in range(count):
            parts = {"crawl": "OLD", "shard": str(number % SHARDS)}
            path = f"crawl=OLD/shard={number % SHARDS}/part-{number:05}-made-up.c000.zstd.parquet"
            added = {
                "path": path,
                "partitionValues": parts,
                "size": 200_000_000,
                "modificationTime": 1,
                "stats": statistics,
            }
            version.write(json.dumps({"add": {**added, "dataChange": True}}) + "\n")
        version.write(
            json.dumps({"commitInfo": {"timestamp": 1, "operation": "WRITE", "operationParameters": {}}}) + "\n"
        )


if __name__ == "__main__":
    main()
