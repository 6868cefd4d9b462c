"""Small archives for the tests, exact to the byte."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable

from fastwarc.stream_io import Lz4Writer, ZstdWriter

HTML = b"Content-Type: text/html"


def http(body: bytes, *fields: bytes, status: bytes = b"200 OK") -> bytes:
    """An HTTP response."""
    return b"\r\n".join([b"HTTP/1.1 " + status, *fields, b"", body])


def record(block: bytes, kind: bytes = b"response", length: int | None = None, **fields: bytes) -> bytes:
    """A WARC record; fields by name with `_` for `-`; an empty field is left out."""
    named = {b"WARC-Type": kind, b"WARC-Target-URI": b"http://a.example/", b"WARC-Date": b"2024-05-06T07:08:09Z"}
    named |= {name.replace("_", "-").encode(): value for name, value in fields.items()}
    named |= {b"Content-Length": str(len(block) if length is None else length).encode()} if length != -1 else {}
    lines = [name + b": " + value for name, value in named.items() if value]
    return b"\r\n".join([b"WARC/1.0", *lines, b"", block]) + b"\r\n\r\n"


def page(text: str, url: str = "http://a.example/", length: int | None = None) -> bytes:
    """A record that is an HTML page."""
    return record(http(f"<html>{text}</html>".encode(), HTML), length=length, WARC_Target_URI=url.encode())


def arc(*pages: tuple[bytes, bytes]) -> list[bytes]:
    """The records of an ARC file: (line without its length, block)."""
    about = b"1 0 test\nURL IP-address Archive-date Content-type Archive-length\n"
    records = [(b"filedesc://test.arc 0.0.0.0 20240506070809 text/plain", about), *pages]
    return [b"%s %d\n%s\n" % (line, len(block), block) for line, block in records]


def pages(count: int) -> list[bytes]:
    """Records: a warcinfo, then pages of different lengths, each after its request."""
    records = [record(b"software: test", b"warcinfo")]
    for number in range(count):
        records.append(record(b"GET / HTTP/1.1\r\n\r\n", b"request"))
        records.append(page(f"page {number} " * (number + 1), f"http://a.example/{number}"))
    return records


def _framed(writer_class: type[Lz4Writer] | type[ZstdWriter], records: list[bytes]) -> bytes:
    file = io.BytesIO()
    writer = writer_class(file)
    for data in records:
        writer.write(data)
        writer.finish()
    writer.flush()
    return file.getvalue()


def member(data: bytes) -> bytes:
    """A gzip member."""
    return gzip.compress(data, mtime=0)


FORMS: dict[str, Callable[[list[bytes]], bytes]] = {
    "plain": b"".join,
    "members": lambda records: b"".join(map(member, records)),
    "whole": lambda records: member(b"".join(records)),
    "pairs": lambda records: b"".join(
        member(b"".join(records[place : place + 2])) for place in range(0, len(records), 2)
    ),
    "mixed": lambda records: member(records[0]) + member(b"".join(records[1:3])) + b"".join(map(member, records[3:])),
    "blocks": lambda records: b"".join(
        member(b"".join(records)[place : place + 300]) for place in range(0, len(b"".join(records)), 300)
    ),
    "empty members": lambda records: member(b"") + b"".join(member(data) + member(b"") for data in records),
    "zeros": lambda records: b"".join(member(data) + bytes(5) for data in records),
    "lz4": lambda records: _framed(Lz4Writer, records),
    "zstd": lambda records: _framed(ZstdWriter, records),
}
