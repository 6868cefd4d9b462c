"""Positions of marks in a text: marks that an extractor added, and blocks of code."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

LIST_MARK, CELL_MARK, CODE = KINDS = ("list_mark", "cell_mark", "code")


class Mark(NamedTuple):
    """Code points [start, end) of a text, from 0; kind is one of KINDS.

    list_mark  `- ` before an item, with the blanks of its indentation
    cell_mark  `| ` between cells, at both ends of a row, and the line of `|---` below a head; without the blank before
    code       a block of code, whole lines
    """

    start: int
    end: int
    kind: str


class Marked(NamedTuple):
    """A text and its marks in order."""

    text: str
    marks: tuple[Mark, ...]


Range = tuple[int, int]


def without_ranges(marked: Marked, ranges: Sequence[Range]) -> Marked:
    """The text without these ranges, which are in order and do not touch; marks that become empty are dropped."""
    text, marks = marked
    if not ranges:
        return marked
    bounds = [0, *(place for one in ranges for place in one), len(text)]
    kept = [(start, end) for start, end in zip(bounds[::2], bounds[1::2], strict=True)]
    places = _shifted([place for mark in marks for place in mark[:2]], ranges)
    moved = [
        Mark(*ends, mark.kind) for mark, ends in zip(marks, zip(places[::2], places[1::2], strict=True), strict=True)
    ]
    return Marked(
        "".join(text[start:end] for start, end in kept), tuple(mark for mark in moved if mark.start < mark.end)
    )


def _shifted(places: list[int], ranges: Sequence[Range]) -> list[int]:
    """The new positions of places, which are in order, after the ranges are removed."""
    moved, gone, at = [], 0, 0
    for place in places:
        while at < len(ranges) and ranges[at][1] <= place:
            gone += ranges[at][1] - ranges[at][0]
            at += 1
        inside = max(0, place - ranges[at][0]) if at < len(ranges) else 0
        moved.append(place - gone - inside)
    return moved


def normalized(marked: Marked) -> Marked:
    """The text in NFC. If characters around a mark's end combine into one, the mark ends before or after it."""
    text, marks = marked
    if unicodedata.is_normalized("NFC", text):
        return marked
    whole = unicodedata.normalize("NFC", text)
    ends = sorted({0, len(text), *(place for mark in marks for place in mark[:2])})
    sizes = [len(unicodedata.normalize("NFC", text[start:end])) for start, end in pairwise(ends)]
    places, at = {0: 0}, 0
    for end, size in zip(ends[1:], sizes, strict=True):
        at += size
        places[end] = min(at, len(whole))
    moved = (Mark(places[mark.start], places[mark.end], mark.kind) for mark in marks)
    return Marked(whole, tuple(mark for mark in moved if mark.start < mark.end))


def stripped(marked: Marked) -> Marked:
    """The text without white space at its ends."""
    text = marked.text
    begin, end = len(text) - len(text.lstrip()), len(text.rstrip())
    if begin == 0 and end == len(text):
        return marked
    return without_ranges(marked, [(0, begin), (max(begin, end), len(text))])


def joined(texts: Iterable[Marked]) -> Marked:
    """Texts joined, each on its own lines."""
    lines, marks, at = [], [], 0
    for text, own in texts:
        marks += [Mark(start + at, end + at, kind) for start, end, kind in own]
        lines.append(text)
        at += len(text) + 1
    return Marked("\n".join(lines), tuple(marks))


def settled(marked: Marked) -> Marked:
    """Marks as they are kept: those of lists with the blank behind, of cells at a line's end with the
    blanks before, of code whole blocks."""
    text = marked.text
    kept: list[Mark] = []
    for mark in marked.marks:
        start, end = mark.start, mark.end
        if mark.kind == CELL_MARK and text[end : end + 1] in {"", "\n"}:
            while start > (kept[-1].end if kept else 0) and text[start - 1] == " ":
                start -= 1
        elif mark.kind == LIST_MARK:
            end += text[end : end + 1] == " "
        elif mark.kind == CODE:
            start, end = _whole_lines(text, start, end)
        if start < end:
            kept.append(Mark(start, end, mark.kind))
    return Marked(text, tuple(kept))


def _whole_lines(text: str, start: int, end: int) -> Range:
    """The whole lines of a range; empty if it shares a line with other text."""
    begin, stop = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    last = len(text) if stop < 0 else stop
    return (begin, last) if not (text[begin:start].strip() or text[end:last].strip()) else (start, start)
