"""Headers of archive records: WARC 0.17 to 1.1, ARC 1 and 2."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_HEADER_BYTES = 256 * 1024

SIGNATURE = re.compile(rb"WARC/\d|filedesc:|dns:|https?:/")
NEXT_RECORD = re.compile(
    rb"(?<=\n)WARC/\d+\.\d+[ \t]*\r?\n|WARC/\d+\.\d+[ \t]*\r?\n(?=[A-Za-z][A-Za-z-]*:)"  # after junk, too
    rb"|(?<=\n)https?://[^\s]+ [0-9a-fA-F.:]+ \d{14} [^ \n]+ (?:[^\n]* )?\d+\r?\n"
)
CONTENT_LENGTH = b"\ncontent-length:"
_USUAL_LINES = (b"WARC/1.0\r\n", b"WARC/1.1\r\n")
_FOLDED = (b" ", b"\t")
_WARC_LINE = re.compile(rb"WARC/\d+\.\d+\s*$")
_ARC_SCHEME = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*:")


def starts_record(line: bytes) -> bool:
    """Whether a line is the first of a WARC or ARC record."""
    if line.startswith(b"WARC/"):
        return _WARC_LINE.match(line) is not None
    words = line.rstrip().split(b" ")
    return len(words) > 3 and _ARC_SCHEME.match(line) is not None and words[-1].removeprefix(b"-").isdigit()


def blank_line_end(data: bytes | bytearray, limit: int) -> int:
    """The place after the first empty line (CRLF or LF); -1 if the first limit bytes have none."""
    place = data.find(b"\n\r\n", 0, limit)
    bare = data.find(b"\n\n", 0, place if place >= 0 else limit)
    return bare + 2 if bare >= 0 else place + 3 if place >= 0 else -1


def header_end(data: bytes | bytearray) -> int:
    """Where the block begins: after the blank line of a WARC header, or after an ARC line; -1 without either."""
    if data.startswith(b"WARC/"):
        return blank_line_end(data, MAX_HEADER_BYTES)
    return data.find(b"\n", 0, MAX_HEADER_BYTES) + 1 or -1


class Fields:
    """The fields of a header, found on demand; of a repeated name, the last counts; folded lines are joined."""

    __slots__ = ("head", "lowered")

    def __init__(self, head: bytes) -> None:
        self.head = head
        self.lowered = head.lower()

    def get(self, name: bytes) -> bytes:
        """The value after `name:`, b'' if it is missing; name in lower case, from the line's start to the colon."""
        start = self.lowered.rfind(name)
        if start < 0:
            return b""
        start += len(name)
        end = self.lowered.find(b"\n", start)
        if end < 0:
            return self.head[start:].strip()
        if self.head[end + 1 : end + 2] not in _FOLDED:
            return self.head[start:end].strip()
        while end >= 0 and self.lowered.startswith((b" ", b"\t"), end + 1):
            end = self.lowered.find(b"\n", end + 1)
        return self.head[start : end if end >= 0 else None].strip().replace(b"\n", b" ")


class Record(NamedTuple):
    """One record of an archive.

    offset     file offset of the record's gzip member; without one of its own, offset in the inflated stream
    length     bytes of that member in the file, or of the record with its blank lines in the inflated stream
    fields     of the header; those of an ARC line under their WARC names
    block      the block's bytes, up to the limit
    size       bytes from the block's start to its declared end, or to where the record ends otherwise
    declared   bytes that the header declares, -1 if it declares none
    malformed  the header could not be read
    cut        the stream ends or breaks inside the record, or its member fails its checksum
    """

    offset: int
    length: int
    fields: Fields
    block: bytes | memoryview
    size: int
    declared: int
    malformed: bool = False
    cut: bool = False


def parse_header(head: bytes) -> Fields:
    """Fields of a record's header, of either format, by WARC name."""
    return Fields(head if head.startswith(b"WARC/") else _as_warc(head))


def _as_warc(line: bytes) -> bytes:
    """An ARC record's line as a WARC header.

    Source: Internet Archive, ARC file format reference, versions 1 and 2.
    Differs: a URL may contain blanks; the date is the first word of 14 digits, else the word in the place of version 1.
    """
    words = line.rstrip().split(b" ")
    dates = [place for place, word in enumerate(words) if place > 1 and len(word) == 14 and word.isdigit()]
    date = dates[0] if dates else max(len(words) - 3, 1)
    url = b" ".join(words[: max(date - 1, 1)])
    kind = b"warcinfo" if url.startswith(b"filedesc:") else b"response"
    fields = [b"WARC-Type: " + kind, b"WARC-Target-URI: " + url, b"WARC-Date: " + words[date]]
    return b"\n".join([b"ARC", *fields, b"Content-Length: " + words[-1]])


def declared_length(fields: Fields) -> int:
    """The Content-Length of a record, -1 if it is missing or not a number."""
    value = fields.get(CONTENT_LENGTH)
    return int(value) if value.isdigit() and len(value) < 19 else -1


def whole_record(data: bytes, offset: int, length: int) -> Record | None:
    """The record of a member that is exactly one whole record, else None."""
    begin = header_end(data)
    if begin < 0 or not (data.startswith(_USUAL_LINES) or starts_record(data[: data.index(b"\n")])):
        return None
    fields = parse_header(data[:begin])
    declared = declared_length(fields)
    end = begin + declared
    if declared < 0 or end > len(data) or (data[end:] != b"\r\n\r\n" and data[end:].strip(b"\r\n")):
        return None
    return Record(offset, length, fields, memoryview(data)[begin:end], declared, declared)
