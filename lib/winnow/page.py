"""What a source is asked for, and what it gives: pages, with HTML or text, and an account of all records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from winnow.kernels.gates import GateName


class Asked(NamedTuple):
    """What a source is asked for, as the settings say.

    max_html_bytes  of a decoded body; a larger page is gated
    max_text_bytes  of a text in UTF-8; a larger one is gated
    bare_html       whether HTML without an HTTP header is a page: resources, and responses whose header was not stored
    columns         names that a user gave the columns of texts, by what they hold: text, url, id, title, date, language
    keep            columns of texts that are carried along; `*` for all others
    """

    max_html_bytes: int
    max_text_bytes: int
    bare_html: bool = True
    columns: Mapping[str, str] = {}
    keep: tuple[str, ...] = ()


class Page(NamedTuple):
    """One page of an archive: an HTML response of status 200, or a text.

    record_offset, record_length  bytes: offset and length of the record's gzip member in the file; without a member of
                                  its own, of the record in the inflated stream; for a table, the number of the row,
                                  from 0, and the bytes of its text
    url            as archived, without blanks and angle brackets around it; None for a text without one
    fetched_at     UTC, None if the archive's date is invalid
    content_type   media type as served, lower case, without parameters; '' if missing
    http_charset   as served in the HTTP header, None if missing
    body           without transfer and content codings, at most max_html_bytes; b'' if gated html_too_large, and for
                   texts
    html_bytes     bytes of the decoded body; max_html_bytes + 1 if it is longer than max_html_bytes; None for texts
    gate           a declared gate (kernels/gates); None for a page that may be parsed
    text, title    of a page that is a text: nothing is decoded; None and '' for HTML
    declared_languages  as the archive or the file declares them
    extra          columns carried along, as JSON
    truncated      why the crawler took only the beginning of it: `length`, `time`, `disconnect`, `unspecified`, or
                   another word of the record's header; None for a whole page
    """

    record_offset: int
    record_length: int
    url: str | None
    fetched_at: datetime | None
    content_type: str
    http_charset: str | None
    body: bytes
    html_bytes: int | None
    gate: GateName | None
    text: str | None = None
    title: str = ""
    declared_languages: tuple[str, ...] = ()
    extra: Mapping[str, str] | None = None
    truncated: str | None = None


@dataclass
class Account:
    """What was read of an archive; records = pages + the sum of skipped.

    status             read; or damaged, if any part could not be read
    error, error_offset  the first damage and its offset, like that of a record; None if there is none
    skipped            number of records that are not pages, by kind, such as SKIPPED_KINDS of warc.skipped
    digest_mismatches  records that do not match their digest: of the block, or else of the payload
    length_mismatches  records whose block is longer or shorter than declared, without damaged ones
    without_header     pages of HTML without an HTTP header
    is_part            whether only the records of the reader's own stride are counted
    """

    status: str = "read"
    error: str | None = None
    error_offset: int | None = None
    records: int = 0
    pages: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    digest_mismatches: int = 0
    length_mismatches: int = 0
    without_header: int = 0
    is_part: bool = False

    def note(self, error: str, offset: int) -> None:
        """Enters damage, of which the first is told."""
        if self.error is None:
            self.error, self.error_offset = error, offset
        self.status = "damaged"


class Source(Protocol):
    """The pages of one open archive in their order; the account is complete when all are read."""

    @property
    def account(self) -> Account: ...  # noqa: D102
    def __iter__(self) -> Iterator[Page]: ...
