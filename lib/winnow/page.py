"""Pages as sources give them, with HTML or text, the options of a source, and its account of all records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from winnow.kernels.gates import GateName


class Asked(NamedTuple):
    """Options of a source, from the settings.

    max_html_bytes  of a decoded body; a larger page is gated
    max_text_bytes  of a text in UTF-8; a larger one is gated
    bare_html       whether HTML without an HTTP header is a page: resources, and responses whose header was not stored
    columns         column names that the user set, by content: text, url, id, title, date, language
    keep            further columns of texts to keep; `*` for all
    """

    max_html_bytes: int
    max_text_bytes: int
    bare_html: bool = True
    columns: Mapping[str, str] = {}
    keep: tuple[str, ...] = ()


class Page(NamedTuple):
    """One page of an archive: an HTML response of status 200, or a text.

    record_offset, record_length  offset and length, in bytes, of the record's gzip member in the file; if the record
                                  has no member of its own, its place in the inflated stream; for a table, the number
                                  of the row, from 0, and the bytes of its text
    url            as archived, without surrounding blanks and angle brackets; None for a text without a URL
    fetched_at     UTC, None if the archive's date is invalid
    content_type   media type as served, lower case, without parameters; '' if missing
    http_charset   as served in the HTTP header, None if missing
    body           without transfer and content codings, at most max_html_bytes; b'' if gated html_too_large, and for
                   texts
    html_bytes     bytes of the decoded body; max_html_bytes + 1 if it is longer than max_html_bytes; None for texts
    gate           a declared gate (kernels/gates); None for a page that may be parsed
    text, title    of a page that is a text; None and '' for HTML, which is not extracted yet
    declared_languages  as the archive or the file declares them
    extra          further columns that are kept, each as JSON
    truncated      why the crawler stored only the beginning: `length`, `time`, `disconnect`, `unspecified`, or
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
    """What was read from an archive; records = pages + the sum of skipped.

    status             read; or damaged, if any part could not be read
    error, error_offset  the first damage and its offset, counted like that of a record; None without damage
    skipped            number of records that are not pages, by kind, such as SKIPPED_KINDS of warc.skipped
    digest_mismatches  records that do not match their digest: of the block if there is one, else of the payload
    length_mismatches  records whose block is longer or shorter than declared; damaged records are not counted
    without_header     pages of HTML without an HTTP header
    is_part            whether the counts are those of one stride only, not of the whole archive
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
        """Records damage. The message of the first damage is kept."""
        if self.error is None:
            self.error, self.error_offset = error, offset
        self.status = "damaged"


class Source(Protocol):
    """The pages of one open archive, in order. The account is complete when all pages are read."""

    @property
    def account(self) -> Account: ...  # noqa: D102
    def __iter__(self) -> Iterator[Page]: ...
