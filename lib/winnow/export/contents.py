"""What there is to export: finished crawls, their documents at one version of the table, and counts of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.errors import SettingsError, WinnowError
from winnow.export.card import Count
from winnow.scopes.removals import count_orders, orders_pending
from winnow.settings.fingerprint import digest
from winnow.warehouse import commits, delta
from winnow.warehouse.crawls import listed_crawls
from winnow.warehouse.work import Note, Work


class Made(NamedTuple):
    """What the documents of a crawl were made with, and a hash of what they were made from."""

    fingerprint: str
    inputs: str


class Contents(NamedTuple):
    """Documents at one moment.

    documents   documents of the crawls at one version of the table, not affected by later writes
    made        by crawl; equal if documents are equal, also after their files were compacted
    removals    number of orders to take pages down, all carried out
    sizes       by crawl and shard: number of characters plus number of documents
    """

    documents: DataFrame
    made: Mapping[str, Made]
    removals: int
    counts: Sequence[Count]
    sizes: Mapping[tuple[str, int], int]


def look_at_documents(work: Work, crawls: Sequence[str]) -> Contents:
    """The documents of these crawls, or of all crawls if none is named.

    Raises SettingsError if a crawl is missing, if its run has not ended, or if there is no document.
    """
    before = _standing(work, crawls)
    version = delta.newest_version(work, "documents")
    made, ordered = _standing(work, crawls)
    if (made, ordered) != before:
        raise WinnowError(f"{work.warehouse}: another command was writing to it; run this command again")
    documents = delta.read_version(work, "documents", version).where(F.col("crawl").isin(list(made)))
    counts, sizes = _count(documents)
    if not counts:
        raise SettingsError(
            [f"{work.warehouse}: no document in {', '.join(made)}; `winnow report` shows what became of its pages"]
        )
    return Contents(documents, made, ordered, counts, sizes)


def _standing(work: Work, crawls: Sequence[str]) -> tuple[dict[str, Made], int]:
    """By crawl what its documents are made with now, and the number of orders to take pages down."""
    now = replace(work, notes={}, crawls={})
    there = {row.crawl: int(row.num_shards) for row in listed_crawls(now)}
    if not there:
        raise SettingsError([f"{work.warehouse}: contains no crawl yet; use `winnow run` first"])
    unknown = [crawl for crawl in crawls if crawl not in there]
    if unknown:
        known = ", ".join(sorted(there))
        raise SettingsError(
            [f"--crawl {crawl}: {work.warehouse} has no such crawl. Known are: {known}" for crawl in unknown]
        )
    made, problems = {}, []
    for crawl in sorted(set(crawls) or there):
        found = _made(commits.notes(now), crawl, there[crawl])
        if found is None:
            problems.append(
                f"{work.warehouse}: the run of {crawl} has not ended; run `winnow run` again to finish it"
                + (", or name other crawls with --crawl" if len(there) > 1 else "")
            )
        else:
            made[crawl] = found
    if orders_pending(now):
        problems.append(
            f"{work.warehouse}: an order to take pages down is not complete; complete it with `winnow remove "
            f"--warehouse {work.warehouse}`"
        )
    if problems:
        raise SettingsError(problems)
    return made, count_orders(now)


def _made(notes: Mapping[tuple[str, str, int], Note], crawl: str, num_shards: int) -> Made | None:
    """None if a shard has no documents, its funnel counts others, or shards were made with different settings."""
    documents = [notes.get((crawl, "documents", shard)) for shard in range(num_shards)]
    funnels = [notes.get((crawl, "funnel", shard)) for shard in range(num_shards)]
    for note, funnel in zip(documents, funnels, strict=True):
        if note is None or funnel is None or funnel.inputs != digest(note[:2]):
            return None
    fingerprints = {note.fingerprint for note in documents if note}
    return (
        Made(fingerprints.pop(), digest([note.inputs for note in documents if note]))
        if len(fingerprints) == 1
        else None
    )


def _count(documents: DataFrame) -> tuple[list[Count], dict[tuple[str, int], int]]:
    sums = [F.count("*").alias("documents"), F.sum("word_count").alias("words"), F.sum("char_count").alias("chars")]
    keys = ["crawl", "shard", "language"]
    rows = documents.groupBy(*keys).agg(*sums).collect()  # one row a shard and language
    counts: dict[tuple[str, str | None], Count] = {}
    sizes: dict[tuple[str, int], int] = {}
    for row in rows:
        sizes[row.crawl, row.shard] = sizes.get((row.crawl, row.shard), 0) + row.chars + row.documents
        old = counts.get((row.crawl, row.language), Count(row.crawl, row.language, 0, 0, 0))
        counts[row.crawl, row.language] = Count(
            row.crawl, row.language, old.documents + row.documents, old.words + row.words, old.chars + row.chars
        )
    return sorted(counts.values(), key=lambda one: (one.crawl, -one.documents, one.language or "")), sizes
