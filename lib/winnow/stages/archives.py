"""archives: the archives of a crawl, each in its shard."""

from __future__ import annotations

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def shard_expr(num_shards: int) -> Column:
    """The shard of an archive: a stable hash of its key, modulo the number of shards."""
    return F.pmod(F.xxhash64("archive_path"), F.lit(num_shards)).cast("int")


def list_archives(archives: DataFrame, known: DataFrame, num_shards: int) -> DataFrame:
    """Rows for archives that are new, or whose size, checksum or chosen records have changed since they were listed.

    An unreachable archive keeps its number of tries; for other archives it starts at 0. A known archive whose size and
    checksum are not known now keeps the old ones: it is in a list on a server, or was read and has disappeared.
    `archives` has the column `chosen` if an index chose records.
    """
    if "chosen" not in archives.columns:
        archives = archives.withColumn("chosen", F.lit(None).cast("string"))
    tries = F.when(F.col("status") == "unreachable", F.col("tries")).otherwise(0).alias("tries")
    old = (F.col(name).alias(f"old_{name}") for name in ("bytes", "etag", "chosen"))
    before = known.select("archive_path", tries, *old)
    untold = F.col("bytes").isNull() & F.col("etag").isNull()
    as_chosen = F.col("chosen").eqNullSafe(F.col("old_chosen"))
    same = F.col("bytes").eqNullSafe(F.col("old_bytes")) & F.col("etag").eqNullSafe(F.col("old_etag"))
    fresh = archives.join(before, "archive_path", "left").where(
        F.col("tries").isNull() | ~((same | untold) & as_chosen)
    )
    kept = {name: F.when(untold, F.col(f"old_{name}")).otherwise(F.col(name)) for name in ("bytes", "etag")}
    columns = {"shard": shard_expr(num_shards), "status": F.lit("listed"), "tries": F.coalesce("tries", F.lit(0))}
    return fresh.withColumns({**columns, **kept}).drop("old_bytes", "old_etag", "old_chosen")
