"""Reads archives into HTML pages, with an account of all their records."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from os import PathLike
from pathlib import Path
from typing import BinaryIO

from winnow.kernels.gates import (
    BODY_UNDECODABLE,
    HTML_TOO_LARGE,
    RECORD_DAMAGED,
    GateName,
)
from winnow.page import Account, Asked, Page
from winnow.warc.body import Body, decode_body
from winnow.warc.digests import digest_matches
from winnow.warc.framing import Damage, Framer, record_at
from winnow.warc.http import NO_TYPES, Response, is_html, parse_content_type, parse_response
from winnow.warc.records import Record
from winnow.warc.skipped import SKIPPED_KINDS, TEXT_KINDS
from winnow.warc.truncation import truncation
from winnow.warc.values import parse_date, parse_url
from winnow.warc.wet import text_page

SNIFFED_BYTES = 1024
BARE_KINDS = frozenset({"not_http", "resource", "conversion"})
BARE_HTML, TEXT = 0, 1  # in place of a status: HTML without an HTTP header, a text
SPARE_BYTES = 1024 * 1024  # kept of a record beyond twice the largest page: HTTP header, chunk lines


class ArchiveReader:
    """The HTML pages of an archive, read in one pass; `account` is complete when all are read.

    archive: a path, or a file that can seek; stride (i, k): read only pages whose ordinal modulo k is i, so that k
    readers share an archive. The account of each reader counts all records, whatever its stride.
    Raises OSError if the file cannot be opened or read, never because of its contents.
    """

    def __init__(self, archive: str | PathLike[str] | BinaryIO, asked: Asked, stride: tuple[int, int] = (0, 1)) -> None:
        self.archive = archive
        self.asked = asked
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
        for item in Framer(file, held_bytes(self.asked)):
            if isinstance(item, Damage):
                account.note(item.error, item.offset)
                continue
            response = self._count(item)
            if response:
                if account.pages % readers == mine:
                    yield make_page(item, response, self.asked)
                account.pages += 1
                account.without_header += response.status == BARE_HTML

    def _count(self, record: Record) -> Response | None:
        """Enters a record in the account; returns its response if it is a page."""
        kind, response = classify(record, self.asked.bare_html)
        self.account.records += 1
        self.account.length_mismatches += record.size != record.declared and not (record.cut or record.malformed)
        self.account.digest_mismatches += not digest_matches(record, response)
        if kind:
            self.account.skipped[kind] += 1
        return None if kind else response


def held_bytes(asked: Asked) -> int:
    """The bytes of a record's block to keep: pages in longer blocks are gated as too large without decoding."""
    return max(2 * asked.max_html_bytes + SPARE_BYTES, asked.max_text_bytes + 1)


def read_record(path: str | PathLike[str], offset: int, length: int, asked: Asked) -> Page | None:
    """The page with this record_offset and record_length; None if there is none."""
    with Path(path).open("rb") as file:
        record = record_at(file, offset, length, held_bytes(asked))
    kind, response = classify(record, asked.bare_html) if record else ("", None)
    return make_page(record, response, asked) if record and response and not kind else None


def classify(record: Record, bare_html: bool = True) -> tuple[str, Response | None]:
    """Why a record is not a page (a key of SKIPPED_KINDS, '' for a page), and its response if it has one.

    bare_html: HTML without an HTTP header is a page with status BARE_HTML. A WET text is a page with status TEXT.
    """
    if record.malformed:
        return "malformed", None
    written = record.fields.get(b"\nwarc-type:").lower()
    response = parse_response(record.block) if written == b"response" else None
    if not response:
        return _without_header("not_http" if written == b"response" else written.decode("latin-1"), record, bare_html)
    if response.status != 200:
        return "redirect" if response.status // 100 == 3 else "http_error", response
    head = _decoded(record, response, SNIFFED_BYTES).data if response.content_type in NO_TYPES else b""
    if is_html(response.content_type, head):
        return "", response
    return "plain_text" if response.content_type == "text/plain" else "not_html", response


def _without_header(kind: str, record: Record, bare_html: bool) -> tuple[str, Response | None]:
    """`classify` for a record without an HTTP header."""
    if kind == "conversion" and _media_type(record)[0] == "text/plain":
        return "", _bare(record, TEXT)
    if kind in BARE_KINDS and bare_html and _is_html(record):
        return "", _bare(record, BARE_HTML)
    return _or_text(kind, record) if kind in SKIPPED_KINDS else "unknown", None


def _or_text(kind: str, record: Record) -> str:
    """The kind of a record, or the kind for text or HTML if its media type or its first bytes show that."""
    media_type, _ = _media_type(record)
    is_text = media_type.startswith("text/") and media_type != "text/dns"
    is_text = is_text or _is_html(record)
    return f"{kind}_text" if is_text and f"{kind}_text" in TEXT_KINDS else kind


def _media_type(record: Record) -> tuple[str, str | None]:
    """The media type that a record states for its block, lower case, and its character set."""
    return _parse_stated(record.fields.get(b"\ncontent-type:"))


@lru_cache(maxsize=256)
def _parse_stated(stated: bytes) -> tuple[str, str | None]:
    return parse_content_type(stated.decode("latin-1"))


def _is_html(record: Record) -> bool:
    """Whether a block without an HTTP header is HTML: by its stated type, or by its first bytes for a response."""
    stated, _ = _media_type(record)
    return is_html("" if stated == "application/http" else stated, bytes(record.block[:SNIFFED_BYTES]))


def _bare(record: Record, status: int) -> Response:
    """A block without an HTTP header as a response."""
    stated, charset = _media_type(record)
    return Response(status, stated, charset, "", "", None, 0)


def make_page(record: Record, response: Response, asked: Asked) -> Page:
    """The page in a record, with its body decoded."""
    return text_page(record, asked) if response.status == TEXT else _html_page(record, response, asked.max_html_bytes)


def _html_page(record: Record, response: Response, max_html_bytes: int) -> Page:
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
        truncated=truncation(record, response, body.data, max_html_bytes),
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
