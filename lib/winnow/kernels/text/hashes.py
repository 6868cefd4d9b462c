"""Hash functions of numbers and bytes, the same in every run and on every machine.

Signatures, tokens and windows depend on them: for a change, raise each version that names `hashes`.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import jit

STEP = np.uint64(0x9E3779B97F4A7C15)  # 2^64 by the golden ratio: its multiples lie far apart
OTHER_STEP = np.uint64(0xD1B54A32D192ED03)  # as STEP, and its multiples are others

_HALF = np.uint64(32)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_C1, _C2 = np.uint32(0xCC9E2D51), np.uint32(0x1B873593)
_M1, _M2 = np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)


@jit
def mixed(value: np.uint64) -> np.uint64:
    """A bijection of 64 bits that separates similar numbers. Source: Steele et al. 2014, SplitMix's last step."""
    value = (value ^ value >> np.uint64(30)) * _MIX_1
    value = (value ^ value >> np.uint64(27)) * _MIX_2
    return value ^ value >> np.uint64(31)


@jit
def half_mixed(value: np.uint64) -> np.uint64:
    """`mixed` without its second multiplication, for numbers that are well distributed already."""
    value = (value ^ value >> np.uint64(30)) * _MIX_1
    return value ^ value >> np.uint64(31)


@jit
def multiplied(value: np.uint64) -> np.uint64:
    """A bijection of 64 bits, cheap and weak: a product, its upper half laid over the lower one."""
    value *= STEP
    return value ^ value >> _HALF


@jit
def murmur3_32(data: NDArray[np.uint8], start: int, end: int) -> np.uint32:
    """MurmurHash3 x86_32 of data[start:end], seed 0. Source: Appleby's smhasher, in the public domain."""
    value, at = np.uint32(0), start
    while at + 4 <= end:
        word = np.uint32(data[at]) | np.uint32(data[at + 1]) << 8 | np.uint32(data[at + 2]) << 16
        value = np.uint32(value ^ _scramble(np.uint32(word | np.uint32(data[at + 3]) << 24)))
        value = np.uint32(_rotated(value, 13) * 5 + 0xE6546B64)
        at += 4
    word = np.uint32(0)
    for i in range(end - 1, at - 1, -1):
        word = np.uint32(word << 8 | np.uint32(data[i]))
    return finalised(np.uint32(value ^ _scramble(word) ^ np.uint32(end - start)))


@jit
def finalised(value: np.uint32) -> np.uint32:
    """MurmurHash3's last step, a bijection that spreads similar values. Casts keep Numba from computing in 64 bits."""
    value = np.uint32(np.uint32(value ^ value >> 16) * _M1)
    value = np.uint32(np.uint32(value ^ value >> 13) * _M2)
    return np.uint32(value ^ value >> 16)


@jit
def _scramble(word: np.uint32) -> np.uint32:
    return np.uint32(_rotated(np.uint32(word * _C1), 15) * _C2)


@jit
def _rotated(word: np.uint32, bits: int) -> np.uint32:
    return np.uint32(word << bits | word >> 32 - bits)
