"""The recipe `dedup` over generated documents as Parquet, from the shell, beside text-dedup and datatrove.

    python -m benchmarks.dedup_texts [--documents 100000] [--peer-python VENV/bin/python] [--text-dedup-python ...]

The documents are those of `benchmarks.near_duplicates`: about 490 words, one in five a near copy. All read the same
files of 10,000 documents and write what is kept. winnow makes 9,000 hashes of a document, and besides finds repeated
spans and copies by URL; text-dedup 0.4 makes 240 hashes, datatrove 0.10.1 112 (14 x 8). CPU seconds are those of all
processes, starting and compiling among them. Two cores.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.near_duplicates import text_of
from winnow.runs.meter import Meter

ROWS, CORES = 10_000, 2
PR_SET_CHILD_SUBREAPER = 36


def main() -> None:
    """Print a line for each program."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--peer-python")
    parser.add_argument("--text-dedup-python")
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        texts, size = folder / "texts", make_files(folder / "texts", options.documents)
        print(f"{options.documents:,} documents, {size:,} bytes of text; load {os.getloadavg()[0]:.1f}", flush=True)
        run("winnow, dedup, 9,000 hashes", winnow_command(texts, folder / "tables"), options.documents)
        peers = Path(__file__).parent
        if options.text_dedup_python:
            command = [options.text_dedup_python, peers / "text_dedup_files.py", texts, folder / "text-dedup"]
            run("text-dedup 0.4, 240 hashes", command, options.documents)
        if options.peer_python:
            command = [options.peer_python, peers / "datatrove_files.py", texts, folder / "datatrove"]
            run("datatrove 0.10.1, 14 x 8", command, options.documents)


def make_files(folder: Path, documents: int) -> int:
    """Parquet files of ROWS documents; returns the bytes of all texts."""
    folder.mkdir()
    size = 0
    for first in range(0, documents, ROWS):
        numbers = range(first, min(first + ROWS, documents))
        texts = [text_of(number) for number in numbers]
        size += sum(map(len, texts))
        table = pa.table({"id": list(map(str, numbers)), "text": texts})
        pq.write_table(table, folder / f"{first // ROWS:05}.parquet", compression="zstd")
    return size


def winnow_command(texts: Path, tables: Path) -> list[object]:
    """The command of a person."""
    options = ("--crawl", "A", "--warehouse", tables, "--recipe", "dedup", "--set", f"spark.master=local[{CORES}]")
    return [sys.executable, "-m", "winnow", "run", texts, *options]


def run(name: str, command: list[object], documents: int) -> None:
    """Run a program, and print its CPU seconds, wall clock and largest process."""
    with Meter() as meter, tempfile.TemporaryFile("w+", encoding="utf-8") as said:
        before, began = _seconds(meter), time.monotonic()
        process = subprocess.run(list(map(str, command)), stdout=said, stderr=said, check=False)
        wall, cpu = time.monotonic() - began, _seconds(meter) - before
        peak = max(size for kind, size in meter.peak_bytes().items() if kind != "driver")
        said.seek(0)
        text = said.read()
    if process.returncode:
        sys.exit(f"{name}: exit code {process.returncode}\n{text[-2000:]}")
    each = 1000 * cpu / documents
    print(
        f"{name}: {cpu:,.1f} CPU s ({each:.2f} ms a document), {wall:,.1f} s, largest process {peak / 1e6:,.0f} MB",
        flush=True,
    )
    print("\n".join(f"    {line}" for line in text.splitlines()[-12:]), flush=True)


def _seconds(meter: Meter) -> float:
    """CPU seconds of all processes but this one."""
    return sum(cpu for kind, cpu in meter.seconds().items() if kind != "driver")


if __name__ == "__main__":
    main()
