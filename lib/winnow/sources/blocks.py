"""Blocks of a remote file: each is fetched by one request."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from typing import NamedTuple, Protocol

ELSEWHERE_BYTES = 256 * 1024  # size of a block outside the announced records


class Block(NamedTuple):
    """Bytes [start, end) of a file."""

    start: int
    end: int


class Cut(Protocol):
    """How a file is cut."""

    def at(self, place: int) -> Block:
        """A block that contains the byte at this place."""

    def after(self, place: int) -> Block | None:
        """The block to fetch ahead, once everything before this place was fetched; None if there is none."""


class Even:
    """Blocks of one size, for a file that is read from its beginning to its end."""

    def __init__(self, size: int) -> None:
        self.size = size

    def at(self, place: int) -> Block:
        """The block that contains the byte at this place."""
        start = place - place % self.size
        return Block(start, start + self.size)

    def after(self, place: int) -> Block | None:
        """The block that begins here."""
        return Block(place, place + self.size)


class AroundRecords:
    """Blocks that contain the announced records, and small blocks for everything else that is read.

    records: (offset, length) of each; gap_bytes: records with at most this many bytes between them share a block;
    most_bytes: largest size of a block. The rest of a longer record is read in small blocks.
    """

    def __init__(self, records: Iterable[tuple[int, int]], gap_bytes: int, most_bytes: int) -> None:
        self.blocks = join_records(records, gap_bytes, most_bytes)
        self._starts = [block.start for block in self.blocks]

    def at(self, place: int) -> Block:
        """The block that contains the byte at this place, or a small one that begins with it."""
        number = bisect_right(self._starts, place)
        if number and place < self.blocks[number - 1].end:
            return self.blocks[number - 1]
        end = place + ELSEWHERE_BYTES
        return Block(place, min(end, self._starts[number]) if number < len(self._starts) else end)

    def after(self, place: int) -> Block | None:
        """The next block with records."""
        number = bisect_left(self._starts, place)
        return self.blocks[number] if number < len(self.blocks) else None


def join_records(records: Iterable[tuple[int, int]], gap_bytes: int, most_bytes: int) -> list[Block]:
    """Ascending, disjoint blocks that contain the first `most_bytes` of each record."""
    found: list[Block] = []
    for offset, length in sorted(records):
        start, end = offset, offset + min(length, most_bytes)
        if found:
            last = found[-1]
            if start <= last.end + gap_bytes and max(end, last.end) - last.start <= most_bytes:
                found[-1] = Block(last.start, max(end, last.end))
                continue
            start = max(start, last.end)
        if start < end:
            found.append(Block(start, end))
    return found
