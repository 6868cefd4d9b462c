"""Where words begin in scripts that put no space between them.

    jieba        Chinese words, by the dictionary and the model of jieba (the package rjieba)
    icu          Japanese, Thai, Lao, Khmer and Burmese words, by the dictionaries of ICU (the package icu4py)
    characters   each character of such a script is a word
In every other language, white space separates words.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.chinese import jieba_breaks
from winnow.kernels.text.unspaced import UNSPACED

JIEBA, ICU, CHARACTERS = "jieba", "icu", "characters"
PACKAGES = {JIEBA: "rjieba", ICU: "icu4py"}
LOCALES = {"jpn_Jpan": "ja", "tha_Thai": "th", "lao_Laoo": "lo", "khm_Khmr": "km", "mya_Mymr": "my"}
UNSPACED_SCRIPTS = ("Hani", "Hans", "Hant", "Jpan", "Thai", "Laoo", "Khmr", "Mymr", "Tibt")
_ALL_CHARACTERS = 0x110000
_LAST_OF_ONE_UNIT = 0xFFFF
_NO_BREAKS = np.zeros(0, np.int32)


def is_unspaced(language: str) -> bool:
    """Whether a language, ISO 639-3 and script, is written without white space between words."""
    return language.endswith(UNSPACED_SCRIPTS)


def cutter_of(language: str) -> str:
    """The cutter for texts of a language, ISO 639-3 and script; empty if white space separates its words."""
    if not is_unspaced(language):
        return ""
    wanted = JIEBA if "_Han" in language else ICU if language in LOCALES else CHARACTERS
    return wanted if wanted == CHARACTERS or cutter_version(wanted) else CHARACTERS


@cache
def cutter_version(cutter: str) -> str:
    """The version of the package of a cutter; empty if it is not installed, or the cutter needs no package."""
    try:
        return version(PACKAGES[cutter]) if cutter in PACKAGES else ""
    except PackageNotFoundError:
        return ""


def word_breaks(text: str, cutter: str, language: str = "") -> NDArray[np.int32]:
    """Positions of characters that begin a word without white space before them, ascending; none without a cutter.

    Line ends count as in `characters.decode`: CRLF is one character. Only characters of scripts without spaces are
    separated, from each other and from their neighbours. A run of other characters remains one word.
    """
    if not cutter or text.isascii():
        return _NO_BREAKS
    text = text.replace("\r\n", "\n")
    if cutter == JIEBA:
        return jieba_breaks(text)
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    inside = _unspaced()[points]
    beside = np.concatenate((inside[:1], inside[1:] | inside[:-1]))
    if cutter == ICU:
        beside &= _icu_begins(text, points, LOCALES[language])
    return np.flatnonzero(beside).astype(np.int32)


def _icu_begins(text: str, points: NDArray[np.uint32], locale: str) -> NDArray[np.bool_]:
    """Which characters begin a word or a mark. Raises ImportError where the package icu4py is not installed."""
    from icu4py.breakers import WordBreaker

    clean = text.encode("utf-8", "replace").decode()  # without lone surrogates, which become ?
    begins = np.array([begin for begin, _ in WordBreaker(clean, locale).segments()], np.int64)
    units = 1 + (points > _LAST_OF_ONE_UNIT)  # of UTF-16, which ICU counts
    found = np.zeros(len(points), np.bool_)
    found[np.searchsorted(np.cumsum(units) - units, begins)] = True
    return found


@cache
def _unspaced() -> NDArray[np.bool_]:
    table = np.zeros(_ALL_CHARACTERS, np.bool_)
    for first, *last in (part.split("-") for part in UNSPACED.split()):
        table[int(first, 16) : int((last or [first])[0], 16) + 1] = True
    return table
