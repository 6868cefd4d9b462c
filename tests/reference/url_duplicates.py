"""The URL pass as the recipe tells it: walk all kept pages in order, keep a list of URLs."""

from __future__ import annotations

from typing import NamedTuple


class Kept(NamedTuple):
    """A page that every stage before kept; tuples sort in the order of the walk."""

    position: int
    shard: int
    page_id: int
    url: str


def walk(pages: list[Kept]) -> list[tuple[Kept, Kept]]:
    """Every page that is dropped, with the page that was kept under its URL."""
    kept: dict[str, Kept] = {}
    dropped = []
    for page in sorted(pages):
        if page.url in kept:
            dropped.append((page, kept[page.url]))
        else:
            kept[page.url] = page
    return dropped
