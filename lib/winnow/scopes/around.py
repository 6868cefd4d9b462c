"""A crawl among the crawls before it: what is done of them all, and which of its pages survive."""

from __future__ import annotations

from typing import NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.warehouse import commits, delta
from winnow.warehouse.crawls import crawls_until
from winnow.warehouse.work import Note, Work

_KEYS = ["crawl", "shard", "page_id"]


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
