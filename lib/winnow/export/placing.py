"""placed documents: each with its file in an export, and its sort key in that file."""

from __future__ import annotations

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

ORDER = ("file", "place", "crawl", "shard", "page_id")

_IDS = 2.0**64


def shuffle_documents(documents: DataFrame, files: int, seed: int) -> DataFrame:
    """The documents with the columns file and place, in an order that depends only on the seed and the page.

    place   64-bit hash of seed, crawl and page_id, by which a file is sorted
    file    that hash modulo the number of files
    """
    place = F.xxhash64(F.lit(seed).cast("bigint"), "crawl", "page_id")
    return documents.withColumns({"place": place, "file": F.pmod(place, F.lit(files)).cast("int")})


def line_up_documents(documents: DataFrame, files: int, sizes: Mapping[tuple[str, int], int]) -> DataFrame:
    """The documents with the columns file and place, in the order of crawl, shard and page_id over all files.

    `sizes` is the size of each crawl and shard with documents, at least 1, in any unit. A page_id is a hash: its
    position between the lowest and highest possible value is taken as the position of the document in its shard. Files
    are thus about equally large without sorting the table.
        place   0
        file    from 0, not decreasing in this order
    """
    starts, total = [], 0
    for (crawl, shard), size in sorted(sizes.items()):
        starts.append((crawl, shard, total, size))
        total += size
    known = documents.sparkSession.createDataFrame(starts, "crawl string, shard int, start bigint, size bigint")
    joined = documents.join(F.broadcast(known), ["crawl", "shard"])
    share = F.col("page_id").cast("double") / F.lit(_IDS) + F.lit(0.5)
    inside = F.least(F.floor(F.col("size") * share), F.col("size") - 1)  # not in the next shard
    file = F.least(F.floor((F.col("start") + inside) / F.lit(total) * files), F.lit(files - 1)).cast("int")
    return joined.withColumns({"place": F.lit(0).cast("bigint"), "file": file}).drop("start", "size")
