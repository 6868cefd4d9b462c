"""Signs that a text was decoded with the wrong character set."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

MIN_ODD_WORDS = 3  # fewer odd words are no sign
MAX_ODD_FRACTION = 0.2  # odd words as a share of words that are not ASCII
MIN_CAPITAL_FRACTION = 0.8  # a text is in capitals if this share of its words that are not ASCII is
MIN_USUAL_FRACTION = 0.55  # capitals are real if this share is usual letters; a wrong set gives about .3, Hebrew .5
MIN_DOUBLE_RUNS = 3  # of characters that were encoded twice
MIN_DOUBLE_FRACTION = 0.9  # of all runs of non-ASCII characters that contain a letter
FIRST_BYTES = 256  # first non-ASCII bytes; among MAX_DOUBLE_CHARS characters, one must begin a double encoding
MAX_DOUBLE_CHARS = 8  # a character that was encoded twice is 2 to 4 characters long

_ASCII = bytes(range(0x80))
_LATIN = "\xaa\xba\xc0-\xd6\xd8-\xf6\xf8-\u024f"
_SIGNS = (
    "\x80-\xa9\xac\xae-\xb3\xb5\xb6\xb8\xb9\xbb-\xbf\xd7\xf7\u02c6-\u02dc\u2020-\u2022\u2030-\u203a\u2122\u2500-\u25ff"
)
_WORD = re.compile("[A-Za-z\x80-\uffff]+")
_ODD_WORD = re.compile(
    f"(?:^[{_LATIN}]{{3,}}$|[A-Za-z{_LATIN}\u0370-\u052f][{_SIGNS}]+[A-Za-z{_LATIN}\u0370-\u052f]"
    f"|[A-Za-z{_LATIN}][\u0370-\u052f]|[\u0370-\u052f][A-Za-z{_LATIN}]|[\u0370-\u03ff][\u0400-\u052f]"
    "|[\u0400-\u052f][\u0370-\u03ff]|[\x80-\x84\x86-\x9f])"
)
_ESCAPE = re.compile(r"\x1b\$[)@AB]|\x1b\([BIJ]")
_USUAL_CAPITALS = "ОЕАИНТСРВЛ"
_RUN = re.compile("[\x80-\U0010ffff]+")
_DOUBLE_CODECS = ("cp1252", "cp1251", "cp1250")
_CONTROL_BYTES = re.compile(rb"\xc2[\x80-\x9f]")
_CONTROL = re.compile("[\x80-\x9f]")
_PUNCTUATION = re.compile("[\x82\x84-\x89\x8b\x91-\x97\x99\x9b]")  # in every set of windows-125x


def is_misread(text: str) -> bool:
    """Whether a text has at least MIN_ODD_WORDS odd words, and too many odd words among its non-ASCII words.

    These words are odd: three or more Latin letters, none of them ASCII; a symbol between letters; letters of several
    scripts; a C1 control. More than MAX_ODD_FRACTION are too many. Words with a small letter before a capital, one of
    them not ASCII, are odd, too; more of them than words that begin with a capital are too many. Any escape to another
    character set is too many.
    """
    words = _words(text)
    odd = sum(_ODD_WORD.search(word) is not None for word in words)
    rising = sum(map(_rises, words)) if odd < len(words) else 0
    return (
        (odd >= MIN_ODD_WORDS and odd > MAX_ODD_FRACTION * len(words))
        or (rising >= MIN_ODD_WORDS and rising > sum(map(str.istitle, words)))
        or _ESCAPE.search(text) is not None
    )


def may_be_capitals_by_mistake(text: str) -> bool:
    """Whether a Cyrillic text may be small letters of another character set, read as capitals.

    True if MIN_CAPITAL_FRACTION of its non-ASCII words are in capitals, and fewer than MIN_USUAL_FRACTION of their
    letters are among the ten most frequent of Slavic languages.
    """
    words = _words(text)
    if len(words) < MIN_ODD_WORDS or sum(map(str.isupper, words)) < MIN_CAPITAL_FRACTION * len(words):
        return False
    letters = "".join(words)
    return sum(map(letters.count, _USUAL_CAPITALS)) < MIN_USUAL_FRACTION * len(letters)


def _words(text: str) -> list[str]:
    """Words that are not ASCII."""
    return [word for word in _WORD.findall(text) if not word.isascii()]


def _rises(word: str) -> bool:
    if word[1:].islower() or word.isupper():
        return False
    return any(
        before.islower() and after.isupper() and not (before + after).isascii() for before, after in pairwise(word)
    )


def undo_double_encoding(text: str, body: bytes) -> str:
    """The text of a UTF-8 body, decoded once more if UTF-8 was mistaken for windows-1252, -1251 or -1250 before.

    Of the runs of non-ASCII characters with a letter, at least MIN_DOUBLE_FRACTION and MIN_DOUBLE_RUNS must look like
    that; a run with a C1 control is enough alone. Remaining C1 controls become the punctuation that all windows-125x
    sets have in their place.
    """
    high = body.translate(None, _ASCII)
    if not high:
        return text
    first = high[:FIRST_BYTES].decode("utf-8", "ignore")
    for codec in _DOUBLE_CODECS:
        starts = len(_double_start(codec).findall(first))
        if starts >= MIN_DOUBLE_RUNS and MAX_DOUBLE_CHARS * starts > len(first):
            text = _decode_runs_again(text, codec)
    if _CONTROL_BYTES.search(high):
        text = _RUN.sub(lambda run: _without_controls(run[0]), text)
    return text


def _decode_runs_again(text: str, codec: str) -> str:
    """A text that was encoded twice or more often, decoded."""
    found = _RUN.findall(text)
    decoded = {run: again for run in set(found) if (again := _decoded_again(run, codec)) is not None}
    runs = [run for run in found if any(map(str.isalpha, run))]
    count = sum(run in decoded for run in runs)
    if count < MIN_DOUBLE_RUNS or count < MIN_DOUBLE_FRACTION * len(runs):
        return text
    return _decode_runs_again(_RUN.sub(lambda run: decoded.get(run[0], run[0]), text), codec)


def _without_controls(run: str) -> str:
    if not _CONTROL.search(run):
        return run
    again = _decoded_again(run, "cp1252")
    return _PUNCTUATION.sub(lambda control: control[0].encode("latin-1").decode("cp1252"), again or run)


def _decoded_again(run: str, codec: str) -> str | None:
    byte_of = _byte_of(codec)
    try:
        return bytes(byte_of[character] for character in run).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None


@cache
def _byte_of(codec: str) -> dict[str, int]:
    """The byte of a character; C1 controls as in Latin-1."""
    bytes_of = {bytes([byte]).decode(codec, "ignore") or chr(byte): byte for byte in range(0x80, 0x100)}
    return {chr(byte): byte for byte in range(0x80, 0xA0)} | bytes_of


@cache
def _double_start(codec: str) -> re.Pattern[str]:
    """The characters that the first two bytes of a UTF-8 character become in a codec."""
    of_byte = {byte: character for character, byte in _byte_of(codec).items() if not "\x80" <= character <= "\x9f"}
    first, second = (
        "".join(of_byte.get(byte, "") for byte in bytes) for bytes in (range(0xC2, 0xF5), range(0x80, 0xC0))
    )
    return re.compile(f"[{first}][\x80-\x9f{second}]")
