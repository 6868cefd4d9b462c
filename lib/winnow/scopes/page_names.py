"""The name of a page where it is shown: its URL, or its place for a text without a URL."""

from __future__ import annotations

from pyspark.sql import Column, Row
from pyspark.sql import functions as F


def page_name(page: Row) -> str:
    """The name of a row of `pages` or `documents`."""
    return str(page.url) if page.url is not None else f"{page.archive_path}:{page.record_offset}"


def page_name_expr() -> Column:
    """The same as a column `url`."""
    return F.coalesce("url", F.concat_ws(":", "archive_path", "record_offset")).alias("url")


def parse_place(name: str) -> tuple[str, int] | None:
    """The archive_path and the record_offset of such a name; None if the name is not a place."""
    path, colon, offset = name.rpartition(":")
    return (path, int(offset)) if colon and path and offset.isascii() and offset.isdigit() else None
