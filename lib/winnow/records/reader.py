"""Reads the chosen records of an archive, and nothing else of it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from winnow.page import Account, Asked, Page
from winnow.records.chosen import Chosen
from winnow.warc.framing import Damage, Framer
from winnow.warc.gzip_stream import GZIP_MAGIC
from winnow.warc.reader import BARE_HTML, ArchiveReader, held_bytes, make_page
from winnow.warc.records import MAX_HEADER_BYTES, Record, starts_record
from winnow.warc.whole_members import whole_members

_LINE_BYTES = 4096  # of an ARC record's first line, which contains its URL
_OUTSIDE, _NO_RECORD = "outside_file", "no_record"
_SAID = {
    _OUTSIDE: "the index names a record after the end of the archive",
    _NO_RECORD: "no record begins where the index names one",
}


class ChosenReader(ArchiveReader):
    """The pages among the chosen records; `account` counts only these, and is complete when all are read.

    A record begins at its offset, in a gzip member of its own or in an archive that is not compressed.
    If its length differs from the index, it is read anyway; this is damage, counted in `length_mismatches`. A row
    of the index that names no record is counted in `skipped`.
    Raises OSError if the file cannot be read, never because of its contents.
    """

    def __init__(self, file: BinaryIO, asked: Asked, chosen: Chosen) -> None:
        super().__init__(file, asked)
        self.file = file
        self.chosen = chosen

    def __iter__(self) -> Iterator[Page]:
        account = self.account = Account(is_part=True)
        for kind, count in (("repeated_row", self.chosen.repeated), ("no_place", self.chosen.without_place)):
            account.records += count
            if count:
                account.skipped[kind] = count
        if self.chosen.without_place:
            account.note("rows of the index name this archive without an offset or a length", 0)
        for offset, length in self.chosen.places:
            yield from self._page(offset, length)

    def _page(self, offset: int, length: int) -> Iterator[Page]:
        account = self.account
        record, problem = record_at_offset(self.file, offset, length, held_bytes(self.asked))
        if record is None:
            account.records += 1
            account.skipped[problem] += 1
            account.note(_SAID[problem], offset)
            return
        if record.length != length and not problem:
            account.length_mismatches += 1
            problem = f"the index says that a record has {length:,} bytes, but it has {record.length:,}"
        if problem:
            account.note(problem, offset)
        response = self._count(record)
        if response:
            account.pages += 1
            account.without_header += response.status == BARE_HTML
            yield make_page(record, response, self.asked)


def record_at_offset(file: BinaryIO, offset: int, length: int, held: int) -> tuple[Record | None, str]:
    """The record at this offset and its damage ('' for none); without a record, None and the kind of row.

    If a record is alone in its gzip member and the length is right, only its bytes are read.
    """
    try:
        file.seek(offset)
    except OSError as error:
        if error.errno != errno.EINVAL:  # beyond the largest offset of a file
            raise
        return None, _OUTSIDE
    data = file.read(min(length, held + MAX_HEADER_BYTES))
    if not data:
        return None, _OUTSIDE
    whole = next(whole_members(data, offset, held + MAX_HEADER_BYTES), None)
    if whole:
        return whole[0], ""
    if not _begins_record(file, offset, data):
        return None, _NO_RECORD
    record, damage = _framed(file, offset, held)
    return (record, damage) if record is not None else (None, _NO_RECORD)


def _begins_record(file: BinaryIO, offset: int, data: bytes) -> bool:
    """Whether a gzip member or a record of a file that is not compressed begins here; data: its first bytes."""
    if len(data) < _LINE_BYTES and b"\n" not in data:
        file.seek(offset)
        data = file.read(_LINE_BYTES)
    return data.startswith(GZIP_MAGIC) or starts_record(data[:MAX_HEADER_BYTES].partition(b"\n")[0])


def _framed(file: BinaryIO, offset: int, held: int) -> tuple[Record | None, str]:
    """The record that a framer finds at this offset, and what is wrong with it."""
    framer = Framer(file, held, shortcut=False, place=offset)
    items = iter(framer)
    first = next(items, None)
    if not isinstance(first, Record) or first.offset != offset:
        return None, ""
    is_broken = first.cut or first.malformed or framer.stray_bytes
    damages = (item.error for item in islice(items, 1) if isinstance(item, Damage)) if is_broken else iter(())
    return first, next(damages, "")
