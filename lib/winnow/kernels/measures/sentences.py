"""Counts the sentences of a line by rules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.measures.phrases import Phrases, compile_phrases, is_phrase
from winnow.kernels.text.characters import ALPHA, LOWER, SPACE, TERMINAL, WORD, Characters, jit, strip

ABBREVIATIONS = (
    *("mr", "mrs", "ms", "mx", "dr", "prof", "sr", "jr", "st", "rev", "hon", "gov", "sen", "rep", "pres"),
    *("gen", "col", "maj", "capt", "cmdr", "lt", "sgt", "messrs", "mme", "mlle", "mt", "ft"),
    *("vs", "cf", "ca", "approx", "fig", "figs", "eq", "sec", "ch", "vol", "pp", "eds", "nos", "viz"),
)
LONGEST_ABBREVIATION = max(map(len, ABBREVIATIONS))
_FULL_STOP, _ELLIPSIS = ord("."), ord("…")
_CLOSERS = tuple(map(ord, "\"')]}»’”›」』）】》〉］｝"))
_FIRST_WIDE = 0x3000  # marks from here on need no white space after them


def compile_abbreviations() -> Phrases:
    """The abbreviations whose full stop ends no sentence."""
    return compile_phrases(dict.fromkeys(ABBREVIATIONS, 1))


@jit
def count_sentences(chars: NDArray[np.uint32], start: int, end: int, abbreviations: Phrases, tables: Characters) -> int:
    """The number of sentences in a line: 0 if it is blank, else one more than the sentence ends inside it.

    A sentence ends inside the line after a run of Sentence_Terminal characters or ellipses and any closing quotes or
    brackets, if white space follows (not needed after full-width marks), and then anything except a lower-case letter.
    A single full stop after an abbreviation or a single letter (initials, U.S., e.g.) does not end a sentence.
    Differs: C4 uses NLTK's trained punkt model, whose data is in no Python package.
    """
    properties = tables.properties
    begin, stop = strip(chars, start, end, properties)
    count = int(stop > begin)
    i = begin
    while i < stop:
        if not _is_mark(chars[i], properties):
            i += 1
            continue
        mark = i
        while i < stop and _is_mark(chars[i], properties):
            i += 1
        last = chars[i - 1]
        is_single_stop = i == mark + 1 and last == _FULL_STOP
        while i < stop and _is_closer(chars[i]):
            i += 1
        after = i
        while i < stop and properties[chars[i]] & SPACE:
            i += 1
        if i == stop or (i == after and last < _FIRST_WIDE) or properties[chars[i]] & LOWER:
            continue
        count += not (is_single_stop and _is_abbreviated(chars, begin, mark, abbreviations, tables))
    return count


@jit
def _is_mark(char: int, properties: NDArray[np.uint8]) -> bool:
    return bool(properties[char] & TERMINAL) or char == _ELLIPSIS


@jit
def _is_closer(char: int) -> bool:
    return char in _CLOSERS


@jit
def _is_abbreviated(
    chars: NDArray[np.uint32], begin: int, stop: int, abbreviations: Phrases, tables: Characters
) -> bool:
    """Whether the word before the full stop at `stop` is one letter or an abbreviation."""
    start = stop
    while start > begin and stop - start <= LONGEST_ABBREVIATION and tables.properties[chars[start - 1]] & WORD:
        start -= 1
    if stop - start == 1:
        return bool(tables.properties[chars[start]] & ALPHA)
    return is_phrase(chars, start, stop, abbreviations, tables.lower)
