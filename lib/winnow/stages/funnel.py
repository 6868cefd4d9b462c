"""funnel: how many pages each stage took, by reason, with sums that must agree.

    extract_pages    '' pages, then every gate (a page has one), then `kept`
    judge_pages      '' measured pages, then every reason, then `kept`
    build_documents  '' judged and kept pages, then `kept`: documents

`pages_any` counts the pages that a reason hits at all, `pages_first` those it is the first to hit in the order of the
rules, `pages_only` those that nothing else hits. `chars` and `words` are those of `pages_first`, so that they add up:
before line corrections in judge_pages, after them in build_documents, null before measuring.
"""

from __future__ import annotations

from functools import reduce

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

_COUNTS = ("pages_any", "pages_first", "pages_only", "chars", "words")


def report_funnel(pages: DataFrame, measures: DataFrame, verdicts: DataFrame, documents: DataFrame) -> DataFrame:
    """One row for each shard, stage and reason. Reads no text."""
    judged = measures.select(
        "shard",
        "page_id",
        F.col("metrics.char_count").alias("chars"),
        F.col("metrics.word_count").alias("words"),
        F.col("metrics.corrected_char_count").alias("chars_left"),
        F.col("metrics.corrected_word_count").alias("words_left"),
    ).join(verdicts.select("shard", "page_id", "reasons"), ["shard", "page_id"])
    kept = judged.where(F.size("reasons") == 0)
    none = F.lit(None)
    parts = [
        _entering(pages, "extract_pages", none, none),
        _gated(pages),
        _leaving(pages.where(F.col("gate").isNull()), "extract_pages", none, none),
        _entering(judged, "judge_pages", F.col("chars"), F.col("words")),
        _rejected(judged),
        _leaving(kept, "judge_pages", F.col("chars"), F.col("words")),
        _entering(kept, "build_documents", F.col("chars_left"), F.col("words_left")),
        _leaving(documents, "build_documents", F.col("char_count"), F.col("word_count")),
    ]
    return reduce(DataFrame.unionByName, parts)


def imbalances(funnel: list[Row]) -> list[str]:
    """What does not add up in the funnel rows of some shards; empty where pages are conserved."""
    problems = []
    sums: dict[tuple[int, str, str], int] = {}
    for row in funnel:
        sums[(row.shard, row.stage, row.reason)] = row.pages_first
    for shard in sorted({row.shard for row in funnel}):
        entering = None
        for stage in ("extract_pages", "judge_pages", "build_documents"):
            here = {reason: pages for (s, st, reason), pages in sums.items() if (s, st) == (shard, stage)}
            came, kept = here.get("", 0), here.get("kept", 0)
            taken = sum(pages for reason, pages in here.items() if reason not in ("", "kept"))
            if came != taken + kept:
                problems.append(f"shard {shard}, {stage}: {came} pages entered, {taken} were taken, {kept} kept")
            if entering is not None and came != entering:
                problems.append(f"shard {shard}, {stage}: {came} pages entered, {entering} left the stage before")
            entering = kept
    return problems


def _entering(rows: DataFrame, stage: str, chars: Column, words: Column) -> DataFrame:
    return _counted(rows, stage, F.lit(""), chars, words)


def _leaving(rows: DataFrame, stage: str, chars: Column, words: Column) -> DataFrame:
    return _counted(rows, stage, F.lit("kept"), chars, words)


def _gated(pages: DataFrame) -> DataFrame:
    return _counted(pages.where(F.col("gate").isNotNull()), "extract_pages", F.col("gate"), F.lit(None), F.lit(None))


def _counted(rows: DataFrame, stage: str, reason: Column, chars: Column, words: Column) -> DataFrame:
    """Rows of which each has one reason: hit by it at all, first and only."""
    pages = F.count("*")
    counts = [pages.alias("pages_any"), pages.alias("pages_first"), pages.alias("pages_only")]
    return _grouped(rows.select("shard", reason.alias("reason"), chars.alias("c"), words.alias("w")), stage, counts)


def _rejected(judged: DataFrame) -> DataFrame:
    hits = judged.select("shard", "chars", "words", F.size("reasons").alias("hits"), F.posexplode("reasons"))
    first, only = F.col("pos") == 0, F.col("hits") == 1
    counts = [
        F.count("*").alias("pages_any"),
        F.count(F.when(first, 1)).alias("pages_first"),
        F.count(F.when(only, 1)).alias("pages_only"),
    ]
    c, w = F.when(first, F.col("chars")).otherwise(0), F.when(first, F.col("words")).otherwise(0)
    rows = hits.select("shard", F.col("col").alias("reason"), "pos", "hits", c.alias("c"), w.alias("w"))
    return _grouped(rows, "judge_pages", counts)


def _grouped(rows: DataFrame, stage: str, counts: list[Column]) -> DataFrame:
    sums = [F.sum("c").cast("bigint").alias("chars"), F.sum("w").cast("bigint").alias("words")]
    counted = rows.groupBy("shard", "reason").agg(*counts, *sums)
    return counted.select("shard", F.lit(stage).alias("stage"), "reason", *_COUNTS)
