"""MinHash signatures in datasketch's scheme affine32, and one hash for each band of them."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import jit
from winnow.kernels.text.hashes import finalised, half_mixed, multiplied

_MOST = np.uint32(0xFFFFFFFF)
_BLOCK = 512  # permutations


class Permutations(NamedTuple):
    """Permutation k takes a hash h to a[k] * h + b[k] modulo 2**32; uint32, a odd."""

    a: NDArray[np.uint32]
    b: NDArray[np.uint32]


@cache
def permutations(count: int, seed: int) -> Permutations:
    """The permutations that datasketch 2.0 draws for this seed."""
    random = np.random.RandomState(seed)
    a = random.randint(0, 1 << 31, count, np.uint32) * np.uint32(2) + np.uint32(1)
    return Permutations(a, random.randint(0, 1 << 32, count, np.uint32))


@jit
def sign(shingles: NDArray[np.uint32], drawn: Permutations, signature: NDArray[np.uint32]) -> None:
    """The minimum of each permutation over a set, as in `datasketch.MinHash(scheme="affine32")`.

    `signature`: uint32, shape (permutations,). 2**32 - 1 everywhere for the empty set.
    """
    spread = np.empty(-(-len(shingles) // 4) * 4, np.uint32)
    for i in range(len(spread)):
        spread[i] = finalised(shingles[min(i, len(shingles) - 1)])  # the last one again changes no minimum
    signature[:] = _MOST
    for begin in range(0, len(signature), _BLOCK):
        end = min(begin + _BLOCK, len(signature))
        _sign_block(spread, drawn.a[begin:end], drawn.b[begin:end], signature[begin:end])


@jit
def _sign_block(
    spread: NDArray[np.uint32], a: NDArray[np.uint32], b: NDArray[np.uint32], least: NDArray[np.uint32]
) -> None:
    """Some permutations, few enough for the innermost cache, over four hashes at a time."""
    for i in range(0, len(spread), 4):
        one, two, three, four = spread[i], spread[i + 1], spread[i + 2], spread[i + 3]
        for k in range(len(a)):
            times, plus = a[k], b[k]
            left = min(np.uint32(times * one + plus), np.uint32(times * two + plus))
            right = min(np.uint32(times * three + plus), np.uint32(times * four + plus))
            least[k] = min(least[k], min(left, right))  # noqa: PLW3301


@jit
def band_hashes(signature: NDArray[np.uint32], rows_per_band: int, hashes: NDArray[np.uint64]) -> None:
    """One 64-bit hash for each band; `hashes`: uint64, shape (bands,)."""
    for band in range(len(hashes)):
        value = np.uint64(0)
        for row in range(band * rows_per_band, (band + 1) * rows_per_band):
            value = multiplied(value ^ np.uint64(signature[row]))
        hashes[band] = half_mixed(value)


@jit
def sign_pages(
    shingles: NDArray[np.uint32],
    bounds: NDArray[np.int64],
    chosen: NDArray[np.int64],
    drawn: Permutations,
    rows_per_band: int,
    first: int,
    bands: NDArray[np.uint64],
) -> None:
    """Band hashes of the chosen sets, in columns first, first + 1, ... of `bands`: uint64, shape (bands, pages)."""
    signature, hashes = np.empty(len(drawn.a), np.uint32), np.empty(len(bands), np.uint64)
    for place in range(len(chosen)):
        page = chosen[place]
        sign(shingles[bounds[page] : bounds[page + 1]], drawn, signature)
        band_hashes(signature, rows_per_band, hashes)
        bands[:, first + place] = hashes


def signatures(hashes: NDArray[np.uint32], bounds: NDArray[np.int64], count: int, seed: int) -> NDArray[np.uint32]:
    """The signatures of n sets: uint32, shape (n, count)."""
    drawn, signed = permutations(count, seed), np.empty((len(bounds) - 1, count), np.uint32)
    for page in range(len(bounds) - 1):
        sign(hashes[bounds[page] : bounds[page + 1]], drawn, signed[page])
    return signed
