"""Polynomials of tokens' hashes modulo 2^61 - 1, of any stretch of a page in constant time.

Windows are compared by them: for a change, raise versions.REPEATED_SPANS.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import jit
from winnow.kernels.text.hashes import mixed

BASES = (0x0F3C5A1B7D92E46B, 0x1B46E0D3A5F87C29)  # any number below the prime

_PRIME = np.uint64((1 << 61) - 1)
_PRIME_BITS, _HALF = np.uint64(61), np.uint64(32)
_LOW_HALF, _LOW_29 = np.uint64((1 << 32) - 1), np.uint64((1 << 29) - 1)
_BITS_29, _BITS_3 = np.uint64(29), np.uint64(3)


@jit
def sum_up(
    hashes: NDArray[np.uint64], count: int, base: np.uint64, salt: np.uint64, prefixes: NDArray[np.uint64]
) -> None:
    """prefixes[i]: the polynomial of the first i hashes; with a salt other than 0, of what they and it give mixed."""
    prefixes[0] = 0
    for i in range(count):
        value = hashes[i] if salt == 0 else mixed(hashes[i] ^ salt)
        prefixes[i + 1] = _reduced(_times(prefixes[i], base) + _reduced(value))


@jit
def polynomial(prefixes: NDArray[np.uint64], start: int, size: int, power: np.uint64) -> np.uint64:
    """The polynomial of `size` hashes from `start` on; `power` is the base's to `size`."""
    return _reduced(prefixes[start + size] + _PRIME - _times(prefixes[start], power))


@jit
def power_of(base: np.uint64, exponent: int) -> np.uint64:
    """A base's power."""
    value = np.uint64(1)
    for _ in range(exponent):
        value = _times(value, base)
    return value


@jit
def _reduced(value: np.uint64) -> np.uint64:
    value = (value & _PRIME) + (value >> _PRIME_BITS)
    return value - _PRIME if value >= _PRIME else value


@jit
def _times(a: np.uint64, b: np.uint64) -> np.uint64:
    """a * b modulo 2^61 - 1, both below it."""
    a_low, a_high, b_low, b_high = a & _LOW_HALF, a >> _HALF, b & _LOW_HALF, b >> _HALF
    low, middle = a_low * b_low, a_high * b_low + a_low * b_high
    total = (a_high * b_high << _BITS_3) + (middle >> _BITS_29) + ((middle & _LOW_29) << _HALF)
    return _reduced(total + (low & _PRIME) + (low >> _PRIME_BITS))
