"""Reads archives into HTML pages, with an account of all their records."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from winnow.kernels.gates import BODY_UNDECODABLE, HTML_TOO_LARGE, RECORD_DAMAGED, GateName
from winnow.page import Account, Page
from winnow.warc.body import Body, decode_body
from winnow.warc.digests import digest_matches
from winnow.warc.framing import Damage, Framer, record_at
from winnow.warc.http import NO_TYPES, Response, is_html, parse_response
from winnow.warc.records import Record
from winnow.warc.skipped import SKIPPED_KINDS, TEXT_KINDS

SNIFFED_BYTES = 1024
SPARE_BYTES = 1024 * 1024  # kept of a record in addition to twice the largest page: HTTP header, chunk lines

_WARC_DATE = re.compile(rb"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?Z)?)?)?$")
_USUAL_DATE = b"--T::Z"  # every third byte of 2024-05-01T12:00:00Z from the fourth on
_ARC_DATE = re.compile(rb"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()$")


class ArchiveReader:
    """The HTML pages of an archive, read in one pass; `account` is complete when all are read.

    archive: a path, or a file that can seek; max_html_bytes: limit of a decoded body; stride (i, k): read only pages
    whose ordinal modulo k is i, so that k readers share an archive. The account of each reader is that of all pages.
    Raises OSError if the file cannot be opened or read, never because of its contents.
    """

    def __init__(
        self, archive: str | PathLike[str] | BinaryIO, max_html_bytes: int, stride: tuple[int, int] = (0, 1)
    ) -> None:
        self.archive = archive
        self.max_html_bytes = max_html_bytes
        self.stride = stride
        self.account = Account()

    def __iter__(self) -> Iterator[Page]:
        self.account = Account()
        if isinstance(self.archive, (str, PathLike)):
            with Path(self.archive).open("rb") as file:
                yield from self._pages(file)
        else:
            yield from self._pages(self.archive)

    def _pages(self, file: BinaryIO) -> Iterator[Page]:
        account = self.account
        mine, readers = self.stride
        for item in Framer(file, held_bytes(self.max_html_bytes)):
            if isinstance(item, Damage):
                self._note(item)
                continue
            response = self._count(item)
            if response:
                if account.pages % readers == mine:
                    yield make_page(item, response, self.max_html_bytes)
                account.pages += 1

    def _note(self, damage: Damage) -> None:
        if self.account.error is None:
            self.account.error, self.account.error_offset = damage.error, damage.offset
        self.account.status = "damaged"

    def _count(self, record: Record) -> Response | None:
        """Enters a record in the account; returns its response if it is a page."""
        kind, response = classify(record)
        self.account.records += 1
        self.account.length_mismatches += record.size != record.declared and not (record.cut or record.malformed)
        self.account.digest_mismatches += not digest_matches(record, response)
        if kind:
            self.account.skipped[kind] += 1
        return None if kind else response


def held_bytes(max_html_bytes: int) -> int:
    """The number of bytes of a record's block to keep: longer ones are gated html_too_large without decoding."""
    return 2 * max_html_bytes + SPARE_BYTES


def read_record(path: str | PathLike[str], offset: int, length: int, max_html_bytes: int) -> Page | None:
    """The page with this record_offset and record_length; None if there is none."""
    with Path(path).open("rb") as file:
        record = record_at(file, offset, length, held_bytes(max_html_bytes))
    kind, response = classify(record) if record else ("", None)
    return make_page(record, response, max_html_bytes) if record and response and not kind else None


def classify(record: Record) -> tuple[str, Response | None]:
    """Why a record is not a page (a key of SKIPPED_KINDS, '' for a page), and its response if it has one."""
    if record.malformed:
        return "malformed", None
    written = record.fields.get(b"\nwarc-type:").lower()
    if written != b"response":
        kind = written.decode("latin-1")
        return _or_text(kind, record) if kind in SKIPPED_KINDS else "unknown", None
    response = parse_response(record.block)
    if not response:
        return _or_text("not_http", record), None
    if response.status != 200:
        return "redirect" if response.status // 100 == 3 else "http_error", response
    head = _decoded(record, response, SNIFFED_BYTES).data if response.content_type in NO_TYPES else b""
    if is_html(response.content_type, head):
        return "", response
    return "plain_text" if response.content_type == "text/plain" else "not_html", response


def _or_text(kind: str, record: Record) -> str:
    """The kind of a record, or the kind for text or HTML if its media type or its first bytes show that."""
    media_type = record.fields.get(b"\ncontent-type:").decode("latin-1").split(";")[0].strip().lower()
    is_text = media_type.startswith("text/") and media_type != "text/dns"
    is_text = is_text or is_html(media_type, bytes(record.block[:SNIFFED_BYTES]))
    return f"{kind}_text" if is_text and f"{kind}_text" in TEXT_KINDS else kind


def make_page(record: Record, response: Response, max_html_bytes: int) -> Page:
    """The page in a record, with its body decoded."""
    body = _decoded(record, response, max_html_bytes)
    block_bytes = record.size if record.declared < 0 else min(record.size, record.declared)
    too_large = body.truncated or len(record.block) < block_bytes
    return Page(
        record_offset=record.offset,
        record_length=record.length,
        url=parse_url(record.fields.get(b"\nwarc-target-uri:")),
        fetched_at=parse_date(record.fields.get(b"\nwarc-date:")),
        content_type=response.content_type,
        http_charset=response.charset,
        body=b"" if too_large else body.data,
        html_bytes=max_html_bytes + 1 if too_large else len(body.data),
        gate=_gate(record, body, too_large),
    )


def _gate(record: Record, body: Body, too_large: bool) -> GateName | None:
    if record.cut:
        return RECORD_DAMAGED
    if body.undecodable:
        return BODY_UNDECODABLE
    return HTML_TOO_LARGE if too_large else None


def _decoded(record: Record, response: Response, limit: int) -> Body:
    raw = bytes(record.block[response.body_start :])
    return decode_body(raw, response.content_encoding, response.transfer_encoding, limit)


def parse_url(value: bytes) -> str:
    """The URL of a record: UTF-8, else Latin-1; without blanks, and without angle brackets that some writers add."""
    value = value.strip().strip(b"<>")
    try:
        return value.decode("utf-8").replace("\0", "")
    except UnicodeDecodeError:
        return value.decode("latin-1").replace("\0", "")


def parse_date(value: bytes) -> datetime | None:
    """The time of a record in UTC; the first moment of a shortened WARC 1.1 date; None if it is invalid.

    Source: WARC 1.1, section 5.4 (a W3C date); ARC, 14 digits. Differs: digits beyond microseconds are cut.
    """
    if len(value) == 20 and value[4::3] == _USUAL_DATE:
        with suppress(ValueError):
            return datetime.fromisoformat(value.decode("ascii"))
    found = _WARC_DATE.match(value) or _ARC_DATE.match(value)
    if not found:
        return None
    year, month, day, hour, minute, second, fraction = found.groups(b"")
    microsecond = int(fraction.ljust(6, b"0")[:6])
    try:
        return datetime(
            int(year),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            microsecond,
            UTC,
        )
    except ValueError:
        return None
