"""A WAT file: told, not read, since it holds no text."""

from __future__ import annotations

from collections.abc import Iterator

from winnow.page import Account, Page


class WatReader:
    """No page of a WAT; the account says why."""

    def __init__(self) -> None:
        self.account = Account("damaged", "a WAT file has no text; name the WARC or WET files of the crawl")

    def __iter__(self) -> Iterator[Page]:
        return iter(())
