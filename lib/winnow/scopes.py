"""Which pages of which crawls are compared with one another, as `fuzzy.within` says."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow import commits, delta
from winnow.commits import Todo
from winnow.crawls import crawls_until
from winnow.delta import Note, Work
from winnow.resources import rules_of
from winnow.stages.near_duplicates import Scopes, preference_expr, sign_texts
from winnow.stages.verdicts import kept_expr

_KEYS = ["crawl", "shard", "page_id"]
_OF_PAGES = ("oldest", "language_score")  # survivors that columns of `pages` decide
_COLUMNS = ("scope", "crawl", "earlier", "position", "shard", "page_id", "preference", "text")


class Around(NamedTuple):
    """A crawl among the others: the crawls up to it, oldest first, its shards, and what is done of them all.

    done: what `commits` says of each crawl, target and shard
    """

    crawls: tuple[str, ...]
    num_shards: int
    done: dict[tuple[str, str, int], Note]

    @property
    def all_shards(self) -> list[int]:
        """Every shard of the crawl."""
        return list(range(self.num_shards))


def look_around(work: Work) -> Around:
    """The crawls up to this one. Raises SettingsError where it was never listed."""
    mine, *before = sorted(crawls_until(work), key=lambda row: -int(row.position))
    crawls = tuple(row.crawl for row in reversed((mine, *before)))
    return Around(crawls, mine.num_shards, dict(commits.notes(work)))


def scope_inputs(work: Work, around: Around, shards: list[int]) -> dict[int, object]:
    """What the near duplicates of each shard depend on beside its own verdicts: other shards, earlier crawls.

    Raises SettingsError where the whole crawl is compared and a shard of it is not judged.
    """
    fuzzy = work.settings.fuzzy
    if not fuzzy.enabled or fuzzy.within == "crawl_shard":
        return dict.fromkeys(shards)
    if fuzzy.within == "crawl":
        judged = commits.source_inputs(work, "near_duplicates", around.all_shards)
        return dict.fromkeys(shards, sorted(judged.items()))
    return {shard: notes_before(around, shard) for shard in shards}


def compared_pages(work: Work, around: Around, shards: list[int]) -> tuple[DataFrame, Scopes]:
    """The kept pages of these shards with all that they are compared with, and the scopes that they fall into.

    Columns: scope, crawl, earlier, position, shard, page_id, preference, text.
    """
    within = work.settings.fuzzy.within
    mine = around.all_shards if within == "crawl" else shards
    rules = rules_of(work.settings)
    parts = [(work.crawl, shard) for shard in mine]
    frames = [_with_keys(work, delta.read(work, "measures", mine).where(kept_expr(rules)), around)]
    if within == "shard":
        for crawl in around.crawls[:-1]:
            there = shards_before(around, crawl, shards)
            parts += [(crawl, shard) for shard in there]
            frames += [_survivors(replace(work, crawl=crawl), around, there)] if there else []
    measured = sum(around.done[crawl, "measures", shard].rows for crawl, shard in parts)
    scope, numbers = (F.lit(0), [0]) if within == "crawl" else (F.col("shard"), shards)
    pages = reduce(DataFrame.unionByName, frames).withColumn("scope", scope)
    return pages.select(*_COLUMNS), Scopes(numbers, measured)


def with_signatures(work: Work, around: Around, ready: Todo, pages: DataFrame) -> tuple[DataFrame, DataFrame]:
    """Of the pages that these shards are compared with, those that are still to sign, and the signatures of the others.

    The shards' own pages are signed here, and their signatures committed to the table; those of earlier crawls count
    where they were made as now, and of the same texts.
    """
    mine = work.fingerprints["signatures"]
    inputs = F.create_map(*(F.lit(part) for shard in ready.shards.items() for part in shard))
    own = sign_texts(pages.where(F.col("crawl") == work.crawl), work.settings.fuzzy)
    delta.replace(work, "signatures", own.withColumn("inputs", inputs[F.col("shard")]), list(ready.shards))
    unsigned, frames = pages.where(F.col("crawl") != work.crawl), [delta.read(work, "signatures", list(ready.shards))]
    for crawl in around.crawls[:-1]:
        before = replace(work, crawl=crawl)
        stored = delta.read(before, "signatures", list(ready.shards)).where(F.col("fingerprint") == mine)
        inputs_of = {
            row.shard: row.inputs for row in stored.select("shard", "inputs").distinct().collect()
        }  # a shard each
        there = [
            shard
            for shard in shards_before(around, crawl, list(inputs_of))
            if around.done[crawl, "near_duplicates", shard].inputs == inputs_of[shard]
        ]
        if there:
            left = F.broadcast(survivors(before, there))
            frames.append(stored.where(F.col("shard").isin(there)).join(left, _KEYS, "left_semi"))
            unsigned = unsigned.where((F.col("crawl") != crawl) | ~F.col("shard").isin(there))
    return unsigned, reduce(DataFrame.unionByName, frames).withColumn("scope", F.col("shard"))


def shards_before(around: Around, crawl: str, shards: list[int]) -> list[int]:
    """Those of these shards in which an earlier crawl's near duplicates were found."""
    return [shard for shard in shards if (crawl, "near_duplicates", shard) in around.done]


def notes_before(around: Around, shard: int) -> list[object]:
    """Each earlier crawl whose near duplicates in this shard were found, with their fingerprint and inputs."""
    notes = {crawl: around.done.get((crawl, "near_duplicates", shard)) for crawl in around.crawls[:-1]}
    return [(crawl, *note[:2]) for crawl, note in notes.items() if note]


def survivors(work: Work, shards: list[int] | None = None) -> DataFrame:
    """crawl, shard and page_id of a crawl's pages that the rules kept and near duplicates left."""
    kept = delta.read(work, "verdicts", shards).where(F.size("reasons") == 0).select(_KEYS)
    return kept.join(delta.read(work, "near_duplicates", shards).select(_KEYS), _KEYS, "left_anti")


def surviving_measures(work: Work, shards: list[int]) -> DataFrame:
    """The `measures` rows of these survivors; the text is not shuffled."""
    return delta.read(work, "measures", shards).join(F.broadcast(survivors(work, shards)), _KEYS, "left_semi")


def _with_keys(work: Work, measures: DataFrame, around: Around) -> DataFrame:
    survivor, position = work.settings.fuzzy.survivor, around.crawls.index(work.crawl)
    if survivor in _OF_PAGES:
        column = {"oldest": "fetched_at"}.get(survivor, survivor)
        known = delta.read(work, "pages").where(F.col("gate").isNull()).select(*_KEYS, column)
        measures = measures.join(F.broadcast(known), _KEYS)
    return measures.select(
        "crawl", F.lit(position + 1 < len(around.crawls)).alias("earlier"), F.lit(position).alias("position"), "shard",
        "page_id", preference_expr(survivor).alias("preference"), "text",
    )  # fmt: skip


def _survivors(work: Work, around: Around, shards: list[int]) -> DataFrame:
    """The pages that an earlier crawl kept and did not drop as near duplicates, whatever came of them later."""
    return _with_keys(work, surviving_measures(work, shards), around)
