"""Splits an archive, intact or damaged, into its records."""

from __future__ import annotations

import array
import io
from bisect import bisect_left
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from winnow.warc.gzip_stream import GZIP_MAGIC, Window, find_member, is_compressed, member_end, open_window
from winnow.warc.lz4_zstd import LZ4_MAGIC, SCAN_BYTES, ZSTD_MAGIC, find_frame, frame_end
from winnow.warc.records import (
    MAX_HEADER_BYTES,
    NEXT_RECORD,
    SIGNATURE,
    Fields,
    Record,
    declared_length,
    header_end,
    parse_header,
    starts_record,
)
from winnow.warc.whole_members import whole_members

SHORTCUT_BYTES = 1024 * 1024  # compressed members that are inflated together
CALM_RECORDS = 8  # members of one record each, in a row, after which the shortcut is tried again
SEAM_BYTES = 8192  # bytes kept while the first line of a record is searched for


class Damage(NamedTuple):
    """A place that could not be read: its offset, as in Record, and what is wrong there."""

    offset: int
    error: str


class Framer:
    """Records and damaged places of one archive, in order.

    file        seekable
    held_bytes  bytes of a block to keep at most; the rest is only counted
    shortcut    whether members that contain exactly one whole record are inflated at once; everything else is read
                byte by byte
    Memory is bounded by held_bytes and SHORTCUT_BYTES.
    Differs from FastWARC: offsets are exact for every compression. If a declared length is too long, the block ends
    where the next record starts. If it is too short, and after damage, reading continues at the next record found.
    """

    def __init__(self, file: BinaryIO, held_bytes: int, shortcut: bool = True, place: int = 0) -> None:
        self.file = file
        self.held_bytes = held_bytes
        self.shortcut = shortcut
        self.place = place  # file offset and inflated offset from which the window reads
        self.inflated = 0
        self.stray_bytes = 0  # after the last record
        self.stream_end = -1  # inflated offset; -1 if not known yet
        self.inflated_offsets = array.array("q")  # in use, ascending: no two records have the same
        self.member_offsets = array.array("q")  # in use, ascending
        self.window = Window(iter(()), 0)

    def __iter__(self) -> Iterator[Record | Damage]:
        self.file.seek(self.place)
        magic = self.file.read(4)
        if not magic:
            yield Damage(0, "the file is empty")
        elif is_compressed(magic):
            yield from self._compressed(magic)
        elif (packed := self._packed_after_junk(self.place)) >= 0:
            yield Damage(self.place, "no record starts here")
            self.place = packed
            yield from self
        else:
            yield from self._uncompressed()

    def _compressed(self, magic: bytes) -> Iterator[Record | Damage]:
        """Records of a file that starts like a compressed one; if that start is junk, records of any form after it."""
        after = self.place + 1
        kinds = set()
        for item in self._gzip() if magic.startswith(GZIP_MAGIC[:2]) else self._frames(magic):
            kinds.add(type(item))
            yield item
        if kinds != {Damage}:
            return
        self.place = self._packed_after_junk(after)
        if self.place >= 0:
            yield from self
        else:
            self.place = after
            yield from self._uncompressed()

    def _uncompressed(self) -> Iterator[Record | Damage]:
        self.inflated, self.stream_end = self.place, self.file.seek(0, io.SEEK_END)
        yield from self._segment()

    def _gzip(self) -> Iterator[Record | Damage]:
        while self.place >= 0:
            if self.shortcut:
                yield from self._whole_members()
            yield from self._segment()
            self.stream_end = -1
            self.place = self._next_segment()

    def _frames(self, magic: bytes) -> Iterator[Record | Damage]:
        while self.place >= 0:
            yield from self._segment()
            self.stream_end, self.inflated = -1, self.window.position
            broken = self.window.broken_frame
            self.place = find_frame(self.file, broken + 1, magic, SIGNATURE) if broken >= 0 else -1

    def _packed_after_junk(self, start: int) -> int:
        """File offset of the first compressed record at or after start, -1 for none.

        Also -1 if an uncompressed record comes first, unless a broken frame contains it.
        """
        file = self.file
        file.seek(start)
        if starts_record(file.read(SCAN_BYTES).partition(b"\n")[0]):
            return -1
        places = [find_frame(file, start, magic, SIGNATURE) for magic in (LZ4_MAGIC, ZSTD_MAGIC)]
        packed = min((p for p in (find_member(file, start, SIGNATURE), *places) if p >= 0), default=-1)
        for place in range(start, packed, SCAN_BYTES):
            file.seek(place)
            if NEXT_RECORD.search(file.read(min(SCAN_BYTES + SEAM_BYTES, packed - place))):
                return packed if self._goes_on_packed(packed) else -1
        return packed

    def _goes_on_packed(self, start: int) -> bool:
        """Whether the compressed record at start is whole, and is followed by another or by the file's end."""
        self.file.seek(start)
        magic = self.file.read(4)
        is_gzip = magic.startswith(GZIP_MAGIC[:2])
        end = member_end(self.file, start) if is_gzip else frame_end(self.file, start, magic)
        self.file.seek(max(end, 0))
        after = self.file.read(4)
        return end >= 0 and (not after or is_compressed(after))

    def _whole_members(self) -> Iterator[Record]:
        """Records of members that contain exactly one whole record, up to the first other member."""
        before = -1
        while self.place > before:
            before = self.place
            self.file.seek(before)
            compressed = self.file.read(SHORTCUT_BYTES)
            for record, size in whole_members(compressed, before, self.held_bytes + MAX_HEADER_BYTES):
                yield self._addressed(record, self.inflated)
                self.place += record.length
                self.inflated += size

    def _addressed(self, record: Record, inflated: int) -> Record:
        """A member's record; with a free inflated offset if the member's offset is in use."""
        if self.inflated_offsets and _holds(self.inflated_offsets, record.offset):
            return record._replace(offset=self._free(inflated))
        self.member_offsets.append(record.offset)
        return record

    def _free(self, inflated: int) -> int:
        """A free offset for the record that begins here: its inflated offset, or one inside it. Marks it as used."""
        while _holds(self.member_offsets, inflated) or _holds(self.inflated_offsets, inflated):
            inflated += 1
        self.inflated_offsets.append(inflated)
        return inflated

    def _segment(self) -> Iterator[Record | Damage]:
        """Records of a stream up to its end, to an error, or to where the shortcut can be used again."""
        self.window = open_window(self.file, self.place, self.inflated)
        calm, cut = 0, False
        while self._at_line() and not (calm >= CALM_RECORDS and self.window.member_here() >= 0):
            place = self.window.place()
            if not self._at_record():
                self._block_to_next(0)
                yield Damage(place, "no record starts here")
                continue
            record, own_member = self._record()
            yield record
            calm, cut = calm + 1 if own_member and record.size == record.declared else 0, record.cut
            if cut or record.malformed or self.stray_bytes:
                yield Damage(record.offset, self._error(record))
        if self.window.error and not cut:
            member = self.window.last_member
            yield Damage(member if member >= 0 else self.window.position, self.window.error)

    def _next_segment(self) -> int:
        """File offset where reading continues after a segment, -1 at the end."""
        self.inflated = self.window.position
        if not self.window.error:
            return self.window.member_here() if self.window.buffer else -1
        return find_member(self.file, self.window.last_member + 1, SIGNATURE)

    def _error(self, record: Record) -> str:
        if record.malformed and not record.cut:
            return f"the record's header is longer than {MAX_HEADER_BYTES} bytes"
        if self.stray_bytes:
            return f"{self.stray_bytes} bytes after the record belong to no record"
        return self.window.error or "the archive ends inside a record"

    def _at_line(self) -> bool:
        """Skips blank lines; returns whether another line follows."""
        self.window.skip_blank_lines()
        return bool(self.window.buffer)

    def _at_record(self) -> bool:
        """Whether the first line of a record is here."""
        buffer = self.window.buffer
        while (end := buffer.find(b"\n", 0, MAX_HEADER_BYTES)) < 0 and len(buffer) < MAX_HEADER_BYTES:
            if not self.window.fill():
                return SIGNATURE.match(buffer) is not None
        return end >= 0 and starts_record(bytes(buffer[:end]))

    def _record(self) -> tuple[Record, bool]:
        """The record that starts here, and whether it is alone in its member. Moves the window to its end."""
        start, member = self.window.position, self.window.member_here()
        fields = self._fields()
        declared = declared_length(fields) if fields else -1
        block, size, at_end = self._block(declared, start) if fields else self._block_to_next(0, least=1)
        block_end, blank = self.window.position, self.window.skip_blank_lines(SEAM_BYTES)
        more = bool(self.window.buffer)
        end = self.window.ends[0] if self.window.ends else None
        own_member = member >= 0 and end is not None and block_end <= end.inflated <= self.window.position
        broken = own_member and bool(self.window.error) and not more and self.window.last_member == member
        misplaced = more and self.window.member_here() < 0 and not self._at_record()
        gap = self.window.position - block_end
        if misplaced and size == len(block) and gap == len(blank) and self._begins_in(block, blank):
            self.window.put_back(block + blank)
            block, size, _ = self._block_to_next(self.held_bytes)
            misplaced = False
        self.stray_bytes = self._block_to_next(0)[1] if misplaced else 0
        size += self.stray_bytes
        cut = broken or (at_end and (size < declared or not fields))
        if end is not None and own_member:
            record = Record(member, end.file - member, fields or Fields(b""), block, size, declared, not fields, cut)
            return self._addressed(record, start), True
        offset = self._free(start) if self.window.last_member >= 0 else start
        return Record(
            offset, self.window.position - start, fields or Fields(b""), block, size, declared, not fields, cut
        ), False

    def _begins_in(self, block: bytes, blank: bytes) -> bool:
        """Whether a record begins inside a block that was declared too long; its first line may end after the block."""
        found = NEXT_RECORD.search(block + blank + bytes(self.window.buffer[:SEAM_BYTES]))
        return found is not None and found.start() < len(block)

    def _fields(self) -> Fields | None:
        """Reads the header of the record that starts here; None if the header has no end."""
        window = self.window
        while (end := header_end(window.buffer)) < 0 and len(window.buffer) < MAX_HEADER_BYTES and window.fill():
            pass
        limit = window.record_start(SIGNATURE, window.position, window.position + max(end, 0))
        return parse_header(window.take(end)) if 0 <= end == limit - window.position else None

    def _block(self, declared: int, record_start: int) -> tuple[bytes, int, bool]:
        """Reads the block that starts here. Returns kept bytes, size, whether the stream ended too early."""
        first = self.window.position
        if declared < 0 or 0 <= self.stream_end < first + declared:
            return self._block_to_next(self.held_bytes)
        block = self.window.read(declared, self.held_bytes, SIGNATURE)
        size = self.window.position - first
        if size == declared or self.window.buffer:
            return block, size, False
        if size == len(block):
            self.window.put_back(block)
        else:
            self._reopen(record_start, first)
        return self._block_to_next(self.held_bytes)

    def _reopen(self, record_start: int, position: int) -> None:
        """Moves the window back to a place, once the end of the stream is known."""
        self.stream_end = self.window.position
        self.window = open_window(self.file, self.place, self.inflated)
        self.window.skip(record_start)
        self.window.member_here()
        self.window.skip(position)

    def _block_to_next(self, held_bytes: int, least: int = 0) -> tuple[bytes, int, bool]:
        """Reads up to the next record that can be found. Returns kept bytes, size, whether the stream ended first.

        least: 1 to skip a record that begins here.
        """
        window, block, first = self.window, bytearray(), self.window.position
        while window.buffer or window.fill():
            found = NEXT_RECORD.search(window.buffer, least if window.position == first else 0)
            place = window.position + found.start() if found else window.filled
            stop = window.record_start(SIGNATURE, first, place) - window.position
            at_next = found is not None or stop < len(window.buffer)
            count = stop if at_next or window.ended else max(stop - SEAM_BYTES, 0)
            block += window.buffer[: min(count, held_bytes - len(block))]
            window.drop(count)
            if at_next:
                return bytes(block), window.position - first, False
            window.fill()
        return bytes(block), window.position - first, True


def _holds(ascending: array.array[int], number: int) -> bool:
    place = bisect_left(ascending, number)
    return place < len(ascending) and ascending[place] == number


def record_at(file: BinaryIO, offset: int, length: int, held_bytes: int) -> Record | None:
    """The record with this offset and length; None if the archive has none.

    A member, or a record of an uncompressed file, is read alone. For other records, all that precedes is inflated.
    """
    file.seek(0)
    plain = not is_compressed(file.read(4))
    file.seek(offset)
    if plain or file.read(len(GZIP_MAGIC)) == GZIP_MAGIC:
        alone = (item for item in Framer(file, held_bytes, False, offset) if isinstance(item, Record))
        record = next(alone, None)
        if record and (record.offset, record.length) == (offset, length):
            return record
    for item in Framer(file, held_bytes):
        if isinstance(item, Record) and (item.offset, item.length) == (offset, length):
            return item
    return None
