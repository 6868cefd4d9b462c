"""The forms of archives: what the name of a file ends in, and what reads its pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO

from winnow.page import Source

# Reads a file that can seek; the bytes of the largest page that is not gated; the stride (i, k): only the pages whose
# ordinal leaves i when divided by k, so that k tasks share an archive. Raises OSError where the file cannot be read,
# never for what is in it.
ReadArchive = Callable[[BinaryIO, int, tuple[int, int]], Source]


def read_warc(file: BinaryIO, most_bytes: int, stride: tuple[int, int]) -> Source:
    """The pages of a WARC or ARC; its parsers are imported where an archive is read."""
    from winnow.warc.reader import ArchiveReader

    return ArchiveReader(file, most_bytes, stride)


_PACKED = ("", ".gz", ".lz4", ".zst")
FORMATS: dict[str, ReadArchive] = {
    f".{kind}{packed}": read_warc for kind in ("warc", "arc", "wet", "wat") for packed in _PACKED
}


def suffixes() -> tuple[str, ...]:
    """What the names of archives end in."""
    return tuple(FORMATS)


def reader_of(name: str, formats: Mapping[str, ReadArchive]) -> ReadArchive:
    """What reads an archive of this name; a file of another name that a user named is read as WARC or ARC."""
    known = (read for suffix, read in formats.items() if name.endswith(suffix))
    return next(known, read_warc)
