"""Texts for tests, as libraries write them, and the pages of a reader."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, BinaryIO

from winnow.page import Account, Asked, Page
from winnow.sources.formats import FORMATS, reader_of

ASKED = Asked(1000, 100)


def read(data: bytes | Path, name: str = "a.jsonl", asked: Asked = ASKED, parts: int = 1) -> tuple[list[Page], Account]:
    """The pages of a file, read in so many parts, and the sum of their accounts."""
    found: list[Page] = []
    total = Account(is_part=True)
    for part in range(parts):
        file: BinaryIO = io.BytesIO(data) if isinstance(data, bytes) else data.open("rb")
        with file:
            source = reader_of(name, FORMATS)(file, asked, (part, parts))
            found += source
        account = source.account
        assert account.is_part
        assert account.records == account.pages + sum(account.skipped.values())
        assert (account.status == "damaged") == (account.error is not None) == (account.error_offset is not None)
        total.records += account.records
        total.pages += account.pages
        total.skipped += account.skipped
        if account.error is not None and (total.error_offset is None or account.error_offset < total.error_offset):
            total.status, total.error, total.error_offset = account.status, account.error, account.error_offset
    assert len({page.record_offset for page in found}) == len(found) == total.pages
    return found, total


def told(pages: list[Page]) -> list[tuple[Any, ...]]:
    """The text or the gate of each page, in the order of their places."""
    return [page.gate or page.text for page in sorted(pages, key=lambda page: page.record_offset)]
