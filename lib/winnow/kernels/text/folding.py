"""Texts folded so that copies look alike: punctuation, case, accents, numbers and white space made the same."""

from __future__ import annotations

import string
from functools import cache
from typing import Literal, NamedTuple
from unicodedata import category, decomposition, normalize

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import ASSIGNED_CHARACTERS, DECIMAL, Int, characters, encode_char, jit
from winnow.kernels.text.chinese import HAN_RANGES

# Characters of scripts that put no space between words: each is a word of its own.
UNSPACED = """
E00-EFF 1000-109F 1780-17FF 1950-19DF 1A20-1AAF 3005-3007 3021-3029 3031-3035 3038-303B 3040-30FA 30FC-30FF 3105-312F
31A0-31BF 31F0-31FF 3400-4DBF 4E00-9FFF A9E0-A9FE AA60-AADF F900-FAFF FF66-FF9F 1B000-1B16F 20000-3FFFF
"""

# Bits of a character: it separates words, is a word of its own, is a decimal digit, separates digits.
IS_SPACE, IS_ALONE, IS_DIGIT, IS_SEPARATOR = (1 << bit for bit in range(4))
MAX_FOLDED_CHARS = 3  # that one character becomes

_SPACE = ord(" ")
_ZERO = ord("0")
_AWAY = -1
_SEPARATORS = tuple(map(ord, ".,،٫⎖⎗⎘"))


class Folding(NamedTuple):
    """What each code point becomes; further ones stay as they are.

    kinds   uint8, shape (0x40000,): whether it separates words, is a word of its own, a digit, a separator of digits
    to      int32, shape (0x40000, 3): the characters that it becomes, then -1
    zeros   whether a number becomes one 0
    beyond  the kind of the further ones
    """

    kinds: NDArray[np.uint8]
    to: NDArray[np.int32]
    zeros: bool
    beyond: int


@cache
def compile_folding(
    punctuation: Literal["remove", "space", "keep"],
    numbers: Literal["keep", "zero"],
    lower_case: bool,
    remove_accents: bool,
    unit: Literal["words", "characters", "jieba"],
) -> Folding:
    """The tables of `fold`; made once for a process."""
    kinds = np.zeros(ASSIGNED_CHARACTERS, np.uint8)
    kinds[characters().properties[:ASSIGNED_CHARACTERS] & DECIMAL != 0] |= IS_DIGIT
    to = np.full((ASSIGNED_CHARACTERS, MAX_FOLDED_CHARS), _AWAY, np.int32)
    to[:, 0] = np.arange(ASSIGNED_CHARACTERS)
    for point, char in enumerate(map(chr, range(ASSIGNED_CHARACTERS))):
        if category(char) in ("Lo", "Cn") and not decomposition(char) and not _is_hangul(point):
            continue  # most of them, of which nothing changes
        folded = _fold_character(char, punctuation, lower_case, remove_accents)
        to[point] = _AWAY
        to[point, : len(folded)] = [ord(part) for part in folded]
        kinds[point] |= IS_SPACE * (folded == " ")
    if unit == "characters":
        kinds |= IS_ALONE
    kinds[list(_SEPARATORS)] |= IS_SEPARATOR
    for first, *last in (part.split("-") for part in UNSPACED.split()):
        kinds[int(first, 16) : int((last or [first])[0], 16) + 1] |= IS_ALONE
    if unit == "jieba":  # which has put spaces between the words of these
        for begin, end in HAN_RANGES:
            kinds[begin : end + 1] &= ~np.uint8(IS_ALONE)
    return Folding(kinds, to, numbers == "zero", IS_ALONE if unit == "characters" else 0)


def _fold_character(char: str, punctuation: str, lower_case: bool, remove_accents: bool) -> str:
    if char.isspace():
        return " "
    if punctuation != "keep" and _is_punctuation(char):
        return " " if punctuation == "space" else ""
    if lower_case:
        char = char.lower()
    if remove_accents:
        char = "".join(part for part in normalize("NFD", char) if category(part) != "Mn")
    return char


def _is_hangul(point: int) -> bool:
    """Whether this is a syllable of Hangul, the only characters that come apart without a table."""
    return 0xAC00 <= point <= 0xD7A3


def _is_punctuation(char: str) -> bool:
    """Whether Unicode calls it punctuation or a control character, or ASCII has it among its marks."""
    kind = category(char)
    return kind[0] == "P" or kind in ("Cc", "Cf") or char in string.punctuation


@jit
def fold(chars: NDArray[np.uint32], folding: Folding, out: NDArray[np.uint8], starts: NDArray[np.int32]) -> int:
    """The number of words of a folded text, which is written to `out` as UTF-8: its words, each with a space behind.

    Word i is out[starts[i]:starts[i + 1] - 1]; `out` needs ten bytes a character and one, `starts` two places more than
    there are characters.

    Source: Penedo et al. 2023, G.3.1 (punctuation, lower case, NFD, accents, white space); numbers as datatrove 0.10.
    Differs: one character at a time, so that a capital sigma is the same small one everywhere; punctuation is Unicode's
    P, control and format characters, and what else ASCII has; words stand where the paper has GPT-2's tokens, and a
    character of a script without spaces is a word of its own.
    """
    kinds, to, zeros, beyond = folding
    words, at, begin, i = 0, 0, 0, 0
    while i < len(chars):
        char: Int = np.int64(chars[i])
        i += 1
        kind = np.int64(kinds[char]) if char < len(kinds) else beyond
        if kind == 0:
            first = to[char, 0] if char < len(to) else np.int32(char)
            if 0 <= first < 0x80 and (char < 0x80 or to[char, 1] < 0):
                out[at] = first
                at += 1
            elif first >= 0:
                at = _write(char, to, out, at)
            continue
        if zeros and kind & IS_DIGIT:
            i = number_end(chars, i, kinds)
            char, kind = _ZERO, np.int64(kinds[_ZERO])
        if kind & (IS_SPACE | IS_ALONE):
            words, at, begin = _end_word(words, at, begin, out, starts)
        if kind & IS_SPACE == 0:
            at = _write(char, to, out, at)
        if kind & IS_ALONE:
            words, at, begin = _end_word(words, at, begin, out, starts)
    words, at, begin = _end_word(words, at, begin, out, starts)
    starts[words] = at
    return words


@jit
def _end_word(
    words: int, at: int, begin: int, out: NDArray[np.uint8], starts: NDArray[np.int32]
) -> tuple[int, int, int]:
    """Words, end and beginning of the next one, after the word out[begin:at]; an empty one does not count."""
    if at == begin:
        return words, at, begin
    starts[words] = begin
    out[at] = _SPACE
    return words + 1, at + 1, at + 1


@jit
def _write(char: Int, to: NDArray[np.int32], out: NDArray[np.uint8], at: int) -> int:
    """The end of what a character becomes, written to `out` from `at` on."""
    first = np.int64(to[char, 0]) if char < len(to) else char
    if 0 <= first < 0x80 and char < 0x80:
        out[at] = first
        return at + 1
    if first < 0:
        return at
    at = encode_char(first, out, at)
    for k in range(1, MAX_FOLDED_CHARS):
        if char >= len(to) or to[char, k] < 0:
            break
        at = encode_char(np.int64(to[char, k]), out, at)
    return at


@jit
def number_end(chars: NDArray[np.uint32], i: int, kinds: NDArray[np.uint8]) -> int:
    """The end of a number whose first digit stands before `i`: digits, and once a separator between digits."""
    i = _digits_end(chars, i, kinds)
    if i + 1 < len(chars) and _kind(chars, i, kinds) & IS_SEPARATOR and _kind(chars, i + 1, kinds) & IS_DIGIT:
        i = _digits_end(chars, i + 1, kinds)
    return i


@jit
def _digits_end(chars: NDArray[np.uint32], i: int, kinds: NDArray[np.uint8]) -> int:
    while i < len(chars) and _kind(chars, i, kinds) & IS_DIGIT:
        i += 1
    return i


@jit
def _kind(chars: NDArray[np.uint32], i: int, kinds: NDArray[np.uint8]) -> int:
    return int(kinds[chars[i]]) if chars[i] < len(kinds) else 0
