"""Gzip members of exactly one whole record each, inflated at once by libdeflate."""

from __future__ import annotations

from collections.abc import Iterator

from deflate import DeflateError, crc32, gzip_decompress

from winnow.warc.gzip_stream import GZIP_MAGIC
from winnow.warc.records import Record, whole_record

MAX_DEFLATE_RATIO = 1032  # inflated bytes of one compressed byte


def whole_members(compressed: bytes, base: int, most_bytes: int) -> Iterator[tuple[Record, int]]:
    """Records of the leading gzip members that are exactly one whole record each, with their inflated bytes.

    base: file offset of the first; most_bytes: inflated bytes of a member.

    A member ends with a trailer of eight bytes: the checksum and the length of its inflated bytes. A magic number is
    taken for the next member if such a trailer is right before it, and nowhere else in the member. Junk after a member
    could end in a copy of the trailer, and libdeflate does not say where it stopped.
    """
    start, view = 0, memoryview(compressed)
    for end in [*_magic_numbers(compressed), len(compressed)]:
        size = int.from_bytes(view[end - 4 : end], "little")
        if not 0 < size <= min(most_bytes, MAX_DEFLATE_RATIO * (end - start)):
            continue
        try:
            data = bytes(gzip_decompress(view[start:end], size))
        except DeflateError:
            return
        trailer = compressed[end - 8 : end]
        if len(data) != size or crc32(data) != int.from_bytes(trailer[:4], "little"):
            return
        if compressed.find(trailer, start, end - 1) >= 0:
            return
        record = whole_record(data, base + start, end - start)
        if record is None:
            return
        yield record, size
        start = end


def _magic_numbers(data: bytes) -> list[int]:
    """Where a further gzip member may start."""
    places, place = [], data.find(GZIP_MAGIC, 1)
    while place >= 0:
        places.append(place)
        place = data.find(GZIP_MAGIC, place + 1)
    return places
