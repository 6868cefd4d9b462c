"""Pages of which the crawler stored only the beginning, whether or not their records say so."""

from __future__ import annotations

import gzip
import io

import pytest

from tests.warc.make_archives import HTML, http, record
from winnow.page import Asked
from winnow.warc.reader import ArchiveReader

BODY = b"<html><p>The crawler stopped in the middle of this sent"
WHOLE = b"<html><p>All of it.</p></html>"


def truncated(*records: bytes) -> list[str | None]:
    return [page.truncated for page in ArchiveReader(io.BytesIO(b"".join(records)), Asked(10**6, 10**6))]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"length", "length"),
        (b"time", "time"),
        (b"disconnect", "disconnect"),
        (b"unspecified", "unspecified"),
        (b"long-headers", "long-headers"),
        (b"Length ", "length"),
        (b" ", "unspecified"),
        (b"cut at 1 MB", "unspecified"),
        (b"\xff\xfe", "unspecified"),
        (b"a" * 1000, "unspecified"),
    ],
)
def test_what_the_record_says(said: bytes, expected: str) -> None:
    assert truncated(record(http(BODY, HTML), WARC_Truncated=said)) == [expected]
    assert truncated(record(http(BODY, HTML), WARC_TRUNCATED=said)) == [expected]


def lengths(body: bytes, difference: int, *fields: bytes) -> list[str | None]:
    """For a body that is so many bytes shorter than its Content-Length."""
    return truncated(record(http(body, HTML, b"Content-Length: %d" % (len(body) + difference), *fields)))


@pytest.mark.parametrize(
    ("body", "difference", "fields", "expected"),
    [
        (BODY, 1, [], "unspecified"),
        (BODY, 50_000, [], "unspecified"),
        (BODY, 0, [], None),
        (BODY, -5, [], None),
        (WHOLE, 1, [], None),
        (WHOLE + b"\r\n ", 2, [], None),
        (WHOLE.upper(), 2, [], None),
        (gzip.compress(BODY, mtime=0), 20, [b"Content-Encoding: gzip"], "unspecified"),
        (gzip.compress(WHOLE, mtime=0), 20, [b"Content-Encoding: gzip"], None),
        (b"%x\r\n%s" % (len(BODY), BODY), 20, [b"Transfer-Encoding: chunked"], None),
    ],
)
def test_a_body_that_lacks_bytes(body: bytes, difference: int, fields: list[bytes], expected: str | None) -> None:
    """A body that contains the end of its page is complete, whatever the declared length."""
    assert lengths(body, difference, *fields) == [expected]


@pytest.mark.parametrize("length", [b"", b"many", b"-5", b"9" * 400])
def test_an_invalid_content_length_is_ignored(length: bytes) -> None:
    assert truncated(record(http(BODY, HTML, b"Content-Length: " + length))) == [None]


def test_a_damaged_record_says_nothing_of_its_page() -> None:
    data = record(http(BODY, HTML, b"Content-Length: 5000"))[:-20]
    assert truncated(data) == [None]
    assert truncated(record(http(BODY, HTML)), data) == [None, None]
