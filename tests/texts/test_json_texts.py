"""JSON lines and lists, intact and damaged, in one part and in several."""

from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from tests.texts.made import ASKED, read, told
from winnow.page import Page
from winnow.texts.blocks import BLOCK_BYTES, Blocks, Lines, Values

PACKED = {"": bytes, ".gz": lambda data: gzip.compress(data, mtime=0), ".zst": zstandard.compress}


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def test_the_columns_of_a_text() -> None:
    record = {
        "text": "A text.", "url": " http://a.example/ ", "id": 7, "title": "  A \n title ",
        "date": "2024-05-06T07:08:09Z", "language": "en", "source": "x", "n": [1, None, "é"],
    }  # fmt: skip
    data = b"\xef\xbb\xbf" + lines(record)
    (found,), account = read(data, asked=ASKED._replace(keep=("n", "missing")))
    assert found == Page(
        0, len(data) - 1, "http://a.example/", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), "text/plain", None, b"", None,
        None, "A text.", "A title", ("en",), {"n": '[1, null, "é"]', "id": "7"},
    )  # fmt: skip
    assert (account.status, account.records, account.pages) == ("read", 1, 1)


@pytest.mark.parametrize(
    ("record", "url", "identity"),
    [
        (
            {"text": "x", "id": "a/1", "metadata": {"url": "http://a.example/", "dump": "D"}},
            "http://a.example/",
            '"a/1"',
        ),
        ({"text": "x", "id": "1", "source": "cc", "created": "2020", "metadata": {}}, None, '"1"'),
        ({"raw_content": "x", "url": "http://a.example/", "doc_id": "r"}, "http://a.example/", '"r"'),
        ({"content": "x"}, None, None),
    ],
    ids=["datatrove", "dolma", "RedPajama", "no more than a text"],
)
def test_the_names_of_other_tools_are_known(record: object, url: str | None, identity: str | None) -> None:
    (found,), _ = read(lines(record))
    assert (found.text, found.url, (found.extra or {}).get("id")) == ("x", url, identity)


def test_a_column_may_be_named_and_all_others_kept() -> None:
    asked = ASKED._replace(columns={"text": "body.main", "url": "link"}, keep=("*",))
    (found,), _ = read(lines({"body": {"main": "x", "n": 1}, "link": "u", "text": "other", "é": None}), asked=asked)
    assert (found.text, found.url, found.extra) == ("x", "u", {"text": '"other"', "é": "null"})


@pytest.mark.parametrize(
    ("line", "expected", "problem"),
    [
        (b'{"text": "x"}', "x", None),
        (b'{"text": ""}', "", None),
        (b'{"text": null}', "text_missing", None),
        (b'{"text": 5}', "text_missing", None),
        (b'{"text": {"en": "x"}}', "text_missing", None),
        (b'{"url": "http://a.example/"}', "text_missing", None),
        (b'{"text": "' + b"x" * 101 + b'"}', "text_too_large", None),
        (b'{"text": "' + "é".encode() * 51 + b'"}', "text_too_large", None),
        (b'{"text": "' + b"x" * 2_000_000 + b'"}', "text_too_large", None),
        (b'{"text": "na\xefve"}', "text_undecodable", None),
        (b'{"text": "x", "url": "na\xefve"}', "x", None),
        (b'{"text": "\\ud800"}', "\ud800", None),
        (b"no JSON", None, "a line is not JSON"),
        (b'{"text": "x"', None, "a line is not JSON"),
        (b"[" * 100_000, None, "a line is not JSON"),
        (b'"x"', None, "a line is not a JSON object but a str"),
        (b"\x00\xff", None, "a line is not JSON"),
    ],
)
@pytest.mark.parametrize("parts", [1, 3])
def test_what_is_wrong_is_a_gate_or_damage(line: bytes, expected: str | None, problem: str | None, parts: int) -> None:
    before, after = lines({"text": "before"}), lines({"text": "after"})
    found, account = read(before + line + b"\n \n" + after, parts=parts)
    assert told(found) == ["before", *([expected] if expected is not None else []), "after"]
    assert (account.records, account.skipped) == (3, {"malformed": 1} if problem else {})
    assert (account.error, account.error_offset) == (problem, len(before) if problem else None)


@pytest.mark.parametrize(
    ("given", "utc"),
    [
        ("2024-05-06T09:08:09+02:00", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("2024-05-06T07:08:09", datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)),
        ("2024-05-06", datetime(2024, 5, 6, tzinfo=UTC)),
        ("0001-01-01T00:00:00+02:00", None),
        ("yesterday", None),
        (5, None),
    ],
)
def test_times_are_in_utc(given: object, utc: datetime | None) -> None:
    assert read(lines({"text": "x", "date": given}))[0][0].fetched_at == utc


def test_a_title_is_cut_and_what_is_not_utf_8_is_not_carried_along() -> None:
    asked = ASKED._replace(keep=("note", "other"))
    (found,), _ = read(b'{"text": "x", "note": "na\xefve", "other": 1, "title": "' + b"t" * 1001 + b'"}', asked=asked)
    assert (found.title, found.extra) == ("t" * 1000, {"other": "1"})


@pytest.mark.parametrize("escape", [b'\\"', b"\\\\"])
def test_an_escape_that_a_block_ends_inside(escape: bytes) -> None:
    """The backslash is the last byte of a block, the character that it escapes the first of the next."""
    begin = b'[{"text": "a", "n": "'
    data = begin + b"x" * (BLOCK_BYTES - len(begin) - 1) + escape + b'"}, {"text": "b"}]'
    assert data[BLOCK_BYTES - 1 : BLOCK_BYTES + 1] == escape
    found, account = read(data, "a.json", ASKED._replace(max_text_bytes=10**6))
    assert (told(found), account.status) == (["a", "b"], "read")


@pytest.mark.parametrize("packed", PACKED)
@pytest.mark.parametrize("parts", [1, 2, 7])
def test_parts_together_are_the_file(packed: str, parts: int) -> None:
    data = lines(*({"text": f"text {number} " * (number % 9)} for number in range(300)))
    whole, _ = read(data)
    found, account = read(PACKED[packed](data), f"a.jsonl{packed}", parts=parts)
    assert sorted(found) == sorted(whole)
    assert (account.records, account.pages, account.status) == (300, 300, "read")


@pytest.mark.parametrize("packed", [".gz", ".zst"])
def test_texts_before_the_end_of_a_cut_file_are_read(packed: str) -> None:
    data = lines(*({"text": f"{number * 7919 % 10007:b}"} for number in range(40_000)))
    whole, _ = read(data)
    packed_data = PACKED[packed](data)
    found, account = read(packed_data[: len(packed_data) * 3 // 4], f"a.jsonl{packed}")
    assert 20_000 < len(found) < 40_000
    assert found == whole[: len(found)]
    assert account.status == "damaged"
    assert account.error is not None
    assert account.error.startswith("the file breaks off or is damaged: ")


@pytest.mark.parametrize(
    "data",
    [
        b'[{"text": "a"}, {"text": "b"}]',
        b'\n [\n  {\n    "text": "a", "n": [{"x": "]}\\"\\\\"}]\n  },\n  {"text": "b"}\n]\n',
        b'{\n  "text": "a"\n}\n{\n  "text": "b"\n}\n',
    ],
    ids=["a list", "a list over lines", "objects over lines"],
)
@pytest.mark.parametrize("parts", [1, 2])
def test_json_that_is_not_in_lines(data: bytes, parts: int) -> None:
    found, account = read(data, "a.json", parts=parts)
    assert told(found) == ["a", "b"]
    assert (account.status, account.records) == ("read", 2)
    for page in found:
        assert json.loads(data[page.record_offset :][: page.record_length])["text"] == page.text


@pytest.mark.parametrize(
    ("data", "malformed"), [(b'[{"text": "a"}, "b", {"text": "c"}]', 1), (b'[{"text": "a"}, {"te', 1)]
)
def test_a_list_with_items_that_are_not_objects(data: bytes, malformed: int) -> None:
    found, account = read(data, "a.json")
    assert told(found)[0] == "a"
    assert (account.status, account.skipped) == ("damaged", {"malformed": malformed})


def test_an_empty_file_is_damaged() -> None:
    assert read(b"")[1].error == "the file is empty"


@given(
    st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"")), max_size=8),
    st.integers(1, 5),
    st.booleans(),
)
def test_lines_are_those_of_python_in_any_parts(whole: list[bytes], parts: int, is_ended: bool) -> None:
    data = b"\n".join(whole) + b"\n" * is_ended
    expected, at = [], 0
    for line in data.split(b"\n"):
        if line.strip():
            expected.append((at, line))
        at += len(line) + 1
    found = []
    for part in range(parts):
        blocks = Blocks(io.BytesIO(data))
        blocks.is_packed = False
        blocks._stream = blocks.file
        cut = Lines(blocks, 1000, len(data) * part // parts, len(data) * (part + 1) // parts)
        found += [(piece.offset, piece.data) for piece in cut]
    mark = b"\xef\xbb\xbf"
    assert found == [(at, line.removeprefix(mark) if at == 0 else line) for at, line in expected]


@given(
    st.lists(
        st.dictionaries(st.text(max_size=4), st.text(max_size=6) | st.lists(st.text(max_size=3)), max_size=3),
        max_size=5,
    ),
    st.integers(0, 3),
)
def test_values_are_those_of_json(records: list[object], indent: int) -> None:
    data = json.dumps(records, indent=indent or None).encode()
    found = list(Values(Blocks(io.BytesIO(data)), 10_000, is_list=True))
    assert [json.loads(piece.data or b"") for piece in found] == records
    assert [data[piece.offset :][: piece.length] for piece in found] == [piece.data for piece in found]
