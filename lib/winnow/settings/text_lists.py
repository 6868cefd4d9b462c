"""Text files that people write, with one path, word or domain in each line: decoded, invisible characters removed."""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO, cast

# Byte order marks, those of four bytes first: the mark of UTF-32 begins with that of UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: ("utf-32", "UTF-32"),
    codecs.BOM_UTF32_BE: ("utf-32", "UTF-32"),
    codecs.BOM_UTF8: ("utf-8-sig", "UTF-8"),
    codecs.BOM_UTF16_LE: ("utf-16", "UTF-16"),
    codecs.BOM_UTF16_BE: ("utf-16", "UTF-16"),
}
# Removed at both ends of an entry: byte order marks (in the middle of joined files), characters without width, marks
# of direction, the end-of-file character of CP/M.
_INVISIBLE = "\ufeff\u200b\u200e\u200f\u2060\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\0\x1a"
_NO_TEXT = re.compile("[\ud800-\udfff]")


def mark_of(data: bytes) -> str | None:
    """The encoding whose byte order mark begins this data; None without a mark."""
    return next((name for mark, (_, name) in _MARKS.items() if data.startswith(mark)), None)


def decode_text(data: bytes) -> str:
    """The text of a file in UTF-8, or in the encoding of its byte order mark. Raises UnicodeError."""
    text = data.decode(_encoding(data))
    _check("\0" not in text, 1, _UNMARKED)
    return text


def lines_of(file: BinaryIO) -> Iterator[tuple[int, str]]:
    """Numbers, from 1, and contents of lines that are not empty, without invisible characters at their ends.

    A line ends in LF, CRLF or CR. Raises UnicodeError with the line's number if a line is not text.
    """
    data = cast(io.BufferedReader, file if hasattr(file, "peek") else io.BufferedReader(cast(io.RawIOBase, file)))
    with io.TextIOWrapper(data, _encoding(data.peek(4)[:4]), "surrogateescape") as lines:
        for number, raw in enumerate(lines, 1):
            line = raw.strip()
            if line and not (line.isascii() and line.isprintable()):
                line = _visible(line)
                _check("\0" not in line, number, _UNMARKED)
                _check(not _NO_TEXT.search(line), number, "not UTF-8")
            if line:
                yield number, line


_UNMARKED = "contains zero bytes, like UTF-16 without a byte order mark; save the file as UTF-8"


def _encoding(data: bytes) -> str:
    return next((encoding for mark, (encoding, _) in _MARKS.items() if data.startswith(mark)), "utf-8")


def _visible(line: str) -> str:
    before = ""
    while before != line:
        before, line = line, line.strip(_INVISIBLE).strip()
    return line


def _check(is_right: bool, number: int, wrong: str) -> None:
    if not is_right:
        raise UnicodeError(f"line {number}: {wrong}")
