"""Bodies: codings undone within bounds, character sets found."""

from __future__ import annotations

import gzip
import io
import tarfile
import zlib
from pathlib import Path

import brotli
import pytest
from fastwarc.stream_io import ZstdWriter
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.kernels.pages.html import charset_of, decode_html
from winnow.warc.body import Body, decode_body

TEXT = "<html>Grüße, мир, 世界</html>".encode() * 50


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def zstd(data: bytes) -> bytes:
    file = io.BytesIO()
    writer = ZstdWriter(file)
    writer.write(data)
    writer.finish()
    writer.flush()
    return file.getvalue()


def pack(data: bytes, codings: str) -> bytes:
    for coding in codings.split(", "):
        data = PACKERS[coding](data)
    return data


def chunked(data: bytes, size: int = 7, end: bytes = b"\r\n") -> bytes:
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    return b"".join(b"%x;ext=1" % len(piece) + end + piece + end for piece in pieces) + b"0" + end + end


PACKERS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": lambda data: brotli.compress(data, quality=3),
    "zstd": zstd,
}
PACKED = {
    "": TEXT,
    "gzip": gzip.compress(TEXT),
    "x-gzip": gzip.compress(TEXT[:100]) + gzip.compress(TEXT[100:]),
    "GZIP": gzip.compress(TEXT) + b"trailing",
    "deflate": zlib.compress(TEXT),
    "Deflate": raw_deflate(TEXT),
    "br": brotli.compress(TEXT),
    "zstd": zstd(TEXT),
    "gzip, br": brotli.compress(gzip.compress(TEXT)),
    "deflate,gzip,deflate,br": brotli.compress(zlib.compress(gzip.compress(raw_deflate(TEXT)))),
    "identity": TEXT,
    "none": TEXT,
    "utf-8, gzip": gzip.compress(TEXT),
}


@pytest.mark.parametrize("coding", PACKED)
@pytest.mark.parametrize("transfer", ["", "chunked", "identity, Chunked"])
def test_codings(coding: str, transfer: str) -> None:
    raw = chunked(PACKED[coding]) if transfer else PACKED[coding]
    assert decode_body(raw, coding, transfer, len(TEXT)) == Body(TEXT, False, False)
    assert decode_body(raw, coding, transfer, len(TEXT) - 1) == Body(TEXT[:-1], True, False)


@pytest.mark.parametrize("coding", PACKED)
def test_a_body_that_was_stored_decoded(coding: str) -> None:
    assert decode_body(TEXT, coding, "chunked", len(TEXT)) == Body(TEXT, False, False)


@pytest.mark.parametrize(
    ("raw", "coding"),
    [
        (b"\x00\x01\x02binary", "gzip"),
        (b"\x1f\x8b\x08\x00broken at once" + bytes(9), "deflate"),
        (b"\x00\x01\x02binary", "br"),
        (b"\x00\x01\x02binary", "zstd"),
        (b"\x1f\x9d\x90", "compress"),
        (gzip.compress(b"x", mtime=0), "gzip, gzip, gzip, gzip, gzip"),
    ],
)
def test_undecodable(raw: bytes, coding: str) -> None:
    assert decode_body(raw, coding, "", 1000) == Body(b"", False, True)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, br"])
def test_a_body_that_ends_early_gives_what_came_before(coding: str) -> None:
    varied = "".join(f"<p>{number} {number * number}</p>" for number in range(30000)).encode()
    raw = pack(varied, coding)
    found = decode_body(raw[: len(raw) * 3 // 4], coding, "", len(varied))
    assert varied.startswith(found.data)
    assert len(found.data) > len(varied) // 4
    assert not found.undecodable


def test_a_broken_stream_gives_every_byte_before_the_error() -> None:
    packer = zlib.compressobj(wbits=31)
    good = packer.compress(TEXT) + packer.flush(zlib.Z_FULL_FLUSH)
    assert decode_body(good + b"\xff" * 40, "gzip", "", 10**6).data == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "gzip, gzip", "br, gzip"])
def test_a_bomb_is_not_inflated(coding: str) -> None:
    found = decode_body(pack(bytes(50_000_000), coding), coding, "", 100_000)
    assert found == Body(bytes(100_000), True, False)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"3\nabc\n2\nde\n0\n\n", b"abcde"),
        (b"  A ; x=1\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", b"0123456789"),
        (b"3\r\nabc\r\n5\r\nde", b"abcde"),
        (b"3\r\nabc\r\nno length\r\n", b"abcno length\r\n"),
        (b"not chunked", b"not chunked"),
        (b"ffffffffffffffffff\r\nabc", b"ffffffffffffffffff\r\nabc"),
        (b"ffffffffffffff\r\nabc", b"abc"),
        (b"", b""),
    ],
)
def test_chunks(raw: bytes, expected: bytes) -> None:
    assert decode_body(raw, "", "chunked", 1000).data == expected


CODINGS = st.lists(st.sampled_from([*PACKED, "compress", "\0"])).map(",".join)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([b"", *PACKED.values()]), st.binary(), CODINGS, st.sampled_from(["", "chunked"]))
def test_bodies_are_total_and_bounded(start: bytes, rest: bytes, coding: str, transfer: str) -> None:
    found = decode_body(start[: len(start) // 2] + rest, coding, transfer, 500)
    assert len(found.data) <= 500
    assert not (found.undecodable and found.data)


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("UTF-8", "utf-8"),
        (' "utf8"', "utf-8"),
        ("latin1", "windows-1252"),
        ("ISO-8859-1", "windows-1252"),
        ("us-ascii", "windows-1252"),
        ("gb2312", "gb18030"),
        ("x-sjis", "shift_jis"),
        ("ks_c_5601-1987", "euc-kr"),
        ("tis-620", "windows-874"),
        ("iso-8859-2", "iso-8859-2"),
        ("koi8-r", "koi8-r"),
        ("x-mac-cyrillic", "x-mac-cyrillic"),
        ("rot13", None),
        ("unicode_escape", None),
        ("nonsense", None),
        ("", None),
    ],
)
def test_labels(label: str, name: str | None) -> None:
    assert charset_of(label) == name


GERMAN = "<p>Grüße aus München – schöne Straße</p>" * 5
RUSSIAN = "<p>Привет, как дела? Всё хорошо, спасибо большое.</p>" * 5


@pytest.mark.parametrize(
    ("body", "header", "expected"),
    [
        (GERMAN.encode(), None, (GERMAN, "utf-8")),
        (GERMAN.encode(), "iso-8859-1", (GERMAN, "utf-8")),
        (b"\xef\xbb\xbf" + GERMAN.encode(), "koi8-r", (GERMAN, "utf-8")),
        (b"\xff\xfe" + GERMAN.encode("utf-16le"), "utf-8", (GERMAN, "utf-16le")),
        (b"\xfe\xff" + GERMAN.encode("utf-16be"), None, (GERMAN, "utf-16be")),
        (GERMAN.encode("utf-16le"), None, (GERMAN, "utf-16le")),
        (RUSSIAN.encode("utf-16be"), "utf-8", (RUSSIAN, "utf-16be")),
        (RUSSIAN.encode("utf-32le"), None, (RUSSIAN, "utf-32le")),
        (GERMAN.encode("cp1252"), "ISO-8859-1", (GERMAN, "windows-1252")),
        (GERMAN.encode("cp1252"), "utf-8", (GERMAN, "windows-1252")),
        (GERMAN.encode("cp1252"), "nonsense", (GERMAN, "windows-1252")),
        (RUSSIAN.encode("cp1251"), "windows-1251", (RUSSIAN, "windows-1251")),
        (RUSSIAN.encode("cp1251"), None, (RUSSIAN, "windows-1251")),
        (RUSSIAN.encode("koi8-r"), "utf-8", (RUSSIAN, "koi8-r")),
        ("日本語のページ".encode("iso-2022-jp"), "iso-2022-jp", ("日本語のページ", "iso-2022-jp")),
        (b"plain", "gb2312", ("plain", "utf-8")),
        (b"caf+AOk-, +ADw-script+AD4-", "utf-7", ("caf+AOk-, +ADw-script+AD4-", "utf-8")),
        (b"a\0b", None, ("ab", "utf-8")),
        (b"", None, ("", "utf-8")),
        (GERMAN.encode() * 9 + b"\xff", None, (GERMAN * 9 + "\ufffd", "utf-8")),
        (b"a\r\nb\rc\n", None, ("a\r\nb\rc\n", "utf-8")),
    ],
)
def test_charsets(body: bytes, header: str | None, expected: tuple[str, str]) -> None:
    assert decode_html(body, header) == expected


@pytest.mark.parametrize(
    ("declaration", "believed"),
    [
        ('<meta charset="windows-1251">', True),
        ("<META CHARSET=windows-1251 />", True),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', True),
        ("<meta content='text/html;charset = windows-1251' http-equiv=content-type>", True),
        ('<?xml version="1.0" encoding="windows-1251"?>', True),
        ('<!-- <meta charset="koi8-r"> --><meta charset="windows-1251">', True),
        ('<meta charset="koi8-r"><meta charset="windows-1251">', False),
    ],
)
def test_what_the_page_declares(declaration: str, believed: bool) -> None:
    short = "щи"  # too short for a detector
    text, charset = decode_html((declaration + short).encode("cp1251"), None)
    assert (charset == "windows-1251") == text.endswith(short) == believed


def test_the_header_comes_before_the_declaration() -> None:
    page = '<meta charset="koi8-r">щи'.encode("cp1251")
    assert decode_html(page, "windows-1251") == ('<meta charset="koi8-r">щи', "windows-1251")


LABELS = [None, "utf-8", "gb2312", "shift_jis", "euc-kr", "big5", "euc-jp", "iso-2022-jp", "iso-2022-kr", "utf-16", "x"]
LABELS += ["utf-16be", "johab", "hz-gb-2312", "windows-1252", "windows-1255", "tis-620", "iso-8859-8", "cp437"]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(LABELS))
def test_text_is_valid_unicode(body: bytes, label: str | None) -> None:
    text, charset = decode_html(body, label)
    assert text.encode().decode() == text
    assert "\0" not in text
    assert charset
    assert decode_html(body, label) == (text, charset)


# The folders of the corpus name charsets by these names; text is compared, so a superset is as good
CODECS = {
    "MacRoman": "mac_roman",
    "MacCyrillic": "mac_cyrillic",
    "SHIFT_JIS": "cp932",
    "GB2312": "gb18030",
    "Big5": "big5hkscs",
    "EUC-KR": "cp949",
    "TIS-620": "cp874",
    "iso-8859-1": "cp1252",
    "iso-8859-9": "cp1254",
}
LANGUAGES = (
    *("polish", "hungarian", "croatian", "russian", "greek", "slovene", "czech", "bulgarian", "slovak", "romanian"),
    *("arabic", "hebrew", "turkish"),
)
README = "README.txt"
MIN_DECODED_SHARE = 0.97


@pytest.mark.corpus
def test_files_of_known_charset(corpus: Path) -> None:
    decoded, wrong = 0, []
    with tarfile.open(corpus / "charsets" / "chardet_tests.tgz") as archive:
        for entry in archive:
            file = archive.extractfile(entry) if entry.isfile() else None
            if file is None or Path(entry.name).name == README:
                continue
            charset, _, language = Path(entry.name).parent.name.rpartition("-")
            charset = charset if language in LANGUAGES else Path(entry.name).parent.name
            body = file.read()
            text, name = decode_html(body, None)
            if charset != "EUC-TW" and text == _text_of(body, charset):  # Python has no EUC-TW
                decoded += 1
            else:
                wrong.append(f"{entry.name}: {name}")
    assert decoded >= MIN_DECODED_SHARE * (decoded + len(wrong)), wrong


def _text_of(body: bytes, charset: str) -> str:
    return body.decode(CODECS.get(charset, charset), "replace").removeprefix("\ufeff").replace("\0", "")
