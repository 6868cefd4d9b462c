"""Quality metrics of Gopher, C4 and FineWeb."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.measures.metrics import BULLETS, C4_PAGE, FINEWEB, GOPHER, SHORT_LINE_CHARS, STOP_WORDS
from winnow.kernels.measures.numbering import Numbers, number_ranges, seed_of
from winnow.kernels.measures.phrases import Phrases, compile_phrases, count_flanked, kinds_within
from winnow.kernels.measures.repetition import Pieces, later_copies
from winnow.kernels.measures.sentences import count_sentences
from winnow.kernels.text.characters import ALPHA, TERMINAL, WORD, Characters, Lines, Words, jit, strip

LOREM_IPSUM, JAVASCRIPT, CURLY_BRACKET, POLICY = (1 << bit for bit in range(4))
NOTICES = {
    "lorem ipsum": LOREM_IPSUM,
    "javascript": JAVASCRIPT,
    "{": CURLY_BRACKET,
    **dict.fromkeys(("terms of use", "privacy policy", "cookie policy"), POLICY),
    **dict.fromkeys(("uses cookies", "use of cookies", "use cookies"), POLICY),
}

_BULLETS = tuple(map(ord, BULLETS))
_STOP_KEYS = tuple(int.from_bytes(word.encode("ascii"), "big") for word in STOP_WORDS)
_FULL_STOP, _ELLIPSIS, _HASH, _LOWER_CASE_BIT = ord("."), ord("…"), ord("#"), 0x20


def compile_notices() -> Phrases:
    """The phrases of C4's page and line rules, with a bit for each rule."""
    return compile_phrases(NOTICES)


@jit
def measure_gopher(
    chars: NDArray[np.uint32], tables: Characters, words: Words, lines: Lines, metrics: NDArray[np.float64]
) -> None:
    """Quality of the text before line corrections, written to its row of `metrics`: see `metrics.Gopher`."""
    total = len(words.start)
    hashes, ellipses = _count_symbols(chars)
    word_chars, alphabetic, stop_words = _count_words(chars, tables.properties, words)
    filled, bullets, trailing = _count_lines(chars, tables.properties, lines)
    metrics[GOPHER.char_count] = len(chars)
    metrics[GOPHER.word_count] = total
    metrics[GOPHER.line_count] = filled
    metrics[GOPHER.mean_word_chars] = word_chars / max(total, 1)
    metrics[GOPHER.hash_to_word_ratio] = hashes / total if total else 0.0
    metrics[GOPHER.ellipsis_to_word_ratio] = ellipses / total if total else 0.0
    metrics[GOPHER.bullet_line_fraction] = bullets / max(filled, 1)
    metrics[GOPHER.ellipsis_line_fraction] = trailing / max(filled, 1)
    metrics[GOPHER.alphabetic_word_fraction] = alphabetic / max(total, 1)
    metrics[GOPHER.stop_word_count] = stop_words


@jit
def _count_symbols(chars: NDArray[np.uint32]) -> tuple[int, int]:
    """The number of hashes and of ellipses."""
    hashes, ellipses, stops = 0, 0, 0
    for char in chars:
        if char == _FULL_STOP:
            stops += 1
            continue
        ellipses += stops // 3 + (char == _ELLIPSIS)
        stops = 0
        hashes += char == _HASH
    return hashes, ellipses + stops // 3


@jit
def _count_words(chars: NDArray[np.uint32], properties: NDArray[np.uint8], words: Words) -> tuple[int, int, int]:
    """Characters in words, words with a letter, different stop words."""
    starts, ends, founds = words.start, words.end, words.properties
    word_chars, alphabetic, found = 0, 0, 0
    for word in range(len(starts)):
        start, end = starts[word], ends[word]
        word_chars += end - start
        if founds[word] & ALPHA:
            alphabetic += 1
            found |= _stop_word_bit(chars, start, end, properties)
    count = 0
    for bit in range(len(_STOP_KEYS)):
        count += found >> bit & 1
    return word_chars, alphabetic, count


@jit
def _stop_word_bit(chars: NDArray[np.uint32], start: int, end: int, properties: NDArray[np.uint8]) -> int:
    """The bit of this stop word; 0 if the word is not one."""
    while not properties[chars[start]] & WORD:
        start += 1
    while not properties[chars[end - 1]] & WORD:
        end -= 1
    if end - start > 4:
        return 0
    key = 0
    for i in range(start, end):
        if chars[i] >= 128:
            return 0
        key = key << 8 | chars[i] | _LOWER_CASE_BIT
    for bit, stop_key in enumerate(_STOP_KEYS):
        if key == stop_key:
            return 1 << bit
    return 0


@jit
def _count_lines(chars: NDArray[np.uint32], properties: NDArray[np.uint8], lines: Lines) -> tuple[int, int, int]:
    """Lines with words, those with a bullet, those with an ellipsis at the end."""
    filled, bullets, trailing = 0, 0, 0
    for line in range(len(lines.start)):
        if lines.words[line] == 0:
            continue
        start, end = strip(chars, lines.start[line], lines.end[line], properties)
        filled += 1
        for bullet in _BULLETS:
            bullets += chars[start] == bullet
        trailing += chars[end - 1] == _ELLIPSIS or ends_in_three_stops(chars, start, end)
    return filled, bullets, trailing


@jit
def ends_in_three_stops(chars: NDArray[np.uint32], start: int, end: int) -> bool:
    """Whether the range ends in "..."."""
    return end - start >= 3 and chars[end - 1] == chars[end - 2] == chars[end - 3] == _FULL_STOP


@jit
def measure_c4(
    chars: NDArray[np.uint32],
    tables: Characters,
    lines: Lines,
    phrases: tuple[Phrases, Phrases, Phrases],
    metrics: NDArray[np.float64],
) -> None:
    """C4's page rules on the text after line corrections, written to its row of `metrics`: see `metrics.C4`."""
    notices, bad_words, abbreviations = phrases
    sentences, lorem, curly = 0, 0, 0
    for line in range(len(lines.start)):
        kinds = kinds_within(chars, lines.start[line], lines.end[line], notices, tables.lower)
        sentences += count_sentences(chars, lines.start[line], lines.end[line], abbreviations, tables)
        lorem += kinds & LOREM_IPSUM != 0
        curly += kinds & CURLY_BRACKET != 0
    metrics[C4_PAGE.c4_sentence_count] = sentences
    metrics[C4_PAGE.c4_lorem_ipsum_count] = lorem
    metrics[C4_PAGE.c4_curly_bracket_count] = curly
    metrics[C4_PAGE.c4_bad_word_count] = count_flanked(chars, bad_words, tables)


@jit
def measure_fineweb(
    chars: NDArray[np.uint32],
    properties: NDArray[np.uint8],
    lines: Lines,
    numbers: Numbers,
    pieces: Pieces,
    metrics: NDArray[np.float64],
) -> None:
    """FineWeb's metrics of the text after line corrections, written to its row of `metrics`: see `metrics.FineWeb`."""
    size, words, ended, short = 0, 0, 0, 0
    for line in range(len(lines.start)):
        start, end = lines.start[line], lines.end[line]
        if lines.words[line] == 0:
            continue
        pieces.start[size], pieces.end[size] = start, end
        size += 1
        words += lines.words[line]
        ended += properties[chars[end - 1]] & TERMINAL != 0
        short += end - start <= SHORT_LINE_CHARS
    if size == 0:
        return
    number_ranges(chars, pieces.start, pieces.end, size, seed_of(chars), numbers)
    newlines = len(lines.start) - 1
    copied = later_copies(pieces, size, numbers)[1]
    metrics[FINEWEB.fineweb_punctuated_line_fraction] = ended / size
    metrics[FINEWEB.fineweb_short_line_fraction] = short / size
    metrics[FINEWEB.fineweb_duplicate_char_fraction] = copied / (len(chars) - newlines)
    metrics[FINEWEB.fineweb_newline_to_word_ratio] = newlines / words
