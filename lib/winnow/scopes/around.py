"""A crawl among the crawls before it: what is done of them all, and the shards that they share."""

from __future__ import annotations

from typing import NamedTuple

from winnow.warehouse import commits
from winnow.warehouse.crawls import crawls_until
from winnow.warehouse.work import Note, Work


class Around(NamedTuple):
    """A crawl among the others: the crawls up to it, oldest first, its shards, and what is done of them all.

    done: what `commits` says of each crawl, target and shard
    """

    crawls: tuple[str, ...]
    num_shards: int
    done: dict[tuple[str, str, int], Note]

    def inputs_of_near_duplicates(self, crawl: str, shard: int) -> str | None:
        """What the near duplicates of a crawl's shard were made from; None where they were not looked for."""
        note = self.done.get((crawl, "near_duplicates", shard))
        return note.inputs if note else None

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
    """Those of these shards in which it is settled what an earlier crawl kept."""
    return [shard for shard in shards if settled(around, crawl, shard) is not None]


def notes_before(around: Around, shard: int) -> list[object]:
    """Each earlier crawl of which it is settled what it kept in this shard, with fingerprint and inputs of that."""
    notes = {crawl: settled(around, crawl, shard) for crawl in around.crawls[:-1]}
    return [(crawl, *note[:2]) for crawl, note in notes.items() if note]


def settled(around: Around, crawl: str, shard: int) -> Note | None:
    """The note of the near duplicates of a crawl's shard; of its documents where its recipe looked for none."""
    return around.done.get((crawl, "near_duplicates", shard)) or around.done.get((crawl, "documents", shard))
