"""Sets of word n-grams as 32-bit hashes, from an Arrow buffer of texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import decode, jit, read_only
from winnow.kernels.text.folding import Folding, compile_folding, fold
from winnow.kernels.text.hashes import STEP, mixed, murmur3_32

_BYTES_A_CHARACTER = 10  # bytes of folded text: three characters of three bytes and a space


@dataclass(frozen=True, slots=True)
class ShingleSettings:
    """How texts are folded and split into shingles."""

    unit: Literal["words", "characters", "jieba"]
    shingle_size: int
    punctuation: Literal["remove", "space", "keep"]
    numbers: Literal["keep", "zero"]
    lower_case: bool
    remove_accents: bool
    simplify: bool = False


class Shingles(NamedTuple):
    """The shingle sets of n pages.

    hashes   uint32: the sets one after another, each ascending without repeats
    bounds   int64, shape (n + 1,): set i is hashes[bounds[i]:bounds[i + 1]]; empty if a page is too short
    digests  uint64, shape (n, 2): equal for equal sets
    """

    hashes: NDArray[np.uint32]
    bounds: NDArray[np.int64]
    digests: NDArray[np.uint64]


def shingle_buffer(data: NDArray[np.uint8], offsets: NDArray[np.int64], settings: ShingleSettings) -> Shingles:
    """The sets of the pages of an Arrow string buffer.

    A shingle is `shingle_size` words of the folded text, joined by one space; its hash is MurmurHash3's x86_32 of its
    UTF-8 with seed 0, so that any library gives the same.

    Source: Penedo et al. 2023, G.3.1. Differs: see `folding.fold`; the paper names no hash function.
    """
    data, offsets = read_only(data), read_only(offsets)
    folding = compile_folding(
        settings.punctuation,
        settings.numbers,
        settings.lower_case,
        settings.remove_accents,
        settings.simplify,
        settings.unit,
    )
    longest = int(np.diff(offsets).max(initial=0))
    chars = np.empty(longest, np.uint32)
    folded = np.empty(_BYTES_A_CHARACTER * longest + 4, np.uint8)
    starts = np.empty(longest + 2, np.int32)
    pages = len(offsets) - 1
    hashes = np.empty(int(offsets[-1] - offsets[0]), np.uint32)
    bounds, digests = np.zeros(pages + 1, np.int64), np.zeros((pages, 2), np.uint64)
    _shingle_pages(data, offsets, folding, settings.shingle_size, (chars, folded, starts), hashes, bounds, digests)
    return Shingles(hashes[: bounds[-1]].copy(), bounds, digests)


@jit
def _shingle_pages(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    folding: Folding,
    shingle_size: int,
    scratch: tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int32]],
    hashes: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    digests: NDArray[np.uint64],
) -> None:
    chars, folded, starts = scratch
    other, counts = np.empty(len(starts), np.uint32), np.empty((4, 256), np.int32)
    for page in range(len(offsets) - 1):
        size = decode(data, offsets[page], offsets[page + 1], chars)
        words = fold(chars[:size], folding, folded, starts)
        first = bounds[page]
        count = max(words - shingle_size + 1, 0)
        for i in range(count):
            hashes[first + i] = murmur3_32(folded, starts[i], starts[i + shingle_size] - 1)
        count = sort_distinct(hashes[first : first + count], other[:count], counts)
        bounds[page + 1] = first + count
        _digest(hashes[first : first + count], digests[page])


@jit
def sort_distinct(values: NDArray[np.uint32], other: NDArray[np.uint32], counts: NDArray[np.int32]) -> int:
    """Moves the different values to the beginning, ascending; returns their number. Radix sort, byte by byte.

    `other` is as large as `values`; counts: int32, shape (4, 256).
    """
    size = len(values)
    counts[:] = 0
    for i in range(size):
        value = values[i]
        for digit in range(4):
            counts[digit, value >> 8 * digit & 0xFF] += 1
    source, target = values, other
    for digit in range(4):
        total = np.int32(0)
        for byte in range(256):
            here = counts[digit, byte]
            counts[digit, byte] = total
            total += here
        for i in range(size):
            value = source[i]
            byte = value >> 8 * digit & 0xFF
            target[counts[digit, byte]] = value
            counts[digit, byte] += 1
        source, target = target, source
    distinct = 0
    for i in range(size):
        if i == 0 or values[i] != values[i - 1]:
            values[distinct] = values[i]
            distinct += 1
    return distinct


@jit
def _digest(values: NDArray[np.uint32], digest: NDArray[np.uint64]) -> None:
    """A hash of a set, 128 bits."""
    one, other = np.uint64(len(values)), np.uint64(0)
    for value in values:
        one = mixed(one + np.uint64(value) + STEP)
        other = (other ^ np.uint64(value)) * STEP + (other >> np.uint64(29))
    digest[0], digest[1] = one, mixed(other + STEP)
