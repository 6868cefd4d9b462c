"""Frames of lz4 and zstd files, one after another, so that a broken frame costs only itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from re import Pattern
from typing import BinaryIO, NamedTuple, cast

from fastwarc.stream_io import Lz4Reader, ZstdReader

LZ4_MAGIC = b"\x04\x22\x4d\x18"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
OUTPUT_BYTES = 64 * 1024
SCAN_BYTES = 64 * 1024
SIGNATURE_BYTES = 16  # inflated bytes that show whether a record starts
MAX_ZSTD_BLOCK = 128 * 1024
MAX_LZ4_BLOCK = 4 * 1024 * 1024 + 8
_SKIPPED = b"\x2a\x4d\x18"  # after a first byte of 50 to 5F: not inflated
_READERS: dict[bytes, type[Lz4Reader] | type[ZstdReader]] = {LZ4_MAGIC: Lz4Reader, ZSTD_MAGIC: ZstdReader}

Take = Callable[[int], bytes]


class Inflated(NamedTuple):
    """Inflated bytes, or the error that ends them and the file offset of the broken frame."""

    data: bytes
    error: str = ""
    frame: int = -1


def inflate_frames(file: BinaryIO, start: int) -> Iterator[Inflated]:
    """The frames of a file from one of them on, up to the first error or the end; skippable frames are left out.

    Source: RFC 8878, section 3.1; LZ4 frame format 1.6.
    """
    while True:
        file.seek(start)
        head = file.read(8)
        if head[1:4] == _SKIPPED and head[0] >> 4 == 5:
            start += 8 + int.from_bytes(head[4:], "little")
            continue
        if not head:
            return
        if head[:4] not in _READERS:
            yield Inflated(b"", "bytes between frames", start)
            return
        frame = _Frame(file, start, head[:4])
        try:
            yield from map(Inflated, frame.inflate())
        except OSError as error:
            if error.errno is not None:
                raise  # the file cannot be read; FastWARC's own errors have no number
            yield Inflated(b"", str(error), start)
            return
        if frame.broken:
            yield Inflated(b"", "the file ends inside a frame, or the frame is none", start)
            return
        start = frame.place


def find_frame(file: BinaryIO, start: int, magic: bytes, signature: Pattern[bytes]) -> int:
    """File offset of the first frame at or after start whose bytes begin with the signature, -1 for none."""
    while True:
        file.seek(start)
        data = file.read(SCAN_BYTES)
        place = data.find(magic)
        while place >= 0:
            if signature.match(_frame_start(file, start + place, magic)):
                return start + place
            place = data.find(magic, place + 1)
        if len(data) < SCAN_BYTES:
            return -1
        start += SCAN_BYTES - len(magic) + 1


def frame_end(file: BinaryIO, start: int, magic: bytes) -> int:
    """File offset after the frame that starts here, -1 if it is broken."""
    frame = _Frame(file, start, magic)
    try:
        for _ in frame.inflate():
            pass
    except OSError as error:
        if error.errno is not None:
            raise
        return -1
    return -1 if frame.broken else frame.place


def _frame_start(file: BinaryIO, start: int, magic: bytes) -> bytes:
    try:
        return next(iter(_Frame(file, start, magic).inflate(SIGNATURE_BYTES)), b"")
    except OSError as error:
        if error.errno is not None:
            raise
        return b""


class _Frame:
    """One frame as a file that ends with it; `place` is the file offset of its next unread byte."""

    def __init__(self, file: BinaryIO, start: int, magic: bytes) -> None:
        self.file = file
        self.place = start
        self.magic = magic
        self.broken = False
        self._pieces = (_lz4_pieces if magic == LZ4_MAGIC else _zstd_pieces)(self._take)
        self._data = b""
        self._given = 0

    def tell(self) -> int:
        """Bytes of the frame that the reader has read."""
        return self._given

    def inflate(self, most: int = OUTPUT_BYTES) -> Iterator[bytes]:
        """The inflated frame, in pieces of at most `most` bytes. Raises OSError if the frame is broken."""
        reader = _READERS[self.magic](cast(BinaryIO, self))
        while data := reader.read(most):
            yield data
        while not self.broken and self.read(OUTPUT_BYTES):  # a checksum that the reader did not ask for
            pass

    def read(self, size: int) -> bytes:
        """The next compressed bytes of the frame, for the reader."""
        if not self._data:
            try:
                self._data = next(self._pieces, b"")
            except EOFError:
                self.broken = True
        data, self._data = self._data[:size], self._data[size:]
        self._given += len(data)
        return data

    def _take(self, size: int) -> bytes:
        """Exactly this number of bytes of the file. Raises EOFError."""
        self.file.seek(self.place)
        data = self.file.read(size)
        if len(data) < size:
            raise EOFError
        self.place += size
        return data


def _zstd_pieces(take: Take) -> Iterator[bytes]:
    """Header, blocks and checksum of a frame. Raises EOFError if the frame is incomplete."""
    head = take(5)
    flags = head[4]
    single = flags >> 5 & 1
    sizes = ((1 if single else 0), 2, 4, 8)[flags >> 6] + (0, 1, 2, 4)[flags & 3] + 1 - single
    yield head + take(sizes)
    last = 0
    while not last:
        header = take(3)
        value = int.from_bytes(header, "little")
        last, kind, size = value & 1, value >> 1 & 3, value >> 3
        if kind == 3 or (size > MAX_ZSTD_BLOCK and kind != 1):
            raise EOFError
        yield header + take(1 if kind == 1 else size)
    if flags & 4:
        yield take(4)


def _lz4_pieces(take: Take) -> Iterator[bytes]:
    """Like _zstd_pieces, for an lz4 frame."""
    head = take(6)
    flags = head[4]
    if flags >> 6 != 1:
        raise EOFError
    yield head + take((8 if flags & 8 else 0) + (4 if flags & 1 else 0) + 1)
    while True:
        header = take(4)
        size = int.from_bytes(header, "little") & 0x7FFFFFFF
        if not any(header):
            break
        if size > MAX_LZ4_BLOCK:
            raise EOFError
        yield header + take(size + (4 if flags & 16 else 0))
    yield header + (take(4) if flags & 4 else b"")
