"""Bytes and CPU of reading one record in twenty by an index, compared with these records and the whole archives.

    WINNOW_CORPUS=... python -m benchmarks.chosen_records [--one-in 20]

The archives of the corpus' pages are served by a web server in another thread, which notes every range. The index names
every response; the records are drawn at random with a fixed seed. Their pages are compared with those of the whole
archive. CPU seconds contain the server.
"""

from __future__ import annotations

import argparse
import os
import random
import time
from pathlib import Path

from tests.records.made import ASKED, index_of
from tests.sources.web_server import Server, served

from winnow.page import Page
from winnow.records.chosen import Chosen
from winnow.records.reader import ChosenReader
from winnow.settings.load import load_settings
from winnow.sources.blocks import AroundRecords
from winnow.sources.remote_file import open_location
from winnow.warc.reader import ArchiveReader

LEAST_RECORDS = 100  # of an archive, so that one in twenty is a few


def main() -> None:
    """Print one line for each archive, and one for all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--one-in", type=int, default=20)
    one_in = parser.parse_args().one_in
    root = Path(os.environ["WINNOW_CORPUS"])
    paths = sorted(root.glob("pages_*/*.warc.gz"))
    chosen_bytes = read_bytes = whole_bytes = requests = 0
    print(f"one record in {one_in}; load {os.getloadavg()[0]:.1f}")
    with served({f"/{path.name}": path.read_bytes() for path in paths}) as server:
        for path in paths:
            rows = index_of(root, [path])
            drawn = random.Random(1).sample(rows, len(rows) // one_in)
            if len(rows) < LEAST_RECORDS:
                continue
            chosen = Chosen(sorted((row["warc_record_offset"], row["warc_record_length"]) for row in drawn))
            mine = sum(length for _, length in chosen.places)
            began = time.process_time()
            pages, read, asked = by_index(server, path, chosen)
            indexed = time.process_time() - began
            began = time.process_time()
            offsets = {offset for offset, _ in chosen.places}
            whole = [page for page in ArchiveReader(path, ASKED) if page.record_offset in offsets]
            full = time.process_time() - began
            assert pages == whole
            size = path.stat().st_size
            print(
                f"{path.name}: {len(drawn):,} of {len(rows):,} records, {mine:,} bytes of {size:,}; read {read:,} in "
                f"{asked} requests: {read / mine:.2f} times; {indexed:.2f} CPU s, whole from disk {full:.2f}"
            )
            chosen_bytes, read_bytes, requests = chosen_bytes + mine, read_bytes + read, requests + asked
            whole_bytes += size
    print(
        f"all: {read_bytes:,} bytes read for {chosen_bytes:,} of records, {read_bytes / chosen_bytes:.2f} times, in "
        f"{requests} requests; the whole archives have {whole_bytes:,}"
    )


def by_index(server: Server, path: Path, chosen: Chosen) -> tuple[list[Page], int, int]:
    """The pages of the chosen records, the bytes that were asked for, and the number of requests."""
    sources = load_settings().sources
    server.asked.clear()
    cut = AroundRecords(chosen.places, sources.join_gap_bytes, sources.read_ahead_bytes)
    with open_location(f"{server.url}/{path.name}", sources, cut) as file:
        pages = list(ChosenReader(file, ASKED, chosen))
    spans = [one.range.removeprefix("bytes=").split("-") for one in server.asked]
    return pages, sum(int(end) - int(start) + 1 for start, end in spans), len(spans)


if __name__ == "__main__":
    main()
