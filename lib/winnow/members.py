"""Gzip members that hold exactly one whole record each, through FastWARC's inflater."""

from __future__ import annotations

import io
from collections.abc import Iterator

from fastwarc.stream_io import GzipReader

from winnow.records import Record, whole_record
from winnow.streams import GZIP_MAGIC

MAX_DEFLATE_RATIO = 1032  # inflated bytes of one compressed byte


def whole_members(compressed: bytes, base: int, most_bytes: int) -> Iterator[tuple[Record, int]]:
    """Records of the leading gzip members that hold exactly one whole record each, with their inflated bytes.

    base: file offset of the first; most_bytes: inflated bytes of a member. A member's end is where the next magic
    number stands, if the four bytes before it are the length of what was inflated; a member is given only after
    the inflater passed its checksum.
    """
    reader = GzipReader(io.BytesIO(compressed))
    waiting: tuple[Record, int] | None = None
    start = 0
    for end in [*_magic_numbers(compressed), len(compressed)]:
        size = int.from_bytes(compressed[end - 4 : end], "little")
        if size > min(most_bytes, MAX_DEFLATE_RATIO * (end - start)):
            continue
        try:
            data = reader.read(size)
        except OSError:
            return
        if waiting:
            yield waiting
        right = len(data) == size and reader.frame_start_position() == start
        record = whole_record(data, base + start, end - start) if right else None
        if record is None:
            return
        waiting, start = (record, size), end
    if waiting and start == len(compressed) and _is_at_end(reader):
        yield waiting


def _magic_numbers(data: bytes) -> list[int]:
    """Where a further gzip member may start."""
    places, place = [], data.find(GZIP_MAGIC, 1)
    while place >= 0:
        places.append(place)
        place = data.find(GZIP_MAGIC, place + 1)
    return places


def _is_at_end(reader: GzipReader) -> bool:
    """Whether the inflater passed the last checksum and has nothing left."""
    try:
        return not reader.read(1)
    except OSError:
        return False
