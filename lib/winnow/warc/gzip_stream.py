"""Inflated streams of archive files that know where their members start and end."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator
from re import Pattern
from typing import BinaryIO, NamedTuple

from winnow.warc.lz4_zstd import (
    LZ4_MAGIC,
    OUTPUT_BYTES,
    SCAN_BYTES,
    SIGNATURE_BYTES,
    ZSTD_MAGIC,
    inflate_frames,
)

GZIP_MAGIC = b"\x1f\x8b\x08"
INPUT_BYTES = 16 * 1024
PREFIX_BYTES = 512  # compressed bytes that show how a member starts


class Chunk(NamedTuple):
    """Inflated bytes; start and end: file offsets of the member that starts before or ends after them, else -1.

    frame: file offset of the lz4 or zstd frame that has the error.
    """

    data: bytes
    start: int = -1
    end: int = -1
    error: str = ""
    frame: int = -1


class Edge(NamedTuple):
    """A member's start or end: its place in the inflated stream and in the file."""

    inflated: int
    file: int


class Window:
    """The current part of an inflated stream: bytes, and the edges of members in and before them."""

    def __init__(self, chunks: Iterator[Chunk], position: int) -> None:
        self.chunks = chunks
        self.position = position
        self.buffer = bytearray()
        self.starts: deque[Edge] = deque()
        self.ends: deque[Edge] = deque()
        self.ended = False
        self.error = ""
        self.broken_frame = -1
        self.last_member = -1

    @property
    def filled(self) -> int:
        """Inflated offset after the bytes in the buffer."""
        return self.position + len(self.buffer)

    def fill(self) -> bool:
        """Read one more chunk; False at the end."""
        chunk = None if self.ended else next(self.chunks, None)
        if chunk is None:
            self.ended = True
            return False
        if chunk.start >= 0:
            self.starts.append(Edge(self.filled, chunk.start))
            self.last_member = chunk.start
        self.buffer += chunk.data
        if chunk.end >= 0:
            self.ends.append(Edge(self.filled, chunk.end))
        self.error, self.broken_frame = chunk.error, chunk.frame
        return True

    def take(self, count: int) -> bytes:
        """The next bytes, which were read already."""
        data = bytes(self.buffer[:count])
        self.drop(count)
        return data

    def put_back(self, data: bytes) -> None:
        """Undoes a take."""
        self.buffer[:0] = data
        self.position -= len(data)

    def drop(self, count: int) -> None:
        """Skips bytes that were read already."""
        del self.buffer[:count]
        self.position += count

    def skip(self, position: int) -> None:
        """Skips the stream up to this inflated offset."""
        while self.position < position and (self.buffer or self.fill()):
            self.drop(min(len(self.buffer), position - self.position))

    def skip_blank_lines(self, most: int = 0) -> bytes:
        """Skips CR and LF; returns the first `most` of them."""
        first = b""
        while self.buffer or self.fill():
            blank = len(self.buffer) - len(self.buffer.lstrip(b"\r\n"))
            first += self.buffer[: min(blank, most - len(first))]
            self.drop(blank)
            if self.buffer:
                break
        return first

    def member_here(self) -> int:
        """File offset of the member that starts at the current place, -1 if none does; forgets earlier ones."""
        while self.starts and self.starts[0].inflated < self.position:
            self.starts.popleft()
        while self.ends and self.ends[0].inflated <= self.position:
            self.ends.popleft()
        # an empty member starts at the same place as the next one: the last has the bytes
        while len(self.starts) > 1 and self.starts[1].inflated == self.position:
            self.starts.popleft()
        return self.starts[0].file if self.starts and self.starts[0].inflated == self.position else -1

    def place(self) -> int:
        """The offset of a record that starts here: the file offset of its member, else its inflated offset."""
        member = self.member_here()
        return member if member >= 0 else self.position

    def record_start(self, signature: Pattern[bytes], first: int, end: int) -> int:
        """The first place after first and before end where a member starts with the signature; else end."""
        while self.starts and self.starts[0].inflated < self.position:
            self.starts.popleft()
        for edge in self.starts:
            if first < edge.inflated < end and signature.match(self.buffer, edge.inflated - self.position):
                return edge.inflated
        return end

    def read(self, count: int, held_bytes: int, signature: Pattern[bytes]) -> bytes:
        """Reads count bytes, or up to the end or a member that starts with the signature; returns up to held_bytes."""
        first, held = self.position, bytearray()
        end = first + count
        while self.position < end:
            end = self.record_start(signature, first, end)
            piece = min(len(self.buffer), end - self.position)
            held += self.buffer[: min(piece, held_bytes - len(held))]
            self.drop(piece)
            if self.position < end and not self.buffer and not self.fill():
                break
        return bytes(held)


def open_window(file: BinaryIO, start: int, position: int) -> Window:
    """The inflated stream of a file from file offset `start` on; `position` is the inflated offset there."""
    file.seek(start)
    magic = file.read(4)
    file.seek(start)
    if magic.startswith(GZIP_MAGIC[:2]):
        return Window(inflate_gzip(file, start), position)
    if magic in (LZ4_MAGIC, ZSTD_MAGIC):
        frames = inflate_frames(file, start)
        return Window((Chunk(data, error=error, frame=frame) for data, error, frame in frames), position)
    return Window(_read_plain(file), position)


def is_compressed(magic: bytes) -> bool:
    """Whether these four bytes start a gzip, lz4 or zstd file."""
    return magic.startswith(GZIP_MAGIC[:2]) or magic in (LZ4_MAGIC, ZSTD_MAGIC)


def _read_plain(file: BinaryIO) -> Iterator[Chunk]:
    while data := file.read(SCAN_BYTES):
        yield Chunk(data)


def inflate_gzip(file: BinaryIO, start: int) -> Iterator[Chunk]:
    """The members of a gzip file from one of them on, up to the first error or the end.

    All bytes that can be inflated come before the error; zeros between and after members are skipped.
    """
    source = _Input(file, start)
    while source.has_data():
        if not source.data.startswith(GZIP_MAGIC[: len(source.data)]):
            yield Chunk(b"", source.position, source.position, "bytes between gzip members")
            return
        broken = False
        for chunk in _inflate_member(source):
            broken = bool(chunk.error)
            yield chunk
        if broken:
            return
        source.skip_zeros()


class _Input:
    """Compressed bytes that were read, and their file offset."""

    def __init__(self, file: BinaryIO, position: int) -> None:
        self.file = file
        self.position = position
        self.data = b""

    def has_data(self) -> bool:
        if len(self.data) < len(GZIP_MAGIC):
            self.file.seek(self.position + len(self.data))
            self.data += self.file.read(INPUT_BYTES)
        return bool(self.data)

    def keep(self, rest: bytes) -> None:
        self.position += len(self.data) - len(rest)
        self.data = rest

    def skip_zeros(self) -> None:
        while self.has_data() and self.data[0] == 0:
            self.keep(self.data.lstrip(b"\0"))


def _inflate_member(source: _Input) -> Iterator[Chunk]:
    """The member that starts at the current input; its last chunk has its end, or the error."""
    start, waiting, error = source.position, b"", ""
    inflater = zlib.decompressobj(31)
    while not (inflater.eof or error):
        before, more = inflater.copy(), source.has_data()
        try:
            data = inflater.decompress(source.data, OUTPUT_BYTES)
            source.keep(inflater.unused_data or inflater.unconsumed_tail)
            error = "" if more or data or inflater.eof else "the file ends inside a gzip member"
        except zlib.error as problem:
            data, error = _inflate_until_error(before, source.data), f"gzip: {problem}"
        waiting += data
        if len(waiting) >= SIGNATURE_BYTES or inflater.eof or error:
            yield Chunk(waiting, start, source.position if inflater.eof or error else -1, error)
            start, waiting = -1, b""


def _inflate_until_error(inflater: zlib._Decompress, data: bytes) -> bytes:
    """The bytes that can be inflated before the error in these bytes."""
    inflated = b""
    for place in range(len(data)):
        try:
            inflated += inflater.decompress(data[place : place + 1])
        except zlib.error:
            break
    return inflated


def member_end(file: BinaryIO, start: int) -> int:
    """File offset after the gzip member that starts here, -1 if it is broken."""
    chunk = next(chunk for chunk in inflate_gzip(file, start) if chunk.end >= 0)
    return -1 if chunk.error else chunk.end


def find_member(file: BinaryIO, start: int, signature: Pattern[bytes]) -> int:
    """File offset of the first gzip member at or after start whose bytes begin with the signature, -1 for none."""
    while True:
        file.seek(start)
        data = file.read(SCAN_BYTES)
        place = data.find(GZIP_MAGIC)
        while place >= 0:
            if signature.match(_inflate_prefix(data[place : place + PREFIX_BYTES])):
                return start + place
            place = data.find(GZIP_MAGIC, place + 1)
        if len(data) < SCAN_BYTES:
            return -1
        start += SCAN_BYTES - PREFIX_BYTES


def _inflate_prefix(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(data, SIGNATURE_BYTES)
    except zlib.error:
        return b""
