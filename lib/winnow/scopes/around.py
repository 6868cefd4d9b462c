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


def shards_before(around: Around, crawl: str, shards: list[int], judged: bool = False) -> list[int]:
    """The shards, of these, for which an earlier crawl has decided what it keeps."""
    return [shard for shard in shards if settled(around, crawl, shard, judged)]


def notes_before(around: Around, shard: int, judged: bool = False) -> list[object]:
    """The earlier crawls that have decided what they keep in this shard, each with fingerprint and inputs."""
    notes = {crawl: settled(around, crawl, shard, judged) for crawl in around.crawls[:-1]}
    return [(crawl, *(part for note in found for part in note[:2])) for crawl, found in notes.items() if found]


def settled(around: Around, crawl: str, shard: int, judged: bool = False) -> list[Note]:
    """The note of the near duplicates of a crawl's shard; of its documents if its recipe seeks no near duplicates.

    judged: and that of its verdicts, where the recipe judges after near duplicates; none without both
    """
    wanted = ("near_duplicates", "verdicts") if judged else ("near_duplicates",)
    notes = [around.done[crawl, table, shard] for table in wanted if (crawl, table, shard) in around.done]
    if len(notes) == len(wanted):
        return notes
    documents = around.done.get((crawl, "documents", shard))
    return [documents] if documents else []
