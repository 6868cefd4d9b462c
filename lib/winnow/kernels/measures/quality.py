"""What a text is made of, as Gopher, C4 and FineWeb judge it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.measures.numbering import Numbers, number_ranges, seed_of
from winnow.kernels.measures.phrases import Phrases, compile_phrases, count_flanked, kinds_within
from winnow.kernels.measures.repetition import Pieces, later_copies
from winnow.kernels.measures.sentences import count_sentences
from winnow.kernels.text.characters import ALPHA, TERMINAL, WORD, Characters, Lines, Words, jit, strip

GOPHER_METRICS = (
    "char_count",
    "word_count",
    "line_count",
    "mean_word_chars",
    "hash_to_word_ratio",
    "ellipsis_to_word_ratio",
    "bullet_line_fraction",
    "ellipsis_line_fraction",
    "alphabetic_word_fraction",
    "stop_word_count",
)
C4_METRICS = ("c4_sentence_count", "c4_lorem_ipsum_count", "c4_curly_bracket_count", "c4_bad_word_count")
FINEWEB_METRICS = (
    "fineweb_punctuated_line_fraction",
    "fineweb_short_line_fraction",
    "fineweb_duplicate_char_fraction",
    "fineweb_newline_to_word_ratio",
)
STOP_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
BULLETS = "•●*-"
SHORT_LINE_CHARS = 30

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
    """Quality of the text before line corrections, written to `metrics` in the order of GOPHER_METRICS.

    Every metric is 0.0 where its denominator is empty; nothing is null or NaN. Words are whitespace words; lines are
    those with at least one word.

        char_count                  code points, with newlines normalised
        word_count                  words
        line_count                  lines
        mean_word_chars             characters of a word, on average
        hash_to_word_ratio          "#" for each word, unbounded
        ellipsis_to_word_ratio      "..." (not overlapping) and "…" for each word, unbounded
        bullet_line_fraction        lines whose first character but white space is one of • ● * -; [0, 1]
        ellipsis_line_fraction      lines that end in "..." or "…", white space aside; [0, 1]
        alphabetic_word_fraction    words with at least one alphabetic character (`str.isalpha`); [0, 1]
        stop_word_count             how many of the, be, to, of, and, that, have, with occur as words, in any case and
                                    with what is not `\\w` taken off the word's ends; 0 to 8
    Source: Rae et al. 2021, appendix A.1.
    Differs: datatrove counts spaCy tokens, only "•" and "-" as bullets, empty lines as lines, and "The" as no stop
    word; DCLM adds the two symbol ratios up and counts every occurrence of a stop word.
    Oracle: tests/reference/gopher.py.
    """
    total = len(words.start)
    hashes, ellipses = _count_symbols(chars)
    word_chars, alphabetic, stop_words = _count_words(chars, tables.properties, words)
    filled, bullets, trailing = _count_lines(chars, tables.properties, lines)
    metrics[0], metrics[1], metrics[2] = len(chars), total, filled
    metrics[3] = word_chars / max(total, 1)
    metrics[4] = hashes / total if total else 0.0
    metrics[5] = ellipses / total if total else 0.0
    metrics[6] = bullets / max(filled, 1)
    metrics[7] = trailing / max(filled, 1)
    metrics[8] = alphabetic / max(total, 1)
    metrics[9] = stop_words


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
    """The bit of the stop word that this word is; 0 where it is none."""
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
    """C4's page rules on the text after line corrections, written to `metrics` in the order of C4_METRICS.

        c4_sentence_count         sentences, line by line (`sentences.count_sentences`)
        c4_lorem_ipsum_count      lines with "lorem ipsum", in any case
        c4_curly_bracket_count    lines with "{"
        c4_bad_word_count         places where a word or phrase of the list begins, in any case, with no `\\w` beside it
    Source: Raffel et al. 2020, section 2.2, and clean_page of tensorflow_datasets.
    Differs: with `lines: c4` the second and third are counted where clean_page looks, which is among the lines that the
    rules before them left (`c4_lines.correct_c4`), not here. Case is lowered one character at a time.
    Oracle: tests/reference/c4.py.
    """
    notices, bad_words, abbreviations = phrases
    metrics[:] = 0.0
    for line in range(len(lines.start)):
        kinds = kinds_within(chars, lines.start[line], lines.end[line], notices, tables.lower)
        metrics[0] += count_sentences(chars, lines.start[line], lines.end[line], abbreviations, tables)
        metrics[1] += kinds & LOREM_IPSUM != 0
        metrics[2] += kinds & CURLY_BRACKET != 0
    metrics[3] = count_flanked(chars, bad_words, tables)


@jit
def measure_fineweb(
    chars: NDArray[np.uint32],
    properties: NDArray[np.uint8],
    lines: Lines,
    numbers: Numbers,
    pieces: Pieces,
    metrics: NDArray[np.float64],
) -> None:
    """FineWeb's three custom metrics of the text after line corrections, in the order of FINEWEB_METRICS.

    Lines are those with at least one word, as they stand, not stripped. Everything is 0.0 for a text without words.

        fineweb_punctuated_line_fraction    lines that end in a Sentence_Terminal character; [0, 1]
        fineweb_short_line_fraction         lines of 30 characters at most; [0, 1]
        fineweb_duplicate_char_fraction     characters of lines equal to an earlier one, of all but newlines; [0, 1]
        fineweb_newline_to_word_ratio       newlines for each whitespace word, unbounded; not in the paper
    Source: Penedo et al. 2024, section 3.6; definitions of datatrove 0.10.
    Differs: datatrove calls its set of marks terminal punctuation; it is Unicode's Sentence_Terminal (no comma, no
    colon) of an earlier version, and three Khmer marks. Oracle: tests/reference/fineweb.py.
    """
    metrics[:] = 0.0
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
    metrics[0] = ended / size
    metrics[1] = short / size
    metrics[2] = later_copies(pieces, size, numbers)[1] / (len(chars) - newlines)
    metrics[3] = newlines / words
