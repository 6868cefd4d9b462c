"""The URL pass over generated rows compared with a naive form of the same anti-join, CPU seconds for a million rows.

    python -m benchmarks.url_pass [--rows 10000000]

One page in twenty has the same URL. Four in ten pages share their URL with one other page. So one in four is dropped.
The naive form is a window over the whole URL. Both read the same 16 Parquet files, written before, and write the
dropped pages with their URL, in one session on two cores with 2 GB for the JVM. Each runs twice, and the second run
counts. CPU is that of all processes, from /proc.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from benchmarks.stages import ended_stages
from winnow.runs.meter import Meter
from winnow.settings.load import load_settings
from winnow.spark.session import open_session
from winnow.stages.duplicates.url_duplicates import find_url_duplicates, name_keys, with_url_key

SHARDS = 100
BUCKETS = 64


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    count = parser.parse_args().rows
    settings = load_settings("winnow", changes=["spark.master=local[2]", "spark.driver_memory=2g"])
    with tempfile.TemporaryDirectory() as name, Meter() as meter:
        folder = Path(name)
        spark = open_session("url pass", settings.spark)
        spark.conf.set("spark.sql.shuffle.partitions", BUCKETS)
        _generate(spark, count, folder / "pages")
        ways: dict[str, Callable[[DataFrame], DataFrame]] = {"naive window": _naive, "winnow": _ours}
        cpu = {way: _run(spark, way, function, folder, meter, count) for way, function in ways.items()}
        same = spark.read.parquet(str(folder / "winnow"))
        other = spark.read.parquet(str(folder / "naive window"))
        differ = same.exceptAll(other.select(*same.columns)).count() + abs(same.count() - other.count())
        print(f"rows that differ: {differ}; {cpu['naive window'] / cpu['winnow']:.2f} times less CPU than the window")
        spark.stop()


def _generate(spark: SparkSession, count: int, path: Path) -> None:
    """Pages with URLs of some 80 characters."""
    one, group = F.col("id") % 20 == 7, F.when(F.col("id") % 10 < 4, F.floor(F.col("id") / 2)).otherwise(-F.col("id"))
    usual = F.concat(
        F.lit("https://www.host"), (F.xxhash64(group) % 50_000).cast("string"),
        F.lit(".example/a/path/of/usual/length/"), F.xxhash64(group).cast("string"), F.lit(".html"),
    )  # fmt: skip
    url = F.when(one, F.lit("https://www.one.example/")).otherwise(usual)
    rows = spark.range(count).select(
        (F.col("id") % SHARDS).cast("int").alias("shard"), F.xxhash64("id").alias("page_id"), url.alias("url")
    )
    rows.repartition(16, "shard").write.parquet(str(path))
    shared = rows.groupBy("url").count().where("count > 1").agg(F.sum("count"), F.max("count")).first()
    print(f"{count} rows; {shared[0]} share a URL, {shared[1]} the same one" if shared else "no rows")


def _naive(pages: DataFrame) -> DataFrame:
    place = F.struct(F.lit(0).alias("position"), "shard", "page_id")
    window = Window.partitionBy("url").orderBy("shard", "page_id")
    kept = pages.withColumn("kept", F.first(place).over(window)).where("page_id != kept.page_id")
    return kept.select(
        "shard", "page_id", F.col("kept.page_id").alias("kept_page_id"), F.lit("A").alias("kept_crawl"),
        F.col("kept.shard").alias("kept_shard"), F.col("url").alias("url_key"),
    )  # fmt: skip


def _ours(pages: DataFrame) -> DataFrame:
    new = with_url_key(pages.withColumn("is_cut", F.lit(False)), "exact")
    earlier = new.limit(0).withColumn("position", F.lit(0))
    return name_keys(find_url_duplicates(new, earlier, 0, BUCKETS), new, ["A"])


def _run(
    spark: SparkSession, way: str, function: Callable[[DataFrame], DataFrame], folder: Path, meter: Meter, count: int
) -> float:
    """CPU seconds of the second run."""
    for _ in range(2):
        before, began = sum(meter.seconds().values()), time.monotonic()
        function(spark.read.parquet(str(folder / "pages"))).write.mode("overwrite").parquet(str(folder / way))
        cpu = sum(meter.seconds().values()) - before
    tasks = _tasks(spark)
    print(
        f"{way}: {cpu:.1f} s CPU, {cpu / count * 1e6:.2f} per million rows, {time.monotonic() - began:.0f} s wall; "
        f"slowest task of a stage against the mean: {tasks}"
    )
    return cpu


def _tasks(spark: SparkSession) -> str:
    """Longest and mean seconds of the tasks of the three last stages that had several."""
    several = [stage.tasks for stage in ended_stages(spark) if len(stage.tasks) > 1]
    return ", ".join(f"{max(seconds):.1f} / {sum(seconds) / len(seconds):.1f} s" for seconds in several[:3])


if __name__ == "__main__":
    main()
