"""Kept pages of one wave of shards -> near_duplicates: those that resemble a page which stays."""

from pyspark import StorageLevel
from pyspark.sql import functions as F

from winnow import commits
from winnow.cli import submit
from winnow.delta import Work
from winnow.report.near_duplicates import check_components
from winnow.scopes import compared_pages, look_around, scope_inputs, with_signatures
from winnow.stages.components import label_components
from winnow.stages.elections import ELECTED
from winnow.stages.near_duplicates import elect_survivors, find_edges


def run(work: Work, shards: list[int]) -> int | None:
    """Find the near duplicates of the shards that are to do; rows written, None where none is."""
    around = look_around(work)
    ready = commits.todo(work, "near_duplicates", shards, scope_inputs(work, around, shards))
    if not ready.shards:
        return None
    since, fuzzy = commits.begin(work), work.settings.fuzzy
    if not fuzzy.enabled:
        return commits.commit(work, "near_duplicates", work.spark.createDataFrame([], ELECTED), ready, since)
    pages, scopes = compared_pages(work, around, list(ready.shards))
    unsigned, signed = pages, None
    if fuzzy.signatures == "stored" and fuzzy.within == "shard":
        commits.forget(work, "near_duplicates", ready)
        unsigned, signed = with_signatures(work, around, ready, pages)
    edges = find_edges(unsigned, scopes, fuzzy, signed)
    edges = edges.persist(StorageLevel.DISK_ONLY)  # read four times, and most of the cost
    try:
        labels = label_components(edges, fuzzy.max_driver_edges)
        members = check_components(labels, scopes.pages, fuzzy.max_component)
        rows = elect_survivors(edges, labels, pages, members, fuzzy).where(F.col("shard").isin(list(ready.shards)))
        return commits.commit(work, "near_duplicates", rows, ready, since)
    finally:
        edges.unpersist()


if __name__ == "__main__":
    submit("find_near_duplicates")
