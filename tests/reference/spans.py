"""Repeated spans by a comparison of the tokens of all windows, with strings, tuples and counters."""

from __future__ import annotations

import re
import string
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import regex

UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u3005-\u3007\u3021-\u3029\u3031-\u3035"
    r"\u3038-\u303b\u3040-\u30fa\u30fc-\u30ff\u3105-\u312f\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\ua9e0-\ua9fe\uaa60-\uaadf\uf900-\ufaff\uff66-\uff9f\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
WORD = re.compile(r"\w\^*(?:(?:['’.,:·]\^*)?\w\^*)*")  # in the result of `plain`
Token = tuple[object, int, int]


class Span(NamedTuple):
    start: int
    end: int
    copies: int


class Page(NamedTuple):
    """A page, whether an earlier crawl has it, and whether the crawler cut it. Pages are in the order of their ids."""

    text: str
    is_earlier: bool = False
    is_cut: bool = False


def tokens(text: str, unit: str) -> list[Token]:
    if unit == "words":
        return [(found[0], found.start(), found.end()) for found in re.finditer(r"\S+", text)]
    if unit == "characters":
        return [(char, i, i + 1) for i, char in enumerate(text)]
    if unit == "bytes":
        return [
            (byte, i + (k > 0), i + (k == len(char.encode()) - 1))
            for i, char in enumerate(text)
            for k, byte in enumerate(char.encode())
        ]
    return [token for found in re.finditer(r"\S+", text) for token in folded(found[0], found.start())]


def folded(word: str, at: int) -> list[Token]:
    """Parts of a word between white space. Characters that folding drops belong to the part before, else the first."""
    parts: list[list[object]] = []
    is_open = False
    for i, char in enumerate(word, at):
        value, is_alone = fold(char), UNSPACED.match(char) is not None
        is_open = is_open and not is_alone
        if value and not is_open:
            parts.append(["", i if parts else at, i])
            is_open = not is_alone
        if parts:
            parts[-1][0] += value  # type: ignore[operator]
            parts[-1][2] = i + 1
    return [(value, start, end) for value, start, end in parts]  # type: ignore[misc]


def fold(char: str) -> str:
    if ord(char) >= 0x40000:
        return char  # tags and private characters, as in the folding of near duplicates
    category = unicodedata.category(char)
    if category[0] == "P" or category in ("Cc", "Cf") or char in string.punctuation:
        return ""
    return "".join(c for c in unicodedata.normalize("NFD", char.lower()) if unicodedata.category(c) != "Mn")


def windows(pages: Sequence[Page], unit: str, length: int, keep_first: bool) -> list[list[tuple[int, int]]]:
    """For each page the windows that count: their first tokens, and the number of copies of each."""
    held: dict[tuple[object, ...], list[tuple[int, int]]] = defaultdict(list)
    for number, page in enumerate(pages):
        values = [value for value, _, _ in tokens(page.text, unit)]
        for i in range(len(values) - length + 1):
            held[tuple(values[i : i + length])].append((number, i))
    found: list[list[tuple[int, int]]] = [[] for _ in pages]
    for places in held.values():
        places.sort(key=lambda place: (pages[place[0]].is_cut, not pages[place[0]].is_earlier, place))
        for number, i in places[keep_first:] if len(places) > 1 else []:
            found[number].append((i, len(places)))
    return [sorted(here) for here in found]


def token_spans(pages: Sequence[Page], unit: str, length: int, keep_first: bool = False) -> list[list[Span]]:
    """Unions of windows that overlap or touch, in tokens."""
    unions = []
    for here in windows(pages, unit, length, keep_first):
        spans: list[Span] = []
        for i, copies in here:
            if spans and i <= spans[-1].end:
                spans[-1] = Span(spans[-1].start, i + length, max(spans[-1].copies, copies))
            else:
                spans.append(Span(i, i + length, copies))
        unions.append(spans)
    return unions


def repeated_spans(pages: Sequence[Page], unit: str, length: int, keep_first: bool = False) -> list[list[Span]]:
    """Spans in characters, moved inwards to places where a text may be cut; none for pages of earlier crawls."""
    return [
        [] if page.is_earlier else snapped(page.text, tokens(page.text, unit), spans)
        for page, spans in zip(pages, token_spans(pages, unit, length, keep_first), strict=True)
    ]


def captures(pages: Sequence[Page], unit: str, length: int, most: float) -> dict[int, list[Span]]:
    """Pages that the crawler cut, if at least the share `most` of their text is repeated; with the repeated spans."""
    found = {}
    for number, spans in enumerate(token_spans(pages, unit, length)):
        page = pages[number]
        here = snapped(page.text, tokens(page.text, unit), spans)
        if page.is_cut and here and sum(span.end - span.start for span in here) >= most * len(page.text):
            found[number] = here
    return found


def snapped(text: str, found: list[Token], spans: list[Span]) -> list[Span]:
    places = cuts(text)
    starts = [i for i in places if not text[i : i + 1].isspace()]
    ends = [i for i in places if not text[max(i - 1, 0) : i].isspace()]
    out: list[Span] = []
    for span in spans:
        start = starts[bisect_left(starts, found[span.start][1])]
        end = ends[bisect_right(ends, found[span.end - 1][2]) - 1]
        if start >= end:
            continue
        if out and not text[out[-1].end : start].strip():
            out[-1] = Span(out[-1].start, end, max(out[-1].copies, span.copies))
        else:
            out.append(Span(start, end, span.copies))
    return out


def cuts(text: str) -> list[int]:
    """Where a text may be cut: between graphemes, and not inside a word of a script with spaces."""
    places = {0, len(text)} | {found.end() for found in regex.finditer(r"\X", text)}
    return sorted(places - {i for found in WORD.finditer(plain(text)) for i in range(found.start() + 1, found.end())})


def plain(text: str) -> str:
    """The text with marks as carets, and characters of scripts without spaces as line ends."""
    return "".join(
        "^" if regex.match(r"[\p{M}\u200c\u200d\uff9e\uff9f\U0001f3fb-\U0001f3ff]", char)
        else "\n" if UNSPACED.match(char) or char == "^"
        else char
        for char in text
    )  # fmt: skip


def cut(text: str, spans: Sequence[Span]) -> str:
    """The rest of a text. Of the white space on both sides of a span, the weaker is removed too."""
    gone: set[int] = set()
    spaces: set[int] = set()
    for span in spans:
        before = len(text[: span.start]) - len(text[: span.start].rstrip())
        after = len(text[span.end :]) - len(text[span.end :].lstrip())
        first, last = span.start - before, span.end + after
        if first > 0 and last < len(text):
            left, right = strength(text[first : span.start]), strength(text[span.end : last])
            if left < right:
                last = span.end
            else:
                first = span.start
            bare = plain(text)
            if before == after == 0 and re.search(r"\w\^*$", bare[:first]) and re.match(r"\^*\w", bare[last:]):
                spaces.add(first)
        gone |= set(range(first, last))
    return "".join(" " if i in spaces else char for i, char in enumerate(text) if i in spaces or i not in gone)


def strength(gap: str) -> tuple[int, int]:
    return min(gap.count("\n"), 3), len(gap)
