"""Texts in capitals, full-width or other letters, turned into usual forms before their language is identified.

For a change, raise PAGES and TRIAGE in kernels/versions.py.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.text.characters import ALL_CHARACTERS, ALPHA, UPPER, characters

_SMALL, _CAPITAL = b"abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Letters in other widths, in circles and squares, and of formulas: compatibility characters of Unicode.
_OTHERS = ((0xFF01, 0xFFEE), (0x24B6, 0x24E9), (0x1D400, 0x1D7FF), (0x1F130, 0x1F149))
_SMALL_CAPITALS = dict(zip(map(ord, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢ"), "abcdefghijklmnopqrstuvwyz", strict=True))
_RUN_OF_OTHERS = re.compile(
    f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in _OTHERS)}{''.join(map(chr, _SMALL_CAPITALS))}]+"
)
_FIRST_CHEROKEE, _LAST_CHEROKEE = 0x13A0, 0x13F5  # capitals by Unicode, but usual in all texts


def usual_forms(text: str) -> str:
    """The text, in small letters if more than half of its letters are capitals, else unchanged.

    Before that, letters in full and half width, in circles and squares, of formulas (U+1D400 to U+1D7FF), and small
    capitals are replaced if more than half of the letters are such forms. Letters of scripts without capitals count as
    letters, so that a Chinese page with a few abbreviations is not changed.
    Source: Unicode, NFKC for these blocks; `str.lower`. Small capitals have no decomposition there.
    """
    if _is_usual_by_its_ascii(text):
        return text
    points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    properties = characters().properties[points]
    others = _others()[points]
    are_letters = others | (properties & ALPHA != 0)
    count = np.count_nonzero(are_letters)
    if 2 * np.count_nonzero(others) > count:
        return usual_forms(_RUN_OF_OTHERS.sub(lambda run: _usual(run[0]), text))
    capitals = are_letters & (properties & UPPER != 0) & ((points < _FIRST_CHEROKEE) | (points > _LAST_CHEROKEE))
    return _lower(text) if 2 * np.count_nonzero(capitals) > count else text


def _is_usual_by_its_ascii(text: str) -> bool:
    """Whether at least half of the letters are small ASCII letters: then nothing has to be changed. A fast check."""
    ascii_text = text.encode("ascii", "ignore")
    small = len(ascii_text) - len(ascii_text.translate(None, _SMALL))
    capitals = len(ascii_text) - len(ascii_text.translate(None, _CAPITAL))
    return small >= capitals + len(text) - len(ascii_text)


@cache
def _others() -> NDArray[np.bool_]:
    """For each code point whether it is a letter in another form."""
    found = np.zeros(ALL_CHARACTERS, np.bool_)
    for point in chain.from_iterable(range(first, last + 1) for first, last in _OTHERS):
        found[point] = chr(point).isalpha() or unicodedata.normalize("NFKC", chr(point)).isalpha()
    found[list(_SMALL_CAPITALS)] = True
    return found


def _usual(run: str) -> str:
    return unicodedata.normalize("NFKC", run.translate(_SMALL_CAPITALS))


def _lower(text: str) -> str:
    return text.lower().replace("i\u0307", "i")  # lower case of a capital I with a dot
