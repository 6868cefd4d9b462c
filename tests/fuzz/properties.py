"""Properties of the archive reader, the charset decoder, the URL gate, the lines and extraction, for any input."""

from __future__ import annotations

import codecs
import io
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

from tests.fuzz.damage import ARCHIVES, KINDS, Damaged, Flip, Insert
from tests.kernels.measures.measuring import MODES, Mode, compiled, corrected, differences, settings, texts
from tests.kernels.pages.html_soup import MODES as EXTRACT_MODES
from tests.kernels.pages.html_soup import SOUPS, outcomes
from tests.kernels.pages.test_extract import BALANCED
from tests.reference import gopher
from tests.warc.make_archives import FORMS
from winnow.kernels.gates import gates_of
from winnow.kernels.measures.measure import measure_buffer
from winnow.kernels.measures.metrics import METRICS
from winnow.kernels.pages.html import charset_of, decode_html
from winnow.kernels.pages.misreading import undo_double_encoding
from winnow.kernels.pages.url import explain_url, gate_url, parse_url, registered_domain
from winnow.kernels.pages.url_sets import UrlLists
from winnow.page import Account, Asked, Page
from winnow.settings.url_lists import load_lists
from winnow.warc.body import decode_body
from winnow.warc.framing import Damage, Framer, record_at
from winnow.warc.http import parse_response
from winnow.warc.reader import (
    SKIPPED_KINDS,
    ArchiveReader,
    classify,
    held_bytes,
    make_page,
)
from winnow.warc.reader import parse_date as parse_record_date
from winnow.warc.reader import parse_url as parse_record_url
from winnow.warc.records import Record

LIMIT = 200_000  # bytes of a page
ASKED = Asked(LIMIT, LIMIT)
CPU_SECONDS = 20  # for one input; more means that it hangs


class Property(NamedTuple):
    """A property: the inputs it takes, and the check, which fails with an exception."""

    inputs: st.SearchStrategy[Any]
    check: Callable[[Any], None]


@contextmanager
def in_bounded_time() -> Iterator[None]:
    """Fails if the block takes very long."""
    began = time.process_time()
    yield
    assert time.process_time() - began < CPU_SECONDS


def read(data: bytes, stride: tuple[int, int] = (0, 1)) -> tuple[list[Page], Account]:
    reader = ArchiveReader(io.BytesIO(data), ASKED, stride)
    return list(reader), reader.account


def check_archive(archive: Damaged) -> None:
    """No exception; every record counted; each page found again by its place; the same pages however it is read."""
    data = archive.bytes()
    with in_bounded_time():
        found, account = read(data)
    assert account.records == account.pages + sum(account.skipped.values())
    assert account.pages == len(found)
    assert set(account.skipped) <= set(SKIPPED_KINDS)
    assert (account.status == "damaged") == (account.error is not None) == (account.error_offset is not None)
    assert len({page.record_offset for page in found}) == len(found)
    for page in found:
        assert page.gate is None or page.gate in gates_of("record")
        assert len(page.body) <= LIMIT
        assert page.html_bytes in (len(page.body), LIMIT + 1)
        (page.url or "").encode()
    assert sorted(page for part in range(3) for page in read(data, (part, 3))[0]) == sorted(found)
    long = [plain(item) for item in Framer(io.BytesIO(data), held_bytes(ASKED), shortcut=False)]
    assert [plain(item) for item in Framer(io.BytesIO(data), held_bytes(ASKED))] == long
    for page in found[:4]:
        assert page_at(data, page.record_offset, page.record_length) == page


def plain(item: Record | Damage) -> tuple[Any, ...]:
    return (*item[:2], item.fields.head, bytes(item.block), *item[4:]) if isinstance(item, Record) else item


def page_at(data: bytes, offset: int, length: int) -> Page | None:
    record = record_at(io.BytesIO(data), offset, length, held_bytes(ASKED))
    kind, response = classify(record) if record else ("", None)
    return make_page(record, response, ASKED) if record and response and not kind else None


class Struck(NamedTuple):
    """An archive of intact records. One of them is struck: bytes are flipped, or junk is inserted."""

    form: str
    records: tuple[tuple[str, int], ...]
    struck: int
    blows: tuple[Flip | Insert, ...]


SOUND = ("page", "noise", "gzip", "request", "warcinfo", "redirect", "large")
STRUCK = st.builds(
    Struck,
    st.sampled_from(["members", "plain", "zeros", "lz4", "zstd"]),
    st.lists(st.tuples(st.sampled_from(SOUND), st.integers(1, 120)), min_size=1, max_size=10, unique=True).map(tuple),
    st.integers(0, 9),
    st.lists(
        st.one_of(
            st.builds(Flip, st.integers(0, 100_000), st.integers(1, 255)),
            st.builds(Insert, st.integers(0, 100_000), st.binary(min_size=1, max_size=30)),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
)


def check_resync(struck: Struck) -> None:
    """Every page except the struck one is found unchanged."""
    packed = [FORMS[struck.form]([KINDS[kind](number)]) for kind, number in struck.records]
    hit = struck.struck % len(packed)
    before = read(b"".join(packed))[0]
    alone = [page.url for page in read(packed[hit])[0]]
    for blow in struck.blows:
        packed[hit] = blow.do(packed[hit])
    with in_bounded_time():
        after = read(b"".join(packed))[0]
    found = [(page.url, page.body, page.gate) for page in after]
    for page in before:
        assert page.url in alone or (page.url, page.body, page.gate) in found


_LABELS = st.sampled_from(
    ["utf-8", "UTF8", "latin1", "windows-1251", "shift_jis", "euc-kr", "gbk", "big5", "utf-16", "utf-16le", "hz", "x",
     "iso-2022-jp", "utf-7", "utf-32", "cp437", "none", "", "\x00", "koi8-r", "iso-8859-8-i", "x-user-defined"]
)  # fmt: skip
_CODECS = st.sampled_from(["utf-8", "utf-16", "utf-16-be", "utf-32", "cp1251", "shift_jis", "gb18030", "utf-7", "hz"])
_PAGES = st.one_of(
    st.binary(),
    st.builds(lambda text, codec: text.encode(codec, "replace"), st.text(), _CODECS),
    st.builds(
        lambda label, text, rest: f'<meta charset="{label}">{text}'.encode("utf-8", "replace") + rest,
        _LABELS, st.text(), st.binary(max_size=20),
    ),
    st.builds(bytes.__add__, st.sampled_from([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"]), st.binary()),
    st.builds(lambda part, count: part * count, st.binary(min_size=1, max_size=9), st.integers(1, 3000)),
)  # fmt: skip


def check_charset(page: tuple[bytes, str | None]) -> None:
    """Valid Unicode without NUL, from a character set with a name; UTF-8 does not change, except a cut character."""
    body, label = page
    with in_bounded_time():
        text, charset = decode_html(body, label)
    text.encode("utf-8")
    assert "\0" not in text
    assert charset_of(charset) in (charset, None)
    assert decode_html(body, label) == (text, charset)
    assert len(text) <= max(len(body), 1)
    if charset == "utf-8" and b"\xff" not in body:
        marked = body.removeprefix(b"\xef\xbb\xbf")
        whole, _ = codecs.utf_8_decode(marked, "replace", False)
        assert text == undo_double_encoding(whole.replace("\0", ""), marked)


def check_body(message: tuple[bytes, str, str]) -> None:
    """Codings are undone without an exception, up to the limit."""
    raw, coding, transfer = message
    with in_bounded_time():
        body = decode_body(raw, coding, transfer, 5000)
    assert len(body.data) <= 5000
    assert not (body.undecodable and body.data)
    if not coding and not transfer:
        assert (body.data, body.truncated) == (raw[:5000], len(raw) > 5000)


_CODINGS = st.lists(
    st.sampled_from(["gzip", "deflate", "br", "zstd", "identity", "x-gzip", "compress", ""]), max_size=5
)
_PACKED = st.builds(
    lambda data, bits, flip: flip.do(zlib_packed(data, bits)), st.binary(), st.sampled_from([31, 15, -15]),
    st.builds(Flip, st.integers(0, 200), st.integers(0, 255)),
)  # fmt: skip
BODIES = st.tuples(
    st.one_of(st.binary(), _PACKED, st.builds(lambda data: b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data), _PACKED)),
    _CODINGS.map(", ".join),
    st.sampled_from(["", "chunked", "gzip, chunked", "CHUNKED"]),
)


def zlib_packed(data: bytes, bits: int) -> bytes:
    return zlib.compress(data, wbits=bits)


_URL_PARTS = (
    "http://", "https:", "//", "/", "?", "#", "@", ":", "[", "]", "::1", ":80", ".", "..", "www.", "a", "example",
    ".com", ".co.uk", "xn--", "xn--bcher-kva", "bücher", "食狮", "%2e", "%", "%00", "%ff", "0x7f", "127.1", "1", "\\",
    "\t", " ", "porn", "sex", "webcam", "escort", "\ud800", "\u3002", "\u200d", "ß", "İ", "user:pw@", "&", "=", "-",
    "_", "\x00", "~",
)  # fmt: skip
URLS = st.one_of(st.text(), st.lists(st.sampled_from(_URL_PARTS), max_size=14).map("".join))


class Minima(NamedTuple):
    """How many entries of a word list gate."""

    strict_min: int = 1
    hard_min: int = 1
    soft_min: int = 2


@cache
def demo_lists() -> UrlLists:
    folder = Path(__file__).parents[2] / "conf" / "lists"
    return load_lists(folder / "domains", ["adult"], folder / "words", folder / "exceptions", True)


def check_url(url: str) -> None:
    """Every URL has a result; the gate is the first explanation; blanks, case of the scheme and port do not matter."""
    lists = demo_lists()
    with in_bounded_time():
        gate = gate_url(url, lists, Minima())
    rules = [match.rule for match in explain_url(url, lists, Minima())]
    excepted = "excepted" in rules
    wanted = [rule for rule in rules if rule == "url_curated_source"] if excepted else rules
    assert gate == next(iter(wanted), None)
    address, domain = parse_url(url), registered_domain(url)
    assert address.host.isascii()
    assert address.host == address.host.lower()
    assert address.host.endswith(domain)
    assert bool(domain) == bool(address.host)
    assert parse_url(f"  {url} ") == address
    if len(address.host) < 253:
        assert registered_domain(f"http://{address.host}/") == domain
        assert parse_url(f"HTTP://{address.host}:80/").host == address.host


def check_lines(given: tuple[Mode, str]) -> None:
    """Equal to the oracles; finite; the rest is a subsequence of the text, and valid UTF-8."""
    mode, text = given
    by = settings(mode)
    assert differences(text, compiled(by), by) == {}
    left = corrected(text, mode)
    rest = iter(gopher.with_plain_newlines(text))
    assert all(char in rest for char in left.replace("\n", ""))


def check_buffer(given: tuple[Mode, bytes]) -> None:
    """Any bytes: finite metrics, and never more text than before."""
    mode, data = given
    text, bounds, metrics = measure_buffer(
        np.frombuffer(data, np.uint8), np.array([0, len(data)], np.int64), compiled(settings(mode))
    )
    assert metrics.shape == (1, len(METRICS))
    assert np.isfinite(metrics).all()
    assert (metrics >= 0).all()
    assert len(text) == bounds[-1] <= len(data)
    text.tobytes().decode("utf-8", "surrogatepass")


def check_header(block: bytes) -> None:
    """HTTP headers, dates and URLs of records: no exception, and valid results."""
    response = parse_response(block)
    assert response is None or 0 <= response.body_start <= len(block)
    assert "\0" not in parse_record_url(block).encode().decode()
    date = parse_record_date(block)
    assert date is None or date.tzinfo is not None


_HEADS = st.lists(
    st.one_of(
        st.sampled_from((
            b"HTTP/1.1 200 OK\r\n", b"HTTP/2 200\n", b"http 999\r\n", b"Content-Type: text/html; charset=", b"\r\n",
            b"\n", b"Content-Type:\r\n\t", b"2024-05-06T07:08:09Z", b"20240506070809", b":", b"<", b"\x00",
            b"HTTP/1.0 200",
        )),
        st.binary(max_size=12),
    ),
    max_size=9,
).map(b"".join)  # fmt: skip


def check_extraction(made: tuple[str, dict[str, Any]]) -> None:
    """The faster way through trafilatura gives the same as the plain way."""
    html, mode = made
    faster, plain = outcomes(html, replace(BALANCED, **mode))
    assert faster == plain


PROPERTIES: dict[str, Property] = {
    "archive": Property(ARCHIVES, check_archive),
    "resync": Property(STRUCK, check_resync),
    "charset": Property(st.tuples(_PAGES, st.one_of(st.none(), _LABELS, st.text(max_size=9))), check_charset),
    "body": Property(BODIES, check_body),
    "url": Property(URLS, check_url),
    "lines": Property(st.tuples(st.sampled_from(MODES), texts), check_lines),
    "buffer": Property(st.tuples(st.sampled_from(MODES), st.binary()), check_buffer),
    "header": Property(_HEADS, check_header),
    "extraction": Property(st.tuples(SOUPS, EXTRACT_MODES), check_extraction),
}
