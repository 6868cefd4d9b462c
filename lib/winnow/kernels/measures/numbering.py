"""Numbers for equal things, in linear time: ranges of characters, and pairs of numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import jit
from winnow.kernels.text.hashes import STEP, multiplied

NO_NUMBER = -1

_HALF = np.uint64(32)
_CHAR_BITS = np.uint64(21)


class Numbers(NamedTuple):
    """Scratch space: equal things get the same number, from 0, in the order of first appearance.

    ids     int32: the number of each thing             first   int32: the first thing with this number
    copies  int32: how many things have this number     keys    uint64: hash or exact key of this number
    slots   int32, at least twice as many, a power of two: an open-addressing table of numbers
    """

    ids: NDArray[np.int32]
    first: NDArray[np.int32]
    copies: NDArray[np.int32]
    keys: NDArray[np.uint64]
    slots: NDArray[np.int32]


@jit
def seed_of(chars: NDArray[np.uint32]) -> np.uint64:
    """The seed of a text's hash tables. It depends on all characters, so that no prepared list of words collides.

    Results do not depend on it.
    """
    return _hash_range(chars, 0, len(chars), STEP)


@jit
def _hash_range(chars: NDArray[np.uint32], start: int, end: int, seed: np.uint64) -> np.uint64:
    """A hash of characters, three at a time."""
    value = multiplied(seed ^ np.uint64(end - start))
    i = start
    while i + 2 < end:
        first, second, third = np.uint64(chars[i]), np.uint64(chars[i + 1]), np.uint64(chars[i + 2])
        value = multiplied(value ^ (first | second << _CHAR_BITS | third << _CHAR_BITS + _CHAR_BITS))
        i += 3
    while i < end:
        value = multiplied(value ^ np.uint64(chars[i]))
        i += 1
    return multiplied(value)


@jit
def _equal_ranges(chars: NDArray[np.uint32], one: int, other: int, size: int) -> bool:
    i = 0
    while i < size and chars[one + i] == chars[other + i]:
        i += 1
    return i == size


@jit
def _clear_slots(slots: NDArray[np.int32], things: int) -> int:
    """The mask of a table with room for twice as many things, emptied."""
    size = 4
    while size < 2 * things:
        size *= 2
    slots[:size] = NO_NUMBER
    return size - 1


@jit
def number_ranges(
    chars: NDArray[np.uint32],
    starts: NDArray[np.int32],
    ends: NDArray[np.int32],
    size: int,
    seed: np.uint64,
    numbers: Numbers,
) -> int:
    """The number of different ranges; `numbers` says which are equal, compared character by character.

    The seed depends on the whole text, so that no prepared list of words collides; results do not depend on it.
    """
    ids, first, copies, keys, slots = numbers
    mask = _clear_slots(slots, size)
    distinct = 0
    for i in range(size):
        length = ends[i] - starts[i]
        key = _hash_range(chars, starts[i], ends[i], seed)
        slot = np.int64(key & np.uint64(mask))
        while True:
            number = slots[slot]
            if number == NO_NUMBER:
                number = distinct
                slots[slot], keys[number] = number, key
                first[number], copies[number] = i, 0
                distinct += 1
                break
            other = first[number]
            is_long = ends[other] - starts[other] == length
            if keys[number] == key and is_long and _equal_ranges(chars, starts[i], starts[other], length):
                break
            slot = slot + 1 & mask
        ids[i] = number
        copies[number] += 1
    return distinct


@jit
def number_pairs(
    lefts: NDArray[np.int32],
    rights: NDArray[np.int32],
    size: int,
    numbered: int,
    seed: np.uint64,
    numbers: Numbers,
) -> int:
    """The number of different pairs (lefts[i], rights[i]); lefts[i] becomes the pair's number.

    `numbered` left things have a number. A pair gets no number if its left thing, or that of the next pair, has none.
    """
    _, first, copies, keys, slots = numbers
    mask = _clear_slots(slots, numbered)
    distinct = 0
    for i in range(size):
        if lefts[i] == NO_NUMBER or lefts[i + 1] == NO_NUMBER:
            lefts[i] = NO_NUMBER
            continue
        key = np.uint64(lefts[i]) << _HALF | np.uint64(rights[i])
        slot = np.int64(multiplied(multiplied(key ^ seed)) & np.uint64(mask))
        number = slots[slot]
        while number != NO_NUMBER and keys[number] != key:
            slot = slot + 1 & mask
            number = slots[slot]
        if number == NO_NUMBER:
            number = distinct
            slots[slot], keys[number] = number, key
            first[number], copies[number] = i, 0
            distinct += 1
        copies[number] += 1
        lefts[i] = number
    return distinct
