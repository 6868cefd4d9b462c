"""The texts of a JSON file: one object on each line, or objects in a list."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from winnow.page import Account, Asked, Page
from winnow.texts.blocks import Blocks, Lines, Piece, Values
from winnow.texts.columns import ALL, KNOWN, NOT_UTF8, first_found, make_page, told
from winnow.texts.reader import TextReader, raise_unreadable

_SPARE_BYTES = 1024 * 1024  # of a line for its other columns, beside eight times the longest text


class JsonReader(TextReader):
    """The texts of a JSON file, compressed or not. `account` counts this stride only, once all its texts are read.

    stride (i, k): in an uncompressed file, the lines that begin in the i-th of k equal parts; else every k-th line or
    object. A line that is not a JSON object is damage, counted as `malformed`; a value that is not a text is gated.
    Raises OSError if the file cannot be read, never because of its contents.
    """

    def __iter__(self) -> Iterator[Page]:
        self.account = Account(is_part=True)
        pieces, (mine, readers) = self._pieces(), self.stride
        try:
            for number, piece in enumerate(pieces):
                if number % readers == mine or (isinstance(pieces, Lines) and not pieces.blocks.is_packed):
                    yield from self._page(piece)
        except OSError as error:
            raise_unreadable(error)
            self.account.note(f"the file breaks off or is damaged: {error}", pieces.place)
        if not self.account.records and self.account.error is None and mine == 0 and pieces.place == 0:
            self.account.note("the file is empty", 0)

    def _pieces(self) -> Lines | Values:
        held = 8 * self.asked.max_text_bytes + _SPARE_BYTES
        form = self._form(held)
        blocks = Blocks(self.file)
        if form == "lines":
            mine, readers = self.stride
            if blocks.is_packed or readers == 1:
                return Lines(blocks, held)
            size = blocks.size()
            return Lines(blocks, held, size * mine // readers, size * (mine + 1) // readers)
        return Values(blocks, held, form == "list")

    def _form(self, held: int) -> str:
        """`list` if the file begins with a bracket, `values` if its first line is only a brace, else `lines`."""
        try:
            first = next(iter(Lines(Blocks(self.file), held)), None)
        except OSError as error:
            raise_unreadable(error)
            return "lines"
        if first is None or first.data is None:
            return "lines"
        if first.data.lstrip().startswith(b"["):
            return "list"
        return "values" if first.data.strip() == b"{" else "lines"

    def _page(self, piece: Piece) -> Iterator[Page]:
        account, asked = self.account, self.asked
        account.records += 1
        if piece.data is None:
            account.pages += 1
            yield too_large(piece.offset, piece.length, asked)
            return
        record, problem = parse_object(piece.data)
        if record is None:
            account.skipped["malformed"] += 1
            account.note(problem, piece.offset)
            return
        account.pages += 1
        yield page_of(record, piece.offset, piece.length, asked)


def too_large(offset: int, length: int, asked: Asked) -> Page:
    """The page of a line that is too long to keep in memory."""
    return make_page(offset, length, {"text": " " * (asked.max_text_bytes + 1)}, {}, asked)


def parse_object(data: bytes) -> tuple[Mapping[str, Any] | None, str]:
    """The JSON object of a line and ''; None and the reason if the line is not an object.

    A string with bytes that are not UTF-8 is replaced by NOT_UTF8.
    """
    try:
        text, is_valid = data.decode("utf-8"), True
    except UnicodeDecodeError:
        text, is_valid = data.decode("utf-8", "surrogateescape"), False
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return None, "a line is not JSON"
    if not isinstance(record, dict):
        return None, f"a line is not a JSON object but a {type(record).__name__}"
    return (record if is_valid else {name: _checked(value) for name, value in record.items()}), ""


def _checked(value: Any) -> Any:
    """A value of a line; strings that are not valid UTF-8 become NOT_UTF8."""
    if isinstance(value, str):
        return NOT_UTF8 if any("\udc80" <= character <= "\udcff" for character in value) else value
    return {name: _checked(inner) for name, inner in value.items()} if isinstance(value, dict) else value


def page_of(record: Mapping[str, Any], offset: int, length: int, asked: Asked) -> Page:
    """The page of a JSON object at this place."""
    found = {kind: first_found(kind, record, asked) for kind in KNOWN}
    used = {name.partition(".")[0] if "." in name else name for name, _ in found.values()}
    kept = [name for name in record if name not in used] if ALL in asked.keep else []
    kept += [name for name in asked.keep if name in record and name not in kept]
    extra = {name: record[name] for name in kept if record[name] is not NOT_UTF8}
    return make_page(offset, length, {kind: told(kind, *named) for kind, named in found.items()}, extra, asked)
