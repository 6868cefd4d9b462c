"""Texts in capitals or full-width letters, turned into usual forms before their language is identified.

For a change, raise PAGES and TRIAGE in kernels/versions.py.
"""

from __future__ import annotations

import re
import unicodedata

import numpy as np

from winnow.kernels.text.characters import ALPHA, UPPER, characters

_SMALL, _CAPITAL = b"abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OTHER_WIDTHS = re.compile("[\uff01-\uffee]+")
_FIRST_OF_WIDTH, _LAST_OF_WIDTH = 0xFF01, 0xFFEE
_FIRST_CHEROKEE, _LAST_CHEROKEE = 0x13A0, 0x13F5  # capitals by Unicode, but usual in all texts


def usual_forms(text: str) -> str:
    """The text, in small letters if more than half of its letters are capitals, else unchanged.

    Before that, full-width and half-width forms are replaced if more than half of the letters are such forms. Letters
    of scripts without capitals count as letters, so that a Chinese page with a few abbreviations is not changed.
    Source: Unicode, NFKC for the block Halfwidth and Fullwidth Forms; `str.lower`.
    """
    if _is_usual_by_its_ascii(text):
        return text
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    properties = characters().properties[points]
    are_letters = properties & ALPHA != 0
    count = np.count_nonzero(are_letters)
    others = are_letters & (points >= _FIRST_OF_WIDTH) & (points <= _LAST_OF_WIDTH)
    if 2 * np.count_nonzero(others) > count:
        return usual_forms(_OTHER_WIDTHS.sub(lambda run: unicodedata.normalize("NFKC", run[0]), text))
    capitals = are_letters & (properties & UPPER != 0) & ((points < _FIRST_CHEROKEE) | (points > _LAST_CHEROKEE))
    return _lower(text) if 2 * np.count_nonzero(capitals) > count else text


def _is_usual_by_its_ascii(text: str) -> bool:
    """Whether at least half of the letters are small ASCII letters: then nothing has to be changed. A fast check."""
    ascii_text = text.encode("ascii", "ignore")
    small = len(ascii_text) - len(ascii_text.translate(None, _SMALL))
    capitals = len(ascii_text) - len(ascii_text.translate(None, _CAPITAL))
    return small >= capitals + len(text) - len(ascii_text)


def _lower(text: str) -> str:
    return text.lower().replace("i\u0307", "i")  # lower case of a capital I with a dot
