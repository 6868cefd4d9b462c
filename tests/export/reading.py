"""What every library reads from an export, as plain rows. Imports no other module of the project.

    python reading.py FOLDER [READER]...

For each reader, and each of its ways to read, prints the number of rows, and a hash of the rows in order.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Rows = Iterable[dict[str, Any]]

COLUMNS = (
    "text", "id", "url", "domain", "title", "language", "language_score", "word_count", "char_count", "cut_chars",
    "spans", "fetched_at", "extra", "crawl", "shard", "archive_path", "record_offset", "fingerprint",
)  # fmt: skip


def canonical(row: dict[str, Any]) -> list[Any]:
    """A row in a form that JSON has, columns in order: times in UTC with microseconds, spans as lists of numbers."""
    assert sorted(row) == sorted(COLUMNS), sorted(row)
    plain = {name: row[name] for name in COLUMNS}
    plain["spans"] = [[int(span[name]) for name in ("start", "end", "copies")] for span in row["spans"]]
    plain["fetched_at"] = _moment(row["fetched_at"])
    for name in ("word_count", "char_count", "cut_chars", "shard", "record_offset"):
        assert int(row[name]) == row[name]
        plain[name] = int(row[name])
    return list(plain.values())


def _moment(value: Any) -> str:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    found = found.to_pydatetime(warn=False) if hasattr(found, "to_pydatetime") else found
    found = found if found.tzinfo else found.replace(tzinfo=UTC)
    return str(found.astimezone(UTC).isoformat(timespec="microseconds"))


def digest(rows: Rows) -> tuple[int, str]:
    """The number of rows, and a hash of the rows in order."""
    count, found = 0, hashlib.sha256()
    for row in rows:
        count += 1
        found.update(json.dumps(canonical(row), allow_nan=False).encode())
    return count, found.hexdigest()[:16]


def by_datasets(folder: Path, files: list[str]) -> dict[str, Callable[[], Rows]]:
    """The folder, whose card names the types; the files without the card, in both orders; as a stream."""
    import datasets

    datasets.disable_progress_bars()
    kind = "parquet" if files[0].endswith(".parquet") else "json"

    def load(path: str, **options: Any) -> Rows:
        found: Rows = datasets.load_dataset(path, split="train", cache_dir=tempfile.mkdtemp(), **options)
        return found

    def backwards() -> Rows:
        """The files in reverse order, so that other columns come first; the rows are put back in order."""
        rows = [list(load(kind, data_files=[name])) for name in reversed(files)]
        both = list(load(kind, data_files=files[::-1]))
        assert both == [row for part in rows for row in part]
        return [row for part in reversed(rows) for row in part]

    return {
        "datasets, folder": lambda: load(str(folder)),
        "datasets, folder, streaming": lambda: load(str(folder), streaming=True),
        "datasets, files": lambda: load(kind, data_files=files),
        "datasets, files, streaming": lambda: load(kind, data_files=files, streaming=True),
        "datasets, files backwards": backwards,
    }


def by_pandas(_folder: Path, files: list[str]) -> dict[str, Callable[[], Rows]]:
    """read_json with no option but `lines`, and read_parquet."""
    import pandas as pd

    def read(name: str) -> Rows:
        frame = pd.read_parquet(name) if name.endswith(".parquet") else pd.read_json(name, lines=True)
        return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]

    return {"pandas": lambda: _chained(read, files)}


def by_polars(_folder: Path, files: list[str]) -> dict[str, Callable[[], Rows]]:
    """Both files at once."""
    import polars as pl

    def read() -> Rows:
        if files[0].endswith(".parquet"):
            return pl.read_parquet(files).to_dicts()
        with tempfile.TemporaryDirectory() as folder:
            names = [_unpacked(name, folder) for name in files]
            return pl.scan_ndjson(names).collect().to_dicts()

    return {"polars": read}


def by_duckdb(_folder: Path, files: list[str]) -> dict[str, Callable[[], Rows]]:
    """Both files by name in one query."""
    import duckdb

    table = "read_parquet" if files[0].endswith(".parquet") else "read_json"

    def read() -> Rows:
        with duckdb.connect() as connection:
            connection.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = true")
            return connection.sql(f"SELECT * FROM {table}({files!r})").arrow().read_all().to_pylist()

    return {"duckdb": read}


def by_pyarrow(_folder: Path, files: list[str]) -> dict[str, Callable[[], Rows]]:
    """JSON in blocks of the default size, and Parquet."""
    import pyarrow as pa
    import pyarrow.json as paj
    import pyarrow.parquet as pq

    def read(name: str) -> Rows:
        if name.endswith(".parquet"):
            found = pq.read_table(name).to_pylist()
        else:
            with pa.CompressedInputStream(pa.OSFile(name), "zstd") as stream:
                table = paj.read_json(stream)
            place = table.schema.get_field_index("fetched_at")
            times = table.column(place).cast(pa.timestamp("us", "UTC"))
            found = table.set_column(place, "fetched_at", times).to_pylist()
        rows: Rows = found
        return rows

    return {"pyarrow": lambda: _chained(read, files)}


def by_datatrove(folder: Path, files: list[str]) -> dict[str, Callable[[], Rows]]:
    """Its readers with default settings."""
    from datatrove.pipeline.readers import JsonlReader, ParquetReader

    def read() -> Rows:
        reader = (ParquetReader if files[0].endswith(".parquet") else JsonlReader)(str(folder / "data"))
        for found in reader.run():
            row = {"text": found.text, "id": found.id, **found.metadata}
            row.pop("file_path")  # datatrove's own
            yield row

    return {"datatrove": read}


def by_jq(_folder: Path, files: list[str]) -> dict[str, Callable[[], Rows]]:
    """JSON lines through jq, which turns numbers into doubles; jq cannot read Parquet."""

    def read(name: str) -> Rows:
        with tempfile.TemporaryDirectory() as folder:
            said = subprocess.run(["jq", "-c", ".", _unpacked(name, folder)], capture_output=True, check=True).stdout
        return [json.loads(line) for line in said.split(b"\n") if line]

    return {} if files[0].endswith(".parquet") else {"jq": lambda: _chained(read, files)}


def by_spark(_folder: Path, files: list[str]) -> dict[str, Callable[[], Rows]]:
    """Each file in one partition, so that rows keep their order."""
    from pyspark.sql import SparkSession

    def read() -> Rows:
        spark = SparkSession.builder.master("local[1]").getOrCreate()
        spark.conf.set("spark.sql.session.timeZone", "UTC")
        with tempfile.TemporaryDirectory() as folder:
            for name in files:
                is_parquet = name.endswith(".parquet")
                frame = spark.read.parquet(name) if is_parquet else spark.read.json(_unpacked(name, folder))
                yield from (row.asDict(recursive=True) for row in frame.coalesce(1).collect())

    return {"spark": read}


def _chained(read: Callable[[str], Rows], files: list[str]) -> Iterator[dict[str, Any]]:
    for name in files:
        yield from read(name)


def _unpacked(name: str, folder: str) -> str:
    """The lines of a file, for a reader that cannot read zstd."""
    import pyarrow as pa

    path = Path(folder) / Path(name).name.removesuffix(".zst")
    with pa.CompressedInputStream(pa.OSFile(name), "zstd") as stream:
        path.write_bytes(stream.read())
    return str(path)


READERS = {
    "datasets": by_datasets, "pandas": by_pandas, "polars": by_polars, "duckdb": by_duckdb, "pyarrow": by_pyarrow,
    "datatrove": by_datatrove, "jq": by_jq, "spark": by_spark,
}  # fmt: skip


def main(folder: str, *readers: str) -> None:
    """Print what each of these readers gives, or how it failed."""
    files = sorted(map(str, (Path(folder) / "data").iterdir()))
    for reader in readers:
        for way, read in READERS[reader](Path(folder), files).items():
            try:
                count, found = digest(read())
                print(f"{way}\t{count}\t{found}", flush=True)
            except Exception as error:  # any exception of a library is a result
                said = f"{type(error).__name__}: {error.__cause__ or error}".replace("\n", " ").replace("\t", " ")
                print(f"{way}\tfailed\t{said[:300]}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
