"""The pages that are compared for repeated spans, by `spans.within`."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from pyspark.sql import DataFrame

from winnow.scopes.around import Around, notes_before, shards_before
from winnow.scopes.kept import measures_left, with_cuts
from winnow.settings.jobs import jobs_of
from winnow.stages.duplicates.repeated_spans import scope_pages
from winnow.warehouse import commits
from winnow.warehouse.work import Work

_DECIDING = ("find_near_duplicates", "judge_pages")


def span_inputs(work: Work, around: Around, shards: list[int]) -> dict[int, object]:
    """Other inputs of the spans of each shard, beside the job before: other shards, earlier crawls.

    Raises SettingsError if the scope is the whole crawl and the job before is not done in all its shards.
    """
    spans = work.settings.spans
    if spans.within == "crawl_shard":
        return dict.fromkeys(shards)
    if spans.within == "crawl":
        through = commits.source_inputs(work, "repeated_spans", around.all_shards)
        return dict.fromkeys(shards, sorted(through.items()))
    return {shard: notes_before(around, shard, _judged_late(work)) for shard in shards}


def scoped_pages(work: Work, around: Around, shards: list[int]) -> DataFrame:
    """The pages of these shards that earlier jobs keep, and the pages of earlier crawls that count with them.

    Pages of an earlier crawl count if its jobs before this one kept them, with their text before cutting: a span is
    repeated here even if all its copies were cut there. Pages that later jobs dropped count too.
    """
    within = work.settings.spans.within
    pages = _left(work, around.all_shards if within == "crawl" else shards)
    if within != "shard":
        return scope_pages(pages, within)
    there = {crawl: shards_before(around, crawl, shards, _judged_late(work)) for crawl in around.crawls[:-1]}
    earlier = [_left(replace(work, crawl=crawl), held) for crawl, held in there.items() if held]
    return scope_pages(pages, within, reduce(DataFrame.unionByName, earlier) if earlier else None)


def _judged_late(work: Work) -> bool:
    """Whether the recipe judges after near duplicates and before spans."""
    order = jobs_of(work.settings)
    places = [order.index(name) if name in order else -1 for name in _DECIDING]
    return -1 < places[0] < places[1] < order.index("find_repeated_spans")


def _left(work: Work, shards: list[int]) -> DataFrame:
    return with_cuts(work, measures_left(work, "find_repeated_spans", shards), shards)
