"""The bytes of a JSON file, inflated if compressed, and split into lines or values in limited memory."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import pyarrow as pa

BLOCK_BYTES = 1 << 20
PACKED_BLOCK_BYTES = 1 << 16  # at most this many intact bytes are lost before damage
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_OUTSIDE = re.compile(rb'["{}\[\]]')
_INSIDE = re.compile(rb'["\\]')
_BOM = b"\xef\xbb\xbf"


class Piece(NamedTuple):
    """A line or value: where it begins in the inflated file, its bytes (None if there are too many), its length."""

    offset: int
    data: bytes | None
    length: int


class _Lent:
    """A file that Arrow reads but does not close."""

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell

    def close(self) -> None:
        """Does nothing: whoever opened the file closes it."""


def lent(file: BinaryIO) -> pa.PythonFile:
    """A file for Arrow to read. It remains open when Arrow is done."""
    return pa.PythonFile(_Lent(file), "r")


class Blocks:
    """The bytes of a file from its beginning, inflated; `is_packed`: whether the file is compressed.

    A read raises OSError: with an errno if the file cannot be read, without one if it is damaged.
    """

    def __init__(self, file: BinaryIO) -> None:
        file.seek(0)
        head = file.read(4)
        codec = next((codec for magic, codec in _MAGIC.items() if head.startswith(magic)), None)
        file.seek(0)
        self.file = file
        self.is_packed = codec is not None
        self._stream = pa.CompressedInputStream(lent(file), codec) if codec else file

    def read(self) -> bytes:
        """The next bytes, b'' at the end."""
        return bytes(self._stream.read(PACKED_BLOCK_BYTES if self.is_packed else BLOCK_BYTES))

    def size(self) -> int:
        """Bytes of the file as stored."""
        place = self.file.tell()
        size = self.file.seek(0, io.SEEK_END)
        self.file.seek(place)
        return size


class Lines:
    """The lines that begin in [first, end) of a file, without blank ones; end None: up to the end of the file.

    `place`: the offset that reading has reached.
    """

    def __init__(self, blocks: Blocks, held_bytes: int, first: int = 0, end: int | None = None) -> None:
        self.blocks = blocks
        self.held_bytes = held_bytes
        self.first = first
        self.end = end
        self.place = first

    def __iter__(self) -> Iterator[Piece]:
        if self.first:
            self.blocks.file.seek(self.first - 1)
            self.place = self.first - 1
        is_passing = bool(self.first)  # whether a line that began before `first` is being skipped
        held, dropped = bytearray(), 0
        while block := self.blocks.read():
            *whole, rest = block.split(b"\n")
            for part in whole:
                piece = self._piece(held, part, dropped)
                held, dropped = bytearray(), 0
                begins, self.place = self.place, self.place + piece.length + 1
                if self.end is not None and begins >= self.end:
                    return
                if not is_passing and (piece.data is None or piece.data.strip()):
                    yield piece
                is_passing = False
            held += rest
            if len(held) > self.held_bytes or (is_passing and held):
                dropped, held = dropped + len(held), bytearray()
        piece = self._piece(held, b"", dropped)
        if piece.length and not is_passing and (self.end is None or self.place < self.end) and piece.data != b"":
            yield piece

    def _piece(self, held: bytearray, part: bytes, dropped: int) -> Piece:
        length = dropped + len(held) + len(part)
        data = None if dropped or length > self.held_bytes else bytes(held) + part if held else part
        if data is not None and self.place == 0:
            data = data.removeprefix(_BOM)
        return Piece(self.place, data, length)


class Values:
    """The objects, lists and strings in the outermost list of a JSON file, or at its top level."""

    def __init__(self, blocks: Blocks, held_bytes: int, is_list: bool) -> None:
        self.blocks = blocks
        self.held_bytes = held_bytes
        self.base = int(is_list)
        self.place = 0

    def __iter__(self) -> Iterator[Piece]:
        depth, in_string, skip = 0, False, 0
        begin, held, dropped = -1, bytearray(), False  # of the value that is being read
        while block := self.blocks.read():
            at, copied, skip = skip, 0, 0
            while found := (_INSIDE if in_string else _OUTSIDE).search(block, at):
                token, at = found[0], found.end()
                if token == b"\\":
                    at += 1
                    continue
                if token == b'"':
                    in_string = not in_string
                opens = (token == b'"' and in_string) or token in b"{["
                if opens and depth == self.base and begin < 0:
                    begin, copied = self.place + found.start(), found.start()
                depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(token, 0)
                if begin >= 0 and depth == self.base and not in_string:
                    held += block[copied:at]
                    length = self.place + at - begin
                    yield Piece(begin, None if dropped or length > self.held_bytes else bytes(held), length)
                    begin, held, dropped = -1, bytearray(), False
            skip = max(0, at - len(block))
            if begin >= 0:
                held += block[copied:]
                if len(held) > self.held_bytes:
                    held, dropped = bytearray(), True
            self.place += len(block)
        if begin >= 0:
            yield Piece(begin, bytes(held), self.place - begin)
