"""documents: the pages that every stage kept, with their text."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.rules import Rule
from winnow.stages.verdicts import kept_expr

_FROM_PAGES = ("warc_path", "record_offset", "url", "domain", "fetched_at", "language", "language_score", "title")


def build_documents(
    measures: DataFrame, pages: DataFrame, near_duplicates: DataFrame, rules: Sequence[Rule]
) -> DataFrame:
    """One row for each page that passes the rules and is no near duplicate.

    The text stays where it is: what `pages` knows of the kept pages, about 250 bytes each, is broadcast to it.
    """
    kept = measures.where(kept_expr(rules))
    known = pages.where(F.col("gate").isNull()).select("shard", "page_id", *_FROM_PAGES)
    keys = ["shard", "page_id"]
    wanted = known.join(kept.select(keys), keys, "left_semi").join(near_duplicates.select(keys), keys, "left_anti")
    return kept.join(F.broadcast(wanted), keys).select(
        "shard",
        "page_id",
        *_FROM_PAGES,
        "text",
        F.col("metrics.corrected_word_count").cast("bigint").alias("word_count"),
        F.length("text").cast("bigint").alias("char_count"),
        F.lit(0).cast("bigint").alias("cut_chars"),
        F.lit(None).alias("spans"),
    )
