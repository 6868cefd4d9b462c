"""Parquet and Arrow files, intact and damaged, in one part and in several."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datatrove.data import Document
from datatrove.pipeline.writers.parquet import ParquetWriter

from tests.texts.made import ASKED, read, told
from winnow.page import Page

LONG = ASKED._replace(max_text_bytes=1000)


def parquet(path: Path, columns: dict[str, Any], **options: Any) -> Path:
    pq.write_table(pa.table(columns), path, **options)
    return path


def test_the_columns_of_a_row(tmp_path: Path) -> None:
    moment = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    columns = {
        "id": pa.array(["<urn:1>"]), "text": pa.array(["é text"]), "url": pa.array(["http://a.example/"]),
        "date": pa.array([moment], pa.timestamp("ns", "UTC")), "language": pa.array(["en"]).dictionary_encode(),
        "n": pa.array([{"x": b"\xff", "day": date(2024, 5, 6)}]), "score": pa.array([float("nan")]),
    }  # fmt: skip
    path = parquet(tmp_path / "a.parquet", columns)
    (found,), account = read(path, path.name, ASKED._replace(keep=("n", "score")))
    extra = {"n": '{"x": "/w==", "day": "2024-05-06"}', "score": '"nan"', "id": '"<urn:1>"'}
    assert found == Page(
        0, 7, "http://a.example/", moment, "text/plain", None, b"", None, None, "é text", "", ("en",), extra
    )
    assert (account.status, account.records, account.pages) == ("read", 1, 1)


@pytest.mark.parametrize("parts", [1, 2, 5])
@pytest.mark.parametrize("row_group_size", [7, 1000])
def test_parts_together_are_the_file(tmp_path: Path, parts: int, row_group_size: int) -> None:
    texts = [f"text {number}" for number in range(100)]
    path = parquet(tmp_path / "a.parquet", {"text": texts}, row_group_size=row_group_size)
    found, account = read(path, path.name, parts=parts)
    assert told(found) == texts
    assert sorted(page.record_offset for page in found) == list(range(100))
    assert (account.records, account.status) == (100, "read")


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("is_file", [True, False])
def test_arrow_files_and_streams(tmp_path: Path, parts: int, is_file: bool) -> None:
    texts = [f"text {number}" for number in range(5000)]
    table, path = pa.table({"text": texts}), tmp_path / "a.arrow"
    with (pa.ipc.new_file if is_file else pa.ipc.new_stream)(path, table.schema) as writer:
        writer.write_table(table, max_chunksize=2100)
    found, account = read(path, path.name, parts=parts)
    assert told(found) == texts
    assert account.records == 5000


def test_what_is_wrong_with_a_text_is_a_gate(tmp_path: Path) -> None:
    strings = pa.Array.from_buffers(
        pa.string(),
        3,
        [None, pa.py_buffer(pa.array([0, 1, 3, 4], pa.int32()).buffers()[1]), pa.py_buffer(b"a\xff\xfeb")],
    )
    invalid = parquet(tmp_path / "invalid.parquet", {"text": strings})
    assert told(read(invalid, invalid.name)[0]) == ["a", "text_undecodable", "b"]
    given = ["a", None, "", "x" * 101]
    for name, kind in (("string", pa.string()), ("large", pa.large_string()), ("bytes", pa.binary())):
        path = parquet(tmp_path / f"{name}.parquet", {"text": pa.array(given, kind)})
        assert told(read(path, path.name)[0]) == ["a", "text_missing", "", "text_too_large"]


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"a": ["x"], "b": ["y"]}, "no column of text; the columns are a, b. Name it with input.columns.text"),
        (
            {"text": [["x"]]},
            "the column text has list<element: string>, not text; name another with input.columns.text",
        ),
        ({"text": [1]}, "the column text has int64, not text; name another with input.columns.text"),
    ],
)
def test_a_file_without_texts_is_damaged(tmp_path: Path, columns: dict[str, Any], problem: str) -> None:
    path = parquet(tmp_path / "a.parquet", columns)
    assert read(path, path.name)[1].error == problem


@pytest.mark.parametrize("parts", [1, 2])
def test_a_row_group_that_is_damaged_costs_itself_alone(tmp_path: Path, parts: int) -> None:
    texts = [f"text {number}" for number in range(40)]
    path = parquet(tmp_path / "a.parquet", {"text": texts}, row_group_size=10, compression="zstd")
    column = pq.ParquetFile(path).metadata.row_group(1).column(0)
    data = bytearray(path.read_bytes())
    start = column.dictionary_page_offset or column.data_page_offset
    data[start : start + column.total_compressed_size] = b"\xaa" * column.total_compressed_size
    path.write_bytes(data)
    found, account = read(path, path.name, parts=parts)
    assert told(found) == texts[:10] + texts[20:]
    assert (account.records, account.skipped, account.error_offset) == (40, {"malformed": 10}, 10)


@pytest.mark.parametrize("keep", [0, 3, 100])
def test_a_file_that_breaks_off_is_damaged(tmp_path: Path, keep: int) -> None:
    path = parquet(tmp_path / "a.parquet", {"text": ["x"] * 100})
    path.write_bytes(path.read_bytes()[:keep])
    found, account = read(path, path.name)
    assert (found, account.status) == ([], "damaged")


def test_what_datasets_and_datatrove_write_is_read(tmp_path: Path) -> None:
    """FineWeb's columns, written by `datasets` as Parquet and as Arrow, and by datatrove with nested metadata."""
    rows = [
        {"text": f"text {n}", "id": f"<{n}>", "dump": "D", "url": f"http://a.example/{n}", "language_score": 0.9,
         "date": "2024-05-06T07:08:09Z", "language": "en", "token_count": 2}
        for n in range(30)
    ]  # fmt: skip
    made = datasets.Dataset.from_list(rows)
    made.to_parquet(tmp_path / "a.parquet")
    made.save_to_disk(str(tmp_path / "saved"))
    with ParquetWriter(str(tmp_path), "${rank}.parquet", compression=None) as writer:
        for row in rows:
            writer.write(
                Document(row["text"], row["id"], metadata={"url": row["url"], "date": row["date"], "language": "en"})
            )
    (arrow,) = (tmp_path / "saved").glob("*.arrow")
    found = [read(path, path.name, LONG)[0] for path in (tmp_path / "a.parquet", arrow, tmp_path / "000_00000.parquet")]
    assert found[0] == found[1] == found[2]
    assert [(page.text, page.url, page.extra) for page in found[0]] == [
        (row["text"], row["url"], {"id": f'"{row["id"]}"'}) for row in rows
    ]
    assert {page.fetched_at for page in found[0]} == {datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)}


def test_times_of_nanoseconds_are_cut_to_microseconds(tmp_path: Path) -> None:
    columns = {"text": ["x"], "date": pa.array([1_715_000_000_123_456_789], pa.timestamp("ns", "UTC"))}
    path = parquet(tmp_path / "a.parquet", columns)
    (found,), _ = read(path, path.name)
    assert found.fetched_at == datetime(2024, 5, 6, 12, 53, 20, 123456, tzinfo=UTC)
    assert type(found.fetched_at) is datetime


def test_a_nested_column_that_is_used_is_not_carried_along(tmp_path: Path) -> None:
    columns = {"text": ["x"], "metadata": [{"url": "http://a.example/", "dump": "D"}], "other": [1]}
    path = parquet(tmp_path / "a.parquet", columns)
    (found,), _ = read(path, path.name, ASKED._replace(keep=("*",)))
    assert (found.url, found.extra) == ("http://a.example/", {"other": "1"})


def test_rows_before_damage_in_a_row_group_are_read(tmp_path: Path) -> None:
    texts = [f"text {number * 7919 % 10007:b}" for number in range(3000)]
    columns, options = {"text": texts}, {"compression": "zstd", "data_page_size": 1000, "use_dictionary": False}
    path = parquet(tmp_path / "a.parquet", columns, **options)
    column = pq.ParquetFile(path).metadata.row_group(0).column(0)
    data, end = bytearray(path.read_bytes()), column.data_page_offset + column.total_compressed_size
    data[end - 2000 : end] = b"\xaa" * 2000
    path.write_bytes(data)
    found, account = read(path, path.name)
    assert told(found) == texts[: len(found)]
    assert 1000 < len(found) < 3000
    assert (account.records, account.skipped) == (3000, {"malformed": 3000 - len(found)})
    assert account.error_offset == len(found)
