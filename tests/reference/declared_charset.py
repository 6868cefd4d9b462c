"""A slow reader of the character set that a page declares: WHATWG's states, byte by byte, as the standard has them.

Tags, comments and raw text follow the tokenizer (WHATWG HTML, section 13.2.5), attributes of a `meta` the prescan
(section 13.2.3.2). "Extracting a character encoding from a meta element" and "get an XML encoding" are followed step
by step.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

Labels = Callable[[str], str | None]

SPACES = b"\t\n\f\r "
RAW_TEXT = {b"title", b"textarea", b"style", b"xmp", b"iframe", b"noembed", b"noframes"}


class EndOfFileError(Exception):
    """The page ended inside a construct."""


class Reader:
    """A page and a place in it."""

    def __init__(self, page: bytes) -> None:
        self.page = page
        self.place = 0

    @property
    def now(self) -> bytes:
        if self.place >= len(self.page):
            raise EndOfFileError
        return self.page[self.place : self.place + 1]

    def next(self) -> bytes:
        byte = self.now
        self.place += 1
        return byte

    def looks_at(self, text: bytes) -> bool:
        return self.page[self.place : self.place + len(text)].lower() == text


def declared_charset(page: bytes, charset_of: Labels) -> str | None:
    found = None
    with suppress(EndOfFileError):
        found = first_meta(Reader(page), charset_of)
    found = found or xml_encoding(page, charset_of)
    return "utf-8" if found and found.startswith("utf-16") else found


def first_meta(reader: Reader, charset_of: Labels) -> str | None:
    while True:
        if reader.next() != b"<":
            continue
        if reader.now.isalpha():
            name, attributes = tag(reader)
            if name == b"plaintext":
                return None
            found = charset_of_meta(attributes, charset_of) if name == b"meta" else None
            if found:
                return found
            if name == b"script":
                script(reader)
            elif name in RAW_TEXT:
                raw_text(reader, name)
        elif reader.now == b"/":
            reader.next()
            if reader.now.isalpha():
                tag(reader)
            else:
                until_greater(reader)
        elif reader.looks_at(b"!--"):
            reader.place += 3
            comment(reader)
        elif reader.now in b"!?":
            until_greater(reader)


def until_greater(reader: Reader) -> None:
    while reader.next() != b">":
        pass


def comment(reader: Reader) -> None:
    """The states comment start, comment start dash, comment, comment end dash, comment end, comment end bang."""
    state = "start"
    while True:
        byte = reader.next()
        if state == "start":
            state = "start dash" if byte == b"-" else "comment"
            if byte == b">":
                return
        elif state in ("start dash", "end dash"):
            if byte == b">" and state == "start dash":
                return
            state = "end" if byte == b"-" else "comment"
        elif state == "comment":
            state = "end dash" if byte == b"-" else "comment"
        elif state == "end":
            if byte == b">":
                return
            state = {b"!": "bang", b"-": "end"}.get(byte, "comment")
        else:
            if byte == b">":
                return
            state = "end dash" if byte == b"-" else "comment"


def tag(reader: Reader) -> tuple[bytes, list[tuple[bytes, bytes]]]:
    name = b""
    while reader.now not in SPACES + b"/>":
        name += reader.next().lower()
    attributes = []
    while (attribute := get_attribute(reader)) is not None:
        attributes.append(attribute)
    return name, attributes


def get_attribute(reader: Reader) -> tuple[bytes, bytes] | None:
    """The prescan's "get an attribute"; None at the end of the tag, which is skipped."""
    while reader.now in SPACES + b"/":
        reader.next()
    if reader.now == b">":
        reader.next()
        return None
    name = value = b""
    while True:
        if reader.now == b"=" and name:
            reader.next()
            break
        if reader.now in SPACES:
            while reader.now in SPACES:
                reader.next()
            if reader.now != b"=":
                return name, b""
            reader.next()
            break
        if reader.now in b"/>":
            return name, b""
        name += reader.next().lower()
    while reader.now in SPACES:
        reader.next()
    if reader.now in b"\"'":
        quote = reader.next()
        while (byte := reader.next()) != quote:
            value += byte.lower()
        return name, value
    while reader.now not in SPACES + b">":
        value += reader.next().lower()
    return name, value


def raw_text(reader: Reader, name: bytes) -> None:
    while not (reader.looks_at(b"</" + name) and reader.page[reader.place + 2 + len(name) :][:1] in ENDS):
        reader.next()


ENDS = tuple(bytes([byte]) for byte in SPACES + b"/>")


def script(reader: Reader) -> None:
    """Script data, script data escaped, script data double escaped, each with the number of dashes just seen."""
    state, dashes = "data", 0
    while True:
        for start, other in ((b"</script", False), (b"<script", True)):
            if reader.looks_at(start) and reader.page[reader.place + len(start) :][:1] in ENDS:
                if state == ("escaped" if other else "double"):
                    state = "double" if other else "escaped"
                elif not other:
                    return
        if state == "data" and reader.looks_at(b"<!--"):
            reader.place += 4
            state, dashes = "escaped", 2
            continue
        byte = reader.next()
        if byte == b">" and dashes >= 2:
            state = "data"
        dashes = dashes + 1 if byte == b"-" else 0


def charset_of_meta(attributes: list[tuple[bytes, bytes]], charset_of: Labels) -> str | None:
    """The prescan's steps: charset is "null" before anything was found, None after a failure."""
    seen: set[bytes] = set()
    got_pragma, need_pragma, charset = False, None, "null"
    for name, value in attributes:
        if name in seen:
            continue
        seen.add(name)
        if name == b"http-equiv" and value == b"content-type":
            got_pragma = True
        elif name == b"content" and charset == "null":
            found = extract_encoding(value, charset_of)
            if found:
                charset, need_pragma = found, True
        elif name == b"charset":
            charset, need_pragma = charset_of(value.decode("latin-1")), False  # type: ignore[assignment]
    if need_pragma is None or (need_pragma and not got_pragma):
        return None
    return charset


def extract_encoding(content: bytes, charset_of: Labels) -> str | None:
    reader = Reader(content + b";")  # the end of the value ends a label, like a semicolon
    try:
        while True:
            while not reader.looks_at(b"charset"):
                reader.next()
            reader.place += len(b"charset")
            while reader.now in SPACES:
                reader.next()
            if reader.now == b"=":
                reader.next()
                break
        while reader.now in SPACES:
            reader.next()
        label = b""
        if reader.now in b"\"'":
            quote = reader.next()
            while (byte := reader.next()) != quote:
                label += byte
        else:
            while reader.now not in SPACES + b";":
                label += reader.next()
    except EndOfFileError:
        return None
    return charset_of(label.decode("latin-1"))


def xml_encoding(page: bytes, charset_of: Labels) -> str | None:
    if not page.startswith(b"<?xml") or b">" not in page:
        return None
    reader = Reader(page[: page.index(b">")])
    try:
        while not reader.page.startswith(b"encoding", reader.place):
            reader.next()
        reader.place += len(b"encoding")
        while reader.now <= b" ":
            reader.next()
        if reader.next() != b"=":
            return None
        while reader.now <= b" ":
            reader.next()
        quote, label = reader.next(), b""
        if quote not in (b'"', b"'"):
            return None
        while (byte := reader.next()) != quote:
            label += byte
    except EndOfFileError:
        return None
    return None if any(byte <= 0x20 for byte in label) else charset_of(label.decode("latin-1"))
