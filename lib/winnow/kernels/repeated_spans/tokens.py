"""Tokens of a text as 64-bit hashes, each with its range of characters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.repeated_spans.token_settings import TokenSettings
from winnow.kernels.text.characters import ASCII, SPACE, characters, jit
from winnow.kernels.text.folding import (
    IS_ALONE,
    IS_DIGIT,
    IS_SPACE,
    MAX_FOLDED_CHARS,
    Folding,
    compile_folding,
    number_end,
)
from winnow.kernels.text.hashes import STEP, mixed

_FOLDED, _WORDS, _CHARACTERS, _BYTES = range(4)
_UNITS = {"folded": _FOLDED, "words": _WORDS, "characters": _CHARACTERS, "bytes": _BYTES}
_SEED = STEP  # the hash of no characters
_LANE, _TWO_LANES = np.uint64(21), np.uint64(42)  # bits for a character + 1, and for two such


class Units(NamedTuple):
    """What a token is, as Numba reads it.

    plain  uint32, shape (0x40000,): for code points that fold to one character and end neither a word nor a number,
           that character plus 1; else 0
    """

    unit: int
    folding: Folding
    plain: NDArray[np.uint32]
    properties: NDArray[np.uint8]


class Tokens(NamedTuple):
    """Tokens in order: uint64 hash; int32 characters [start, end), ascending, not overlapping."""

    hash: NDArray[np.uint64]
    start: NDArray[np.int32]
    end: NDArray[np.int32]


def compile_units(settings: TokenSettings) -> Units:
    """The tables of `tokenize`, made once for each process."""
    folding = compile_folding(
        settings.punctuation, settings.numbers, settings.lower_case, settings.remove_accents, settings.simplify, "words"
    )
    others = IS_SPACE | IS_ALONE | (IS_DIGIT if folding.zeros else 0)
    is_plain = (folding.to[:, 0] >= 0) & (folding.to[:, 1] < 0) & (folding.kinds & others == 0)
    plain = np.where(is_plain, folding.to[:, 0] + 1, 0).astype(np.uint32)
    return Units(_UNITS[settings.unit], folding, plain, characters().properties)


def make_tokens(size: int) -> Tokens:
    """Space for the tokens of a text of `size` bytes."""
    return Tokens(np.empty(size, np.uint64), np.empty(size, np.int32), np.empty(size, np.int32))


@jit
def tokenize(chars: NDArray[np.uint32], units: Units, tokens: Tokens) -> int:
    """Writes the tokens of a text to `tokens`, which has space for one for each byte; returns their number.

        folded       the words of near duplicates: case, accents and punctuation are ignored. Characters that folding
                     removes belong to the word that they touch: its quotes and full stop are cut with it
        words        maximal runs of characters that are not white space, compared exactly
        characters   all characters, also white space
        bytes        all bytes of the UTF-8; the first byte of a character starts at it, the last byte ends after it,
                     and others have an empty range
    Tokens are compared by 64-bit hashes that are not polynomials of the characters. Two windows could be mistaken for
    each other only if two different words have the same hash and all other words are equal.
    Source: Penedo et al. 2023, G.3.2: the normalisation of near duplicates, mapped back to the original characters.
    Differs: the paper uses GPT-2's tokens instead of words.
    """
    if units.unit == _FOLDED:
        return _tokenize_folded(chars, units.folding, units.plain, tokens)
    if units.unit == _WORDS:
        return _tokenize_words(chars, units.properties, tokens)
    if units.unit == _CHARACTERS:
        for i in range(len(chars)):
            tokens.hash[i], tokens.start[i], tokens.end[i] = mixed(_SEED + np.uint64(chars[i])), i, i + 1
        return len(chars)
    return _tokenize_bytes(chars, tokens)


@jit
def _tokenize_words(chars: NDArray[np.uint32], properties: NDArray[np.uint8], tokens: Tokens) -> int:
    count, i = 0, 0
    while i < len(chars):
        if properties[chars[i]] & SPACE:
            i += 1
            continue
        start, value, held = i, _SEED, np.uint64(0)
        while i < len(chars) and not properties[chars[i]] & SPACE:
            value, held = _added(value, held, np.uint64(chars[i]) + np.uint64(1))
            i += 1
        tokens.hash[count], tokens.start[count], tokens.end[count] = mixed(value ^ held), start, i
        count += 1
    return count


@jit
def _tokenize_bytes(chars: NDArray[np.uint32], tokens: Tokens) -> int:
    count = 0
    for i in range(len(chars)):
        char = np.int64(chars[i])
        tail = 0 if char < ASCII else 1 if char < 0x800 else 2 if char < 0x10000 else 3
        for k in range(tail + 1):
            byte = char if tail == 0 else 0xFF << 7 - tail & 0xFF | char >> 6 * tail
            if k > 0:
                byte = 0x80 | char >> 6 * (tail - k) & 0x3F
            tokens.hash[count] = mixed(_SEED + np.uint64(byte))
            tokens.start[count], tokens.end[count] = i + (k > 0), i + (k == tail)
            count += 1
    return count


@jit
def _tokenize_folded(chars: NDArray[np.uint32], folding: Folding, plain: NDArray[np.uint32], tokens: Tokens) -> int:
    """Like `folding.fold`, with the start of each word; a dropped character belongs to the word that it touches."""
    kinds, to, zeros, _ = folding
    count, i, start, value, held = 0, 0, -1, _SEED, np.uint64(0)
    while i < len(chars):
        at, char = i, np.int64(chars[i])
        i += 1
        if char < len(plain) and plain[char]:
            start = at if start < 0 else start
            value, held = _added(value, held, np.uint64(plain[char]))
            continue
        kind = kinds[char] if char < len(kinds) else np.uint8(0)
        if kind & IS_SPACE:
            count = _close(tokens, count, start, at, value, held)
            start, value, held = -1, _SEED, np.uint64(0)
            continue
        if zeros and kind & IS_DIGIT:
            i = number_end(chars, i, kinds)
            char, kind = np.int64(ord("0")), kinds[ord("0")]
        if kind & IS_ALONE and held:
            count = _close(tokens, count, start, at, value, held)
            start, value, held = -1, _SEED, np.uint64(0)
        is_dropped = char < len(to) and to[char, 0] < 0
        if is_dropped and start < 0 and count > 0 and tokens.end[count - 1] == at:
            tokens.end[count - 1] = i
            continue
        start = at if start < 0 else start
        if is_dropped:
            continue
        value, held = _add_folded(value, held, char, to)
        if kind & IS_ALONE:
            count = _close(tokens, count, start, i, value, held)
            start, value, held = -1, _SEED, np.uint64(0)
    return _close(tokens, count, start, i, value, held)


@jit
def _add_folded(
    value: np.uint64, held: np.uint64, char: np.int64, to: NDArray[np.int32]
) -> tuple[np.uint64, np.uint64]:
    if char >= len(to):
        return _added(value, held, np.uint64(char + 1))
    for k in range(MAX_FOLDED_CHARS):
        if to[char, k] < 0:
            break
        value, held = _added(value, held, np.uint64(to[char, k] + 1))
    return value, held


@jit
def _added(value: np.uint64, held: np.uint64, number: np.uint64) -> tuple[np.uint64, np.uint64]:
    """The hash of a word, and up to three of its characters, each and one, that are to be mixed with it together."""
    if held >> _TWO_LANES:
        return mixed(value ^ held), number
    return value, held << _LANE | number


@jit
def _close(tokens: Tokens, count: int, start: int, end: int, value: np.uint64, held: np.uint64) -> int:
    if not held:
        return count
    tokens.hash[count], tokens.start[count], tokens.end[count] = mixed(value ^ held), start, end
    return count + 1
