"""What a source gives of an archive: its pages, each with HTML or a text, and the account of all that it held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from winnow.kernels.gates import GateName


class Page(NamedTuple):
    """One page of an archive: an HTML response of status 200, or a text.

    record_offset, record_length  bytes; where the record's gzip member lies in the file, or the record in the inflated
                                  stream where it is no member of its own
    url            as archived, without blanks and angle brackets around it
    fetched_at     UTC, None where the archive's date is invalid
    content_type   media type as served, lower case, without parameters; '' where missing
    http_charset   as served in the HTTP header, None where missing
    body           without transfer and content codings, at most max_html_bytes; b'' where gated html_too_large, and
                   of a text
    html_bytes     bytes of the decoded body; max_html_bytes + 1 where there are more than max_html_bytes; None of a
                   text
    gate           a declared gate (kernels/gates), None for a page that may be parsed
    text, title    of a page whose text is known: nothing is decoded; None and '' of HTML
    """

    record_offset: int
    record_length: int
    url: str
    fetched_at: datetime | None
    content_type: str
    http_charset: str | None
    body: bytes
    html_bytes: int | None
    gate: GateName | None
    text: str | None = None
    title: str = ""


@dataclass
class Account:
    """What was read of an archive; records = pages + the sum of skipped.

    status             read, or damaged where any part of it could not be read
    error, error_offset  the first damage and its offset, as that of a record; None where there is none
    skipped            records that are no pages, by kind, such as SKIPPED_KINDS of warc.skipped
    digest_mismatches  records whose block differs from its digest, or whose payload does where no block digest is given
    length_mismatches  records whose block is longer or shorter than declared, damaged ones apart
    """

    status: str = "read"
    error: str | None = None
    error_offset: int | None = None
    records: int = 0
    pages: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    digest_mismatches: int = 0
    length_mismatches: int = 0


class Source(Protocol):
    """The pages of one open archive in the order in which they lie there; the account is complete when all are read."""

    @property
    def account(self) -> Account: ...  # noqa: D102
    def __iter__(self) -> Iterator[Page]: ...
