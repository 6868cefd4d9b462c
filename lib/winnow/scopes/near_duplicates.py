"""The pages that are compared for near duplicates, by `fuzzy.within`."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.scopes.around import Around, notes_before, shards_before
from winnow.scopes.kept import KEYS, dropped_before, kept_measures, measures_left, pages_left, with_cuts
from winnow.settings.schema import Fuzzy
from winnow.stages.duplicates.near_duplicates import Scopes, preference_expr, sign_texts
from winnow.warehouse import commits, delta
from winnow.warehouse.commits import Todo
from winnow.warehouse.work import Work

_COLUMNS = ("scope", "crawl", "earlier", "position", "shard", "page_id", "is_cut", "preference", "text")


def scope_inputs(work: Work, around: Around, shards: list[int]) -> dict[int, object]:
    """Other inputs of the near duplicates of each shard, beside its own verdicts: other shards, earlier crawls.

    Raises SettingsError if the whole crawl is compared and the job before is not done in all its shards.
    """
    within = work.settings.fuzzy.within
    if within == "crawl_shard":
        return dict.fromkeys(shards)
    if within == "shard":
        return {shard: notes_before(around, shard) for shard in shards}
    mine = sorted(commits.source_inputs(work, "near_duplicates", around.all_shards).items())
    if within == "crawl":
        return dict.fromkeys(shards, mine)
    earlier = [notes_before(around, shard) for shard in around.all_shards]
    return {shard: [mine, earlier] for shard in shards}


def compared_pages(work: Work, around: Around, shards: list[int]) -> tuple[DataFrame, Scopes]:
    """The pages of these shards that earlier jobs keep, with all pages that they are compared with, and their scopes.

    Columns: scope, crawl, earlier, position, shard, page_id, is_cut, preference, text; language if only pages of one
    language are compared.
    """
    fuzzy = work.settings.fuzzy
    is_whole = fuzzy.within in ("crawl", "all")
    mine = around.all_shards if is_whole else shards
    parts = [(work.crawl, shard) for shard in mine]
    kept = kept_measures(work, "find_near_duplicates", mine)
    for dropped in dropped_before(work, "find_near_duplicates", mine):
        kept = kept.join(F.broadcast(dropped), KEYS, "left_anti")
    frames = [_with_keys(work, kept, mine, around)]
    if fuzzy.within in ("shard", "all"):
        for crawl in around.crawls[:-1]:
            there = shards_before(around, crawl, mine)
            parts += [(crawl, shard) for shard in there]
            frames += [_survivors(replace(work, crawl=crawl), around, there)] if there else []
    measured = sum(around.done[crawl, "measures", shard].rows for crawl, shard in parts)
    scope, numbers = (F.lit(0), [0]) if is_whole else (F.col("shard"), shards)
    pages = reduce(DataFrame.unionByName, frames).withColumn("scope", scope)
    return pages.select(*_COLUMNS, *_languages(fuzzy)), Scopes(numbers, measured)


def sign_own(work: Work, ready: Todo, pages: DataFrame) -> None:
    """If the recipe stores signatures, sign the pages of these shards and replace their rows of `signatures`."""
    if not _stores_signatures(work.settings.fuzzy):
        return
    commits.forget(work, "near_duplicates", ready)
    inputs = F.create_map(*(F.lit(part) for shard in ready.shards.items() for part in shard))
    own = sign_texts(pages.where(F.col("crawl") == work.crawl), work.settings.fuzzy)
    delta.replace(work, "signatures", own.withColumn("inputs", inputs[F.col("shard")]), list(ready.shards))


def stored_signatures(work: Work, around: Around, ready: Todo, pages: DataFrame) -> tuple[DataFrame, DataFrame | None]:
    """The pages without a stored signature, and the stored signatures of the others.

    All pages and None if the recipe stores no signatures. A signature of an earlier crawl is used if it was made with
    the same settings and from the same texts.
    """
    if not _stores_signatures(work.settings.fuzzy):
        return pages, None
    mine = work.fingerprints["signatures"]
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
            if around.inputs_of_near_duplicates(crawl, shard) == inputs_of[shard]
        ]
        if there:
            left = F.broadcast(pages_left(before, "find_near_duplicates", there, through=True))
            frames.append(stored.where(F.col("shard").isin(there)).join(left, KEYS, "left_semi"))
            unsigned = unsigned.where((F.col("crawl") != crawl) | ~F.col("shard").isin(there))
    return unsigned, reduce(DataFrame.unionByName, frames).withColumn("scope", F.col("shard"))


def _stores_signatures(fuzzy: Fuzzy) -> bool:
    return fuzzy.signatures == "stored" and fuzzy.within == "shard" and not fuzzy.by_language


def _languages(fuzzy: Fuzzy) -> list[str]:
    """The column that says which pages are compared, beside their scope."""
    return ["language"] if fuzzy.by_language else []


def _with_keys(work: Work, measures: DataFrame, shards: list[int], around: Around) -> DataFrame:
    fuzzy, position = work.settings.fuzzy, around.crawls.index(work.crawl)
    if fuzzy.survivor == "oldest":
        known = delta.read(work, "pages").where(F.col("gate").isNull()).select(*KEYS, "fetched_at")
        measures = measures.join(F.broadcast(known), KEYS)
    return with_cuts(work, measures, shards).select(
        "crawl", F.lit(position + 1 < len(around.crawls)).alias("earlier"), F.lit(position).alias("position"), "shard",
        "page_id", "is_cut", preference_expr(fuzzy.survivor).alias("preference"), *_languages(fuzzy), "text",
    )  # fmt: skip


def _survivors(work: Work, around: Around, shards: list[int]) -> DataFrame:
    """The pages that an earlier crawl kept and did not drop as near duplicates, even if later jobs dropped them."""
    return _with_keys(work, measures_left(work, "find_near_duplicates", shards, through=True), shards, around)
