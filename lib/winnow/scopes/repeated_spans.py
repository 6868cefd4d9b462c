"""Which pages of which crawls count as copies of one another's stretches, as `spans.within` says."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from pyspark.sql import DataFrame

from winnow.scopes.around import Around, notes_before, shards_before, surviving_measures
from winnow.stages.duplicates.repeated_spans import scope_pages
from winnow.warehouse import commits
from winnow.warehouse.work import Work


def span_inputs(work: Work, around: Around, shards: list[int]) -> dict[int, object]:
    """What the spans of each shard depend on beside its own near duplicates: other shards, earlier crawls.

    Raises SettingsError where the scope is the whole crawl and a shard of it is not through near duplicates.
    """
    spans = work.settings.spans
    if not spans.enabled or spans.within == "crawl_shard":
        return dict.fromkeys(shards)
    if spans.within == "crawl":
        through = commits.source_inputs(work, "repeated_spans", around.all_shards)
        return dict.fromkeys(shards, sorted(through.items()))
    return {shard: notes_before(around, shard) for shard in shards}


def scoped_pages(work: Work, around: Around, shards: list[int]) -> DataFrame:
    """The pages of these shards that near duplicates left, and the earlier pages that count with them.

    An earlier crawl's pages count as its near duplicates left them, with their text before anything was cut from it: a
    stretch of which all copies went there is repeated here too. What came of those pages later changes nothing.
    """
    within = work.settings.spans.within
    pages = surviving_measures(work, around.all_shards if within == "crawl" else shards)
    if within != "shard":
        return scope_pages(pages, within)
    there = {crawl: shards_before(around, crawl, shards) for crawl in around.crawls[:-1]}
    earlier = [surviving_measures(replace(work, crawl=crawl), held) for crawl, held in there.items() if held]
    return scope_pages(pages, within, reduce(DataFrame.unionByName, earlier) if earlier else None)
