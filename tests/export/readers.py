"""Every reader on an export in which every column begins with missing values: `make readers`.

    .venv/bin/python -m tests.export.readers PYTHON

PYTHON has the newest versions of the libraries. Spark is that of this environment, jq that of the system. Each must
give the same rows in the same order, from Parquet and from JSON lines. The files are so large that a reader guesses
types more than once.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from tests.export import reading
from tests.export.rows import HOSTILE, document, write_export, written
from winnow.export.columns import SCHEMA
from winnow.export.files import Format

FORMATS: tuple[Format, ...] = ("parquet", "jsonl.zst")
ROWS, LATE = 9_000, 50
OTHERS = ("datasets", "pandas", "polars", "duckdb", "pyarrow", "datatrove", "jq")


def documents() -> Iterator[dict[str, Any]]:
    """Two files. In each, title, spans and times are missing until the last rows; some texts are hostile."""
    for number in range(2 * ROWS):
        row = document(number, HOSTILE[number % 7] + f" Document {number} of the harbour." * 40)
        if number % ROWS < ROWS - LATE:
            row |= {"title": None, "spans": None, "fetched_at": None}
        yield row


def main(python: str) -> None:
    """Print a line for each way of reading; raises AssertionError if one gives other rows."""
    rows = list(documents())
    wanted = tuple(map(str, reading.digest(map(written, rows))))
    differing = []
    for form in FORMATS:
        folder = Path(tempfile.mkdtemp()) / "out"
        halves = (rows[:ROWS], rows[ROWS:])
        write_export(folder, form, *([*pa.Table.from_pylist(half, SCHEMA).to_batches()] for half in halves))
        for program, readers in ((python, OTHERS), (sys.executable, ("spark",))):
            said = subprocess.run(
                [program, reading.__file__, folder, *readers], stdout=subprocess.PIPE, text=True, check=True
            ).stdout
            for line in said.splitlines():
                way, *found = line.split("\t")
                print(f"{form:9}  {way:28}  {'the same' if tuple(found) == wanted else ' '.join(found)}", flush=True)
                differing += [] if tuple(found) == wanted else [f"{form}: {way}"]
    assert not differing, differing


if __name__ == "__main__":
    main(*sys.argv[1:])
