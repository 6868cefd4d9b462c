"""Exported documents as plain rows, their files, and what each library reads from a folder."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import datasets
import pyarrow as pa
from datatrove.pipeline.readers import JsonlReader, ParquetReader

from winnow.export.card import Card, Count, render_card
from winnow.export.columns import SCHEMA
from winnow.export.files import Format, Target, write_file

HOSTILE = (
    "plain", "\u2028 and \u2029 and \x85", "\r\n\r lines\n\n", "\x00 nothing", '"\\" quoted \\u0041', "\U0001f600" * 9,
    "[1]", "2024-01-01 00:00:00", "é" * 5_000,
)  # fmt: skip


TIMES = [
    *(datetime(2024, 3, 1, 12, 0, 1, micro, tzinfo=UTC) for micro in (0, 1, 500_000)), None,
    datetime(1, 1, 1, tzinfo=UTC), datetime(2262, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC),
]  # fmt: skip


def document(number: int, text: str) -> dict[str, Any]:
    """A document with every kind of value that a column may have."""
    return {
        "text": text, "id": f"w{(-1) ** number * (2**62 + number) % 2**64:016x}", "url": f"https://a.example/{text[:20]}",
        "domain": "a.example", "title": None if number % 2 else text[:9], "language": "en", "language_score": 0.1 + 0.2,
        "word_count": number, "char_count": len(text), "cut_chars": 0,
        "spans": [{"start": 0, "end": 2**40, "copies": 2}] * (number % 3) if number % 4 else None,
        "fetched_at": TIMES[number % len(TIMES)], "extra": f'{{"id":{number}}}' if number % 3 else None, "crawl": "C",
        "shard": number % 4, "archive_path": "a.warc.gz", "record_offset": 2**41 + number, "fingerprint": "made so",
    }  # fmt: skip


def written(row: dict[str, Any]) -> dict[str, Any]:
    """A document as readers get it: a missing value, or one that not every reader can hold, is replaced."""
    time = row["fetched_at"]
    return {
        **row,
        "title": row["title"] or "",
        "extra": row["extra"] or "",
        "spans": row["spans"] or [{"start": 0, "end": 0, "copies": 0}],
        "fetched_at": time if time and 1678 <= time.year < 2262 else datetime(1970, 1, 1, tzinfo=UTC),
    }


def write_export(folder: Path, form: Format, *files: list[pa.RecordBatch]) -> None:
    """A whole export with its card; each of these batches becomes a file."""
    sizes = {number: sum(map(len, given)) for number, given in enumerate(files)}
    (folder / "data").mkdir(parents=True)
    target = Target(str(folder / "data"), form, len(files), sizes, "run")
    for number, given in enumerate(files):
        write_file(target, number, "", given)
    count = Count("C", "en", sum(sizes.values()), 1, 1)
    (folder / "README.md").write_text(
        render_card(Card(form, len(files), 1, "", [count], {"C": "made so"}, None, {}, {}))
    )


def batches(rows: list[dict[str, Any]], file: int = 0, size: int = 10_000) -> list[pa.RecordBatch]:
    """The rows as Spark passes them, in batches of this size."""
    schema = pa.schema([("file", pa.int32()), *SCHEMA])
    whole = pa.Table.from_pylist([{"file": file, **row} for row in rows], schema=schema)
    return [batch for start in range(0, len(rows), size) for batch in whole.slice(start, size).to_batches()]


def read_by_datasets(folder: Path, cache: Path) -> list[dict[str, Any]]:
    """Every row, in order, as `load_dataset` gives it, with the types that it found."""
    found = datasets.load_dataset(str(folder), split="train", cache_dir=str(cache))
    assert found.features.arrow_schema.remove_metadata().equals(SCHEMA)
    return [dict(row) for row in found]


def read_by_datatrove(folder: Path) -> list[dict[str, Any]]:
    """Every row, in order, as datatrove's reader gives it with default settings."""
    is_parquet = any((folder / "data").glob("*.parquet"))
    reader = (ParquetReader if is_parquet else JsonlReader)(str(folder / "data"))
    rows = []
    for found in reader.run():
        row = {"text": found.text, "id": found.id, **found.metadata}
        row.pop("file_path")  # datatrove's own
        if isinstance(row["fetched_at"], str):
            row["fetched_at"] = datetime.fromisoformat(row["fetched_at"])
        rows.append({name: row.pop(name) for name in SCHEMA.names})
        assert row == {}
    return rows


def checksums(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file below a folder."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
