"""warcs: the archives of a crawl, each in its shard."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def shard_expr(num_shards: int) -> Column:
    """The shard of an archive: a stable hash of its key, modulo the number of shards."""
    return F.pmod(F.xxhash64("warc_path"), F.lit(num_shards)).cast("int")


def list_warcs(archives: DataFrame, known: DataFrame, num_shards: int) -> DataFrame:
    """Rows for archives that are new, or whose size or checksum is another than when they were listed."""
    same = ["warc_path", "bytes", "etag"]
    condition = [archives[name].eqNullSafe(known[name]) for name in same]
    fresh = archives.join(known.select(*same), condition, "left_anti")
    return fresh.withColumns({"shard": shard_expr(num_shards), "status": F.lit("listed"), "tries": F.lit(0)})
