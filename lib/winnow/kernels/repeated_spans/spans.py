"""Counts repeated windows of a group of pages, and joins them to spans."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.repeated_spans.boundaries import GAP_CHARS, seam
from winnow.kernels.repeated_spans.windows import PLACE_NUMBERS
from winnow.kernels.text.characters import jit


class Distinct(NamedTuple):
    """Windows without copies, ascending by (high, low).

    high    uint64; low uint32: the hash
    copies  int64: how many of the given windows have this hash
    numbers int64: for each given window its index here
    """

    high: NDArray[np.uint64]
    low: NDArray[np.uint32]
    copies: NDArray[np.int64]
    numbers: NDArray[np.int64]


class Spans(NamedTuple):
    """Spans of some pages in order: characters [start, end), copies of the most frequent window, the pages' bounds.

    All int64; taken: characters to cut for each span, with white space at the seam; page i has the spans bounds[i] to
    bounds[i + 1].
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    copies: NDArray[np.int64]
    taken: NDArray[np.int64]
    bounds: NDArray[np.int64]


def distinct_windows(high: NDArray[np.uint64], low: NDArray[np.uint32], weights: NDArray[np.uint32] | None) -> Distinct:
    """The windows without copies; each counts with its weight, 1 if none is given."""
    order = np.argsort(high, kind="stable")
    numbers = np.empty(len(high), np.int64)
    count = _number(high, low, order, numbers)
    copies = np.bincount(numbers, weights, count).astype(np.int64)  # exact: far below 2^53
    unique_high, unique_low = np.empty(count, np.uint64), np.empty(count, np.uint32)
    unique_high[numbers], unique_low[numbers] = high, low
    return Distinct(unique_high, unique_low, copies, numbers)


def join_windows(
    counts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    places: NDArray[np.uint8],
    bounds: NDArray[np.int64],
    copies: NDArray[np.int64],
    length: int,
) -> Spans:
    """The spans of pages: unions of windows with copies[i] > 0 that overlap or touch.

    counts, places and bounds as in `windows.Windows`; sizes: characters of each page. Spans with only white
    space between them are one; a span that is empty after snapping its ends is dropped.
    """
    total = int(counts.sum())
    start, end, most, taken, afters = (np.empty(total, np.int64) for _ in range(5))
    out = Spans(start, end, most, taken, np.zeros(len(counts) + 1, np.int64))
    found = _join_pages(counts, sizes, places, bounds, copies, length, out, afters)
    return Spans(start[:found], end[:found], most[:found], taken[:found], out.bounds)


@jit
def _number(
    high: NDArray[np.uint64], low: NDArray[np.uint32], order: NDArray[np.int64], numbers: NDArray[np.int64]
) -> int:
    """Numbers by (high, low), from `order` by high alone: equal `high` with another `low` hardly ever occurs."""
    count, i = 0, 0
    while i < len(order):
        end = i + 1
        is_same = True
        while end < len(order) and high[order[end]] == high[order[i]]:
            is_same = is_same and low[order[end]] == low[order[i]]
            end += 1
        if is_same:
            for k in range(i, end):
                numbers[order[k]] = count
            count += 1
        else:
            lows = np.unique(low[order[i:end]])
            for k in range(i, end):
                numbers[order[k]] = count + np.searchsorted(lows, low[order[k]])
            count += len(lows)
        i = end
    return count


@jit
def _read(data: NDArray[np.uint8], at: int) -> tuple[int, int]:
    """A varint, and where the next one begins."""
    value, shift = 0, 0
    while data[at] >= 0x80:
        value |= (int(data[at]) & 0x7F) << shift
        shift += 7
        at += 1
    return value | int(data[at]) << shift, at + 1


@jit
def _join_pages(
    counts: NDArray[np.int64], sizes: NDArray[np.int64], places: NDArray[np.uint8], bounds: NDArray[np.int64],
    copies: NDArray[np.int64], length: int, out: Spans, afters: NDArray[np.int64],
) -> int:  # fmt: skip
    found, window = 0, 0
    numbers = np.empty(PLACE_NUMBERS, np.int64)
    for page in range(len(counts)):
        at, token, start = bounds[page], 0, 0
        first = found
        span_token, span_start, span_end, most, before, after = -1, 0, 0, 0, 0, 0
        for _ in range(counts[page]):
            for k in range(PLACE_NUMBERS):
                numbers[k], at = _read(places, at)
            token, start = token + numbers[0], start + numbers[1]
            extent = numbers[2] >> 1 if numbers[2] & 1 == 0 else -(numbers[2] + 1 >> 1)
            end = start + extent
            here = copies[window]
            window += 1
            if here == 0:
                continue
            if span_token >= 0 and token > span_token + length:
                found = _close(span_start, span_end, most, before, after, first, found, out, afters)
                span_token = -1
            if span_token < 0:
                span_start, most, before = start, 0, numbers[3]
            span_token, span_end, after, most = token, end, numbers[4], max(most, here)
        if span_token >= 0:
            found = _close(span_start, span_end, most, before, after, first, found, out, afters)
        for i in range(first, found):
            begin, stop, with_space = seam(out.start[i], out.end[i], out.taken[i], afters[i], sizes[page])
            out.taken[i] = stop - begin - with_space
        out.bounds[page + 1] = found
    return found


@jit
def _close(
    start: int, end: int, most: int, before: int, after: int, first: int, found: int, out: Spans,
    afters: NDArray[np.int64],
) -> int:  # fmt: skip
    """Adds a span, or joins it to the one before if only white space is between them; returns the number of spans.

    `taken` contains the gap before a span until its page is done.
    """
    if end <= start:
        return found
    if found > first and start - (before >> GAP_CHARS) <= out.end[found - 1]:
        found -= 1
        start, most, before = out.start[found], max(most, out.copies[found]), out.taken[found]
    out.start[found], out.end[found], out.copies[found] = start, end, most
    out.taken[found], afters[found] = before, after
    return found + 1
