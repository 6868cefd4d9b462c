"""Windows of tokens: their minimizers, and the windows of a page that may occur elsewhere too.

A window is `length` tokens in a row. The k-gram with the smallest hash in it is its minimizer: equal windows have equal
minimizers, and a window whose minimizer occurs only once occurs only once.
Source: Schleimer et al. 2003, Winnowing; Roberts et al. 2004, minimizers.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.repeated_spans.bloom_filter import Filter, holds
from winnow.kernels.repeated_spans.boundaries import gap_after, gap_before, snap_end, snap_start
from winnow.kernels.repeated_spans.polynomials import BASES, polynomial, power_of, sum_up
from winnow.kernels.repeated_spans.tokens import Tokens, Units, make_tokens, tokenize
from winnow.kernels.text.characters import decode, jit, read_only
from winnow.kernels.text.hashes import OTHER_STEP, mixed

PLACE_NUMBERS = 5  # of a window: see Windows

_HALF, _LARGEST = np.uint64(32), np.uint64(2**64 - 1)
_VARINT = 5  # bytes at most


class Windows(NamedTuple):
    """Windows of n pages whose minimizers may be repeated, in order.

    counts  int64, shape (n,): windows of each page
    sizes   int64, shape (n,): characters of each page
    high    uint64; low uint32: a hash of the window, 93 bits together
    places  uint8: for each window, snapped inwards, as varints: tokens since the page's last window here, characters
            since its start, twice its characters (below 0: the odd number above), the gaps before and after it
    bounds  int64, shape (n + 1,): the places of page i are places[bounds[i]:bounds[i + 1]]
    """

    counts: NDArray[np.int64]
    sizes: NDArray[np.int64]
    high: NDArray[np.uint64]
    low: NDArray[np.uint32]
    places: NDArray[np.uint8]
    bounds: NDArray[np.int64]


def gram_size(length: int) -> int:
    """The size of k-grams: half a window, so that at length 50 one gram in 13 is a minimizer."""
    return max(1, length // 2)


def sample_minimizers(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], scopes: NDArray[np.int32], units: Units, length: int
) -> NDArray[np.uint64]:
    """The minimizers of all windows of the pages of an Arrow string buffer, ascending, each at most twice.

    A minimizer of two windows at one place counts once. Hashes of different scopes differ.
    """
    longest = int(np.diff(offsets).max(initial=0))
    out = np.empty(int(offsets[-1] - offsets[0]) + 1, np.uint64)
    count = _sample_pages(read_only(data), offsets, scopes, units, length, _scratch(longest), out)
    return at_most_twice(np.sort(out[:count]))


def find_windows(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    scopes: NDArray[np.int32],
    units: Units,
    length: int,
    repeated: Filter,
    table: NDArray[np.uint8],
) -> Windows:
    """The windows of the pages of an Arrow string buffer whose minimizers are in `repeated`.

    A window's hash is 93 bits of two polynomials of its tokens' hashes modulo 2^61 - 1. Two different windows have the
    same hash with a probability of about 50 in 2^93 (32 bits of the second one alone are even): with a hundred billion
    windows in each scope, one wrong pair is expected in ten million scopes. A prime modulus has no Thue-Morse strings.
    """
    longest, whole = int(np.diff(offsets).max(initial=0)), int(offsets[-1] - offsets[0])
    pages = len(offsets) - 1
    out = Windows(
        counts=np.zeros(pages, np.int64),
        sizes=np.zeros(pages, np.int64),
        high=np.empty(whole, np.uint64),
        low=np.empty(whole, np.uint32),
        places=np.empty(whole * PLACE_NUMBERS * _VARINT, np.uint8),
        bounds=np.zeros(pages + 1, np.int64),
    )
    found = _find_pages(
        read_only(data), offsets, scopes, units, length, repeated, table, _scratch(longest), _scratch(longest), out
    )
    places = out.places[: out.bounds[-1]].copy()
    return out._replace(high=out.high[:found].copy(), low=out.low[:found].copy(), places=places)


def occurring_twice(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The values that occur at least twice in ascending `values`, each once."""
    again = values[1:] == values[:-1]
    again[1:] &= ~again[:-1]
    twice: NDArray[np.uint64] = values[1:][again]
    return twice


def at_most_twice(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Ascending `values` without third and further copies."""
    keep = np.ones(len(values), np.bool_)
    keep[2:] = values[2:] != values[:-2]
    return values[keep]


class _Scratch(NamedTuple):
    chars: NDArray[np.uint32]
    tokens: Tokens
    prefixes: NDArray[np.uint64]
    grams: NDArray[np.uint64]
    best: NDArray[np.int32]
    chosen: NDArray[np.int32]


def _scratch(longest: int) -> _Scratch:
    room = longest + 1
    return _Scratch(
        np.empty(room, np.uint32), make_tokens(room), np.empty(room + 1, np.uint64), np.empty(room, np.uint64),
        np.empty(room, np.int32), np.empty(room, np.int32),
    )  # fmt: skip


@jit
def _choose(grams: NDArray[np.uint64], count: int, width: int, best: NDArray[np.int32], out: NDArray[np.int32]) -> int:
    """For each `width` grams in a row, the first of the smallest; returns the number of such rows.

    A row is the end of one block of `width` grams, for which `best` is the smallest from each place on, and the
    beginning of the next block, whose smallest so far is carried along: three comparisons for each gram.
    """
    rows = max(count - width + 1, 0)
    for first in range(0, rows, width):
        end = first + width
        at, least = end - 1, grams[end - 1]
        for i in range(end - 1, first - 1, -1):
            if grams[i] <= least:
                at, least = i, grams[i]
            best[i] = at
        at, least = end, _LARGEST
        for i in range(first, min(end, rows)):
            last = i + width - 1
            if last >= end and grams[last] < least:
                at, least = last, grams[last]
            out[i] = best[i] if grams[best[i]] <= least else at
    return rows


@jit
def _choose_of_page(
    data: NDArray[np.uint8], start: int, end: int, scope: np.int32, units: Units, length: int, scratch: _Scratch
) -> tuple[int, int, int]:
    """Characters, tokens and windows of a page; `grams` has its k-grams, `chosen` each window's minimizer."""
    size = decode(data, start, end, scratch.chars)
    count = tokenize(scratch.chars[:size], units, scratch.tokens)
    if count < length:
        return size, count, 0
    base, k = np.uint64(BASES[0]), max(1, length // 2)
    sum_up(scratch.tokens.hash, count, base, np.uint64(0), scratch.prefixes)
    power, salt = power_of(base, k), mixed(OTHER_STEP + np.uint64(scope))
    grams = count - k + 1
    for i in range(grams):
        scratch.grams[i] = mixed(polynomial(scratch.prefixes, i, k, power) ^ salt)
    return size, count, _choose(scratch.grams, grams, length - k + 1, scratch.best, scratch.chosen)


@jit
def _sample_pages(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], scopes: NDArray[np.int32], units: Units, length: int,
    scratch: _Scratch, out: NDArray[np.uint64],
) -> int:  # fmt: skip
    found = 0
    for page in range(len(offsets) - 1):
        _, _, windows = _choose_of_page(data, offsets[page], offsets[page + 1], scopes[page], units, length, scratch)
        last = -1
        for i in range(windows):
            if scratch.chosen[i] != last:
                last = scratch.chosen[i]
                out[found] = scratch.grams[last]
                found += 1
    return found


@jit
def _find_pages(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], scopes: NDArray[np.int32], units: Units, length: int,
    repeated: Filter, table: NDArray[np.uint8], scratch: _Scratch, other: _Scratch, out: Windows,
) -> int:  # fmt: skip
    found, at = 0, 0
    bases = (np.uint64(BASES[0]), np.uint64(BASES[1]))
    powers = (power_of(bases[0], length), power_of(bases[1], length))
    for page in range(len(offsets) - 1):
        size, count, windows = _choose_of_page(
            data, offsets[page], offsets[page + 1], scopes[page], units, length, scratch
        )
        salt = mixed(OTHER_STEP ^ np.uint64(scopes[page]))
        tokens, chars, first = scratch.tokens, scratch.chars[:size], found
        last_token, last_start, last_chosen, is_held = 0, 0, -1, False
        start, before, seen, end, after = -1, 0, 0, 0, gap_after(chars, 0, table)
        for i in range(windows):
            if scratch.chosen[i] != last_chosen:
                last_chosen = scratch.chosen[i]
                is_held = holds(repeated, scratch.grams[last_chosen])
            if not is_held:
                continue
            if found == first:
                sum_up(tokens.hash, count, bases[1], OTHER_STEP, other.prefixes)
            out.high[found] = mixed(polynomial(scratch.prefixes, i, length, powers[0]) ^ salt)
            out.low[found] = np.uint32(mixed(polynomial(other.prefixes, i, length, powers[1])) >> _HALF)
            if tokens.start[i] > start:
                start = snap_start(chars, tokens.start[i], table)
                before = gap_before(chars, start, table)
            place = snap_end(chars, tokens.end[i + length - 1], seen, table)
            if place > seen:
                end, after = place, gap_after(chars, place, table)
            seen = tokens.end[i + length - 1]
            at = _write(out.places, at, i - last_token)
            at = _write(out.places, at, start - last_start)
            at = _write(out.places, at, 2 * (end - start) if end >= start else 2 * (start - end) - 1)
            at = _write(out.places, at, before)
            at = _write(out.places, at, after)
            last_token, last_start = i, start
            found += 1
        out.counts[page], out.sizes[page], out.bounds[page + 1] = found - first, size, at
    return found


@jit
def _write(out: NDArray[np.uint8], at: int, value: int) -> int:
    """The end of a number written in bytes of seven bits, the lowest first."""
    while value >= 0x80:
        out[at] = value & 0x7F | 0x80
        value >>= 7
        at += 1
    out[at] = value
    return at + 1
