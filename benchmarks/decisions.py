"""Time of `winnow tune`, `explain` and `report` over a generated warehouse of a million measured pages.

Usage: python benchmarks/decisions.py FOLDER [PAGES]. If the folder has the warehouse already, it is used again. All
numbers but that of the first tune are from a warm session. Texts are taken from Python's documentation of its topics.
Metrics are random, such that about a tenth of the pages fails each of the stricter rules.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from pydoc_data.topics import topics

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from winnow.commands.looking.explain import explain
from winnow.commands.looking.report import report
from winnow.commands.looking.tune import tune
from winnow.kernels.measures.metrics import METRICS
from winnow.scopes.funnel import count_pages
from winnow.settings.fingerprint import digest, fingerprints
from winnow.settings.jobs import source_of
from winnow.settings.kernel_settings import rules_of
from winnow.settings.load import load_settings
from winnow.spark.session import open_session
from winnow.stages.verdicts import judge_pages
from winnow.tables import METRICS_TYPE, TABLES
from winnow.warehouse import delta
from winnow.warehouse.crawls import add_crawl
from winnow.warehouse.work import Work

CRAWL, SHARDS = "GENERATED", 100
TEXT_CHARS = 2_500
TABLES_MADE = (
    "pages", "measures", "verdicts", "near_duplicates", "repeated_spans", "url_duplicates", "documents", "funnel",
)  # fmt: skip


def main(folder: Path, count: int) -> None:
    settings = load_settings(changes=["spark.master=local[2]", f"archives.num_shards={SHARDS}"])
    spark = open_session("benchmark", settings.spark)
    work = Work(spark, settings, fingerprints(settings), str(folder), CRAWL)
    if not (folder / "crawls").exists():
        print(f"{count:,} pages generated in {clock(lambda: generate(work, count)):,.0f} s")
    one = delta.read(work, "pages").where("gate is null").select("page_id", "url").orderBy("page_id").first()
    assert one is not None
    warehouse, output = str(folder), folder.parent / "report.html"
    changed = ["rules.gopher_too_few_words.min=30"]
    for name, call in {
        "tune, first of the session": lambda: tune(warehouse, changes=changed),
        "tune, one threshold": lambda: tune(warehouse, changes=changed),
        "tune, a sweep of ten": lambda: tune(warehouse, sweeps=["gopher_too_few_words.min=10:100:10"]),
        "explain a page_id": lambda: explain(str(one.page_id), warehouse),
        "explain a page_id again": lambda: explain(str(one.page_id), warehouse),
        "explain a URL": lambda: explain(one.url, warehouse),
        "report": lambda: report(warehouse, output, examples=10),
    }.items():
        print(f"{name}: {clock(call):.1f} s", flush=True)
    print(f"the report has {output.stat().st_size / 1e6:.2f} MB")


def clock(call: Callable[[], object]) -> float:
    began = time.monotonic()
    with redirect_stdout(StringIO()):
        call()
    return time.monotonic() - began


def generate(work: Work, count: int) -> None:
    add_crawl(work, "")
    pages = make_pages(work, count)
    write(work, "pages", pages)
    write(work, "measures", make_measures(delta.read(work, "pages")))
    write(work, "verdicts", judge_pages(delta.read(work, "measures"), rules_of(work.settings)))
    kept = delta.read(work, "verdicts").where(F.size("reasons") == 0).select("shard", "page_id")
    place = F.xxhash64("page_id", F.lit(9)) % 100
    write(work, "near_duplicates", kept.where(place.between(0, 9)).select(
        "shard", "page_id", F.col("page_id").alias("kept_page_id"), F.lit(CRAWL).alias("kept_crawl"),
        F.col("shard").alias("kept_shard"), (0.8 + uniform(7) / 5).alias("jaccard"),
        F.col("page_id").alias("via_page_id"), F.lit(0.9).alias("via_jaccard"), F.col("page_id").alias("cluster_id"),
        (2 + F.floor(30 * uniform(8))).alias("cluster_size"),
    ))  # fmt: skip
    span = F.struct(F.lit(10).alias("start"), (F.lit(300) + F.floor(500 * uniform(3))).alias("end"),
                    (2 + F.floor(10 * uniform(4))).alias("copies"))  # fmt: skip
    dropped = F.when(place == -2, F.lit("emptied_by_repeats"))
    write(work, "repeated_spans", kept.where(place.between(-20, -1)).select(
        "shard", "page_id", F.array(span).alias("spans"), F.lit(300).alias("cut_chars"),
        F.lit(2_000).alias("left_chars"), dropped.alias("reason"),
    ))  # fmt: skip
    write(work, "url_duplicates", kept.where(place == 10).select(
        "shard", "page_id", F.col("page_id").alias("kept_page_id"), F.lit(CRAWL).alias("kept_crawl"),
        F.floor(F.col("shard") * uniform(5)).alias("kept_shard"), F.lit("example.org/").alias("url_key"),
    ))  # fmt: skip
    left = kept.where((place < 0) & (place != -2) | (place > 10))
    named = delta.read(work, "pages").select(
        "shard", "page_id", "archive_path", "record_offset", "url", "domain", "fetched_at", "language",
        "language_score", "title", F.lit("text").alias("text"), F.lit(400).alias("word_count"),
        F.lit(2_500).alias("char_count"), F.lit(0).alias("cut_chars"), F.lit(None).alias("spans"),
    )  # fmt: skip
    write(work, "documents", named.join(left, ["shard", "page_id"]))
    write(work, "funnel", count_pages(work, list(range(SHARDS))))
    note(work)


def make_pages(work: Work, count: int) -> DataFrame:
    """One page in six is gated; each has its own piece of Python's documentation as text."""
    source = "\n\n".join(topics[name] for name in sorted(topics))
    texts = F.array(*(F.lit(source[at : at + TEXT_CHARS]) for at in range(0, len(source) - TEXT_CHARS, TEXT_CHARS)))
    ids = work.spark.range(count, numPartitions=32).select(F.xxhash64("id").alias("page_id"))
    gate = F.when(uniform(1) < 0.1, "language_unwanted").when(uniform(1) < 0.16, "language_score_low")
    domain = F.concat(F.lit("site"), F.floor(uniform(2) * uniform(2) * 20_000), F.lit(".example"))
    text = F.concat(F.get(texts, F.floor(uniform(3) * F.size(texts)).cast("int")), F.lit("\n"), "page_id")
    return ids.select(
        F.pmod("page_id", F.lit(SHARDS)).cast("int").alias("shard"), "page_id",
        F.lit("a.warc.gz").alias("archive_path"), F.lit(0).alias("record_offset"), F.lit(9_000).alias("record_length"),
        F.concat(F.lit("https://"), domain, F.lit("/"), "page_id").alias("url"), domain.alias("domain"),
        F.lit(datetime(2024, 5, 1, tzinfo=UTC)).alias("fetched_at"), F.lit("text/html").alias("content_type"),
        F.lit("utf-8").alias("charset"), F.lit(40_000).alias("html_bytes"), gate.alias("gate"),
        F.when(gate.isNull(), text).alias("text"),
        F.lit("title").alias("title"), F.when(gate.isNull(), "en").otherwise("de").alias("language"),
        F.lit(0.9).alias("language_score"), F.lit(None).alias("truncated"), F.lit(None).alias("marks"),
    )  # fmt: skip


def make_measures(pages: DataFrame) -> DataFrame:
    values = [drawn(metric, place).alias(metric) for place, metric in enumerate(METRICS)]
    metrics = F.struct(*values).cast(METRICS_TYPE).alias("metrics")
    return pages.where(F.col("gate").isNull()).select("shard", "page_id", "text", "language", "language_score", metrics)


def drawn(metric: str, place: int) -> Column:
    share = uniform(100 + place)
    if metric == "alphabetic_word_fraction":
        return 1 - share**8
    if metric.endswith(("_fraction", "_ratio")):
        return share**12
    if metric == "mean_word_chars":
        return 2.8 + 4 * share
    return F.floor(9 * share**0.2) if metric == "stop_word_count" else F.floor(10 ** (1.5 + 3 * share))


def uniform(seed: int) -> Column:
    """A random number in [0, 1) for each page."""
    return F.pmod(F.xxhash64("page_id", F.lit(seed)), F.lit(1_000_003)) / 1_000_003


def write(work: Work, table: str, rows: DataFrame) -> None:
    delta.replace(work, table, rows, list(range(SHARDS)))
    print(f"  {table}", flush=True, file=sys.stderr)


def note(work: Work) -> None:
    """The notes of a run, a row for each table and shard."""
    rows_of = {target: delta.read(work, target).count() for target in TABLES_MADE}
    rows, inputs = [], dict.fromkeys(TABLES_MADE, "")
    for target in TABLES_MADE:
        source = source_of(work.settings, target)
        if source in inputs:
            inputs[target] = digest([work.fingerprints[source], inputs[source]])
        rows += [
            {"crawl": CRAWL, "shard": shard, "target": target, "inputs": inputs[target],
             "rows": rows_of[target] // SHARDS, "bytes": 1,
             "wall_seconds": 1.0, "cpu_seconds": 2.0, "committed_at": datetime.now(UTC),
             "fingerprint": work.fingerprints[target]}
            for shard in range(SHARDS)
        ]  # fmt: skip
    assert set(rows[0]) == set(TABLES["commits"].columns.names)
    delta.append(work, "commits", rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
