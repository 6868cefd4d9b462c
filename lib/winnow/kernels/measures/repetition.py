"""Repetition in a text, by lines, paragraphs and n-grams of words."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.measures.metrics import DUPLICATE_SIZES, REPETITION, TOP_SIZES, places_of
from winnow.kernels.measures.numbering import NO_NUMBER, Numbers, number_pairs, number_ranges, seed_of
from winnow.kernels.text.characters import Lines, Words, jit, strip

_TOP, _TEXT_TOP = (places_of(f"top_{{}}_gram_{kind}", TOP_SIZES) for kind in ("ratio", "text_ratio"))
_DUPLICATE, _REPEATED = (places_of(f"{kind}_{{}}_gram_fraction", DUPLICATE_SIZES) for kind in ("duplicate", "repeated"))
_FIRST_TOP, _FIRST_DUPLICATE, _LAST = TOP_SIZES[0], DUPLICATE_SIZES[0], DUPLICATE_SIZES[-1]
_ONCE = NO_NUMBER  # an n-gram that occurs once has no number


class Pieces(NamedTuple):
    """Space for character ranges [start, end) of lines or paragraphs; both int32."""

    start: NDArray[np.int32]
    end: NDArray[np.int32]


@jit
def measure_repetition(
    chars: NDArray[np.uint32],
    properties: NDArray[np.uint8],
    words: Words,
    lines: Lines,
    scratch: tuple[Numbers, Pieces, NDArray[np.int32], NDArray[np.int32]],
    metrics: NDArray[np.float64],
) -> None:
    """Repetition of the text, written to its row of `metrics`: see `metrics.Repetition`."""
    numbers, pieces, grams, sums = scratch
    seed, at = seed_of(chars), REPETITION
    size = _list_lines(lines, pieces)
    later, later_chars, copies, copies_chars, repeated = _measure_pieces(chars, properties, size, pieces, seed, numbers)
    metrics[at.repeated_line_fraction] = repeated
    metrics[at.duplicate_line_fraction], metrics[at.duplicate_line_char_fraction] = later, later_chars
    metrics[at.copied_line_fraction], metrics[at.copied_line_char_fraction] = copies, copies_chars
    size = _list_paragraphs(chars, words, lines, pieces)
    later, later_chars, copies, copies_chars, _ = _measure_pieces(chars, properties, size, pieces, seed, numbers)
    metrics[at.duplicate_paragraph_fraction], metrics[at.duplicate_paragraph_char_fraction] = later, later_chars
    metrics[at.copied_paragraph_fraction], metrics[at.copied_paragraph_char_fraction] = copies, copies_chars
    _measure_grams(chars, words, seed, numbers, grams, sums, metrics)


@jit
def _measure_grams(
    chars: NDArray[np.uint32],
    words: Words,
    seed: np.uint64,
    numbers: Numbers,
    grams: NDArray[np.int32],
    sums: NDArray[np.int32],
    metrics: NDArray[np.float64],
) -> None:
    """All n-gram metrics of one text; an n-gram is numbered only while both (n-1)-grams in it occur more than once."""
    total = len(words.start)
    sums[0] = 0
    for i in range(total):
        sums[i + 1] = sums[i] + words.end[i] - words.start[i]
    number_ranges(chars, words.start, words.end, total, seed, numbers)
    ids = numbers.ids
    grams[:total] = ids[:total]
    repeated = _forget_single(grams, total, numbers.copies)
    for n in range(_FIRST_TOP, min(_LAST, total) + 1):
        starts = total - n + 1
        distinct = number_pairs(grams, ids[n - 1 :], starts, repeated, seed, numbers)
        if n < _FIRST_DUPLICATE:
            top, text_top = _top_grams(n, distinct, sums, numbers)
            metrics[_TOP[n - _FIRST_TOP]] = top / sums[total]
            metrics[_TEXT_TOP[n - _FIRST_TOP]] = text_top / len(chars)
        repeated = _forget_single(grams, starts, numbers.copies)
        if n >= _FIRST_DUPLICATE and repeated:
            metrics[_DUPLICATE[n - _FIRST_DUPLICATE]] = _covered_chars(grams, starts, n, sums) / sums[total]
            repeats = _repeated_chars(grams, starts, n, sums, numbers.copies)
            metrics[_REPEATED[n - _FIRST_DUPLICATE]] = repeats / len(chars)


@jit
def _forget_single(grams: NDArray[np.int32], starts: int, copies: NDArray[np.int32]) -> int:
    """The number of n-grams that occur more than once; the others lose their number."""
    repeated = 0
    for i in range(starts):
        if grams[i] != _ONCE and copies[grams[i]] == 1:
            grams[i] = _ONCE
        repeated += grams[i] != _ONCE
    return repeated


@jit
def _top_grams(n: int, distinct: int, sums: NDArray[np.int32], numbers: Numbers) -> tuple[int, int]:
    """Word characters of the longest, and characters of the earliest most frequent n-gram, times its occurrences."""
    all_copies, firsts = numbers.copies, numbers.first
    most, longest, earliest = 1, 0, sums[n]
    for number in range(distinct):
        copies, first = all_copies[number], firsts[number]
        length = sums[first + n] - sums[first]
        if copies > most:
            most, longest, earliest = copies, length, length
        elif copies == most > 1:
            longest = max(longest, length)
    return longest * most, (earliest + n - 1) * most


@jit
def _covered_chars(grams: NDArray[np.int32], starts: int, n: int, sums: NDArray[np.int32]) -> int:
    """Word characters inside n-grams that occur more than once."""
    chars, covered = 0, 0
    for i in range(starts):
        if grams[i] != _ONCE:
            chars += sums[i + n] - sums[max(i, covered)]
            covered = i + n
    return chars


@jit
def _repeated_chars(
    grams: NDArray[np.int32], starts: int, n: int, sums: NDArray[np.int32], copies: NDArray[np.int32]
) -> int:
    """Word characters of n-grams that occurred before; overwrites `copies`."""
    chars, i = 0, 0
    while i < starts:
        if grams[i] != _ONCE and copies[grams[i]] == _ONCE:
            chars += sums[i + n] - sums[i]
            i += n
            continue
        if grams[i] != _ONCE:
            copies[grams[i]] = _ONCE
        i += 1
    return chars


@jit
def _list_lines(lines: Lines, pieces: Pieces) -> int:
    """The number of lines between runs of newlines, written to `pieces`."""
    size = 0
    last = len(lines.start) - 1
    for line in range(last + 1):
        if lines.end[line] > lines.start[line] or line in (0, last):
            pieces.start[size], pieces.end[size] = lines.start[line], lines.end[line]
            size += 1
    return size


@jit
def _list_paragraphs(chars: NDArray[np.uint32], words: Words, lines: Lines, pieces: Pieces) -> int:
    """The number of paragraphs, written to `pieces`: stretches between empty lines, from the first word to the last."""
    if len(words.start) == 0:
        return 0
    size, inside = 0, False
    begin, stop = words.start[0], words.end[len(words.end) - 1]
    for line in range(len(lines.start)):
        start, end = max(lines.start[line], begin), min(lines.end[line], stop)
        if lines.end[line] < begin or lines.start[line] >= stop:
            continue
        if lines.end[line] == lines.start[line]:
            inside = False
            continue
        if not inside:
            pieces.start[size] = start
            size += 1
        pieces.end[size - 1] = end
        inside = True
    return size


@jit
def _measure_pieces(
    chars: NDArray[np.uint32],
    properties: NDArray[np.uint8],
    size: int,
    pieces: Pieces,
    seed: np.uint64,
    numbers: Numbers,
) -> tuple[float, float, float, float, float]:
    """Shares of lines or paragraphs, each also in characters, that are later copies, and, stripped, any copies.

    Overwrites `pieces`.
    """
    if size == 0:
        return 0.0, 0.0, 0.0, 0.0, 0.0
    number_ranges(chars, pieces.start, pieces.end, size, seed, numbers)
    later, later_chars = later_copies(pieces, size, numbers)
    duplicate = later / size, later_chars / max(len(chars), 1)
    kept = _strip_pieces(chars, properties, size, pieces)
    if kept == NO_NUMBER:
        kept = size
    else:
        number_ranges(chars, pieces.start, pieces.end, kept, seed, numbers)
    copies, copies_chars, all_chars = 0, 0, 0
    for i in range(kept):
        length = pieces.end[i] - pieces.start[i]
        is_copied = numbers.copies[numbers.ids[i]] > 1
        copies += is_copied
        copies_chars += length * is_copied
        all_chars += length
    repeated = later_copies(pieces, kept, numbers)[0]
    return *duplicate, copies / max(kept, 1), copies_chars / max(all_chars, 1), repeated / max(kept, 1)


@jit
def later_copies(pieces: Pieces, size: int, numbers: Numbers) -> tuple[int, int]:
    """The number of pieces equal to an earlier one, and their characters."""
    first, ids, starts, ends = numbers.first, numbers.ids, pieces.start, pieces.end
    count, chars = 0, 0
    for i in range(size):
        if first[ids[i]] != i:
            count += 1
            chars += ends[i] - starts[i]
    return count, chars


@jit
def _strip_pieces(chars: NDArray[np.uint32], properties: NDArray[np.uint8], size: int, pieces: Pieces) -> int:
    """Strips pieces; returns the number of those that are not blank, NO_NUMBER if nothing changed."""
    kept, changed = 0, False
    for i in range(size):
        start, end = strip(chars, pieces.start[i], pieces.end[i], properties)
        changed |= end - start != pieces.end[i] - pieces.start[i] or end == start
        if end > start:
            pieces.start[kept], pieces.end[kept] = start, end
            kept += 1
    return kept if changed else NO_NUMBER
