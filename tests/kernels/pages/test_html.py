"""Bodies: codings are undone within limits, character sets are found."""

from __future__ import annotations

import gzip
import io
import time
import zlib
from pathlib import Path

import brotli
import pytest
from benchmarks import charsets
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


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_a_chunked_body_that_is_cut_anywhere_is_a_beginning(end: bytes) -> None:
    """The size of a chunk never appears in the body."""
    data = b"It was cut inside the line of a chunk, <b>face</b> 0 and all, as often as not."
    raw = chunked(data, 19, end)
    for cut in range(raw.index(end) + len(end), len(raw)):
        found = decode_body(raw[:cut], "", "chunked", 10**6).data
        assert data.startswith(found)
        assert len(found) >= cut * len(data) // len(raw) - 20


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


@pytest.mark.parametrize("charset", ["utf-8", "gb18030", "shift_jis", "big5", "euc-kr", "utf-16-le", "windows-1252"])
def test_a_page_that_is_cut_inside_a_character_loses_that_character(charset: str) -> None:
    """The cut does not change the character set, even if the page has hardly any non-ASCII characters."""
    sentence = {"euc-kr": "날씨가 좋다", "windows-1252": "déjà vu", "utf-8": "naïve 😀"}.get(charset, "世界")
    body = f"<html><p>It was all in English until the end came: {sentence}".encode(charset)
    whole, name = decode_html(body, charset)
    assert whole.endswith(sentence)
    for cut in range(len(body) - len(sentence.encode(charset)) + 1, len(body)):
        text, found = decode_html(body[:cut], charset)
        assert whole.startswith(text)
        assert len(text) >= len(whole) - len(sentence)
        assert found == name or charset != "utf-8"


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


CSS = "<style>" + "p { color: red }\n" * 500 + "</style>"
SCRIPT = "<script>" + "x.push(1);\n" * 1_500 + "</script>"
SENTENCES = {
    "windows-1251": "Комиссия порта собралась во вторник, чтобы обсудить новый порядок работ.",
    "gb18030": "港口委员会星期二开会讨论了新的施工时间表，并同意第二阶段在春天之前不能开始。",
    "iso-8859-2": "Komisja portu zebrała się we wtorek, aby omówić większość świeżych próśb mieszkańców.",
    "windows-1254": "Liman komisyonu salı günü çalışma takvimini görüşmek için toplandı, ağaçlar dikilecek.",
    "shift_jis": "港湾委員会は火曜日に集まり、工事の新しい日程について話し合いました。",
    "windows-1253": "Η επιτροπή του λιμανιού συνεδρίασε την Τρίτη, για να συζητήσει το νέο πρόγραμμα.",
    "windows-1255": "ועדת הנמל התכנסה ביום שלישי כדי לדון בלוח הזמנים החדש של העבודות",
    "euc-kr": "항만 위원회는 화요일에 모여 새로운 공사 일정을 논의했다.",
    "koi8-r": "Комиссия порта собралась во вторник, чтобы Мария и Иван обсудили новый порядок работ.",
}


def late(charset: str, head: str, sentence: str | None = None) -> bytes:
    text = f"<p>{sentence or SENTENCES[charset]}</p>\n" * 8
    return f"<html><head>{CSS}{head}</head><body>{SCRIPT}{text}{SCRIPT}".encode(charset)


@pytest.mark.parametrize("charset", SENTENCES)
@pytest.mark.parametrize(
    ("head", "header"),
    [
        ("<meta charset={}>", None),
        ("<script>'<meta charset=macintosh>'</script><!-- <meta charset=big5> --><meta charset={}>", None),
        ("<meta charset={}>", "ISO-8859-1"),
        ("<meta charset={}>", "utf-8"),
        ("", None),
        ("", "ISO-8859-1"),
        ("<meta charset=utf-16>", None),
        ("<meta charset=none>", "none"),
    ],
)
def test_late_declarations_and_bytes(charset: str, head: str, header: str | None) -> None:
    body = late(charset, head.format(charset))
    assert decode_html(body, header)[0] == body.decode(charset)


@pytest.mark.parametrize("charset", sorted({*SENTENCES} - {"windows-1254", "iso-8859-2", "koi8-r"}))
def test_a_declaration_that_makes_no_words_is_passed_over(charset: str) -> None:
    for head, header in (("<meta charset=koi8-r>", None), ("", "koi8-r"), ("<meta charset=windows-1252>", "koi8-r")):
        body = late(charset, head)
        assert decode_html(body, header)[0] == body.decode(charset)


def test_the_detector_decides_if_header_and_page_contradict_each_other() -> None:
    turkish = late("windows-1254", "<meta charset=windows-1254>")
    assert decode_html(turkish, "windows-1252")[1] == "windows-1254"
    french = "L’été dernier, où l’on a déjà mangé à la même table, l’hôte prêta l’œuvre à sa sœur aînée."
    assert decode_html(late("cp1252", "<meta charset=windows-1254>", french), "windows-1252")[1] == "windows-1252"


@pytest.mark.parametrize(
    "sentence",
    [
        "As canções não são más: o coração põe a mão na razão, e ninguém vê a tradição da nação irmã.",
        "Það er þó ekki víst að þau hafi séð ána þegar þau fóru yfir brúna í gær, sagði hún.",
        "L’été dernier, où l’on a déjà mangé à la même table, l’hôte prêta l’œuvre à sa sœur aînée.",
        "OÙ EST L’ÉTÉ DÉJÀ PASSÉ À LA FORÊT DES CHÊNES, GRAND-PÈRE?",
        "15 m² à 20 °C, 3 m³ pour 5 £: l´eau, n° 1, 1ª e 2º",
    ],
)
def test_a_right_declaration_is_believed(sentence: str) -> None:
    body = late("cp1252", "", sentence)
    assert decode_html(body, "iso-8859-1") == (body.decode("cp1252"), "windows-1252")


def test_russian_capitals_are_believed() -> None:
    for charset in ("koi8-r", "windows-1251"):
        body = late(charset, "", SENTENCES["koi8-r"].upper())
        assert decode_html(body, charset) == (body.decode(charset), charset)


def test_capitals_of_other_languages_are_no_greek() -> None:
    body = "<p>МОНГОЛ ХҮН БҮР ӨӨРИЙН ЭРХ ЧӨЛӨӨГ ЭДЛЭХ ЁСТОЙ</p>".encode("koi8-r", "xmlcharrefreplace") * 8
    assert decode_html(body, "koi8-r")[1] == "koi8-r"


def test_controls_in_a_declared_set_are_errors() -> None:
    polish = late("cp1250", "<meta charset=iso-8859-2>", SENTENCES["iso-8859-2"])
    assert decode_html(polish, "iso-8859-2") == (polish.decode("cp1250"), "windows-1250")


def test_what_was_encoded_twice_is_decoded_twice() -> None:
    page = GERMAN.encode().decode("cp1252", "replace")
    for mark in (b"", b"\xef\xbb\xbf"):
        assert decode_html(mark + page.encode(), "utf-8") == (GERMAN, "utf-8")


def test_few_letters_are_not_of_a_dos_set() -> None:
    body = (SCRIPT + '<img alt="Fran\xe7ais">' + SCRIPT).encode("latin-1")
    assert decode_html(body, "utf-8")[1] == "windows-1252"


@pytest.mark.parametrize("part", [b"<", b"\xe9", b"\xe9 ", b"a\xe9", b"\x81", b"<a>\xb3\xb3", b"x\n\xff"])
def test_time_is_linear(part: bytes) -> None:
    page = part * (2_000_000 // len(part)) + b"\xff charset"
    began = time.process_time()
    decode_html(page, "windows-1252")
    assert time.process_time() - began < 8


MIN_DECODED_SHARE = 0.97


@pytest.mark.corpus
def test_files_of_known_charset(corpus: Path) -> None:
    files = [
        (name, decode_html(body, None), charsets.decoded(body, charset))
        for name, charset, body in charsets.known_files(corpus)
    ]
    wrong = [f"{name}: {found[1]}" for name, found, text in files if found[0] != text]
    assert len(wrong) <= (1 - MIN_DECODED_SHARE) * len(files), wrong


MIN_SHARES = {"meta another": 0.93, "header ISO-8859-1": 0.98, "header another, meta right": 0.98}
UNKNOWN = ("nothing", "meta", "header UTF-8, nothing", "header ISO-8859-1, nothing")  # only a detector can find it


@pytest.mark.corpus
@pytest.mark.parametrize("way", charsets.WAYS)
def test_pages_that_declare_their_charset_in_every_way(corpus: Path, way: str) -> None:
    found = [text for _, charset, body in charsets.known_files(corpus) if (text := charsets.text_of(charset, body))]
    pages = [charsets.page_of(text, way) for text in found[::3]]
    right = sum(decode_html(page.body, page.header)[0] == page.text for page in pages)
    detected = way.startswith(UNKNOWN) and way.split()[1:2] not in (["charset"], ["http-equiv"], ["behind"], ["in"])
    assert right >= MIN_SHARES.get(way, 0.95 if detected else 1.0) * len(pages)
