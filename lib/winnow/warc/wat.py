"""WAT files, which are listed as damaged and not read, since they have no text."""

from __future__ import annotations

from collections.abc import Iterator

from winnow.page import Account, Page


class WatReader:
    """Gives no page; the account says why."""

    def __init__(self) -> None:
        self.account = Account("damaged", "a WAT file has no text; name the WARC or WET files of the crawl")

    def __iter__(self) -> Iterator[Page]:
        return iter(())
