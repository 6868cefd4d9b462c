"""Kept pages of one wave of shards -> near_duplicates: pages dropped because a similar page is kept."""

from pyspark import StorageLevel
from pyspark.sql import functions as F

from winnow.scopes.around import look_around
from winnow.scopes.near_duplicates import compared_pages, scope_inputs, sign_own, stored_signatures
from winnow.stages.checks import check_components
from winnow.stages.duplicates.components import label_components
from winnow.stages.duplicates.near_duplicates import elect_survivors, find_edges
from winnow.warehouse import commits
from winnow.warehouse.work import Work


def run(work: Work, shards: list[int]) -> int | None:
    """Find the near duplicates of the shards to do; returns the number of rows, None if there is nothing to do."""
    around = look_around(work)
    ready = commits.todo(work, "near_duplicates", shards, scope_inputs(work, around, shards))
    if not ready.shards:
        return None
    since, fuzzy = commits.begin(work), work.settings.fuzzy
    pages, scopes = compared_pages(work, around, list(ready.shards))
    sign_own(work, ready, pages)
    unsigned, signed = stored_signatures(work, around, ready, pages)
    edges = find_edges(unsigned, scopes, fuzzy, signed).persist(StorageLevel.DISK_ONLY)  # read four times
    try:
        labels = label_components(edges, fuzzy.max_driver_edges)
        members = check_components(labels, scopes.pages, fuzzy.max_component)
        rows = elect_survivors(edges, labels, pages, members, fuzzy).where(F.col("shard").isin(list(ready.shards)))
        return commits.commit(work, "near_duplicates", rows, ready, since)
    finally:
        edges.unpersist()


if __name__ == "__main__":
    from winnow.report.near_duplicates import show_crawl
    from winnow.terminal.submit import submit

    submit("find_near_duplicates", run, show_crawl)
