"""Which page is kept of pages that share a URL, on flat arrays.

A page is five numbers: the key of its URL (a 64-bit hash), and its place, which is whether the crawler cut it, position
of the crawl, shard and page_id. Of the pages with one key, the one with the lowest place is kept. Shards can be left
out of the place.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

PAGE_BYTES = 25  # of a page among bytes


class Pages(NamedTuple):
    """Pages by key and place: uint64, int32, int32, int64, bool, each of shape (pages,)."""

    key: NDArray[np.uint64]
    position: NDArray[np.int32]
    shard: NDArray[np.int32]
    page_id: NDArray[np.int64]
    is_cut: NDArray[np.bool_]

    def take(self, places: NDArray[np.int64]) -> Pages:
        """The pages at these places."""
        return Pages(
            self.key[places], self.position[places], self.shard[places], self.page_id[places], self.is_cut[places]
        )


def split_by_key(pages: Pages, buckets: int) -> Iterator[tuple[int, Pages]]:
    """The pages of each bucket (at most 65,536 buckets). All pages of a key are in one; empty buckets are left out."""
    bucket = (pages.key % np.uint64(buckets)).astype(np.uint16)  # which NumPy sorts in linear time
    order = np.argsort(bucket, kind="stable")
    ends = np.cumsum(np.bincount(bucket, minlength=buckets))
    for number, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        if end > start:
            yield number, pages.take(order[start:end])


def repeated(pages: Pages, by_shard: bool = True) -> tuple[Pages, Pages]:
    """Pages to drop because a page with their key has a lower place, and for each the page that is kept.

    by_shard: the shard counts before the page_id; else it does not count.
    """
    order = np.argsort(pages.key)
    key = pages.key[order]
    same = key[1:] == key[:-1]
    shared = np.zeros(len(key), np.bool_)
    shared[1:] = same
    shared[:-1] |= same
    several = pages.take(order[shared])
    shard = several.shard if by_shard else np.zeros_like(several.shard)
    several = several.take(np.lexsort((several.page_id, shard, several.position, several.is_cut, several.key)))
    first = np.ones(len(several.key), np.bool_)
    np.not_equal(several.key[1:], several.key[:-1], out=first[1:])
    leader = np.flatnonzero(first)[np.cumsum(first) - 1] if len(first) else np.empty(0, np.int64)
    dropped = np.flatnonzero(~first)
    return several.take(dropped), several.take(leader[dropped])


def to_bytes(pages: Pages) -> bytes:
    """The columns one after the other, little-endian."""
    return b"".join(column.astype(column.dtype.newbyteorder("<"), copy=False).tobytes() for column in pages)


def from_bytes(data: bytes) -> Pages:
    """The pages in bytes that `to_bytes` made."""
    count = len(data) // PAGE_BYTES
    return Pages(
        np.frombuffer(data, "<u8", count),
        np.frombuffer(data, "<i4", count, 8 * count),
        np.frombuffer(data, "<i4", count, 12 * count),
        np.frombuffer(data, "<i8", count, 16 * count),
        np.frombuffer(data, "?", count, 24 * count),
    )
