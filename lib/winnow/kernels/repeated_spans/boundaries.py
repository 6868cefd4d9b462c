"""Where a text may be cut, and the cut: not inside a word or grapheme, with clean white space at the seam."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import ASSIGNED_CHARACTERS, NEWLINE, SPACE, WORD, characters, jit
from winnow.kernels.text.unspaced import UNSPACED

_IS_SPACE, _IN_WORD, _BETWEEN, _EXTENDS, _PREPENDS, _REGIONAL, _JAMO, _LINKS = (1 << bit for bit in range(8))
_CONTROL = _REGIONAL | _JAMO  # no character is both of these
_JOINER, _TAGS = 0x200D, 0xE0000
_LETTERS_BETWEEN = "'’.,:·"  # part of a word between two word characters
# Unicode's Grapheme_Cluster_Break=Prepend, and what extends a grapheme without being a mark.
_PREPEND = """
600-605 6DD 70F 890-891 8E2 D4E 110BD 110CD 111C2-111C3 113D1 1193F 11941 11A3A 11A84-11A89 11D46 11F02
"""
_EXTEND = "200C-200D FF9E-FF9F 1F3FB-1F3FF E33 EB3"
_HANGUL = "1100-11FF A960-A97F AC00-D7FF"
_REGIONALS = "1F1E6-1F1FF"

GAP_CHARS = 3  # the number of characters of a gap is shifted left by so many bits
_MAX_NEWLINES = 3  # more newlines do not weigh more; they take the two bits above the lowest
_TOUCHES_WORD = 1


@cache
def cutting() -> NDArray[np.uint8]:
    """Properties of each code point, uint8, shape (0x40000,); made once for each process."""
    properties = characters().properties[:ASSIGNED_CHARACTERS]
    table = np.where(properties & SPACE, _IS_SPACE, 0).astype(np.uint8)
    table[(properties & WORD) != 0] |= _IN_WORD
    for first, last in _ranges(UNSPACED):
        table[first:last] &= ~np.uint8(_IN_WORD)
    table[[ord(char) for char in _LETTERS_BETWEEN]] |= _BETWEEN
    for point in range(ASSIGNED_CHARACTERS):
        if unicodedata.category(chr(point)) in ("Mn", "Me", "Mc"):
            table[point] |= _EXTENDS
        if unicodedata.combining(chr(point)) == 9:
            table[point] |= _LINKS
    for text, bit in ((_EXTEND, _EXTENDS), (_PREPEND, _PREPENDS), (_REGIONALS, _REGIONAL), (_HANGUL, _JAMO)):
        for first, last in _ranges(text):
            table[first:last] |= bit
    for point in range(ASSIGNED_CHARACTERS):
        if unicodedata.category(chr(point)) in ("Cc", "Cf", "Zl", "Zp") and not table[point] & (_EXTENDS | _PREPENDS):
            table[point] |= _CONTROL
    return table


def _ranges(text: str) -> list[tuple[int, int]]:
    parts = (part.split("-") for part in text.split())
    return [(int(first, 16), int((last or [first])[0], 16) + 1) for first, *last in parts]


@jit
def _kind(chars: NDArray[np.uint32], i: int, table: NDArray[np.uint8]) -> int:
    char = chars[i]
    if char < len(table):
        return int(table[char])
    if char < _TAGS or char >= _TAGS + 0x1000:
        return 0
    place = char - _TAGS  # tags and variation selectors extend a grapheme; other characters here do not
    return _EXTENDS if (place >= 0x20 and place < 0x80) or (place >= 0x100 and place < 0x1F0) else _CONTROL


@jit
def may_cut(chars: NDArray[np.uint32], i: int, table: NDArray[np.uint8]) -> bool:
    """Whether the text may be cut before character i: not inside a word, not inside a grapheme.

    A word is a run of word characters of scripts with spaces; an apostrophe or a point between two of them is part of
    it.
    Source: Unicode annex 29. Differs: if the annex looks back further, there is no cut (two regional indicators, two
    pieces of Hangul, a joiner, a conjunct): there are fewer cuts than graphemes allow, never more.
    """
    if i <= 0 or i >= len(chars):
        return True
    left, right = _kind(chars, i - 1, table), _kind(chars, i, table)
    if left & _CONTROL == _CONTROL or right & _CONTROL == _CONTROL:
        return True
    is_joined = right & _EXTENDS or left & _PREPENDS or left & right & (_REGIONAL | _JAMO) or chars[i - 1] == _JOINER
    k, links = i - 1, 0
    while not is_joined and k >= 0 and left & _EXTENDS:
        links |= left & _LINKS
        k -= 1
        left = _kind(chars, k, table) if k >= 0 else 0
    if is_joined or (links and not right & _IS_SPACE):
        return False
    if left & _IN_WORD and right & _BETWEEN:
        return not _in_word_after(chars, i + 1, table)
    if left & _BETWEEN and right & _IN_WORD:
        return not _in_word_before(chars, k, table)
    return not left & right & _IN_WORD


@jit
def _in_word_before(chars: NDArray[np.uint32], i: int, table: NDArray[np.uint8]) -> bool:
    """Whether a word character ends before i, ignoring marks."""
    while i > 1 and _kind(chars, i - 1, table) & _EXTENDS:
        i -= 1
    return i > 0 and _kind(chars, i - 1, table) & _IN_WORD != 0


@jit
def _in_word_after(chars: NDArray[np.uint32], i: int, table: NDArray[np.uint8]) -> bool:
    """Whether a word character begins at i, ignoring marks."""
    while i < len(chars) and _kind(chars, i, table) & _EXTENDS:
        i += 1
    return i < len(chars) and _kind(chars, i, table) & _IN_WORD != 0


@jit
def snap_start(chars: NDArray[np.uint32], i: int, table: NDArray[np.uint8]) -> int:
    """The first place from i on where a span may start; it is not white space."""
    while i < len(chars) and (_kind(chars, i, table) & _IS_SPACE or not may_cut(chars, i, table)):
        i += 1
    return i


@jit
def snap_end(chars: NDArray[np.uint32], i: int, floor: int, table: NDArray[np.uint8]) -> int:
    """The last place up to i, above `floor`, where a span may end, without white space before it; else `floor`."""
    while i > floor and (_kind(chars, i - 1, table) & _IS_SPACE or not may_cut(chars, i, table)):
        i -= 1
    return i


@jit
def gap_before(chars: NDArray[np.uint32], start: int, table: NDArray[np.uint8]) -> int:
    """The white space before a span: its characters, newlines, and whether the span touches a word; one number."""
    i, newlines = start, 0
    while i > 0 and _kind(chars, i - 1, table) & _IS_SPACE:
        i -= 1
        newlines += chars[i] == NEWLINE
    touches = i == start and _in_word_before(chars, i, table)
    return start - i << GAP_CHARS | min(newlines, _MAX_NEWLINES) << 1 | touches


@jit
def gap_after(chars: NDArray[np.uint32], end: int, table: NDArray[np.uint8]) -> int:
    """The white space after a span, like `gap_before`."""
    i, newlines = end, 0
    while i < len(chars) and _kind(chars, i, table) & _IS_SPACE:
        newlines += chars[i] == NEWLINE
        i += 1
    touches = i == end and _in_word_after(chars, i, table)
    return i - end << GAP_CHARS | min(newlines, _MAX_NEWLINES) << 1 | touches


@jit
def seam(start: int, end: int, before: int, after: int, size: int) -> tuple[int, int, bool]:
    """The range [first, last) to cut for a span [start, end) of `size` characters, and whether a space replaces it.

    Of the white space on both sides, the weaker is cut (fewer newlines, then fewer characters, then that after); at the
    beginning and end of the text, all of it. A space is inserted only if two words would be joined.
    """
    first, last = start - (before >> GAP_CHARS), end + (after >> GAP_CHARS)
    if first == 0 or last == size:
        return first, last, False
    left, right = before >> 1 & _MAX_NEWLINES, after >> 1 & _MAX_NEWLINES
    if left < right or (left == right and start - first < last - end):
        return first, end, False
    return start, last, before & after & _TOUCHES_WORD != 0


@jit
def cut_chars(
    chars: NDArray[np.uint32], starts: NDArray[np.int64], ends: NDArray[np.int64], table: NDArray[np.uint8]
) -> int:
    """Cuts these spans, ascending and separate, from `chars` in place; returns the number of remaining characters."""
    size, out, at = len(chars), 0, 0
    for i in range(len(starts)):
        before, after = gap_before(chars, starts[i], table), gap_after(chars, ends[i], table)
        first, last, with_space = seam(starts[i], ends[i], before, after, size)
        while at < first:
            chars[out] = chars[at]
            out, at = out + 1, at + 1
        if with_space:
            chars[out] = ord(" ")
            out += 1
        at = last
    while at < size:
        chars[out] = chars[at]
        out, at = out + 1, at + 1
    return out
