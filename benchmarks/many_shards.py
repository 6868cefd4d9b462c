"""A small crawl in 100 shards, on the command line: what waves and commits cost if there is little to do.

    .venv/bin/python -m benchmarks.many_shards [--archives 100] [--pages 100]

Copies of the archives of the demo's first crawl under other names. The name decides the shard, so some shards have no
archive and some have several. Prints the minutes from start to end of the command, and the CPU seconds of all its
processes.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from deltalake import DeltaTable

from winnow.demo.crawl import CRAWLS, make_crawl
from winnow.runs.meter import Meter

SHARDS = 100


def main() -> None:
    """Print what the run took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--archives", type=int, default=100)
    parser.add_argument("--pages", type=int, default=100, help="of the demo's crawl, which is 12 archives")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_crawl(folder / "demo", options.pages, seed=5)
        sources = sorted((folder / "demo" / "crawl-data" / next(iter(CRAWLS))).rglob("*.warc.gz"))
        (folder / "crawl").mkdir()
        for number in range(options.archives):
            shutil.copy(sources[number % len(sources)], folder / "crawl" / f"{number:05}.warc.gz")
        command = [
            sys.executable, "-m", "winnow", "run", str(folder / "crawl"), "--crawl", "C", "--warehouse",
            str(folder / "tables"), "--set", f"archives.num_shards={SHARDS}", "--set", "spark.master=local[2]",
        ]  # fmt: skip
        print(f"load before: {os.getloadavg()[0]:.1f}")
        with Meter() as meter:
            began = time.monotonic()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            wall, cpu = time.monotonic() - began, sum(meter.seconds().values())
        rows = {table: _rows(folder / "tables" / table) for table in ("pages", "documents")}
        print(f"{options.archives} archives in {SHARDS} shards, {rows['pages']} pages, {rows['documents']} documents")
        print(f"{wall / 60:.1f} minutes, {cpu:.0f} CPU s")


def _rows(table: Path) -> int:
    return sum(DeltaTable(str(table)).get_add_actions(flatten=True)["num_records"].to_pylist())


if __name__ == "__main__":
    main()
