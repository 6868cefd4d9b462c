"""The formats of archives: suffixes of names, and the function that reads each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import BinaryIO

from winnow.page import Source

# Its arguments: a file that can seek; the size in bytes above which a page is gated; the stride (i, k): read only the
# pages whose ordinal modulo k is i, so that k tasks share an archive. Raises OSError if the file cannot be read, never
# because of its contents.
ReadArchive = Callable[[BinaryIO, int, tuple[int, int]], Source]


def read_warc(file: BinaryIO, most_bytes: int, stride: tuple[int, int]) -> Source:
    """The pages of a WARC or ARC file; parsers are imported only when an archive is read."""
    from winnow.warc.reader import ArchiveReader

    return ArchiveReader(file, most_bytes, stride)


_PACKED = ("", ".gz", ".lz4", ".zst")
FORMATS: dict[str, ReadArchive] = {
    f".{kind}{packed}": read_warc for kind in ("warc", "arc", "wet", "wat") for packed in _PACKED
}


def suffixes() -> tuple[str, ...]:
    """The suffixes of names of archives."""
    return tuple(FORMATS)


def reader_of(name: str, formats: Mapping[str, ReadArchive]) -> ReadArchive:
    """The function that reads an archive with this name; files with other suffixes are read as WARC or ARC."""
    known = (read for suffix, read in formats.items() if name.endswith(suffix))
    return next(known, read_warc)
