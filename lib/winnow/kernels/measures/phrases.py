"""Search for many phrases at once, ignoring case, in time that depends only on the text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import ASCII, WORD, Characters, characters, jit, lowered

NOWHERE = -1


class Phrases(NamedTuple):
    """A trie with its nodes numbered level by level: edge e leads to node e + 1.

    first   int32, shape (nodes + 1,): the edges of node n are first[n] to first[n + 1], by rising label
    labels  int32, shape (edges,): lower-case characters
    kinds   int64, shape (nodes,): the bits of the phrase that ends here, 0 if none does
    begins  bool, shape (128 * 128,): pairs of ASCII characters, of either case, with which a phrase can begin
    """

    first: NDArray[np.int32]
    labels: NDArray[np.int32]
    kinds: NDArray[np.int64]
    begins: NDArray[np.bool_]


def compile_phrases(phrases: Mapping[str, int]) -> Phrases:
    """The trie of phrases and their bits (positive, at most 2**62); the empty phrase is left out."""
    lower = characters().lower
    level: list[list[tuple[tuple[int, ...], int]]]
    level = [
        [(tuple(lowered(ord(char), lower) for char in phrase), kind) for phrase, kind in phrases.items() if phrase]
    ]
    first, labels, kinds = [0], list[int](), list[int]()
    while level:
        below: list[list[tuple[tuple[int, ...], int]]] = []
        for node in level:
            kinds.append(reduce(or_, (kind for rest, kind in node if not rest), 0))
            branches: dict[int, list[tuple[tuple[int, ...], int]]] = {}
            for rest, kind in node:
                if rest:
                    branches.setdefault(rest[0], []).append((rest[1:], kind))
            labels += sorted(branches)
            below += [branches[label] for label in sorted(branches)]
            first.append(len(labels))
        level = below
    trie = np.array(first, np.int32), np.array(labels, np.int32), np.array(kinds, np.int64)
    return Phrases(*trie, _pairs_that_begin(phrases, lower))


def _pairs_that_begin(phrases: Mapping[str, int], lower: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Phrases.begins."""
    folded = [int(lower[char]) for char in range(ASCII)]
    beginnings = {tuple(lowered(ord(char), lower) for char in phrase[:2]) for phrase in phrases}
    pairs = ((one,) in beginnings or (one, other) in beginnings for one in folded for other in folded)
    return np.fromiter(pairs, np.bool_, ASCII * ASCII)


@jit
def child(node: int, char: int, first: NDArray[np.int32], labels: NDArray[np.int32]) -> int:
    """The node reached from this one by a lower-case character."""
    low, high = first[node], first[node + 1]
    while low < high:
        middle = (low + high) // 2
        if labels[middle] < char:
            low = middle + 1
        else:
            high = middle
    found = low < first[node + 1] and labels[low] == char
    return low + 1 if found else NOWHERE


@jit
def may_begin(chars: NDArray[np.uint32], start: int, end: int, begins: NDArray[np.bool_]) -> bool:
    """False if the next two characters show that no phrase begins here."""
    if start + 1 >= end or chars[start] >= ASCII or chars[start + 1] >= ASCII:
        return True
    return bool(begins[chars[start] * ASCII + chars[start + 1]])


@jit
def longest_match(
    chars: NDArray[np.uint32], start: int, end: int, step: int, phrases: Phrases, lower: NDArray[np.int32]
) -> int:
    """The length of the longest phrase from `start` towards `end`, step 1 or -1; 0 if there is none."""
    first, labels, kinds = phrases.first, phrases.labels, phrases.kinds
    node, longest = 0, 0
    for i in range(start, end, step):
        node = child(node, lowered(chars[i], lower), first, labels)
        if node == NOWHERE:
            break
        if kinds[node]:
            longest = abs(i - start) + 1
    return longest


@jit
def is_phrase(chars: NDArray[np.uint32], start: int, end: int, phrases: Phrases, lower: NDArray[np.int32]) -> bool:
    """Whether the whole range is one of the phrases."""
    return end > start and longest_match(chars, start, end, 1, phrases, lower) == end - start


@jit
def kinds_within(chars: NDArray[np.uint32], start: int, end: int, phrases: Phrases, lower: NDArray[np.int32]) -> int:
    """The bits of all phrases that occur in the range."""
    first, labels, kinds, begins = phrases.first, phrases.labels, phrases.kinds, phrases.begins
    found = 0
    for i in range(start, end):
        if not may_begin(chars, i, end, begins):
            continue
        node = 0
        for j in range(i, end):
            node = child(node, lowered(chars[j], lower), first, labels)
            if node == NOWHERE:
                break
            found |= kinds[node]
    return found


@jit
def count_flanked(chars: NDArray[np.uint32], phrases: Phrases, tables: Characters) -> int:
    """The places where a phrase begins that has no `\\w` on either side."""
    if len(phrases.labels) == 0:
        return 0
    begins, properties = phrases.begins, tables.properties
    count = 0
    for i in range(len(chars)):
        if may_begin(chars, i, len(chars), begins) and (i == 0 or not properties[chars[i - 1]] & WORD):
            count += _ends_flanked(chars, i, phrases, tables)
    return count


@jit
def _ends_flanked(chars: NDArray[np.uint32], start: int, phrases: Phrases, tables: Characters) -> bool:
    """Whether a phrase begins here whose end no `\\w` follows."""
    first, labels, kinds = phrases.first, phrases.labels, phrases.kinds
    properties, lower = tables.properties, tables.lower
    node = 0
    for i in range(start, len(chars)):
        node = child(node, lowered(chars[i], lower), first, labels)
        if node == NOWHERE:
            return False
        if kinds[node] and (i + 1 == len(chars) or not properties[chars[i + 1]] & WORD):
            return True
    return False
