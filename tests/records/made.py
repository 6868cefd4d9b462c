"""Indexes made from archives, as Common Crawl writes its columnar index."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from winnow.page import Asked, Page
from winnow.warc.framing import Framer
from winnow.warc.reader import ArchiveReader, held_bytes
from winnow.warc.records import Record

ASKED = Asked(1_000_000, 1_000_000)


def index_of(root: Path, paths: Iterable[Path]) -> list[dict[str, Any]]:
    """A row for each response of these archives, of pages or not, in their order."""
    rows: list[dict[str, Any]] = []
    for path in sorted(paths):
        with path.open("rb") as file:
            for item in Framer(file, held_bytes(ASKED)):
                if isinstance(item, Record) and item.fields.get(b"\nwarc-type:") == b"response":
                    url = item.fields.get(b"\nwarc-target-uri:").decode("utf-8", "replace")
                    rows.append(
                        {"url": url, "fetch_status": 200, "content_languages": "eng" if len(rows) % 3 else "zho,eng",
                         "warc_filename": path.relative_to(root).as_posix(), "warc_record_offset": item.offset,
                         "warc_record_length": item.length}
                    )  # fmt: skip
    return rows


def write_index(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    """The rows as Parquet with Common Crawl's types, or as CSV, by the name's ending."""
    path.parent.mkdir(parents=True, exist_ok=True)
    table = pa.Table.from_pylist(list(rows))
    for name, kind in (("warc_record_offset", pa.int32()), ("warc_record_length", pa.int32())):
        if table.schema.field(name).type == pa.int64():
            table = table.set_column(table.schema.get_field_index(name), name, table[name].cast(kind))
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        sink = pa.BufferOutputStream()
        pc.write_csv(table, sink)
        data = sink.getvalue().to_pybytes()
        path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    return path


def pages_at(path: Path, offsets: set[int]) -> list[Page]:
    """The pages of a whole archive that begin at these offsets."""
    return [page for page in ArchiveReader(path, ASKED) if page.record_offset in offsets]
