"""RefinedWeb's line corrections: lines that are not text are dropped or cut."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.measures.measure_settings import RefinedWebLines
from winnow.kernels.measures.phrases import Phrases, compile_phrases, longest_match, may_begin
from winnow.kernels.text.characters import (
    DECIMAL,
    DIGIT,
    NEWLINE,
    SPACE,
    UPPER,
    WORD,
    Characters,
    Lines,
    count_words_left,
    jit,
    lines_until,
    lowered,
    strip,
)

JUDGED, KEPT, DROPPED = range(3)
_DOT, _COMMA = map(ord, ".,")
_SUFFIXES = tuple(map(ord, "kmb"))
_MYRIADS = tuple(map(ord, "万亿萬億w"))
_LONGEST_COUNTER = 24  # characters of a line that free counters are looked for in


class Sources(NamedTuple):
    """For lines before rules their fate (JUDGED, KEPT or DROPPED); for lines after rules, the line that they were.

    has_breaks   bool, shape (1,): whether breaks divide the text into words
    """

    fates: NDArray[np.uint8]
    lines: NDArray[np.int32]
    has_breaks: NDArray[np.bool_]


class RefinedWebRules(NamedTuple):
    """RefinedWebLines as Numba reads them; the phrases of `end` are reversed."""

    upper_fraction: float
    short_words: int
    counters: Phrases
    begin: Phrases
    end: Phrases
    anywhere: Phrases
    free_counters: Phrases


def compile_refinedweb(settings: RefinedWebLines) -> RefinedWebRules:
    """The rules of `lines: refinedweb`."""
    lists = (
        settings.counters, settings.begin, [phrase[::-1] for phrase in settings.end], settings.anywhere,
        settings.free_counters,
    )  # fmt: skip
    phrases = (compile_phrases(dict.fromkeys(entries, 1)) for entries in lists)
    return RefinedWebRules(float(settings.upper_fraction), int(settings.short_words), *phrases)


@jit
def correct_refinedweb(
    chars: NDArray[np.uint32],
    tables: Characters,
    lines: Lines,
    rules: RefinedWebRules,
    out: NDArray[np.uint32],
    out_lines: Lines,
    sources: Sources,
) -> tuple[int, Lines, int]:
    """RefinedWeb's line corrections. Returns characters written to `out`, lines, words in flagged lines.

    A line is flagged if it is dropped or cut; all its words count as words in flagged lines.

        dropped   more than `upper_fraction` of its characters are upper case (`str.isupper`)
                  every character is a digit (`str.isdigit`)
                  a counter: a number ("," or "." only between digits, then K, M, B or nothing), white space, one of
                  `counters`; before and after that only `\\W`
                  a free counter, of at most 24 characters: a number (as above, or with one of 万 亿 萬 億 w), one of
                  `free_counters` before it, after it, or both; around and between them only `\\W`
                  one word, or only white space; an empty line is kept
        cut       it has at most `short_words` words, and contains one of `anywhere` (cut with one white space before
                  it), ends with one of `end`, or begins with one of `begin`; it is stripped before each step, and at
                  the end; an empty rest is dropped
    Of several phrases, the longest is cut. Each step is done once. Other lines do not change; "\\n" joins all lines.

    Source: Penedo et al. 2023 (RefinedWeb), appendix G.2; order, and the tests for upper case and digits, of DCLM.
    Differs: the paper publishes one example of each phrase list and no upper-case share. Singular counters ("1 like")
    are in the settings, while DCLM has only the plural; a dot matches only a dot; "1,,000" is not a number. Free
    counters are for languages without published counters, such as Chinese.
    Oracle: tests/reference/refinedweb_lines.py.
    """
    starts, ends, counts, counters, properties = lines.start, lines.end, lines.words, rules.counters, tables.properties
    at, left, flagged = 0, 0, 0
    for line in range(len(starts)):
        start, end, words = starts[line], ends[line], counts[line]
        if sources.fates[line] == KEPT:
            stop = copy_chars(chars, start, end, out, at + (left > 0))
            sources.lines[left] = line
            at, left = end_line(out, out_lines, at, left, at + (left > 0), stop, words)
            continue
        if sources.fates[line] == DROPPED:
            flagged += words
            continue
        is_bare = end > start and (words < 2 or _is_mainly(chars, start, end, properties, rules.upper_fraction))
        if is_bare or _is_counter(chars, start, end, tables, counters) or _is_free(chars, start, end, tables, rules):
            flagged += words
            continue
        begin = at + (left > 0)
        stop = copy_chars(chars, start, end, out, begin)
        if 0 < words <= rules.short_words:
            stop = _cut_phrases(chars, start, end, tables, rules, out, begin, stop)
        if stop - begin < end - start:
            flagged += words
            words = count_words_left(out, begin, stop, properties, (words, end - start, sources.has_breaks[0]))
            if words == 0:
                continue
        sources.lines[left] = line
        at, left = end_line(out, out_lines, at, left, begin, stop, words)
    return at, lines_until(out_lines, left), flagged


@jit
def end_line(
    out: NDArray[np.uint32], out_lines: Lines, at: int, left: int, begin: int, stop: int, words: int
) -> tuple[int, int]:
    """Enters the line from `begin` to `stop` of `out` into the table; returns the end of `out` and the lines."""
    if left:
        out[at] = NEWLINE
    out_lines.start[left], out_lines.end[left], out_lines.words[left] = begin, stop, words
    return stop, left + 1


@jit
def copy_chars(chars: NDArray[np.uint32], start: int, end: int, out: NDArray[np.uint32], at: int) -> int:
    """The end of the range copied to `out` from `at` on; within one array it must not move to the right."""
    for i in range(start, end):
        out[at + i - start] = chars[i]
    return at + end - start


@jit
def _is_mainly(
    chars: NDArray[np.uint32], start: int, end: int, properties: NDArray[np.uint8], upper_fraction: float
) -> bool:
    """Whether the line is mainly upper case, or only digits."""
    upper, digits = 0, 0
    for i in range(start, end):
        upper += properties[chars[i]] & UPPER != 0
        digits += properties[chars[i]] & DIGIT != 0
    size = end - start
    return upper / size > upper_fraction or digits == size


@jit
def _is_counter(chars: NDArray[np.uint32], start: int, end: int, tables: Characters, counters: Phrases) -> bool:
    """Whether the line is a number and a counter's name."""
    properties = tables.properties
    while start < end and not properties[chars[start]] & WORD:
        start += 1
    number_end = _skip_number(chars, start, end, tables)
    name = number_end
    while name < end and properties[chars[name]] & SPACE:
        name += 1
    if number_end in (start, name):
        return False
    size = longest_match(chars, name, end, 1, counters, tables.lower)
    for i in range(name + size, end):
        if properties[chars[i]] & WORD:
            return False
    return size > 0


@jit
def _is_free(chars: NDArray[np.uint32], start: int, end: int, tables: Characters, rules: RefinedWebRules) -> bool:
    """Whether the line is a number and a name of `free_counters` before it, behind it, or both."""
    names = rules.free_counters
    if len(names.labels) == 0 or end - start > _LONGEST_COUNTER:
        return False
    first = _skip_marks(chars, start, end, tables)
    before = longest_match(chars, first, end, 1, names, tables.lower)
    number = _skip_marks(chars, first + before, end, tables)
    number_end = _skip_number(chars, number, end, tables)
    if number_end == number:
        return False
    if number_end < end and int(chars[number_end]) in _MYRIADS:
        number_end += 1
    name = _skip_marks(chars, number_end, end, tables)
    behind = longest_match(chars, name, end, 1, names, tables.lower)
    return before + behind > 0 and _skip_marks(chars, name + behind, end, tables) == end


@jit
def _skip_marks(chars: NDArray[np.uint32], start: int, end: int, tables: Characters) -> int:
    """The position of the next `\\w`, or the end."""
    while start < end and not tables.properties[chars[start]] & WORD:
        start += 1
    return start


@jit
def _skip_number(chars: NDArray[np.uint32], start: int, end: int, tables: Characters) -> int:
    """Where the number that begins here ends; `start` if there is none."""
    properties, i = tables.properties, start
    while i < end and properties[chars[i]] & DECIMAL:
        i += 1
        is_separated = i + 1 < end and (chars[i] == _DOT or chars[i] == _COMMA)
        if is_separated and properties[chars[i + 1]] & DECIMAL:
            i += 1
    if start < i < end:
        for suffix in _SUFFIXES:
            if lowered(chars[i], tables.lower) == suffix:
                return i + 1
    return i


@jit
def _cut_phrases(
    chars: NDArray[np.uint32],
    start: int,
    end: int,
    tables: Characters,
    rules: RefinedWebRules,
    out: NDArray[np.uint32],
    at: int,
    copied: int,
) -> int:
    """Writes the short line without its phrases to `out`; returns its end, or `copied` if it has none."""
    properties, lower = tables.properties, tables.lower
    first, last = strip(chars, start, end, properties)
    stripped = last - first
    stop = _cut_anywhere(chars, first, last, tables, rules.anywhere, out, at)
    begin, stop = strip(out, at, stop, properties)
    size = longest_match(out, stop - 1, begin - 1, -1, rules.end, lower)
    begin, stop = strip(out, begin, stop - size, properties)
    size = longest_match(out, begin, stop, 1, rules.begin, lower)
    begin, stop = strip(out, begin + size, stop, properties)
    if stop - begin == stripped:
        return copy_chars(chars, start, end, out, at)
    return copy_chars(out, begin, stop, out, at)


@jit
def _cut_anywhere(
    chars: NDArray[np.uint32],
    start: int,
    end: int,
    tables: Characters,
    phrases: Phrases,
    out: NDArray[np.uint32],
    at: int,
) -> int:
    """The end of the range copied to `out` without the phrases in it, nor a white space before each."""
    properties, lower, begins = tables.properties, tables.lower, phrases.begins
    i = start
    while i < end:
        size = 0
        if properties[chars[i]] & SPACE and may_begin(chars, i + 1, end, begins):
            size = longest_match(chars, i + 1, end, 1, phrases, lower)
            size += size > 0
        if size == 0 and may_begin(chars, i, end, begins):
            size = longest_match(chars, i, end, 1, phrases, lower)
        if size == 0:
            out[at] = chars[i]
            at += 1
        i += max(size, 1)
    return at
