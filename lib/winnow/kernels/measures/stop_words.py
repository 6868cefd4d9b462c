"""Stop words of many languages; the language of a page decides which count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.measures.phrases import NOWHERE, Phrases, child, compile_phrases
from winnow.kernels.text.characters import CASED_CHARACTERS, WORD, Characters, Words, characters, jit, lowered

ENGLISH = 0  # the number of the list that the kernel itself knows
MOST_WORDS = 62  # of a language, a bit of a number each
_FIRST_NUMBER = 0xF0000  # private characters: before each word, one encodes the number of its language


class StopWords(NamedTuple):
    """The words of the languages from number 1 on, each after the character of its language.

    words   bits of words by phrase
    marks   bool, shape (0x20000,): combining marks, which belong to a word (Unicode: Mn, Mc)
    """

    words: Phrases
    marks: NDArray[np.bool_]


def compile_stop_words(lists: Sequence[tuple[str, tuple[str, ...]]]) -> StopWords:
    """The words of these languages; number n is lists[n - 1]. At most 62 words of a language are used."""
    phrases: dict[str, int] = {}
    for number, (_, words) in enumerate(lists, 1):
        bare = dict.fromkeys(filter(None, map(bare_word, words)))
        for bit, word in enumerate(list(bare)[:MOST_WORDS]):
            phrases[chr(_FIRST_NUMBER + number) + word] = 1 << bit
    return StopWords(compile_phrases(phrases), _combining_marks())


def numbers_of(lists: Sequence[tuple[str, tuple[str, ...]]]) -> Mapping[str, int]:
    """The number of each language that has a list."""
    return {label: number for number, (label, _) in enumerate(lists, 1)}


def bare_word(word: str) -> str:
    """A word without what is neither `\\w` nor a combining mark at its ends; empty where nothing is left."""
    properties, marks = characters().properties, _combining_marks()
    belongs = [bool(properties[point] & WORD) or _is_mark(point, marks) for point in map(ord, word)]
    if not any(belongs):
        return ""
    return word[belongs.index(True) : len(word) - belongs[::-1].index(True)]


@cache
def _combining_marks() -> NDArray[np.bool_]:
    return np.array([category(chr(point)) in ("Mn", "Mc") for point in range(CASED_CHARACTERS)])


@jit
def _is_mark(char: int, marks: NDArray[np.bool_]) -> bool:
    return bool(char < len(marks) and marks[char])


@jit
def count_stop_words(
    chars: NDArray[np.uint32], words: Words, number: int, stop_words: StopWords, tables: Characters
) -> int:
    """How many different stop words of the language with this number occur, in any case, punctuation aside."""
    phrases, marks = stop_words
    first, labels = phrases.first, phrases.labels
    root, found = child(0, _FIRST_NUMBER + number, first, labels), 0
    if root == NOWHERE:
        return 0
    for word in range(len(words.start)):
        start, end = words.start[word], words.end[word]
        while start < end and not _belongs(chars[start], tables.properties, marks):
            start += 1
        while start < end and not _belongs(chars[end - 1], tables.properties, marks):
            end -= 1
        node = root
        while start < end and node != NOWHERE:
            node = child(node, lowered(chars[start], tables.lower), first, labels)
            start += 1
        if node not in (root, NOWHERE):
            found |= phrases.kinds[node]
    count = 0
    while found:
        count += found & 1
        found >>= 1
    return count


@jit
def _belongs(char: int, properties: NDArray[np.uint8], marks: NDArray[np.bool_]) -> bool:
    return bool(properties[char] & WORD) or _is_mark(char, marks)
