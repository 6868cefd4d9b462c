"""C4's line rules, for English and for Chinese: lines that are not text are dropped or cut."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.measures.measure_settings import C4Lines
from winnow.kernels.measures.phrases import Phrases, kinds_within
from winnow.kernels.measures.quality import (
    CURLY_BRACKET,
    JAVASCRIPT,
    LOREM_IPSUM,
    POLICY,
    ends_in_three_stops,
)
from winnow.kernels.measures.refinedweb_lines import DROPPED, KEPT, Sources, copy_chars, end_line
from winnow.kernels.text.characters import DECIMAL, Characters, Lines, count_words_left, jit, lines_until, strip

_OPEN, _CLOSE = map(ord, "[]")
_EDIT = tuple(map(ord, "[edit]"))
_CITATION_NEEDED = tuple(map(ord, "[citation needed]"))
_END_MARKS = tuple(map(ord, '.?!"'))
_ZH_END_MARKS = tuple(map(ord, "。！？”："))
_ZH_MIN_LINE_CHARS = 5
_GARBLED, _FIRST_PRIVATE, _LAST_PRIVATE = tuple(map(ord, "□■\ufffd")), 0xE003, 0xE7A4
_ELLIPSIS = ord("…")


class C4Rules(NamedTuple):
    """C4Lines as Numba reads them."""

    terminal_punctuation: bool
    min_line_words: int
    max_word_chars: int
    notices: Phrases


def compile_c4(settings: C4Lines, notices: Phrases) -> C4Rules:
    """The rules of `lines: c4`; `notices` comes from `quality.compile_notices`."""
    limits = int(settings.min_line_words), int(settings.max_word_chars)
    return C4Rules(bool(settings.terminal_punctuation), *limits, notices)


@jit
def correct_c4(
    chars: NDArray[np.uint32],
    tables: Characters,
    lines: Lines,
    rules: C4Rules,
    out: NDArray[np.uint32],
    out_lines: Lines,
    sources: Sources,
) -> tuple[int, Lines, int, int, int]:
    """C4's line rules. Returns characters in `out`, lines, words in flagged lines, "lorem ipsum" lines, "{" lines.

    Each line is stripped, then, in this order:

        dropped   a word has more than `max_word_chars` characters
        cut       citations: [edit], [citation needed], digits in brackets, empty brackets
        dropped   it does not end in . ? ! or ", or it ends in "..." (only with `terminal_punctuation`)
        dropped   it has fewer than `min_line_words` words
        counted   it contains "lorem ipsum"
        dropped   it contains "javascript"
        counted   it contains "{"
        dropped   it contains a phrase about terms, privacy or cookies
    A dropped or cut line is flagged. Phrases match in any case, citations as written. What is left is joined by "\\n",
    without blank lines at either end.

    Source: clean_page of tensorflow_datasets; datatrove counts words before citations are cut and takes "'" too.
    Differs: a line is stripped again after its citations are cut and it is judged (clean_page strips only the page);
    a page with "lorem ipsum" or "{" is not dropped here. Oracle: tests/reference/c4.py.
    """
    at, left, flagged, lorem, curly = 0, 0, 0, 0, 0
    for line in range(len(lines.start)):
        words = lines.words[line]
        if sources.fates[line] == KEPT:
            stop = copy_chars(chars, lines.start[line], lines.end[line], out, at + (left > 0))
            sources.lines[left] = line
            at, left = end_line(out, out_lines, at, left, at + (left > 0), stop, words)
            continue
        if sources.fates[line] == DROPPED:
            flagged += words
            continue
        start, end = strip(chars, lines.start[line], lines.end[line], tables.properties)
        begin = at + (left > 0)
        stop = _cut_citations(chars, start, end, tables.properties, out, begin)
        is_cut = stop - begin < end - start
        before = words, end - start, sources.has_breaks[0]
        left_words = count_words_left(out, begin, stop, tables.properties, before) if is_cut else words
        flagged += words * is_cut
        is_kept = lines.longest[line] <= rules.max_word_chars and _has_end_mark(out, begin, stop, rules)
        is_kept &= left_words >= rules.min_line_words
        if is_kept:
            kinds = kinds_within(out, begin, stop, rules.notices, tables.lower)
            lorem += kinds & LOREM_IPSUM != 0
            curly += kinds & CURLY_BRACKET != 0 and kinds & JAVASCRIPT == 0
            is_kept = kinds & (JAVASCRIPT | POLICY) == 0
        if not is_kept:
            flagged += words * (not is_cut)
        elif left or left_words:
            first, last = strip(out, begin, stop, tables.properties)
            stop = copy_chars(out, first, last, out, begin)
            sources.lines[left] = line
            at, left = end_line(out, out_lines, at, left, begin, stop, left_words)
    while left and out_lines.words[left - 1] == 0:
        left -= 1
    return out_lines.end[left - 1] if left else 0, lines_until(out_lines, left), flagged, lorem, curly


@jit
def correct_c4_zh(
    chars: NDArray[np.uint32],
    tables: Characters,
    lines: Lines,
    out: NDArray[np.uint32],
    out_lines: Lines,
    sources: Sources,
) -> tuple[int, Lines, int]:
    """The line rules of a C4 in Chinese. Returns characters in `out`, lines, words in flagged lines.

    Each line is stripped, then dropped, and flagged, if it

        does not end in one of 。 ！ ？ …… ” ：
        has fewer than 5 characters
        contains □, ■, U+FFFD or a private character U+E003 to U+E7A4: its character set was guessed wrong
    What is left is joined by "\n".

    Source: filter_out_bad_lines.py of c4-dataset-script. Oracle: tests/reference/chinese.py.
    """
    at, left, flagged = 0, 0, 0
    for line in range(len(lines.start)):
        words, fate = lines.words[line], sources.fates[line]
        start, end = lines.start[line], lines.end[line]
        if fate != KEPT:
            start, end = strip(chars, start, end, tables.properties)
            if fate == DROPPED or end - start < _ZH_MIN_LINE_CHARS or not _is_sentence(chars, start, end):
                flagged += words
                continue
        stop = copy_chars(chars, start, end, out, at + (left > 0))
        sources.lines[left] = line
        at, left = end_line(out, out_lines, at, left, at + (left > 0), stop, words)
    return at, lines_until(out_lines, left), flagged


@jit
def _is_sentence(chars: NDArray[np.uint32], start: int, end: int) -> bool:
    """Whether a line of two or more characters has the end of a sentence, and no character of a wrong set."""
    for i in range(start, end):
        if int(chars[i]) in _GARBLED or _FIRST_PRIVATE <= chars[i] <= _LAST_PRIVATE:
            return False
    return int(chars[end - 1]) in _ZH_END_MARKS or chars[end - 1] == chars[end - 2] == _ELLIPSIS


@jit
def _has_end_mark(chars: NDArray[np.uint32], start: int, end: int, rules: C4Rules) -> bool:
    """Whether the line ends like a sentence, or does not have to."""
    if not rules.terminal_punctuation:
        return True
    if start == end or ends_in_three_stops(chars, start, end):
        return False
    return int(chars[end - 1]) in _END_MARKS


@jit
def _cut_citations(
    chars: NDArray[np.uint32], start: int, end: int, properties: NDArray[np.uint8], out: NDArray[np.uint32], at: int
) -> int:
    """The end of the range copied to `out` without citations."""
    i = start
    while i < end:
        size = _citation_size(chars, i, end, properties) if chars[i] == _OPEN else 0
        if size == 0:
            out[at] = chars[i]
            at += 1
        i += max(size, 1)
    return at


@jit
def _citation_size(chars: NDArray[np.uint32], start: int, end: int, properties: NDArray[np.uint8]) -> int:
    """The length of the citation that begins with this bracket; 0 if there is none."""
    i = start + 1
    while i < end and properties[chars[i]] & DECIMAL:
        i += 1
    if i < end and chars[i] == _CLOSE:
        return i + 1 - start
    if _reads(chars, start, end, _EDIT):
        return len(_EDIT)
    return len(_CITATION_NEEDED) if _reads(chars, start, end, _CITATION_NEEDED) else 0


@jit
def _reads(chars: NDArray[np.uint32], start: int, end: int, literal: tuple[int, ...]) -> bool:
    """Whether the literal is here, in the same case."""
    i = 0
    while i < len(literal) and start + i < end and chars[start + i] == literal[i]:
        i += 1
    return i == len(literal)
