"""CPU of reading texts: Parquet and JSON lines to Arrow batches of pages, beside the reader of pyarrow.

Nothing is written; the URL gate and the language are left out, as they are no part of reading. Numbers are CPU
microseconds a document of 3 kB.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.json as pj
import pyarrow.parquet as pq

from winnow.kernels.pages.extract import ExtractSettings
from winnow.page import Page
from winnow.settings.kernel_settings import input_asked
from winnow.settings.load import load_settings
from winnow.sources.formats import FORMATS, reader_of
from winnow.stages.pages import _SCHEMA
from winnow.workers.arrow import batches_of
from winnow.workers.extractor import Extractor

CHARS, ROUNDS = 3000, 5


def make_files(folder: Path, documents: int) -> None:
    """The same documents as Parquet and as JSON lines, with FineWeb's columns."""
    draw = random.Random(1)
    words = ["".join(draw.choices("etaoinshrdlu", k=draw.randint(2, 9))) for _ in range(5000)]
    rows = [
        {"text": " ".join(draw.choices(words, k=CHARS // 6))[:CHARS], "id": f"<urn:uuid:{number}>",
         "url": f"http://site{number % 997}.example/{number}", "date": "2024-05-06T07:08:09Z", "language": "en"}
        for number in range(documents)
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows), folder / "a.parquet", compression="zstd")
    (folder / "a.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")


def by_pyarrow(path: Path) -> int:
    """Rows in batches."""
    if path.suffix == ".parquet":
        return sum(batch.num_rows for batch in pq.ParquetFile(path).iter_batches(1024, use_threads=False))
    options = pj.ReadOptions(use_threads=False)
    return sum(batch.num_rows for batch in pj.open_json(path, options))


def by_winnow(path: Path) -> int:
    """Pages in batches, their texts cleaned."""
    settings = load_settings("dedup")
    with path.open("rb") as file, Extractor(ExtractSettings(**settings.extract.model_dump()), "none") as extractor:
        source = reader_of(path.name, FORMATS)(file, input_asked(settings), (0, 1))
        rows = (_row(page, extractor) for page in source)
        return sum(batch.num_rows for batch in batches_of(rows, _SCHEMA, settings.spark.batch_bytes))


def _row(page: Page, extractor: Extractor) -> dict[str, Any]:
    result = extractor.extract_text(page.text or "")
    return {
        "shard": 0, "archive_path": "a", "record_offset": page.record_offset, "record_length": page.record_length,
        "url": page.url, "domain": "site.example", "fetched_at": page.fetched_at, "content_type": page.content_type,
        "html_bytes": None, "declared_languages": list(page.declared_languages) or None, "extra": page.extra,
        "charset": None, "language": "en", "language_score": 1.0, "text": result.text, "title": page.title, "marks": [],
    }  # fmt: skip


def _timed(read: Callable[[Path], int], path: Path) -> float:
    """CPU microseconds for a document, the minimum of ROUNDS."""
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        count = read(path)
        found.append((time.process_time() - began) / count * 1e6)
    return min(found)


def main() -> None:
    """Print one line for each form."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=10_000)
    documents = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as folder:
        make_files(Path(folder), documents)
        print(f"{documents:,} documents of {CHARS:,} characters, least of {ROUNDS}; load {os.getloadavg()[0]:.1f}")
        for path in sorted(Path(folder).iterdir()):
            peer, ours = (_timed(read, path) for read in (by_pyarrow, by_winnow))
            print(f"{path.suffix:10} pyarrow {peer:6.1f} us, winnow {ours:6.1f} us a document: {ours - peer:+.1f}")


if __name__ == "__main__":
    main()
