"""Archives and their damage as values that can be written down: a case that was found is a line of code."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from random import Random
from typing import NamedTuple

from hypothesis import strategies as st

from tests.warc.make_archives import FORMS, HTML, arc, http, page, record

CHUNKED = b"Transfer-Encoding: chunked"


def _noise(number: int) -> str:
    return Random(number).randbytes(number * 37 % 5000).hex()


# Records by kind; the number makes each one different.
KINDS: dict[str, Callable[[int], bytes]] = {
    "page": lambda n: page(f"page {n} " * (n % 90), f"http://a.example/{n}"),
    "noise": lambda n: page(_noise(n), f"http://a.example/noise/{n}"),
    "large": lambda n: page("x" * (n * 3001 % 300_000), f"http://a.example/large/{n}"),
    "gzip": lambda n: record(
        http(zlib.compress(b"<html>" + b"z" * n, wbits=31), HTML, b"Content-Encoding: gzip"),
        WARC_Target_URI=b"http://a.example/gzip/%d" % n,
    ),
    "chunked": lambda n: record(http(b"6\r\n<html>\r\n%x\r\n%b\r\n0\r\n\r\n" % (n, b"c" * n), HTML, CHUNKED)),
    "untyped": lambda n: record(http(b"<html>untyped %d" % n)),
    "request": lambda n: record(b"GET /%d HTTP/1.1\r\n\r\n" % n, b"request"),
    "warcinfo": lambda n: record(b"software: test %d" % n, b"warcinfo"),
    "redirect": lambda n: record(http(b"", b"Location: /%d" % n, status=b"301 Moved")),
    "too short": lambda n: page("s" * 200, f"http://a.example/short/{n}", length=n % 250),
    "too long": lambda n: page("l" * 200, f"http://a.example/long/{n}", length=250 + n * 97),
    "no length": lambda n: page("u" * 50, f"http://a.example/unknown/{n}", length=-1),
    "claims much": lambda n: page("m", f"http://a.example/much/{n}", length=10**13 + n),
    "broken digits": lambda n: record(http(b"<html>", HTML), length=None, Content_Length=b"1%dx" % n),
    "long header": lambda n: record(b"block", b"resource", WARC_Note=b"h" * (n * 2003)),
    "stray": lambda n: b"stray line %d\r\n" % n * (n % 9),
    "arc": lambda n: arc((b"http://a.example/arc/%d 192.0.2.1 20080509190241 text/html" % n, http(b"<html>arc", HTML)))[
        1
    ],
    "empty block": lambda n: record(b""),
}


class Flip(NamedTuple):
    """Flips bits of one byte."""

    place: int
    bits: int

    def do(self, data: bytes) -> bytes:
        at = self.place % max(len(data), 1)
        return data[:at] + bytes([data[at] ^ self.bits]) + data[at + 1 :] if data else data


class Cut(NamedTuple):
    """Removes some bytes."""

    place: int
    size: int

    def do(self, data: bytes) -> bytes:
        at = self.place % (len(data) + 1)
        return data[:at] + data[at + self.size :]


class Insert(NamedTuple):
    """Inserts other bytes."""

    place: int
    junk: bytes

    def do(self, data: bytes) -> bytes:
        at = self.place % (len(data) + 1)
        return data[:at] + self.junk + data[at:]


class Copy(NamedTuple):
    """Inserts a copy of some bytes at another place."""

    place: int
    size: int
    to: int

    def do(self, data: bytes) -> bytes:
        at, to = self.place % (len(data) + 1), self.to % (len(data) + 1)
        return data[:to] + data[at : at + self.size] + data[to:]


class Truncate(NamedTuple):
    """Cuts off the end."""

    place: int

    def do(self, data: bytes) -> bytes:
        return data[: self.place % (len(data) + 1)]


Step = Flip | Cut | Insert | Copy | Truncate


class Damaged(NamedTuple):
    """An archive: records by kind and number, packed in a form of make_archives, then damaged step by step."""

    form: str
    records: tuple[tuple[str, int], ...]
    steps: tuple[Step, ...] = ()

    def bytes(self) -> bytes:
        data = FORMS[self.form]([KINDS[kind](number) for kind, number in self.records] or [b""])
        for step in self.steps:
            data = step.do(data)
        return data


_PLACES = st.integers(0, 300_000)
_MAGIC = (b"\x1f\x8b\x08", b"\x1f\x8b\x08\x04" + bytes(6) + b"\xff\xff", b"\x28\xb5\x2f\xfd", b"\x04\x22\x4d\x18")
_LINES = (
    b"WARC/1.0\r\n",
    b"\r\nWARC/1.0\r\nContent-Length: 99999999999999999999999\r\n\r\n",
    b"\nWARC/1.1\nWARC-Type: response\nContent-Length: -1\n\n",
    b"http://b.example/ 1.2.3.4 20080101000000 text/html 7\n",
    b"Content-Length: 5\r\n",
    b"\r\n\r\n",
)
_JUNK = st.one_of(st.binary(max_size=40), st.sampled_from((*_MAGIC, *_LINES, b"\n", bytes(9), b"\xff" * 33)))
STEPS = st.one_of(
    st.builds(Flip, _PLACES, st.integers(1, 255)),
    st.builds(Cut, _PLACES, st.integers(1, 5000)),
    st.builds(Insert, _PLACES, _JUNK),
    st.builds(Copy, _PLACES, st.integers(1, 5000), _PLACES),
    st.builds(Truncate, _PLACES),
)
RECORDS = st.lists(st.tuples(st.sampled_from(sorted(KINDS)), st.integers(0, 120)), max_size=12).map(tuple)
ARCHIVES = st.builds(Damaged, st.sampled_from(sorted(FORMS)), RECORDS, st.lists(STEPS, max_size=4).map(tuple))
