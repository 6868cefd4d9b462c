"""The files of an export, each written by one task from the documents that come to it in order.

A task writes to a temporary name of its own, and renames the file when it is complete: a task that is tried again, or
runs twice at once, does no harm. The pieces in which rows are written depend only on the rows, not on Spark's batches:
the same documents give the same bytes, for one version of pyarrow and zstandard.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, suppress
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import zstandard
from pyspark import TaskContext
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import IntegerType, LongType, StructField, StructType

from winnow.errors import SurroundingsError
from winnow.export.columns import SCHEMA, without_nulls
from winnow.workers.arrow import Batches

Format = Literal["parquet", "jsonl.zst"]

# Bytes that are collected and written at once: a row group of Parquet, about a thousand lines of JSON (choice)
_PIECE_BYTES: dict[Format, int] = {"parquet": 32 << 20, "jsonl.zst": 4 << 20}
_LEVEL = 3  # of zstd, its default: 0.91 times the bytes of level 1
_ROW_BYTES = 512  # bytes of a row without its text, roughly
_REPEATING = ["domain", "language", "crawl", "shard", "archive_path", "fingerprint"]  # worth a dictionary
_LONG = {"text", "title", "url", "spans"}  # columns without statistics, which would contain whole texts

WRITTEN = StructType([StructField("file", IntegerType()), StructField("rows", LongType())])
_WRITTEN = to_arrow_schema(WRITTEN)


class Target(NamedTuple):
    """Where a task writes: the folder, the format, and the number of rows of each file to write."""

    folder: str
    format: Format
    files: int
    rows: Mapping[int, int]
    run: str  # distinguishes unfinished files of this run from those of others

    def name(self, file: int) -> str:
        """The name of a file, numbered in the style of the Hub."""
        return f"train-{file:05}-of-{self.files:05}.{self.format}"


class _Writer(Protocol):
    def write(self, rows: pa.Table) -> None: ...
    def close(self) -> None: ...


def write_files(batches: Batches, target: Target) -> Batches:
    """Write the files of these documents, which are sorted by the column file; gives one row for each file."""
    attempt = TaskContext.get()
    mark = f"{target.run}-{attempt.taskAttemptId() if attempt else 0}"
    for file, runs in groupby(_runs(batches), key=itemgetter(0)):
        rows = write_file(target, file, mark, (rows for _, rows in runs))
        yield pa.RecordBatch.from_pylist([{"file": file, "rows": rows}], schema=_WRITTEN)


def write_file(target: Target, file: int, mark: str, batches: Iterable[pa.RecordBatch]) -> int:
    """Write one file, completely or not at all; returns its rows. Raises SurroundingsError without the folder."""
    folder, name = Path(target.folder), target.name(file)
    if not folder.is_dir():
        raise SurroundingsError(
            f"{folder} does not exist on {socket.gethostname()}; --output must be a folder that all machines share"
        )
    part, rows = folder / f".{name}.{mark}", 0
    try:
        with part.open("xb") as sink:
            kind: Callable[[BinaryIO], _Writer] = _Parquet if target.format == "parquet" else _Lines
            with closing(kind(sink)) as writer:
                for piece in _pieces(batches, _PIECE_BYTES[target.format]):
                    writer.write(piece)
                    rows += len(piece)
            sink.flush()
            os.fsync(sink.fileno())
        if rows != target.rows[file]:
            raise SurroundingsError(
                f"{name}: got {rows:,} documents instead of {target.rows[file]:,}; run the command again"
            )
        part.replace(folder / name)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
    return rows


def _runs(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Runs of rows of the same file, each with the number of the file."""
    for batch in batches:
        files, rows = batch.column("file").to_numpy(), batch.drop_columns(["file"])
        starts = [0, *np.flatnonzero(np.diff(files)) + 1]
        for start, end in pairwise([*starts, len(batch)]):
            if start < end:
                yield int(files[start]), rows.slice(start, end - start)


def _pieces(batches: Iterable[pa.RecordBatch], piece_bytes: int) -> Iterator[pa.Table]:
    """The same rows in pieces; a piece ends with the row that makes it reach this size."""
    held: list[pa.RecordBatch] = []
    size = 0
    for rows in batches:
        sizes = pc.fill_null(pc.binary_length(rows.column("text")), 0).to_numpy(zero_copy_only=False) + _ROW_BYTES
        filled = np.cumsum(sizes, dtype=np.int64)
        start = before = 0
        while (end := int(np.searchsorted(filled, before + piece_bytes - size)) + 1) <= len(rows):
            yield _together([*held, rows.slice(start, end - start)])
            held, size, start, before = [], 0, end, int(filled[end - 1])
        if start < len(rows):
            held.append(rows.slice(start))
            size += int(filled[-1]) - before
    if held:
        yield _together(held)


def _together(rows: list[pa.RecordBatch]) -> pa.Table:
    return without_nulls(pa.Table.from_batches(rows).cast(SCHEMA).combine_chunks()).combine_chunks()


class _Parquet:
    def __init__(self, sink: BinaryIO) -> None:
        self._writer = pq.ParquetWriter(
            sink, SCHEMA, compression="zstd", compression_level=_LEVEL, use_dictionary=_REPEATING,
            write_statistics=[name for name in SCHEMA.names if name not in _LONG],
        )  # fmt: skip

    def write(self, rows: pa.Table) -> None:
        self._writer.write_table(rows, row_group_size=len(rows))

    def close(self) -> None:
        self._writer.close()


class _Lines:
    """JSON lines. Times are text, all with microseconds, so that readers that guess types guess the same for all lines.

    So it does because nothing is null. The file is one frame of zstd, since some readers stop after the first frame.
    """

    def __init__(self, sink: BinaryIO) -> None:
        self._stream = zstandard.ZstdCompressor(_LEVEL).stream_writer(sink, closefd=False)

    def write(self, rows: pa.Table) -> None:
        place = SCHEMA.get_field_index("fetched_at")
        times = pc.strftime(rows.column(place), format="%Y-%m-%dT%H:%M:%SZ")
        plain = rows.set_column(place, "fetched_at", times).to_pylist()
        lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for row in plain)
        self._stream.write("".join(f"{line}\n" for line in lines).encode())

    def close(self) -> None:
        self._stream.close()  # type: ignore[no-untyped-call]
