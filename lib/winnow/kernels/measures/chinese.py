"""What recipes for Chinese measure: characters, their distribution, marks and listed words."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.measures.metrics import CHINESE, GRAM_CHARS
from winnow.kernels.measures.numbering import Numbers, number_ranges, seed_of
from winnow.kernels.measures.phrases import NOWHERE, Phrases, child, compile_phrases, longest_match
from winnow.kernels.measures.repetition import Pieces
from winnow.kernels.text.characters import (
    ASSIGNED_CHARACTERS,
    DIGIT,
    NEWLINE,
    SPACE,
    WORD,
    Characters,
    Lines,
    Words,
    jit,
    lowered,
)
from winnow.kernels.text.simplified import TRADITIONAL

MORE = ("readmore", "展开", "更多")
BULLETS = "•●○■□▪▫※·➢‣▶◀◦–"
SENTENCE_MARKS = '.!…?;"。！？；“”'

_FIRST_HAN, _LAST_HAN = 0x4E00, 0x9FA5
_OPEN, _CLOSE, _ELLIPSIS = map(ord, "【】…")
_HASHES, _STOPS = tuple(map(ord, "#＃")), tuple(map(ord, ".。"))
_IS_TRADITIONAL, _IS_BULLET, _IS_SENTENCE_MARK = (1 << bit for bit in range(3))


def is_traditional(char: str) -> bool:
    """Whether OpenCC has a simplified form of a character, and GB 2312, the set of simplified ones, lacks it."""
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return char in TRADITIONAL
    return False


@cache
def compile_sets() -> NDArray[np.uint8]:
    """The bits of the sets that each character is in; shape (0x40000,)."""
    sets = np.zeros(ASSIGNED_CHARACTERS, np.uint8)
    traditional = "".join(filter(is_traditional, TRADITIONAL))
    for chars, bit in (
        (traditional, _IS_TRADITIONAL), (BULLETS, _IS_BULLET), (SENTENCE_MARKS, _IS_SENTENCE_MARK),
    ):  # fmt: skip
        sets[list(map(ord, chars))] |= bit
    return sets


def compile_more() -> Phrases:
    """The ends of lines that lead to more, backwards."""
    return compile_phrases({phrase[::-1]: 1 for phrase in MORE})


@jit
def measure_chinese(
    chars: NDArray[np.uint32],
    tables: Characters,
    words: Words,
    lines: Lines,
    sets: NDArray[np.uint8],
    phrases: tuple[Phrases, Phrases],
    room: tuple[Numbers, Pieces, NDArray[np.uint32]],
    metrics: NDArray[np.float64],
) -> None:
    """What recipes for Chinese judge, written to its row of `metrics`: see `metrics.Chinese`.

    phrases: listed words, and ends of lines that lead to more; a text without a Chinese character costs one look at
    each character.
    """
    han = _count_han(chars)
    if han == 0:
        return
    size, at, line_count = len(chars), CHINESE, len(lines.start)
    numbers, pieces, bare = room
    traditional, sentences, digits, written = _count_chars(chars, tables.properties, sets)
    hashes, ellipses = _count_runs(chars)
    bullets, more, ends = _count_lines(chars, lines, tables, sets, phrases[1])
    listed, listed_chars = _count_listed(chars, phrases[0], tables)
    distinct, entropy = _spread(chars, numbers, pieces)
    metrics[at.han_char_fraction] = han / size
    metrics[at.traditional_char_count] = traditional
    metrics[at.mean_line_chars] = size / line_count
    metrics[at.copied_13_char_fraction] = _copied_grams(chars, tables, numbers, pieces, bare)
    metrics[at.bad_word_to_line_ratio] = listed / line_count
    metrics[at.bad_word_char_ratio] = listed_chars / size
    metrics[at.bracketed_char_fraction] = _count_bracketed(chars) / size
    metrics[at.map_cc_sentence_count] = sentences
    metrics[at.mean_bare_word_chars] = _mean_bare_word(chars, words, tables.properties)
    metrics[at.hash_run_to_char_ratio] = hashes / size
    metrics[at.ellipsis_run_to_char_ratio] = ellipses / size
    metrics[at.digit_char_fraction] = digits / max(written, 1)
    metrics[at.more_line_fraction] = more / ends
    metrics[at.map_cc_bullet_line_fraction] = bullets / ends
    metrics[at.distinct_char_fraction] = distinct / size
    metrics[at.char_entropy] = entropy


@jit
def _count_han(chars: NDArray[np.uint32]) -> int:
    count = 0
    for char in chars:
        count += (char >= _FIRST_HAN) & (char <= _LAST_HAN)
    return count


@jit
def _count_chars(
    chars: NDArray[np.uint32], properties: NDArray[np.uint8], sets: NDArray[np.uint8]
) -> tuple[int, int, int, int]:
    """Traditional characters, sentences, digits, and characters that are of words or white space."""
    traditional, sentences, digits, written, inside = 0, 0, 0, 0, False
    for char in chars:
        found = sets[char] if char < ASSIGNED_CHARACTERS else np.uint8(0)
        traditional += found & _IS_TRADITIONAL != 0
        kinds = properties[char]
        digits += kinds & DIGIT != 0
        written += kinds & (WORD | SPACE) != 0
        if found & _IS_SENTENCE_MARK:
            inside = False
        elif not inside and not kinds & SPACE:
            inside = True
            sentences += 1
    return traditional, sentences, digits, written


@jit
def _count_runs(chars: NDArray[np.uint32]) -> tuple[int, int]:
    """Runs of hashes; runs of ellipses and of two or more full stops."""
    hashes, ellipses, stops, before = 0, 0, 0, 0
    for char in chars:
        hashes += char in _HASHES and before not in _HASHES
        ellipses += char == _ELLIPSIS and before != _ELLIPSIS
        stops = stops + 1 if char in _STOPS else 0
        ellipses += stops == 2
        before = char
    return hashes, ellipses


@jit
def _count_bracketed(chars: NDArray[np.uint32]) -> int:
    """Characters between 【 and the next 】 of the line."""
    count, opened = 0, -1
    for i in range(len(chars)):
        if chars[i] == NEWLINE:
            opened = -1
        elif chars[i] == _OPEN and opened < 0:
            opened = i
        elif chars[i] == _CLOSE and opened >= 0:
            count, opened = count + i - opened - 1, -1
    return count


@jit
def _count_lines(
    chars: NDArray[np.uint32], lines: Lines, tables: Characters, sets: NDArray[np.uint8], more: Phrases
) -> tuple[int, int, int]:
    """Lines that begin with a bullet, lines that lead to more, and all lines but an empty last one."""
    bullets, leading, count = 0, 0, len(lines.start)
    if count > 1 and lines.end[count - 1] == lines.start[count - 1]:
        count -= 1
    for line in range(count):
        start, end = lines.start[line], lines.end[line]
        if end > start:
            bullets += chars[start] < ASSIGNED_CHARACTERS and sets[chars[start]] & _IS_BULLET != 0
            leading += longest_match(chars, end - 1, start - 1, -1, more, tables.lower) > 0
    return bullets, leading, count


@jit
def _count_listed(chars: NDArray[np.uint32], words: Phrases, tables: Characters) -> tuple[int, int]:
    """Different listed words in the text, and the characters of their copies, of which those of one word are apart."""
    first, labels, kinds = words.first, words.labels, words.kinds
    if len(labels) == 0:
        return 0, 0
    ends = np.zeros(len(kinds), np.int32)  # where the last copy of the word of a node ends
    different, size = 0, 0
    for i in range(len(chars)):
        node, j = 0, i
        while j < len(chars):
            node = child(node, lowered(chars[j], tables.lower), first, labels)
            j += 1
            if node == NOWHERE:
                break
            if kinds[node] and i >= ends[node]:
                different += ends[node] == 0
                ends[node] = j
                size += j - i
    return different, size


@jit
def _mean_bare_word(chars: NDArray[np.uint32], words: Words, properties: NDArray[np.uint8]) -> float:
    """Letters, digits and _ of a word that has one, on average."""
    count, size = 0, 0
    for word in range(len(words.start)):
        if words.properties[word] & WORD:
            count += 1
            for i in range(words.start[word], words.end[word]):
                size += properties[chars[i]] & WORD != 0
    return size / max(count, 1)


@jit
def _spread(chars: NDArray[np.uint32], numbers: Numbers, pieces: Pieces) -> tuple[int, float]:
    """Different characters, and the entropy of their distribution in nats."""
    size = len(chars)
    for i in range(size):
        pieces.start[i], pieces.end[i] = i, i + 1
    distinct = number_ranges(chars, pieces.start, pieces.end, size, seed_of(chars), numbers)
    entropy = 0.0
    for number in range(distinct):
        share = numbers.copies[number] / size
        entropy -= share * math.log(share)
    return distinct, entropy if distinct > 1 else 0.0


@jit
def _copied_grams(
    chars: NDArray[np.uint32], tables: Characters, numbers: Numbers, pieces: Pieces, bare: NDArray[np.uint32]
) -> float:
    """The share of 13-grams of characters that occur more than once; without white space, in lower case."""
    size = 0
    for char in chars:
        if not tables.properties[char] & SPACE:
            bare[size] = lowered(char, tables.lower)
            size += 1
    grams = size - GRAM_CHARS + 1
    if grams < 1:
        return 0.0
    for i in range(grams):
        pieces.start[i], pieces.end[i] = i, i + GRAM_CHARS
    number_ranges(bare, pieces.start, pieces.end, grams, seed_of(chars), numbers)
    copied = 0
    for i in range(grams):
        copied += numbers.copies[numbers.ids[i]] > 1
    return copied / grams
