"""Pages that the crawler stored only in part, whether or not their records say so."""

from __future__ import annotations

import gzip
import io

import brotli
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
        (b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY), 20, [b"Transfer-Encoding: chunked"], None),
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


LONG = b"<html>" + b"".join(b"<p>Boat %d lies in the harbour.</p>" % number for number in range(400))
CHUNKS = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(LONG) // 2, LONG[: len(LONG) // 2], len(BODY), BODY)
CODED = {"gzip": gzip.compress(LONG, mtime=0), "br": brotli.compress(LONG)}
CHUNKED = b"Transfer-Encoding: chunked"


@pytest.mark.parametrize("coding", CODED)
@pytest.mark.parametrize("cut", [1, 9, 40])
def test_a_stream_that_does_not_end(coding: str, cut: int) -> None:
    field = f"Content-Encoding: {coding}".encode()
    assert truncated(record(http(CODED[coding], HTML, field))) == [None]
    assert truncated(record(http(CODED[coding][:-cut], HTML, field))) == ["unspecified"]
    assert truncated(record(http(LONG, HTML, field))) == [None]  # stored decoded


@pytest.mark.parametrize("cut", [4, 7, 10, 40, len(BODY) + 7, len(BODY) + 12])
def test_chunks_that_do_not_end(cut: int) -> None:
    assert truncated(record(http(CHUNKS, HTML, CHUNKED))) == [None]
    assert truncated(record(http(CHUNKS[:-cut], HTML, CHUNKED))) == ["unspecified"]
    assert truncated(record(http(LONG, HTML, CHUNKED))) == [None]  # stored decoded
    assert truncated(record(http(CHUNKS[: -5 - len(BODY)] + b"no size\r\n" + BODY, HTML, CHUNKED))) == [None]


def test_a_whole_page_in_a_stream_that_does_not_end() -> None:
    gzipped = gzip.compress(LONG + b"</html>", mtime=0)
    assert truncated(record(http(gzipped[:-4], HTML, b"Content-Encoding: gzip"))) == [None]


def test_a_stream_that_holds_more_than_is_taken() -> None:
    gzipped = gzip.compress(LONG * 200, mtime=0)[:-1]
    (page,) = ArchiveReader(io.BytesIO(record(http(gzipped, HTML, b"Content-Encoding: gzip"))), Asked(10**6, 10**6))
    assert (page.gate, page.truncated) == ("html_too_large", None)
