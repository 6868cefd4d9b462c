"""Pairs of pages with an equal band."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import jit
from winnow.kernels.text.hashes import STEP

NO_PAGE = -1
_NO_PAIR = np.uint64(0xFFFFFFFFFFFFFFFF)
_HALF = np.uint64(32)


class Table(NamedTuple):
    """An open-addressing table of one band's buckets, and for each a chain of its pages.

    hashes  uint64, a power of two, at least twice the pages    newest  int32: the page that came last, or NO_PAGE
    least   int32: its page with the smallest id                before  int32, one a page: the page before it
    shared  int32, one a page: slots of buckets with more than one page
    """

    hashes: NDArray[np.uint64]
    newest: NDArray[np.int32]
    least: NDArray[np.int32]
    before: NDArray[np.int32]
    shared: NDArray[np.int32]


def link_pages(ids: NDArray[np.int64], bands: Iterator[NDArray[np.uint64]], all_pairs: int) -> NDArray[np.int64]:
    """The distinct pairs of pages that share a bucket of any band: int64, shape (pairs, 2), the smaller id first.

    `bands` gives the hashes of all pages, one band after another. Each page of a bucket is paired with the smallest id
    in it; buckets of at most `all_pairs` pages give all pairs. Memory: about 60 bytes for each page, 16 for each pair.
    """
    size = 4
    while size < 2 * len(ids):
        size *= 2
    ints = [np.empty(count, np.int32) for count in (size, size, len(ids), len(ids))]
    table = Table(np.empty(size, np.uint64), *ints)
    found, known = np.full(1 << 10, _NO_PAIR), 0
    for hashes in bands:
        buckets = _fill(hashes, ids, table)
        room = _count_pairs(table, buckets, all_pairs)
        found = _with_room(found, known + room)
        known += _add_pairs(table, buckets, ids, all_pairs, found)
    pairs = np.sort(found[found != _NO_PAIR])
    both = np.stack([ids[(pairs >> _HALF).astype(np.int64)], ids[(pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)]], 1)
    return np.sort(both, 1)


def _with_room(found: NDArray[np.uint64], wanted: int) -> NDArray[np.uint64]:
    """A set of pairs with room for so many, at most half full."""
    if 2 * wanted <= len(found):
        return found
    larger = np.full(1 << (2 * wanted - 1).bit_length(), _NO_PAIR)
    _add_all(found, larger)
    return larger


@jit
def _fill(hashes: NDArray[np.uint64], ids: NDArray[np.int64], table: Table) -> int:
    """Fills the table; the number of buckets with more than one page."""
    table.newest[:] = NO_PAGE
    mask, buckets = np.uint64(len(table.hashes) - 1), 0
    for page in range(len(hashes)):
        value = hashes[page]
        slot = np.int64(value & mask)
        while table.newest[slot] != NO_PAGE and table.hashes[slot] != value:
            slot = slot + 1 & np.int64(mask)
        last = table.newest[slot]
        table.before[page] = last
        table.newest[slot] = page
        if last == NO_PAGE:
            table.hashes[slot], table.least[slot] = value, page
            continue
        if table.before[last] == NO_PAGE:
            table.shared[buckets] = slot
            buckets += 1
        if ids[page] < ids[table.least[slot]]:
            table.least[slot] = page
    return buckets


@jit
def _bucket_size(table: Table, slot: int) -> int:
    size, page = 0, table.newest[slot]
    while page != NO_PAGE:
        size, page = size + 1, table.before[page]
    return size


@jit
def _count_pairs(table: Table, buckets: int, all_pairs: int) -> int:
    """An upper bound for the number of pairs in the table."""
    count = 0
    for i in range(buckets):
        size = _bucket_size(table, table.shared[i])
        count += size * (size - 1) // 2 if size <= all_pairs else size - 1
    return count


@jit
def _add_pairs(table: Table, buckets: int, ids: NDArray[np.int64], all_pairs: int, found: NDArray[np.uint64]) -> int:
    """Adds the pairs of the table to the set; returns the number of new ones."""
    added = 0
    for i in range(buckets):
        slot = table.shared[i]
        every = all_pairs > 2 and _bucket_size(table, slot) <= all_pairs
        page = table.newest[slot]
        while page != NO_PAGE:
            if not every:
                added += _add_pair(page, table.least[slot], ids, found)
            other = table.before[page]
            while every and other != NO_PAGE:
                added += _add_pair(page, other, ids, found)
                other = table.before[other]
            page = table.before[page]
    return added


@jit
def _add_pair(one: int, other: int, ids: NDArray[np.int64], found: NDArray[np.uint64]) -> int:
    if ids[one] == ids[other]:
        return 0
    return _add(np.uint64(min(one, other)) << _HALF | np.uint64(max(one, other)), found)


@jit
def _add(pair: np.uint64, found: NDArray[np.uint64]) -> int:
    mask = np.int64(len(found) - 1)
    slot = np.int64(pair * STEP >> _HALF) & mask
    while found[slot] != _NO_PAIR:
        if found[slot] == pair:
            return 0
        slot = slot + 1 & mask
    found[slot] = pair
    return 1


@jit
def _add_all(pairs: NDArray[np.uint64], found: NDArray[np.uint64]) -> None:
    for i in range(len(pairs)):
        if pairs[i] != _NO_PAIR:
            _add(pairs[i], found)
