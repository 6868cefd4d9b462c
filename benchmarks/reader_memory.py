"""Peak memory of a worker and its extractor's child over real archives and generated bombs; each bomb in a new worker.

WINNOW_CORPUS=DIR python -m benchmarks.reader_memory [--gigabytes 5] [INPUT...]
"""

from __future__ import annotations

import argparse
import gzip
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, repeat
from pathlib import Path
from random import Random
from typing import Any, BinaryIO, cast

from tests.warc.make_archives import HTML, http, record

LIMIT_BYTES = 1_000_000_000
PIECE_BYTES = 1 << 20
MEBIBYTE = 1 << 20


class Repeated(io.RawIOBase):
    """A file that is not there: a beginning, then a stretch again and again up to a size."""

    def __init__(self, beginning: bytes, stretch: bytes, size: int) -> None:
        super().__init__()
        self.beginning = beginning
        self.stretch = stretch * (1 + PIECE_BYTES // len(stretch))
        self.size = len(beginning) + size - size % len(stretch)
        self.place = 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.place = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self.place, io.SEEK_END: self.size}[whence]
        return self.place

    def read(self, size: int = -1, /) -> bytes:
        pieces, left = [], self.size - self.place if size < 0 else min(size, self.size - self.place)
        while left > 0:
            source, at = self.beginning, self.place
            if at >= len(source):
                source, at = self.stretch, (at - len(source)) % len(self.stretch)
            piece = source[at : at + left]
            pieces.append(piece)
            self.place += len(piece)
            left -= len(piece)
        return b"".join(pieces)


def squeezed(pieces: Iterable[bytes]) -> bytes:
    """One gzip member, made without holding what is in it."""
    packer = zlib.compressobj(1, wbits=31)
    return b"".join([*map(packer.compress, pieces), packer.flush()])


def page(number: int) -> bytes:
    sentences = " ".join(f"This is sentence {number * 7 + at} of a page in plain English." for at in range(200))
    return record(http(f"<html><p>{sentences}</p></html>".encode(), HTML))


def large_archive(size: int) -> BinaryIO:
    """Members of 1 MB that are no pages, and a page among sixty of them."""
    image = http(Random(1).randbytes(MEBIBYTE), b"Content-Type: image/png")
    members = [gzip.compress(record(image), 1)] * 60 + [gzip.compress(page(1))]
    return cast(BinaryIO, Repeated(b"", b"".join(members), size))


WRITTEN = "WINNOW_BENCHMARK_PARQUET"  # names the file with one row group
ROW_GROUP = """
import sys, random, pyarrow as pa, pyarrow.parquet as pq
draw = random.Random(1)
words = ["".join(draw.choices("etaoinshrdlu", k=draw.randint(2, 9))) for _ in range(5000)]
texts = [" ".join(draw.choices(words, k=3200)) for _ in range(2000)]
table = pa.concat_tables([pa.table({"text": [f"{number} {text}" for text in texts]}) for number in range(50)])
pq.write_table(table, sys.argv[1], row_group_size=10**9, compression="zstd", use_dictionary=False)
"""


def one_row_group() -> BinaryIO:
    """A Parquet file of 100,000 texts in one row group of 2 GB, which `main` has written."""
    return Path(os.environ[WRITTEN]).open("rb")


HEADER = b"WARC/1.0\r\nX: "
TINY = b"WARC/1.0\r\nWARC-Type: metadata\r\nContent-Length: 1\r\n\r\nx\r\n\r\n"
CLAIM = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Length: 10000000000000\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"


def inputs(gigabytes: float) -> dict[str, Callable[[], BinaryIO]]:
    """Bombs by name."""

    def packed(*parts: Iterable[bytes]) -> BinaryIO:
        return io.BytesIO(squeezed(chain(*parts)))

    size = int(gigabytes * 1e9)
    return {
        "header of 100 MB": lambda: cast(BinaryIO, Repeated(HEADER, b"y" * 1000, 10**8)),
        "header of 100 MB, gzip": lambda: packed([HEADER], repeat(b"y" * 10**5, 10**3), [b"\r\n\r\n", page(1)]),
        "a million tiny records": lambda: cast(BinaryIO, Repeated(b"", TINY, 10**6 * len(TINY))),
        "a million tiny records, gzip each": lambda: cast(
            BinaryIO, Repeated(b"", gzip.compress(TINY), 10**6 * len(gzip.compress(TINY)))
        ),
        "a record that claims 10 TB": lambda: cast(BinaryIO, Repeated(CLAIM, b"z" * 1000, 3 * 10**8)),
        "a record that claims 10 TB, gzip": lambda: packed([CLAIM], repeat(b"z" * 10**5, 3 * 10**3), [page(1)]),
        "3 GB of newlines, gzip": lambda: packed([page(1)], repeat(b"\r\n" * 50_000, 3 * 10**4), [page(2)]),
        "an archive of the size asked for": lambda: large_archive(size),
        "a line of 500 MB.jsonl": lambda: cast(BinaryIO, Repeated(b'{"text": "', b"y" * 1000, 5 * 10**8)),
        "a line of 500 MB.jsonl.gz": lambda: packed([b'{"text": "'], repeat(b"y" * 10**5, 5 * 10**3), [b'"}\n']),
        "one row group of 2 GB.parquet": one_row_group,
    }


def fixtures() -> Iterator[str]:
    """The archives of the corpus."""
    below = sorted((Path(os.environ["WINNOW_CORPUS"]) / "fixtures").rglob("*"))
    return (str(path) for path in below if path.is_file())


def work(name: str, gigabytes: float) -> None:
    """What a worker does with archives, in this process; prints rows, seconds and peaks."""
    from winnow.demo.show import demo_settings
    from winnow.settings.kernel_settings import url_lists
    from winnow.sources.formats import FORMATS
    from winnow.stages import pages
    from winnow.workers.arrow import batches_of

    settings = demo_settings()
    generated = inputs(gigabytes)
    patched: Any = pages
    opening = patched.open_location
    patched.open_location = lambda place, given, cut=None: (
        generated[place]() if place in generated else opening(place, given, cut)
    )
    patched.shared_lists = lambda _: url_lists(settings.url)  # no Spark here to send them
    opened = pages._open(pages.reading_of(settings, "", FORMATS))
    known = {"shard": 0, "bytes": None, "etag": None, "tries": 1, "part": 0, "parts": 1}
    places = list(fixtures()) if name == "fixtures" else [name]
    began, found = time.process_time(), Counter[str]()
    for place in places:
        archive = {**known, "archive_path": place, "location": place}
        rows = pages._read_archive(archive, opened)
        for batch in batches_of(rows, pages._SCHEMA, settings.spark.batch_bytes):
            told = batch.column("archive").to_pylist()
            found["pages"] += told.count(None)
            found.update(row["status"] for row in told if row)
            found["records"] += sum(row["records"] or 0 for row in told if row)
    worker = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    child = max(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024, *map(peak_bytes, children()), 0)
    seconds = time.process_time() - began
    print(f"{worker} {child} {seconds:.1f} {dict(found)}", flush=True)


def children() -> list[str]:
    """Processes that this one started and that live yet."""
    return Path(f"/proc/self/task/{os.getpid()}/children").read_text().split() or ["self"]


def peak_bytes(process: str) -> int:
    """The most memory that a process ever held; 0 for this one, which is not its own child."""
    status = "" if process == "self" else Path(f"/proc/{process}/status").read_text()
    return next((int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0)


def main() -> None:
    """Exit code 1 where a worker and its child need more together than they may."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--gigabytes", type=float, default=5)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("names", nargs="*")
    given = parser.parse_args()
    if given.worker:
        work(given.worker, given.gigabytes)
        return
    with tempfile.TemporaryDirectory() as folder:
        os.environ[WRITTEN] = f"{folder}/a.parquet"
        subprocess.run([sys.executable, "-c", ROW_GROUP, os.environ[WRITTEN]], check=True)
        sys.exit(measure(given) > LIMIT_BYTES)


def measure(given: argparse.Namespace) -> int:
    """A line for each input; the most bytes that a worker and its child need together."""
    most = 0
    for name in given.names or ["fixtures", *inputs(given.gigabytes)]:
        command = [sys.executable, "-m", "benchmarks.reader_memory", "--worker", name]
        said = subprocess.run(
            [*command, "--gigabytes", str(given.gigabytes)], stdout=subprocess.PIPE, text=True, check=True
        )
        worker, child, seconds, found = said.stdout.split(maxsplit=3)
        together = int(worker) + int(child)
        most = max(most, together)
        print(f"{name}: worker {int(worker) / 1e6:.0f} MB + child {int(child) / 1e6:.0f} MB = {together / 1e6:.0f} MB, "
              f"{seconds} CPU s, {found.strip()}", flush=True)  # fmt: skip
    print(f"most: {most / 1e6:.0f} MB of {LIMIT_BYTES / 1e6:.0f} MB")
    return most


if __name__ == "__main__":
    main()
