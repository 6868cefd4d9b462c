"""A Bloom filter of minimizers that occur more than once, in pieces that are made separately."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import jit
from winnow.kernels.text.hashes import OTHER_STEP, mixed

_PROBES = 4  # bits of a minimizer in the filter
_HALF = np.uint64(32)


class Filter(NamedTuple):
    """Minimizers that occur more than once: a Bloom filter in pieces, of the uint64 `words`; piece i from bounds[i] on.

    A piece is a power of two of words; bounds: int64, shape (pieces + 1,). The hash's upper bits choose the piece. It
    contains all repeated minimizers, and some others, which only cost time.
    """

    words: NDArray[np.uint64]
    bounds: NDArray[np.int64]


def make_filter_piece(repeated: NDArray[np.uint64], most_bytes: int) -> NDArray[np.uint64]:
    """The piece of a filter for these minimizers: at least 16 bits for each, but at most `most_bytes`."""
    words = 1
    while words * 4 < len(repeated) and words * 16 <= most_bytes:
        words *= 2
    piece = np.zeros(words, np.uint64)
    _fill(repeated, piece)
    return piece


@jit
def holds(repeated: Filter, value: np.uint64) -> bool:
    """Whether the filter contains this minimizer; also true for a few others."""
    pieces = len(repeated.bounds) - 1
    piece = np.int64((value >> _HALF) * np.uint64(pieces) >> _HALF)
    first, last = repeated.bounds[piece], repeated.bounds[piece + 1]
    if last == first:
        return False
    for number in range(_PROBES):
        word, bit = _probe(value, number, last - first)
        if not repeated.words[first + word] & bit:
            return False
    return True


@jit
def _fill(values: NDArray[np.uint64], piece: NDArray[np.uint64]) -> None:
    for value in values:
        for number in range(_PROBES):
            word, bit = _probe(value, number, len(piece))
            piece[word] |= bit


@jit
def _probe(value: np.uint64, number: int, words: int) -> tuple[int, np.uint64]:
    """The word of a piece, and the bit in it, of a probe: all bits of a value but the uppermost are spread anew."""
    spread = mixed(value + np.uint64(number) * OTHER_STEP)
    return int(spread >> np.uint64(6)) & words - 1, np.uint64(1) << (spread & np.uint64(63))
