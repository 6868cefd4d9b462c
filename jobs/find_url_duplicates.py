"""Kept pages of all shards of a crawl -> url_duplicates: pages dropped because another with their URL is kept."""

from pyspark import StorageLevel
from pyspark.sql import functions as F

from winnow.scopes.around import look_around
from winnow.scopes.url_duplicates import earlier_documents, kept_pages, num_buckets, url_inputs
from winnow.stages.duplicates.url_duplicates import find_url_duplicates, name_keys, with_url_key
from winnow.warehouse import commits
from winnow.warehouse.work import Work


def run(work: Work, shards: list[int]) -> int | None:
    """Find the URL duplicates of a whole crawl; returns the number of rows, None if there is nothing to do."""
    around = look_around(work)
    ready = commits.todo(work, "url_duplicates", shards, url_inputs(work, around))
    if not ready.shards:
        return None
    since, settings = commits.begin(work), work.settings.url_duplicates
    new = with_url_key(kept_pages(work), settings.url_key)
    earlier = earlier_documents(work, around, settings.url_key)
    found = find_url_duplicates(new, earlier, len(around.crawls) - 1, num_buckets(around), settings.survivor)
    found = found.where(F.col("shard").isin(list(ready.shards))).persist(StorageLevel.DISK_ONLY)
    try:
        return commits.commit(work, "url_duplicates", name_keys(found, new, around.crawls), ready, since)
    finally:
        found.unpersist()


if __name__ == "__main__":
    from winnow.terminal.submit import submit

    submit("find_url_duplicates", run)
