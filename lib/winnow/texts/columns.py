"""The columns of texts by their content, and the names that libraries give them."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from winnow.kernels.gates import TEXT_MISSING, TEXT_TOO_LARGE, TEXT_UNDECODABLE, GateName
from winnow.kernels.pages.html import without_surrogates
from winnow.kernels.pages.markup import MAX_TITLE_CHARS
from winnow.page import Asked, Page

# Names in the order in which they are tried; a dot means a nested column. From datatrove (text, id, metadata),
# dolma (text, id, created, metadata), FineWeb (text, id, url, date, language), `datasets` (C4: text, url, timestamp),
# RedPajama 2 (raw_content, url, title, date_download, doc_id), and winnow's own exports (fetched_at).
KNOWN: Mapping[str, tuple[str, ...]] = {
    "text": ("text", "content", "raw_content"),
    "url": ("url", "metadata.url", "meta.url", "source_url"),
    "id": ("id", "doc_id", "document_id", "metadata.id", "meta.id"),
    "title": ("title", "metadata.title", "meta.title"),
    "date": ("date", "timestamp", "fetched_at", "date_download", "created", "metadata.date", "metadata.timestamp"),
    "language": ("language", "lang", "metadata.language", "metadata.lang", "meta.language"),
}
_EXPORTED_TIME, _NO_TIME = "fetched_at", datetime(1970, 1, 1, tzinfo=UTC)  # of winnow's exports, which have no nulls
ALL = "*"  # in `keep`: every column that is not used otherwise


class _NotUtf8:
    def __str__(self) -> str:
        return "not UTF-8"


NOT_UTF8 = _NotUtf8()  # the value of a text whose bytes are not UTF-8


def names_of(kind: str, asked: Asked) -> tuple[str, ...]:
    """The names that are tried for a column: the one that the user set, else all known names."""
    return (asked.columns[kind],) if kind in asked.columns else KNOWN[kind]


def first_found(kind: str, record: Mapping[str, Any], asked: Asked) -> tuple[str, Any]:
    """The first of these names that a record has, and its value; '' and None if it has none."""
    for name in names_of(kind, asked):
        if name in record:
            return name, record[name]
        outer, dot, inner = name.partition(".")
        below = record.get(outer) if dot else None
        if isinstance(below, Mapping) and inner in below:
            return name, below[inner]
    return "", None


def told(kind: str, name: str, value: Any) -> Any:
    """The value of a column; None for the time that winnow's exports write for a page without one."""
    return None if kind == "date" and name == _EXPORTED_TIME and parse_date(value) == _NO_TIME else value


def text_gate(text: Any, asked: Asked) -> GateName | None:
    """The gate of a value that should be a text; None if the text passes."""
    if text is NOT_UTF8:
        return TEXT_UNDECODABLE
    if not isinstance(text, str):
        return TEXT_MISSING
    most = asked.max_text_bytes
    is_large = len(text) > most or (4 * len(text) > most and len(text.encode("utf-8", "surrogatepass")) > most)
    return TEXT_TOO_LARGE if is_large else None


def make_page(place: int, length: int, values: Mapping[str, Any], extra: Mapping[str, Any], asked: Asked) -> Page:
    """The page of a text: `values` by their kind, `extra` by column name. The id is kept in `extra` as `id`."""
    text, title = values.get("text"), values.get("title")
    gate = text_gate(text, asked)
    carried = {without_surrogates(name): as_json(value) for name, value in extra.items()}
    if values.get("id") is not None:
        carried["id"] = as_json(values["id"])
    return Page(
        record_offset=place,
        record_length=length,
        url=_line(values.get("url")) or None,
        fetched_at=parse_date(values.get("date")),
        content_type="text/plain",
        http_charset=None,
        body=b"",
        html_bytes=None,
        gate=gate,
        text="" if gate else text,
        title=" ".join(_line(title).split())[:MAX_TITLE_CHARS],
        declared_languages=languages(values.get("language")),
        extra=carried or None,
    )


def parse_date(value: Any) -> datetime | None:
    """The time in UTC that a value gives, UTC assumed if it names no zone; None if it is not a time."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if not isinstance(value, datetime):
        return None
    try:
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def languages(value: Any) -> tuple[str, ...]:
    """The languages that a value names: one, several separated by commas, or a list."""
    named: Iterable[Any] = value.split(",") if isinstance(value, str) else value if isinstance(value, list) else ()
    return tuple(_line(name) for name in named if isinstance(name, str) and name.strip())


def as_json(value: Any) -> str:
    """A value as JSON: bytes in base64, times in ISO 8601, values that JSON does not have as strings."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=_plain, allow_nan=False)
    except ValueError:
        text = json.dumps(str(value), ensure_ascii=False)
    return without_surrogates(text)


def _plain(value: Any) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    return value.isoformat() if isinstance(value, date) else str(value)


def _line(value: Any) -> str:
    """A short string on one line, as URLs and titles are; '' if the value is not a string."""
    return without_surrogates(value).replace("\0", "").strip() if isinstance(value, str) else ""
