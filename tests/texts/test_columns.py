"""Columns of texts: winnow's own exports are read back, and missing values are missing again."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tests.export.rows import TIMES, document, write_export
from tests.texts.made import ASKED, read
from winnow.export.columns import NO_TIME, SCHEMA
from winnow.export.files import Format


@pytest.mark.parametrize("form", ["parquet", "jsonl.zst"])
def test_an_export_is_read_as_the_documents_that_it_was_made_of(tmp_path: Path, form: Format) -> None:
    rows = [document(number, f"Text {number}.") for number in range(len(TIMES))]
    rows[0]["url"] = None
    write_export(tmp_path / "out", form, pa.Table.from_pylist(rows, SCHEMA).to_batches())
    (file,) = (tmp_path / "out" / "data").iterdir()
    found, account = read(file, file.name, ASKED._replace(max_text_bytes=10_000))
    assert account.status == "read"
    for page, row in zip(sorted(found, key=lambda page: page.record_offset), rows, strict=True):
        time = row["fetched_at"]
        assert page.fetched_at == (time if time and 1678 <= time.year < 2262 else None)
        assert (page.text, page.url, page.title) == (row["text"], row["url"], row["title"] or "")
        assert page.extra is not None
        assert json.loads(page.extra["id"]) == row["id"]


@pytest.mark.parametrize("column", ["date", "timestamp", "created"])
def test_a_text_of_others_may_be_of_the_first_moment_of_1970(column: str) -> None:
    data = json.dumps({"text": "x", column: "1970-01-01T00:00:00Z"}).encode()
    assert [page.fetched_at for page in read(data)[0]] == [NO_TIME] == [datetime(1970, 1, 1, tzinfo=UTC)]
