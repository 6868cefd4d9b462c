"""Connected components by union and find."""

from __future__ import annotations

from collections.abc import Iterable


def components(edges: Iterable[tuple[int, int]]) -> dict[int, int]:
    parent: dict[int, int] = {}

    def find(one: int) -> int:
        parent.setdefault(one, one)
        while parent[one] != one:
            parent[one] = one = parent[parent[one]]
        return one

    for a, b in edges:
        low, high = sorted((find(a), find(b)))
        parent[high] = low
    return {one: find(one) for one in parent}
