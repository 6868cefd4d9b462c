"""documents: the pages that all jobs kept, with their final text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark import Accumulator
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as t
from pyspark.sql.pandas.functions import arrow_udf

from winnow.kernels.repeated_spans.cutting import cut_texts
from winnow.kernels.text.words import UNSPACED_SCRIPTS
from winnow.settings.rules import UNSPACED
from winnow.workers.arrow import counting, python_cpu, text_buffers

_FROM_PAGES = (
    "archive_path", "record_offset", "url", "domain", "fetched_at", "language", "language_score", "title", "extra",
)  # fmt: skip


_CUT = t.StructType(
    [
        t.StructField("text", t.StringType()),
        t.StructField("char_count", t.LongType()),
        t.StructField("word_count", t.LongType()),
    ]
)


def build_documents(
    *, kept: DataFrame, pages: DataFrame, dropped: Sequence[DataFrame], repeated_spans: DataFrame, policy: str
) -> DataFrame:
    """One row for each page that the rules keep and no later job drops.

    kept: rows of `measures`; dropped: shard and page_id of the pages that each job dropped.
        cut_chars   characters cut from the measured text: its char_count less that of the document
        spans       repeated spans of the text under the policy `mask`, which cuts nothing; else null

    Text is not shuffled: the other columns of kept pages are broadcast, about 250 bytes and the spans of each page.
    Only texts with spans pass through Python, and only under the policy `cut`.
    """
    known = pages.where(F.col("gate").isNull()).select("shard", "page_id", *_FROM_PAGES)
    keys = ["shard", "page_id"]
    wanted = known.join(kept.select(keys), keys, "left_semi")
    for rows in dropped:
        wanted = wanted.join(rows.select(keys), keys, "left_anti")
    found = repeated_spans.select(*keys, "cut_chars", F.col("spans").alias("found"))
    wanted = wanted.join(found, keys, "left")
    whole = F.struct(
        "text",
        F.length("text").cast("bigint").alias("char_count"),
        F.col("metrics.corrected_word_count").cast("bigint").alias("word_count"),
    )
    is_cut = F.col("found").isNotNull() & F.lit(policy == "cut")
    document = F.when(is_cut, _cut_expr(is_cut, python_cpu(kept.sparkSession))) if policy == "cut" else F.lit(None)
    chosen = kept.drop(*_FROM_PAGES).join(F.broadcast(wanted), keys).withColumn("document", F.coalesce(document, whole))
    return chosen.select(
        *keys,
        *_FROM_PAGES,
        "document.text",
        "document.char_count",
        _word_count(is_cut).alias("word_count"),
        F.when(is_cut, F.col("cut_chars")).otherwise(0).cast("bigint").alias("cut_chars"),
        (F.col("found") if policy == "mask" else F.lit(None)).alias("spans"),
    )


def _word_count(is_cut: Column) -> Column:
    """Words of the document. In scripts without spaces, a cut text loses the same share of words as of characters."""
    language, left = F.coalesce("language", F.lit("")), F.col("document.char_count") / F.length("text")
    unspaced = language.isin(sorted(UNSPACED)) | language.rlike(f"_({'|'.join(UNSPACED_SCRIPTS)})$")
    in_proportion = F.round(F.col("metrics.corrected_word_count") * left).cast("bigint")
    return F.when(is_cut & unspaced, in_proportion).otherwise(F.col("document.word_count"))


def _cut_expr(is_cut: Column, cpu: Accumulator[float]) -> Column:
    """The text without its spans, its characters and words; null for a text without spans, at no cost."""

    def cut(texts: pa.Array, spans: pa.Array) -> pa.Array:
        with counting(cpu):
            return cut_array(texts, spans)

    declare: Any = arrow_udf  # its type hints allow no structs
    left: Column = declare(cut, _CUT)(*(F.when(is_cut, F.col(name)) for name in ("text", "found")))
    return left


def cut_array(texts: pa.Array, spans: pa.Array) -> pa.StructArray:
    """Each text without its spans, its characters and words; null for a null."""
    is_null = texts.is_null()
    data, offsets = text_buffers(texts.fill_null(""))
    bounds = np.concatenate(([0], np.cumsum(pc.list_value_length(spans).fill_null(0).to_numpy()))).astype("i8")
    found = spans.flatten()
    starts, ends = (found.field(name).to_numpy().astype(np.int64) for name in ("start", "end"))
    left = cut_texts(data, offsets, starts, ends, bounds)
    buffers = [None, pa.py_buffer(left.offsets.astype(np.int32)), pa.py_buffer(left.data)]
    held = pa.Array.from_buffers(pa.string(), len(texts), buffers)
    return pa.StructArray.from_arrays([held, left.chars, left.words], _CUT.names, mask=is_null)


def warm() -> None:
    """Compiles the kernel, or loads it from Numba's cache on disk."""
    cut_array(pa.array(["text"]), pa.array([[{"start": 0, "end": 1, "copies": 2}]]))
