"""WET and WAT files: texts that Common Crawl extracted from responses, and its metadata."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from tests.warc.make_archives import FORMS, member, record
from winnow.page import Asked, Page
from winnow.sources.formats import FORMATS, reader_of
from winnow.warc.reader import ArchiveReader
from winnow.warc.wet import split_title

ASKED = Asked(10_000, 100)
PLAIN = b"text/plain"


def wet(block: bytes, languages: bytes = b"", kind: bytes = PLAIN) -> bytes:
    return record(block, b"conversion", Content_Type=kind, WARC_Identified_Content_Language=languages)


def read(data: bytes) -> tuple[list[Page], ArchiveReader]:
    reader = ArchiveReader(io.BytesIO(data), ASKED)
    return list(reader), reader


def test_the_columns_of_a_page_of_wet() -> None:
    data = wet("A title\nÄ text\nof lines.\n".encode(), b"eng, deu")
    (found,), reader = read(data)
    fetched_at = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    text = "Ä text\nof lines.\n"
    assert found == Page(
        0, len(data), "http://a.example/", fetched_at, "text/plain", None, b"", None, None, text, "A title",
        ("eng", "deu"),
    )  # fmt: skip
    assert (reader.account.pages, reader.account.without_header) == (1, 0)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_wet_is_read(form: str) -> None:
    records = [record(b"about", b"warcinfo"), *(wet(b"Title %d\ntext" % number) for number in range(5))]
    found, reader = read(FORMS[form](records))
    assert [one.title for one in found] == [f"Title {number}" for number in range(5)]
    assert reader.account.skipped == {"warcinfo": 1}


@pytest.mark.parametrize(
    ("text", "title", "rest"),
    [
        ("Title\ntext", "Title", "text"),
        ("  A   title \r\n\ntext", "A title", "\ntext"),
        ("one line", "", "one line"),
        ("one line\n", "", "one line\n"),
        ("one line\n \t\n", "", "one line\n \t\n"),
        ("\ntext", "", "\ntext"),
        ("x" * 1000 + "\ntext", "x" * 1000, "text"),
        ("x" * 1001 + "\ntext", "", "x" * 1001 + "\ntext"),
        ("", "", ""),
    ],
)
def test_what_is_a_title(text: str, title: str, rest: str) -> None:
    assert split_title(text) == (title, rest)


@pytest.mark.parametrize(
    ("data", "gate"),
    [
        (wet(b"T\n" + b"x" * 98), None),
        (wet(b"T\n" + b"x" * 99), "text_too_large"),
        (wet(b"T\n" + b"x" * 50_000), "text_too_large"),
        (wet(b"T\nna\xefve"), "text_undecodable"),
        (wet("T\nnaïv".encode() + b"e" * 9)[:-12], "record_damaged"),
        (wet(b""), None),
    ],
)
def test_what_is_wrong_with_a_text_is_a_gate(data: bytes, gate: str | None) -> None:
    (found,), _ = read(data)
    assert found.gate == gate
    assert (found.text == "") == (gate is not None or data == wet(b""))


def test_another_conversion_is_no_page() -> None:
    found, reader = read(wet(b"%PDF", kind=b"application/pdf"))
    assert (found, reader.account.skipped) == ([], {"conversion": 1})


def test_a_wat_file_is_reported_and_not_read() -> None:
    source = reader_of("crawl/a.warc.wat.gz", FORMATS)(io.BytesIO(member(record(b"{}", b"metadata"))), ASKED, (0, 1))
    assert list(source) == []
    assert source.account.status == "damaged"
    assert source.account.error == "a WAT file has no text; name the WARC or WET files of the crawl"
