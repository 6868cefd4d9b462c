"""Archives in every form, intact and damaged, compared with their known contents and with warcio."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator as FastWarcIterator
from fastwarc.warc import WarcRecordType
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator as WarcioIterator
from warcio.exceptions import ArchiveLoadFailed

from tests.warc.make_archives import FORMS, HTML, arc, http, member, page, pages, record
from winnow.kernels.gates import gates_of
from winnow.page import Account, Asked, Page
from winnow.warc.framing import Damage, Framer
from winnow.warc.http import parse_response
from winnow.warc.reader import ArchiveReader, read_record
from winnow.warc.records import Record
from winnow.warc.skipped import SKIPPED_KINDS
from winnow.warc.values import parse_date, parse_url

LIMIT = 2_000_000
GZIP_OF_HTML = zlib.compress(b"<html>packed</html>", wbits=31)


ASKED = Asked(LIMIT, LIMIT)


def read(data: bytes, limit: int = LIMIT, stride: tuple[int, int] = (0, 1)) -> tuple[list[Page], Account]:
    reader = ArchiveReader(io.BytesIO(data), Asked(limit, limit), stride)
    found = list(reader)
    account = reader.account
    assert account.records == account.pages + sum(account.skipped.values())
    assert set(account.skipped) <= set(SKIPPED_KINDS)
    assert {one.gate for one in found} <= {None, *gates_of("record")}
    assert len({one.record_offset for one in found}) == len(found)
    assert (account.status == "damaged") == (account.error is not None) == (account.error_offset is not None)
    return found, account


def comparable(item: Record | Damage) -> Record | Damage | tuple[object, ...]:
    return (*item[:2], item.fields.head, *item[3:]) if isinstance(item, Record) else item


def bodies(found: list[Page]) -> list[bytes]:
    return [one.body for one in found]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("count", [0, 1, 3, 40])
def test_every_form_has_the_same_pages(form: str, count: int, tmp_path: Path) -> None:
    path = tmp_path / "archive"
    path.write_bytes(FORMS[form](pages(count)))
    found, account = read(path.read_bytes())
    assert [one.url for one in found] == [f"http://a.example/{number}" for number in range(count)]
    assert bodies(found) == bodies(read(FORMS["plain"](pages(count)))[0])
    assert (account.status, account.records, account.pages) == ("read", 2 * count + 1, count)
    assert account.skipped == Counter({"warcinfo": 1}) + Counter({"request": count})
    assert (account.digest_mismatches, account.length_mismatches) == (0, 0)
    for one in found:
        assert read_record(path, one.record_offset, one.record_length, ASKED) == one
        assert read_record(path, one.record_offset, one.record_length + 1, ASKED) is None


@pytest.mark.parametrize("form", ["members", "plain"])
def test_offsets_are_those_of_warcio(form: str) -> None:
    data = FORMS[form](pages(20))
    expected, iterator = [], WarcioIterator(io.BytesIO(data))
    for one in iterator:
        if one.rec_type == "response":
            body = one.content_stream().read()
            expected.append((iterator.get_record_offset(), body, one.rec_headers["WARC-Target-URI"]))
    assert [(one.record_offset, one.body, one.url) for one in read(data)[0]] == expected


def test_places_of_members_and_of_records_in_the_inflated_stream() -> None:
    first, second, third = page("1"), page("22"), page("333")
    found, _ = read(member(first) + member(second + third) + member(first))
    assert [(one.record_offset, one.record_length) for one in found] == [
        (0, len(member(first))),
        (len(first), len(second)),
        (len(first + second), len(third)),
        (len(member(first) + member(second + third)), len(member(first))),
    ]


def test_a_member_whose_offset_is_the_inflated_offset_of_another_record(tmp_path: Path) -> None:
    pair = page("a" * 500, "http://a.example/1") + page("b", "http://a.example/2")
    place = len(page("a" * 500, "http://a.example/1"))
    filler = place - len(member(pair)) - len(member(b""))
    extra = b"\x1f\x8b\x08\x04" + bytes(6) + (filler - 12).to_bytes(2, "little") + bytes(filler - 12)
    data = member(pair) + extra + member(b"")[10:] + b"" + member(page("c", "http://a.example/3"))
    data_start = data.rindex(b"\x1f\x8b\x08")
    data = data[:data_start] + bytes(place - data_start) + data[data_start:] if data_start <= place else data
    path = tmp_path / "archive"
    path.write_bytes(data)
    found, _ = read(data)
    assert data.rindex(b"\x1f\x8b\x08") == found[1].record_offset == place
    assert found[2].record_offset == len(pair)
    assert [read_record(path, one.record_offset, one.record_length, ASKED) for one in found] == found


@pytest.mark.parametrize("form", FORMS)
def test_strides_share_the_pages_and_have_the_same_account(form: str) -> None:
    data = FORMS[form](pages(11))
    whole, account = read(data)
    parts = [read(data, stride=(place, 4)) for place in range(4)]
    assert [part for _, part in parts] == [account] * 4
    assert sorted(one for found, _ in parts for one in found) == sorted(whole)
    assert [one for one in whole if one in parts[1][0]] == whole[1::4]


@pytest.mark.parametrize("form", ["members", "pairs", "mixed", "blocks", "whole", "zeros"])
def test_the_shortcut_changes_nothing(form: str) -> None:
    data = bytearray(FORMS[form](pages(30)))
    for _ in range(2):
        short, long = (list(Framer(io.BytesIO(data), 5_000_000, shortcut)) for shortcut in (True, False))
        assert [comparable(item) for item in short] == [comparable(item) for item in long]
        data[len(data) // 2] ^= 0x55


@pytest.mark.parametrize("form", ["members", "plain", "whole", "pairs"])
def test_truncation_keeps_the_pages_before(form: str) -> None:
    data = FORMS[form](pages(4))
    whole, _ = read(data)
    for end in range(0, len(data), 13):
        found, account = read(data[:end])
        kept = [one for one in found if one.gate is None]
        assert [one[2:] for one in kept] == [one[2:] for one in whole[: len(kept)]]
        if form in ("members", "plain"):
            before = [one for one in whole if one.record_offset + one.record_length <= end]
            assert [one[2:] for one in kept[: len(before)]] == [one[2:] for one in before]
            assert len(found) <= len(before) + 1
        if form == "members":
            starts = [place for place in range(end) if data.startswith(b"\x1f\x8b\x08", place)]
            clean = end in [place for place in range(end + 1) if data.startswith(b"\x1f\x8b\x08", place)] and end
            assert account.error_offset == (None if clean else starts[-1] if starts else 0)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(FORMS)), st.data())
def test_flipped_bits_never_raise(form: str, data: st.DataObject) -> None:
    archive = bytearray(FORMS[form](pages(5)))
    for place in data.draw(st.lists(st.integers(0, len(archive) - 1), min_size=1, max_size=4)):
        archive[place] ^= data.draw(st.integers(1, 255))
    read(bytes(archive))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([b"", b"WARC/1.0\r\n", b"\x1f\x8b\x08", b"\x04\x22\x4d\x18", b"\x28\xb5\x2f\xfd"]), st.binary())
def test_any_bytes_never_raise(start: bytes, rest: bytes) -> None:
    assert read(start + rest)[1].status in ("read", "damaged")


def test_reading_goes_on_after_a_member_that_is_broken() -> None:
    good = [page(f"good {number} " * 50, f"http://a.example/{number}") for number in range(3)]
    broken = bytearray(member(page("".join(map(chr, range(33, 1000))))))
    broken[len(broken) // 2] ^= 0xFF
    data = member(good[0]) + bytes(broken) + member(good[1]) + member(good[2])
    found, account = read(data)
    whole = [one for one in found if one.gate is None]
    assert [one.url for one in whole] == [f"http://a.example/{number}" for number in range(3)]
    assert (account.status, account.error_offset) == ("damaged", len(member(good[0])))
    assert [one.record_offset for one in found if one.gate == "record_damaged"] in ([], [len(member(good[0]))])


@pytest.mark.parametrize("size", [1, 1_000_000])
def test_a_wrong_checksum_gates_the_page(size: int) -> None:
    data = bytearray(member(page("one")) + member(page("two")) + member(page("three" * size)))
    data[-8] ^= 1
    found, account = read(bytes(data))
    assert [one.gate for one in found] == [None, None, "record_damaged"]
    assert account.length_mismatches == 0
    assert account.error_offset == found[2].record_offset
    assert account.error is not None
    assert "incorrect data check" in account.error


@pytest.mark.parametrize("form", ["plain", "members", "whole"])
@pytest.mark.parametrize("length", [300, 6_000_000, 10 * 2**40, -1])
def test_a_block_declared_too_long_ends_at_the_next_record(form: str, length: int) -> None:
    liar = page("liar", "http://a.example/liar", length)
    records = [page("before"), liar, page("after"), page("last")]
    found, account = read(FORMS[form](records))
    starts = [sum(len(member(data) if form == "members" else data) for data in records[:place]) for place in range(4)]
    assert [one.record_offset for one in found] == starts
    assert [one.body.rstrip() for one in found] == [
        b"<html>before</html>",
        b"<html>liar</html>",
        b"<html>after</html>",
        b"<html>last</html>",
    ]
    assert (account.status, account.length_mismatches) == ("read", 1)


@pytest.mark.parametrize("form", ["plain", "whole"])
def test_a_block_declared_longer_than_is_held_and_than_the_archive(form: str) -> None:
    after = [page(f"{number} " + "x" * 400_000, f"http://a.example/{number}") for number in range(6)]
    found, account = read(FORMS[form]([page("liar", length=10**13), *after]), limit=1000)
    assert [one.url for one in found[1:]] == [f"http://a.example/{number}" for number in range(6)]
    assert (account.status, account.length_mismatches) == ("read", 1)


@pytest.mark.parametrize("form", ["plain", "members", "whole"])
def test_a_block_declared_too_short_is_followed_by_the_next_record(form: str) -> None:
    short = page("short, and far too short", length=60)
    found, account = read(FORMS[form]([page("before"), short, page("after")]))
    assert [one.body[:12] for one in found] == [b"<html>before", b"<html>short,"[:12], b"<html>after<"]
    assert (account.status, account.length_mismatches) == ("damaged", 1)
    assert account.error_offset == found[1].record_offset


@pytest.mark.parametrize("form", ["plain", "members", "whole"])
def test_garbage_between_records_is_passed_over(form: str) -> None:
    found, account = read(FORMS[form]([page("before"), b"garbage\r\n" * 30, page("after")]))
    assert bodies(found) == [b"<html>before</html>", b"<html>after</html>"]
    assert account.status == "damaged"


@pytest.mark.parametrize("form", ["plain", "members", "whole", "zstd"])
def test_a_header_without_end_costs_little(form: str) -> None:
    endless = b"WARC/1.0\r\nX: " + b"y" * 3_000_000 + b"\r\n\r\n"
    found, account = read(FORMS[form]([page("before"), endless, page("after")]))
    assert bodies(found) == [b"<html>before</html>", b"<html>after</html>"]
    assert (account.skipped["malformed"], account.status, account.length_mismatches) == (1, "damaged", 0)


@pytest.mark.parametrize("form", ["plain", "members", "whole", "lz4"])
def test_a_page_that_is_too_large_is_gated_and_not_held(form: str) -> None:
    large = page("x" * 30_000_000, "http://a.example/large")
    found, account = read(FORMS[form]([page("before"), large, page("after")]), limit=1000)
    assert [(one.gate, one.html_bytes, len(one.body)) for one in found] == [
        (None, 19, 19),
        ("html_too_large", 1001, 0),
        (None, 18, 18),
    ]
    assert account.status == "read"


def test_a_page_whose_block_is_longer_than_is_held() -> None:
    chunk = b"1;" + b"e" * 4000 + b"\r\nx\r\n"
    found, _ = read(record(http(chunk * 400, HTML, b"Transfer-Encoding: chunked")), limit=1000)
    assert [(one.gate, one.body) for one in found] == [("html_too_large", b"")]


@pytest.mark.parametrize(("size", "gate"), [(1000, None), (1001, "html_too_large")])
def test_the_largest_page(size: int, gate: str | None) -> None:
    found, _ = read(record(http(b"x" * size, HTML)), limit=1000)
    assert [(one.gate, one.html_bytes) for one in found] == [(gate, size)]


PAGE = b"<html>page</html>"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (record(http(PAGE, HTML)), ""),
        (record(http(PAGE, b"content-type:TEXT/HTML;charset=x")), ""),
        (record(http(PAGE, b"Content-Type: application/xhtml+xml")), ""),
        (record(http(PAGE)), ""),
        (record(http(b"\n <!DOCTYPE html>", b"Content-Type:")), ""),
        (record(http(GZIP_OF_HTML, b"Content-Encoding: gzip")), ""),
        (record(b"HTTP/1.1 200\nContent-Type: text/html\n\n" + PAGE), ""),
        (record(http(b"plain text")), "not_html"),
        (record(http(PAGE, b"Content-Type: text/plain; charset=utf-8")), "plain_text"),
        (record(http(b"<html>", b"Content-Type: image/png")), "not_html"),
        (record(http(PAGE, HTML, status=b"206 Partial")), "http_error"),
        (record(http(PAGE, HTML, status=b"404 Not Found")), "http_error"),
        (record(http(PAGE, HTML, status=b"301 Moved")), "redirect"),
        (record(http(PAGE, HTML, status=b"304 Not Modified")), "redirect"),
        (record(PAGE), "not_http_text"),
        (record(b"\x89PNG"), "not_http"),
        (record(b"some words", Content_Type=b"text/plain"), "not_http_text"),
        (record(b"192.0.2.1", Content_Type=b"text/dns"), "not_http"),
        (record(b""), "not_http"),
        (record(b"20240506070809\na.example. 3600 IN A 192.0.2.1", WARC_Target_URI=b"dns:a.example"), "not_http"),
        (record(http(PAGE, HTML), b"Revisit"), "revisit"),
        (record(PAGE, b"resource"), "resource_text"),
        (record(b"some words", b"resource", Content_Type=b"Text/Plain; charset=utf-8"), "resource_text"),
        (record(b"x", b"resource", Content_Type=b"application/xhtml+xml"), "resource_text"),
        (record(b"\x89PNG", b"resource", Content_Type=b"image/png"), "resource"),
        (record(PAGE, b"conversion"), "conversion"),
        (record(PAGE, b"continuation"), "continuation"),
        (record(PAGE, b"metadata"), "metadata"),
        (record(PAGE, b"novel"), "unknown"),
        (record(http(PAGE, HTML), b""), "unknown"),
    ],
)
def test_what_is_a_page(data: bytes, kind: str) -> None:
    reader = ArchiveReader(io.BytesIO(data), ASKED._replace(bare_html=False))
    found = list(reader)
    assert reader.account.skipped == Counter([kind] if kind else [])
    assert len(found) == (not kind)
    assert reader.account.without_header == 0


@pytest.mark.parametrize(
    ("data", "kind", "charset"),
    [
        (record(PAGE), "", None),
        (record(PAGE, Content_Type=b"application/http; msgtype=response"), "", None),
        (record(b"words", Content_Type=b"text/html; charset=x"), "", "x"),
        (record(b"some words", Content_Type=b"text/plain"), "not_http_text", None),
        (record(PAGE, b"resource"), "", None),
        (record(b"x", b"resource", Content_Type=b"application/xhtml+xml; charset=Big5"), "", "Big5"),
        (record(PAGE, b"resource", Content_Type=b"text/plain"), "resource_text", None),
        (record(PAGE, b"resource", Content_Type=b"image/png"), "resource", None),
        (record(PAGE, b"conversion", Content_Type=b"text/html"), "", None),
        (record(PAGE, b"metadata", Content_Type=b"text/html"), "metadata", None),
        (arc((b"http://a.example/ 192.0.2.1 20240506070809 text/html", PAGE))[1], "", None),
    ],
)
def test_html_without_an_http_header_is_a_page(data: bytes, kind: str, charset: str | None) -> None:
    found, account = read(data)
    assert account.skipped == Counter([kind] if kind else [])
    assert [(one.http_charset, one.text) for one in found] == [(charset, None)] * (not kind)
    assert account.without_header == len(found)
    assert {one.body for one in found} <= {PAGE, b"words", b"x"}


@pytest.mark.parametrize(
    ("fields", "body", "expected", "gate"),
    [
        ([b"Content-Encoding: gzip"], GZIP_OF_HTML, b"<html>packed</html>", None),
        ([b"Content-Encoding: gzip"], PAGE, PAGE, None),
        ([b"Transfer-Encoding: chunked"], b"6\r\n<html>\r\n3;x=y\r\nabc\r\n0\r\n\r\n", b"<html>abc", None),
        ([b"Transfer-Encoding: chunked"], PAGE, PAGE, None),
        ([b"Content-Encoding: gzip"], b"\x00\x01\x02\x03", b"", "body_undecodable"),
        ([b"Content-Encoding: compress"], b"\x1f\x9d\x00\x01", b"", "body_undecodable"),
    ],
)
def test_bodies_are_decoded(fields: list[bytes], body: bytes, expected: bytes, gate: str | None) -> None:
    found, _ = read(record(http(body, HTML, *fields)))
    assert [(one.body, one.gate, one.html_bytes) for one in found] == [(expected, gate, len(expected))]


def test_the_columns_of_a_page() -> None:
    served = b'Content-Type: Text/HTML; Charset="ISO-8859-1"'
    data = record(http(PAGE, served), WARC_Target_URI=b"<http://a.example/\xff>")
    fetched_at = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    expected = Page(0, len(data), "http://a.example/ÿ", fetched_at, "text/html", "ISO-8859-1", PAGE, len(PAGE), None)
    assert read(data)[0] == [expected]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"2024-05-06T07:08:09Z", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        (b"2024-05-06T07:08:09.123456789Z", datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=UTC)),
        (b"2024-05-06T07:08Z", datetime(2024, 5, 6, 7, 8, tzinfo=UTC)),
        (b"2024-05", datetime(2024, 5, 1, tzinfo=UTC)),
        (b"20240506070809", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        (b"2024-05-06T07:08:61Z", None),
        (b"2024-13-06T07:08:09Z", None),
        (b"0000-01-01T00:00:00Z", None),
        (b"202405060708", None),
        (b"202405060708090", None),
        (b"yesterday", None),
        (b"", None),
    ],
)
def test_dates(value: bytes, expected: datetime | None) -> None:
    assert parse_date(value) == expected


@given(st.binary())
def test_urls_are_valid_unicode(value: bytes) -> None:
    assert "\0" not in parse_url(value).encode().decode()


@pytest.mark.parametrize("form", ["plain", "members", "whole"])
def test_arc(form: str) -> None:
    first = http(b"<html>one</html>", HTML)
    second = http(b"<html>two</html>", HTML, status=b"404 Gone")
    data = FORMS[form](
        arc(
            (b"http://a.example/with a blank 192.0.2.1 20080509190241 text/html", first),
            (b"http://a.example/2 192.0.2.1 2008050919 text/html", first),
            (b"http://a.example/3 192.0.2.1 20080509190241 text/html 404 - - 0 x.arc.gz", second),
            (b"dns:a.example 192.0.2.1 20080509190241 text/dns", b"20080509190241\na.example. 1 IN A 192.0.2.1"),
        )
    )
    found, account = read(data)
    assert [(one.url, one.fetched_at, one.body) for one in found] == [
        ("http://a.example/with a blank", datetime(2008, 5, 9, 19, 2, 41, tzinfo=UTC), b"<html>one</html>"),
        ("http://a.example/2", None, b"<html>one</html>"),
    ]
    assert account.skipped == {"warcinfo": 1, "http_error": 1, "not_http": 1}
    assert (account.status, account.length_mismatches) == ("read", 0)


BLOCK = http(b"6\r\n<html>\r\n0\r\n\r\n", HTML, b"Transfer-Encoding: chunked")


@pytest.mark.parametrize(
    ("block_digest", "payload_digest", "mismatches"),
    [
        (b"", b"", 0),
        (b"sha1:A5QJ7QHWOFMMVWC6I2ZLO6SYKYD2ZMTQ", b"", 1),
        (b"sha1:nonsense!", b"", 1),
        (b"crc32:00000000", b"", 0),
        (b"", b"md5:53bb0da1f8f0ca9b06a1e9dc2c4ad9c7", 1),
        (b"", b"md5:MD5 OF PAYLOAD", 0),
        (b"", b"sha1:SHA1 OF TEXT", 0),
        (b"sha256:SHA256 OF BLOCK", b"md5:53bb0da1f8f0ca9b06a1e9dc2c4ad9c7", 0),
    ],
)
def test_digests(block_digest: bytes, payload_digest: bytes, mismatches: int) -> None:
    block_digest = block_digest.replace(b"SHA256 OF BLOCK", _base32("sha256", BLOCK))
    payload_digest = payload_digest.replace(b"MD5 OF PAYLOAD", _hex("md5", BLOCK[BLOCK.index(b"\r\n\r\n") + 4 :]))
    payload_digest = payload_digest.replace(b"SHA1 OF TEXT", _base32("sha1", b"<html>"))
    _, account = read(record(BLOCK, WARC_Block_Digest=block_digest, WARC_Payload_Digest=payload_digest))
    assert account.digest_mismatches == mismatches


def _base32(algorithm: str, data: bytes) -> bytes:
    return base64.b32encode(hashlib.new(algorithm, data).digest())


def _hex(algorithm: str, data: bytes) -> bytes:
    return hashlib.new(algorithm, data).hexdigest().encode()


def test_a_field_that_goes_on_in_the_next_line() -> None:
    found, _ = read(record(http(PAGE, b"Content-Type:\r\n\ttext/html"), WARC_Target_URI=b"http://a.example/\r\n  x"))
    assert [(one.content_type, one.url.split()) for one in found] == [("text/html", ["http://a.example/", "x"])]


def test_an_archive_that_is_not_there() -> None:
    with pytest.raises(FileNotFoundError):
        list(ArchiveReader("/nowhere/at-all.warc.gz", ASKED))


# Real archives

DAMAGED = {
    "sample.warc.txt", "date_resolution_microsecond.warc.gz", "date_resolution_nanosecond.warc.gz", "bad.arc",
    "valid_example_1.wacz", "invalid_example_1.wacz", "missing-status-text.warc", "clipped.warc.gz",
    "predefined.warc.gz", "sample.warc.gz", "example-space-in-url.arc", "example-trunc.warc", "example-bad-length.warc",
    "test.warc", "moj.warc.gz", "example.warc",
}  # fmt: skip


def archives(corpus: Path) -> list[Path]:
    endings = (".warc", ".arc", ".gz", ".lz4", ".wacz", ".wat", ".wet", ".warc.txt")
    return [path for path in sorted((corpus / "fixtures").rglob("*")) if path.name.endswith(endings)]


def html_of_warcio(path: Path) -> Counter[tuple[str, bytes]]:
    found: Counter[tuple[str, bytes]] = Counter()
    with path.open("rb") as file:
        try:
            for one in WarcioIterator(file):
                headers = one.http_headers
                if one.rec_type == "response" and headers and headers.get_statuscode() == "200":
                    name = "uri" if one.format == "arc" else "WARC-Target-URI"
                    if (headers.get_header("Content-Type") or "").lower().startswith("text/html"):
                        url = one.rec_headers.get_header(name).strip("<>").split(" ")[0]
                        found[url, one.content_stream().read()] += 1
        except (ArchiveLoadFailed, AttributeError):  # AttributeError: warcio calls a method that brotli dropped
            pass
    return found


def html_of_fastwarc(path: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    try:
        for one in FastWarcIterator(str(path), record_types=WarcRecordType.response, fsspec_args=False):
            headers = one.http_headers
            is_page = one.is_http and headers.status_code == 200
            if is_page and (headers.get("Content-Type") or "").lower().startswith("text/html"):
                found[(one.headers.get("WARC-Target-URI") or "").strip("<>").split(" ")[0]] += 1
    except OSError:
        pass
    return found


@pytest.mark.corpus
def test_every_page_that_warcio_or_fastwarc_can_read_is_there(corpus: Path) -> None:
    paths = archives(corpus)
    damaged = set()
    for path in paths:
        found, account = read(path.read_bytes())
        urls = Counter(one.url.split(" ")[0] for one in found)
        assert not html_of_fastwarc(path) - urls, path
        by_warcio = html_of_warcio(path)
        assert not Counter(url for url, _ in by_warcio.elements()) - urls, path
        damaged |= {path.name} if account.status == "damaged" else set()
    assert len(paths) >= 150
    assert damaged <= DAMAGED


@pytest.mark.corpus
def test_bodies_are_those_of_warcio(corpus: Path) -> None:
    differing = []
    for path in archives(corpus):
        mine = {(one.url.split(" ")[0], one.body) for one in read(path.read_bytes())[0]}
        theirs = {(url, body) for url, body in html_of_warcio(path) if len(body) <= LIMIT}
        differing += [(path.name, url, body[-9:]) for url, body in theirs - mine if body]  # b"": wrong chunk lengths
    # warcio trusts a length that is six too large; winnow finds the next record
    assert differing == [("test.warc", "http://localhost:8089/test1", b">\n\nWARC/1")]


@pytest.mark.corpus
def test_every_page_of_the_fixtures_is_read_again_by_its_place(corpus: Path) -> None:
    for path in archives(corpus):
        found = list(ArchiveReader(path, ASKED))
        for one in found[:5]:
            assert read_record(path, one.record_offset, one.record_length, ASKED) == one, path


@pytest.mark.corpus
def test_the_framing_of_the_fixtures_leaves_nothing_out(corpus: Path) -> None:
    for path in archives(corpus):
        with path.open("rb") as file:
            items = list(Framer(file, 1_000_000))
        offsets = [item.offset for item in items if isinstance(item, Record)]
        assert len(set(offsets)) == len(offsets), path
        assert items, path
        assert all(item.error for item in items if isinstance(item, Damage)), path


@pytest.mark.parametrize(
    ("served", "charset"),
    [
        ("text/html; charset=koi8-r", "koi8-r"),
        ("text/html;CHARSET = 'koi8-r'", "koi8-r"),
        ('text/html; charset="koi8-r"; charset=big5', "koi8-r"),
        ("text/html charset=koi8-r", "koi8-r"),
        ("text/html, charset=koi8-r", "koi8-r"),
        ("charset=koi8-r", "koi8-r"),
        ("text/html; accept-charset=big5; charset=koi8-r", "koi8-r"),
        ('text/html; profile="x; charset=big5"; charset=koi8-r', "koi8-r"),
        ("text/html; x-charset=big5", None),
        ("text/html; charset=", None),
        ("text/html", None),
    ],
)
def test_the_charset_that_a_header_names(served: str, charset: str | None) -> None:
    response = parse_response(f"HTTP/1.1 200 OK\r\nContent-Type: {served}\r\n\r\n".encode())
    assert response is not None
    assert response.charset == charset
