"""Pages that the crawler stored only in part."""

from __future__ import annotations

import re

from winnow.warc.body import ends_early
from winnow.warc.http import Response
from winnow.warc.records import Record

UNSPECIFIED = "unspecified"

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_END = re.compile(rb"</html\s*>\s*\Z", re.IGNORECASE)
_END_BYTES = 64


def truncation(record: Record, response: Response, body: bytes, limit: int) -> str | None:
    """Why only the beginning of a page was stored; None for a whole page. `body` is decoded, up to limit.

    The word of the record's WARC-Truncated in lower case: `length`, `time`, `disconnect`, `unspecified`, or another
    that a crawler writes, such as Heritrix's `long-headers`.
    Source: WARC 1.1, section 5.13.
    Differs: a value that is not a word counts as `unspecified`. So does a page without this field, if its stored body
    is shorter than the HTTP Content-Length, or lacks its last chunk or the end of its gzip or brotli stream, and its
    decoded body does not end in `</html>`. Content-Length alone is not trusted: 6 of 698 pages in the corpus's
    fixtures are too short for it, and 4 of these lack only one or two bytes after `</html>`. A damaged record says
    nothing about its page.
    """
    stated = stated_truncation(record)
    if stated or record.cut or record.size != record.declared or _END.search(body[-_END_BYTES:]):
        return stated
    return UNSPECIFIED if _lacks_bytes(record, response) or _ends_early(record, response, limit) else None


def stated_truncation(record: Record) -> str | None:
    """The word of the record's WARC-Truncated, `unspecified` if it is not a word; None without this field."""
    word = record.fields.get(b"\nwarc-truncated:").decode("latin-1").lower()
    if not word and b"\nwarc-truncated:" not in record.fields.lowered:
        return None
    return word if _WORD.fullmatch(word) else UNSPECIFIED


def _lacks_bytes(record: Record, response: Response) -> bool:
    length = response.content_length
    return length is not None and record.size - response.body_start < length


def _ends_early(record: Record, response: Response, limit: int) -> bool:
    codings = (response.content_encoding, response.transfer_encoding)
    if not any(codings) or len(record.block) < record.size:
        return False
    return ends_early(bytes(record.block[response.body_start :]), *codings, limit)
