"""A crawl and the crawls before it: their finished work, and their shards."""

from __future__ import annotations

from typing import NamedTuple

from winnow.warehouse import commits
from winnow.warehouse.crawls import crawls_until
from winnow.warehouse.work import Note, Work


class Around(NamedTuple):
    """A crawl and the crawls before it, oldest first; its number of shards; the finished work of all.

    done: the notes of `commits` by crawl, target and shard
    """

    crawls: tuple[str, ...]
    num_shards: int
    done: dict[tuple[str, str, int], Note]

    def inputs_of_near_duplicates(self, crawl: str, shard: int) -> str | None:
        """The inputs of the near duplicates of a crawl's shard; None if they were not sought."""
        note = self.done.get((crawl, "near_duplicates", shard))
        return note.inputs if note else None

    @property
    def all_shards(self) -> list[int]:
        """All shards of the crawl."""
        return list(range(self.num_shards))


def look_around(work: Work) -> Around:
    """The crawls up to this one. Raises SettingsError if it was not listed."""
    mine, *before = sorted(crawls_until(work), key=lambda row: -int(row.position))
    crawls = tuple(row.crawl for row in reversed((mine, *before)))
    return Around(crawls, mine.num_shards, dict(commits.notes(work)))


def shards_before(around: Around, crawl: str, shards: list[int]) -> list[int]:
    """The shards, of these, for which an earlier crawl has decided what it keeps."""
    return [shard for shard in shards if settled(around, crawl, shard) is not None]


def notes_before(around: Around, shard: int) -> list[object]:
    """The earlier crawls that have decided what they keep in this shard, each with fingerprint and inputs."""
    notes = {crawl: settled(around, crawl, shard) for crawl in around.crawls[:-1]}
    return [(crawl, *note[:2]) for crawl, note in notes.items() if note]


def settled(around: Around, crawl: str, shard: int) -> Note | None:
    """The note of the near duplicates of a crawl's shard; of its documents if its recipe seeks no near duplicates."""
    return around.done.get((crawl, "near_duplicates", shard)) or around.done.get((crawl, "documents", shard))
