"""Texts folded so that copies become equal: punctuation, case, accents, numbers and white space are unified."""

from __future__ import annotations

import string
from functools import cache
from typing import Literal, NamedTuple
from unicodedata import category, decomposition, normalize

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import ASSIGNED_CHARACTERS, DECIMAL, Int, characters, encode_char, jit
from winnow.kernels.text.chinese import HAN_RANGES
from winnow.kernels.text.simplified import SIMPLIFIED, TRADITIONAL
from winnow.kernels.text.unspaced import UNSPACED

# Bits of a character: separates words, is a word itself, is a decimal digit, separates digits.
IS_SPACE, IS_ALONE, IS_DIGIT, IS_SEPARATOR = (1 << bit for bit in range(4))
MAX_FOLDED_CHARS = 3  # that one character becomes

_SPACE = ord(" ")
_ZERO = ord("0")
_AWAY = -1
_SEPARATORS = tuple(map(ord, ".,،٫⎖⎗⎘"))


class Folding(NamedTuple):
    """The folded form of each code point; code points from 0x40000 on are not changed.

    kinds   uint8, shape (0x40000,): separates words, is a word itself, is a digit, separates digits
    to      int32, shape (0x40000, 3): the characters that it becomes, then -1
    zeros   whether a number becomes one 0
    beyond  the kind of code points from 0x40000 on
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
    simplify: bool,
    unit: Literal["words", "characters", "jieba"],
) -> Folding:
    """The tables of `fold`, made once for each process."""
    kinds = np.zeros(ASSIGNED_CHARACTERS, np.uint8)
    kinds[characters().properties[:ASSIGNED_CHARACTERS] & DECIMAL != 0] |= IS_DIGIT
    to = np.full((ASSIGNED_CHARACTERS, MAX_FOLDED_CHARS), _AWAY, np.int32)
    to[:, 0] = np.arange(ASSIGNED_CHARACTERS)
    for point, char in enumerate(map(chr, range(ASSIGNED_CHARACTERS))):
        if category(char) in ("Lo", "Cn") and not decomposition(char) and not _is_hangul(point):
            continue  # most characters: they do not change
        folded = _fold_character(char, punctuation, lower_case, remove_accents)
        to[point] = _AWAY
        to[point, : len(folded)] = [ord(part) for part in folded]
        kinds[point] |= IS_SPACE * (folded == " ")
    if simplify:
        to[list(map(ord, TRADITIONAL)), 0] = [ord(simplified(char)) for char in TRADITIONAL]
    if unit == "characters":
        kinds |= IS_ALONE
    kinds[list(_SEPARATORS)] |= IS_SEPARATOR
    for first, *last in (part.split("-") for part in UNSPACED.split()):
        kinds[int(first, 16) : int((last or [first])[0], 16) + 1] |= IS_ALONE
    if unit == "jieba":  # which has put spaces between the words of these
        for begin, end in HAN_RANGES:
            kinds[begin : end + 1] &= ~np.uint8(IS_ALONE)
    return Folding(kinds, to, numbers == "zero", IS_ALONE if unit == "characters" else 0)


def simplified(char: str) -> str:
    """The simplified form of a Chinese character; itself where it has none."""
    forms = _simplified_forms()
    while char in forms:
        char = forms[char]
    return char


@cache
def _simplified_forms() -> dict[str, str]:
    return dict(zip(TRADITIONAL, SIMPLIFIED, strict=True))


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
    """Whether this is a syllable of Hangul: these decompose by a formula, not by a table."""
    return 0xAC00 <= point <= 0xD7A3


def _is_punctuation(char: str) -> bool:
    """Whether it is punctuation or a control character in Unicode, or a punctuation mark of ASCII."""
    kind = category(char)
    return kind[0] == "P" or kind in ("Cc", "Cf") or char in string.punctuation


@jit
def fold(chars: NDArray[np.uint32], folding: Folding, out: NDArray[np.uint8], starts: NDArray[np.int32]) -> int:
    """Writes the folded text to `out` as UTF-8, each word followed by a space; returns the number of words.

    Word i is out[starts[i]:starts[i + 1] - 1]. `out` needs ten bytes for each character and one more, `starts` two
    places more than there are characters.

    Source: Penedo et al. 2023, G.3.1 (punctuation, lower case, NFD, accents, white space); numbers as datatrove 0.10.
    Differs: characters are folded one by one, so that a capital sigma always becomes the same small one. Punctuation
    means Unicode's P, control and format characters, and other marks of ASCII. The paper uses GPT-2's tokens instead of
    words; here a character of a script without spaces is a word. With `simplify`, traditional Chinese characters become
    simplified ones, so that a page is the same in both scripts.
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
    """Number of words, end, and beginning of the next word, after the word out[begin:at]; not if it is empty."""
    if at == begin:
        return words, at, begin
    starts[words] = begin
    out[at] = _SPACE
    return words + 1, at + 1, at + 1


@jit
def _write(char: Int, to: NDArray[np.int32], out: NDArray[np.uint8], at: int) -> int:
    """Writes the folded form of a character to `out` from `at` on; returns its end."""
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
    """The end of a number whose first digit is before `i`: digits, with single separators between digits."""
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
