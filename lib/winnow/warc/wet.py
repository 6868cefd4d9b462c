"""The page of a WET record: the text that Common Crawl extracted from a response."""

from __future__ import annotations

from winnow.kernels.gates import RECORD_DAMAGED, TEXT_TOO_LARGE, TEXT_UNDECODABLE
from winnow.kernels.pages.markup import MAX_TITLE_CHARS
from winnow.page import Asked, Page
from winnow.warc.records import Record
from winnow.warc.truncation import stated_truncation
from winnow.warc.values import parse_date, parse_url


def text_page(record: Record, asked: Asked) -> Page:
    """The page of a WET record. If its first line can be a title, it becomes the title, and leaves the text.

    Source: Common Crawl's WET files: the title, a line end, the text; `WARC-Identified-Content-Language`. CCNet takes
    the first line for the title too.
    """
    is_large = record.size > asked.max_text_bytes
    try:
        text, is_valid = str(record.block, "utf-8"), True
    except UnicodeDecodeError:
        text, is_valid = "", record.cut or is_large  # a cut may go through a character
    title, text = split_title(text)
    languages = record.fields.get(b"\nwarc-identified-content-language:").decode("latin-1")
    gate = TEXT_TOO_LARGE if is_large else RECORD_DAMAGED if record.cut else None if is_valid else TEXT_UNDECODABLE
    return Page(
        record_offset=record.offset,
        record_length=record.length,
        url=parse_url(record.fields.get(b"\nwarc-target-uri:")),
        fetched_at=parse_date(record.fields.get(b"\nwarc-date:")),
        content_type="text/plain",
        http_charset=None,
        body=b"",
        html_bytes=None,
        gate=gate,
        text="" if gate else text,
        title="" if gate else title,
        truncated=stated_truncation(record),
        declared_languages=tuple(name.strip() for name in languages.split(",") if name.strip()),
    )


def split_title(text: str) -> tuple[str, str]:
    """The first line of a text as its title, and the other lines; '' and the whole text if that line cannot be a title.

    After a title, more lines follow. It has at most MAX_TITLE_CHARS characters.
    """
    first, end, rest = text.partition("\n")
    title = " ".join(first.split())
    return (title, rest) if end and rest and not rest.isspace() and 0 < len(title) <= MAX_TITLE_CHARS else ("", text)
