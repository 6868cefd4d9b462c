"""What other URL lists would gate of the pages that were read before."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.kernels.gates import gates_of
from winnow.kernels.pages.url import gate_url
from winnow.settings.schema import Url
from winnow.workers.arrow import Batches, map_batches
from winnow.workers.shared_lists import shared_lists

_SCHEMA = t.StructType(
    [
        t.StructField("shard", t.IntegerType()),
        t.StructField("page_id", t.LongType()),
        t.StructField("url", t.StringType()),
        t.StructField("gate", t.StringType()),
        t.StructField("tried", t.StringType()),
    ]
)


def try_lists(pages: DataFrame, documents: DataFrame, settings: Url, lists: str) -> DataFrame:
    """One row for each pair of gates: the URL gate that pages have, and the one that `lists` would give them.

        gate, tried        one of the URL gates, or null if none stops the page
        pages, documents   how many pages, and how many of them are documents now
        example            the first of their URLs

    `lists` is the name from `share_lists`. Pages that another kind of gate stopped count as not gated.
    """
    has = F.when(F.col("gate").isin(*gates_of("url")), F.col("gate")).alias("gate")
    tried = map_batches(
        pages.select("shard", "page_id", "url", has), partial(_try_batches, settings=settings, lists=lists), _SCHEMA
    )
    known = documents.select("shard", "page_id", F.lit(1).alias("document"))
    groups = tried.join(known, ["shard", "page_id"], "left").groupBy("gate", "tried")
    return groups.agg(
        F.count("*").alias("pages"), F.count("document").alias("documents"), F.min("url").alias("example")
    )


def _try_batches(batches: Batches, settings: Url, lists: str) -> Batches:
    for batch in batches:
        urls = batch.column("url").to_pylist()
        gates = [None if url is None else gate_url(url, shared_lists(lists), settings) for url in urls]
        yield pa.RecordBatch.from_arrays([*batch.columns, pa.array(gates, pa.string())], [*_SCHEMA.names])
