"""Connected components of a graph, each named by its smallest id."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Ids = NDArray[np.int64]


def label_components(edges: DataFrame, max_driver_edges: int) -> DataFrame:
    """One row (id BIGINT, label BIGINT) for each id of `edges` (a BIGINT, b BIGINT): the smallest id of its component.

    Edges can have any order, direction and number of copies; an edge from an id to itself is a component. The driver
    finds the components of up to `max_driver_edges` edges; its Python process needs about 100 bytes for each edge, 1 GB
    for 10 million. With more edges, Spark finds them, in rounds of large-star and small-star, and the driver holds
    nothing.
    `edges` is read twice: persist it before.

    Each round is checkpointed: if rounds are only persisted, each at least doubles the plan. If
    `spark.checkpoint.dir` is set to a folder that all executors reach, a checkpoint survives a lost executor. Without
    it, checkpoints are on the disks of executors, which is right on one machine. On a cluster, a lost executor then
    ends the job; no row is wrong, and the shard is done again.
    Source: Kiveris et al. 2014, Connected Components in MapReduce and Beyond, the alternating algorithm. Oracle:
    tests/reference/components.py.
    """
    edges = edges.select(F.col("a").cast("bigint"), F.col("b").cast("bigint"))
    if edges.count() > max_driver_edges:
        return _label_in_rounds(edges)
    table = edges.toArrow()
    ids, labels = label_arrays(*(table[name].to_numpy() for name in ("a", "b")))
    return edges.sparkSession.createDataFrame(pa.table({"id": ids, "label": labels}), "id BIGINT, label BIGINT")


def label_arrays(a: Ids, b: Ids) -> tuple[Ids, Ids]:
    """The distinct ids of the edges (a[i], b[i]), ascending, and for each the smallest id of its component."""
    ids = np.unique(np.concatenate((a, b)))
    ends = tuple(np.searchsorted(ids, end).astype(np.int32) for end in (a, b))
    graph = coo_array((np.ones(len(a), np.int8), ends), shape=(len(ids), len(ids)))
    _, component = connected_components(graph, directed=False)
    _, smallest = np.unique(component, return_index=True)
    return ids, ids[smallest[component]]


def _label_in_rounds(edges: DataFrame) -> DataFrame:
    """Stars are pairs (a, b), an id and its center, a > b. They are final when no center is in another star."""
    loops = edges.where("a = b")
    stars = _checkpointed(edges.where("a != b").select(F.greatest("a", "b").alias("a"), F.least("a", "b").alias("b")))
    while not _is_final(stars):
        stars = _checkpointed(_small_star(_large_star(stars)))
    rows = stars.union(stars.select("b", "b")).union(loops).toDF("id", "label")
    return rows.groupBy("id").agg(F.min("label").alias("label"))


def _large_star(stars: DataFrame) -> DataFrame:
    """Connects each larger neighbour of an id to the smallest of the id and its neighbours."""
    neighbours = stars.union(stars.select("b", "a")).toDF("b", "other")
    lowest = neighbours.groupBy("b").agg(F.least("b", F.min("other")).alias("low"))
    return stars.join(lowest, "b").select("a", F.col("low").alias("b")).distinct()


def _small_star(stars: DataFrame) -> DataFrame:
    """Connects each smaller neighbour of an id, and the id itself, to the smallest of them."""
    lowest = stars.groupBy("a").agg(F.min("b").alias("low"))
    others = stars.join(lowest, "a").where("b != low").select("b", "low")
    return others.union(lowest).toDF("a", "b")


def _is_final(stars: DataFrame) -> bool:
    """Whether each id has one center that has no center itself."""
    ends = stars.select("a", "b", F.lit(False).alias("is_center"))
    centers = stars.select(F.col("b").alias("a"), F.lit(None).cast("bigint").alias("b"), F.lit(True).alias("is_center"))
    found = ends.union(centers).groupBy("a").agg(F.min("b").alias("low"), F.max("b").alias("high"), F.max("is_center"))
    return found.where(F.col("low").isNotNull() & (F.col("max(is_center)") | (F.col("low") != F.col("high")))).isEmpty()


def _checkpointed(stars: DataFrame) -> DataFrame:
    """Distinct stars, computed now, without the plan that made them."""
    lasting = stars.sparkSession.sparkContext.getCheckpointDir() is not None
    return stars.distinct().checkpoint() if lasting else stars.distinct().localCheckpoint()
