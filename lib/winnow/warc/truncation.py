"""Captures of which the crawler stored only the beginning."""

from __future__ import annotations

import re

from winnow.warc.http import Response
from winnow.warc.records import Record

UNSPECIFIED = "unspecified"

_WORD = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_END = re.compile(rb"</html\s*>\s*\Z", re.IGNORECASE)
_END_BYTES = 64


def truncation(record: Record, response: Response, body: bytes) -> str | None:
    """Why only the beginning of a page was stored; None for a whole page. `body` is decoded.

    The word of the record's WARC-Truncated in lower case: `length`, `time`, `disconnect`, `unspecified`, or another
    that a crawler writes, such as Heritrix's `long-headers`.
    Source: WARC 1.1, section 5.13.
    Differs: a value that is not a word counts as `unspecified`. So does a page without this field, if its stored body
    is shorter than the HTTP Content-Length and its decoded body does not end in `</html>`. Content-Length alone is not
    believed: 6 of 698 pages in the corpus's fixtures are too short for it, and 4 of these lack only one or two bytes
    after `</html>`. A body in chunks has no length to compare, and a damaged record says nothing about its page.
    """
    is_short = _lacks_bytes(record, response) and not _END.search(body[-_END_BYTES:])
    return stated_truncation(record) or (UNSPECIFIED if is_short else None)


def stated_truncation(record: Record) -> str | None:
    """The word of the record's WARC-Truncated, as above; None if it has no such field."""
    word = record.fields.get(b"\nwarc-truncated:").decode("latin-1").lower()
    if not word and b"\nwarc-truncated:" not in record.fields.lowered:
        return None
    return word if _WORD.fullmatch(word) else UNSPECIFIED


def _lacks_bytes(record: Record, response: Response) -> bool:
    if response.content_length is None or record.cut or record.size != record.declared:
        return False
    return record.size - response.body_start < response.content_length
