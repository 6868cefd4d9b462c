"""Which pages of a component are kept, and which kept page each other one is dropped for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import Int, jit

NONE, EDGES, SURVIVOR = range(3)  # verified: nothing; each edge; each page against its kept page
VERIFY = {"none": NONE, "edges": EDGES, "survivor": SURVIVOR}
NO_NODE = -1


class Sets(NamedTuple):
    """The shingle set of each node: hashes[starts[i]:starts[i] + sizes[i]], ascending; uint32, int64, int64."""

    hashes: NDArray[np.uint32]
    starts: NDArray[np.int64]
    sizes: NDArray[np.int64]


class Elected(NamedTuple):
    """For each node: its kept node (itself if it is kept), and the neighbour by which it was found, or -1."""

    kept: NDArray[np.int32]
    via: NDArray[np.int32]


def elect(
    components: NDArray[np.int32],
    fixed: NDArray[np.bool_],
    edges: NDArray[np.int32],
    sets: Sets,
    verify: int,
    min_jaccard: float,
    whole_component: int,
) -> Elected:
    """The survivors among n different texts.

        components  int32, shape (n,), ascending: the component of each node; inside one, nodes are in the order of
                    preference
        fixed       bool, shape (n,): nodes that are always kept
        edges       int32, shape (m, 2), distinct: pairs of nodes that share a bucket
    NONE: the first node of a component is kept. EDGES: the same, after edges below `min_jaccard` are removed. SURVIVOR:
    nodes are visited in order; each is dropped for the first kept node with at least `min_jaccard`, or else kept. In a
    component of at most `whole_component` nodes, all pairs are compared, with or without an edge. In a larger one, for
    which that would be too expensive, edges below `min_jaccard` are removed first. `via` is the kept node if that is a
    neighbour, else the first neighbour.

    Differs: Penedo et al. 2023 verify nothing (NONE) and keep a random page.
    """
    groups = np.empty(len(components), np.int32)
    _group(components, edges, sets, verify, min_jaccard, whole_component, groups)
    kept, via = np.empty(len(components), np.int32), np.full(len(components), NO_NODE, np.int32)
    _choose(groups, fixed, sets, verify, min_jaccard, kept)
    _find_via(edges, kept, via)
    return Elected(kept, via)


@jit
def jaccard(sets: Sets, one: int, other: int) -> float:
    """The Jaccard similarity of two nodes, [0, 1]; 1.0 if both are empty."""
    shared = _shared(sets, one, other, 0)
    union = sets.sizes[one] + sets.sizes[other] - shared
    return shared / union if union else 1.0


@jit
def jaccards(sets: Sets, ones: NDArray[np.int32], others: NDArray[np.int32]) -> NDArray[np.float64]:
    """The Jaccard similarity of each pair of nodes."""
    found = np.empty(len(ones))
    for i in range(len(ones)):
        found[i] = jaccard(sets, ones[i], others[i])
    return found


@jit
def _is_like(sets: Sets, one: Int, other: Int, least: float) -> bool:
    """Whether the Jaccard similarity is at least `least`; sizes decide most often, and the merge stops early."""
    size_one, size_other = sets.sizes[one], sets.sizes[other]
    if min(size_one, size_other) < least * max(size_one, size_other):
        return False
    needed = np.int64(least / (1 + least) * (size_one + size_other)) - 1  # one less, for what rounding may do
    shared = _shared(sets, one, other, needed)
    return bool(shared >= needed and shared / (size_one + size_other - shared) >= least)


@jit
def _shared(sets: Sets, one: Int, other: Int, needed: Int) -> int:
    """The number of shingles in both; any smaller number if it is below `needed`."""
    hashes = sets.hashes
    i, j = sets.starts[one], sets.starts[other]
    end_i, end_j = i + sets.sizes[one], j + sets.sizes[other]
    shared = 0
    while i < end_i and j < end_j:
        if shared + min(end_i - i, end_j - j) < needed:
            break
        for _ in range(16):
            if i == end_i or j == end_j:
                break
            left, right = hashes[i], hashes[j]
            shared += left == right
            i += left <= right
            j += right <= left
    return shared


@jit
def _group(
    components: NDArray[np.int32],
    edges: NDArray[np.int32],
    sets: Sets,
    verify: int,
    min_jaccard: float,
    whole_component: int,
    groups: NDArray[np.int32],
) -> None:
    """The nodes that are elected together, named by their first one."""
    size = len(components)
    first, count = np.empty(size, np.int32), np.zeros(size, np.int32)
    for node in range(size):
        first[node] = first[node - 1] if node and components[node] == components[node - 1] else node
        count[first[node]] += 1
    for node in range(size):
        is_whole = verify == NONE or (verify == SURVIVOR and count[first[node]] <= whole_component)
        groups[node] = first[node] if is_whole else node
    for i in range(len(edges)):
        one, other = edges[i]
        is_whole = verify == NONE or (verify == SURVIVOR and count[first[one]] <= whole_component)
        if not is_whole and _is_like(sets, one, other, min_jaccard):
            one, other = _root(groups, one), _root(groups, other)
            groups[max(one, other)] = min(one, other)
    for node in range(size):
        groups[node] = groups[groups[node]]  # the root comes first, so its group is final


@jit
def _root(groups: NDArray[np.int32], node: int) -> int:
    while groups[node] != node:
        groups[node] = groups[groups[node]]
        node = groups[node]
    return node


@jit
def _choose(
    groups: NDArray[np.int32],
    fixed: NDArray[np.bool_],
    sets: Sets,
    verify: int,
    min_jaccard: float,
    kept: NDArray[np.int32],
) -> None:
    """The kept node for each; kept nodes of a group are a chain that begins at its first node."""
    after, last = np.full(len(groups), NO_NODE, np.int32), np.arange(len(groups)).astype(np.int32)
    for node in range(len(groups)):
        kept[node], group = node, groups[node]
        if not fixed[node] and group != node:
            other = np.int64(group)
            while other != NO_NODE and verify == SURVIVOR and not _is_like(sets, node, other, min_jaccard):
                other = np.int64(after[other])
            if other != NO_NODE:
                kept[node] = other
        if kept[node] == node and group != node:
            after[last[group]] = node
            last[group] = node


@jit
def _find_via(edges: NDArray[np.int32], kept: NDArray[np.int32], via: NDArray[np.int32]) -> None:
    for i in range(len(edges)):
        for side in range(2):
            node, other = edges[i, side], edges[i, 1 - side]
            if kept[node] == node or via[node] == kept[node]:
                continue
            if other == kept[node] or via[node] == NO_NODE or other < via[node]:
                via[node] = other
