"""Which pages of which crawls are compared with one another, as `fuzzy.within` says."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow import delta
from winnow.delta import Work
from winnow.kernels.measure import METRICS
from winnow.rules import load_rules
from winnow.stages.near_duplicates import Scopes, preference_expr
from winnow.stages.verdicts import kept_expr

_KEYS = ["crawl", "shard", "page_id"]
_OF_PAGES = ("oldest", "language_score")  # survivors that columns of `pages` decide
_COLUMNS = ("scope", "crawl", "earlier", "position", "shard", "page_id", "preference", "text")


class Compared(NamedTuple):
    """Pages with `scope, crawl, earlier, position, shard, page_id, preference, text`, and their scopes."""

    pages: DataFrame
    scopes: Scopes


def scope_inputs(work: Work, shards: list[int]) -> dict[int, object]:
    """What the near duplicates of each shard depend on beside its own verdicts: other shards, earlier crawls.

    Raises SettingsError where the whole crawl is compared and a shard of it is not judged.
    """
    fuzzy = work.settings.fuzzy
    if not fuzzy.enabled or fuzzy.within == "crawl_shard":
        return dict.fromkeys(shards)
    if fuzzy.within == "crawl":
        return dict.fromkeys(shards, sorted(delta.source_inputs(work, "near_duplicates", _all_shards(work)).items()))
    notes = [(crawl.crawl, delta.notes(crawl)) for crawl in _before(work)]
    keys = {shard: ("near_duplicates", shard) for shard in shards}
    return {shard: [(name, *known[key]) for name, known in notes if key in known] for shard, key in keys.items()}


def compared_pages(work: Work, shards: list[int]) -> Compared:
    """The kept pages of these shards, with those of other shards or earlier crawls that are compared with them."""
    within = work.settings.fuzzy.within
    mine = _all_shards(work) if within == "crawl" else shards
    rules = load_rules(work.settings.rule_files, work.settings.rules, METRICS)
    frames = [_with_keys(work, delta.read(work, "measures", mine).where(kept_expr(rules)), mine, False)]
    if within == "shard":
        frames += [_with_keys(crawl, _survivors(crawl, shards), shards, True) for crawl in _before(work)]
    pages, *others = frames
    for other in others:
        pages = pages.unionByName(other)
    scope, numbers = (F.lit(0), [0]) if within == "crawl" else (F.col("shard"), shards)
    scopes = Scopes(numbers, pages.select("page_id").count())
    return Compared(pages.withColumn("scope", scope).select(*_COLUMNS), scopes)


def _with_keys(work: Work, measures: DataFrame, shards: list[int], earlier: bool) -> DataFrame:
    survivor = work.settings.fuzzy.survivor
    if survivor in _OF_PAGES:
        column = {"oldest": "fetched_at"}.get(survivor, survivor)
        known = delta.read(work, "pages", shards).where(F.col("gate").isNull()).select(*_KEYS, column)
        measures = measures.join(F.broadcast(known), _KEYS)
    position = delta.crawl_row(work).position
    return measures.select(
        "crawl", F.lit(earlier).alias("earlier"), F.lit(position).alias("position"), "shard", "page_id",
        preference_expr(survivor).alias("preference"), "text",
    )  # fmt: skip


def _survivors(work: Work, shards: list[int]) -> DataFrame:
    """The measures of pages that an earlier crawl kept and did not drop as near duplicates, whatever came of them."""
    kept = delta.read(work, "verdicts", shards).where(F.size("reasons") == 0).select(_KEYS)
    stay = kept.join(delta.read(work, "near_duplicates", shards).select(_KEYS), _KEYS, "left_anti")
    noted = [shard for shard in shards if ("near_duplicates", shard) in delta.notes(work)]
    return delta.read(work, "measures", noted).join(F.broadcast(stay), _KEYS, "left_semi")


def _before(work: Work) -> list[Work]:
    """The crawls that were added before this one, in their order."""
    position = delta.crawl_row(work).position
    rows = [row for row in delta.crawls(work) if row.position < position]
    return [replace(work, crawl=row.crawl, notes={}) for row in sorted(rows, key=lambda row: int(row.position))]


def _all_shards(work: Work) -> list[int]:
    return list(range(delta.crawl_row(work).num_shards))
