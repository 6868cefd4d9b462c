"""The pages that the URL pass of a crawl compares: those kept so far, and the documents of earlier crawls."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Literal

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.scopes.around import Around
from winnow.scopes.kept import pages_left, with_cuts
from winnow.stages.duplicates.url_duplicates import with_url_key
from winnow.warehouse import commits, delta
from winnow.warehouse.work import Work

_KEYS = ["shard", "page_id"]
_BUCKET_PAGES = 1_000_000


def url_inputs(work: Work, around: Around) -> dict[int, object]:
    """The inputs of the URL duplicates of each shard: all shards of the crawl, and the documents of earlier crawls.

    Raises SettingsError if the job before is not done in all shards.
    """
    mine = sorted(commits.source_inputs(work, "url_duplicates", around.all_shards).items())
    before = sorted(
        (crawl, shard, *note[:2])
        for (crawl, target, shard), note in around.done.items()
        if target == "documents" and crawl in around.crawls[:-1]
    )
    return {shard: [mine, before] for shard in around.all_shards}


def kept_pages(work: Work) -> DataFrame:
    """shard, page_id, url and is_cut of the crawl's pages that all jobs before the URL pass keep."""
    kept = pages_left(work, "find_url_duplicates")
    pages = delta.read(work, "pages").where(F.col("gate").isNull())
    is_cut = F.col("truncated").isNotNull().alias("is_cut")
    return pages.select(*_KEYS, "url", is_cut).join(kept, _KEYS, "left_semi")


def earlier_documents(work: Work, around: Around, url_key: Literal["exact", "canonical"]) -> DataFrame:
    """position, shard, page_id, is_cut and url_key of the documents of earlier crawls."""
    frames = [_documents(replace(work, crawl=crawl), place, url_key) for place, crawl in enumerate(around.crawls[:-1])]
    return reduce(DataFrame.unionByName, frames or [_documents(work, 0, url_key).limit(0)])


def num_buckets(around: Around) -> int:
    """Parts of the shuffle, each of about a million pages."""
    measured = sum(note.rows for (_, target, _), note in around.done.items() if target == "measures")
    return min(1 + measured // _BUCKET_PAGES, 65_536)


def _documents(work: Work, position: int, url_key: Literal["exact", "canonical"]) -> DataFrame:
    documents = with_cuts(work, delta.read(work, "documents").select("crawl", *_KEYS, "url"))
    return with_url_key(documents, url_key).withColumn("position", F.lit(position))
