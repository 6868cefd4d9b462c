"""CPU of reading archives into page texts, as a ratio to FastWARC alone over the same files in the same run.

python benchmarks/read_vs_fastwarc.py ARCHIVE...
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.parse.encoding import bytes_to_str, detect_encoding

from winnow.kernels.pages.html import decode_html
from winnow.page import Asked
from winnow.warc.framing import Framer
from winnow.warc.reader import ArchiveReader, held_bytes

ROUNDS = 15
ASKED = Asked(2_000_000, 10_000_000)


def fastwarc_bodies(path: str) -> int:
    """Records read, inflated, their codings undone."""
    return sum(len(record.reader.read()) for record in ArchiveIterator(path, fsspec_args=False, auto_decode="all"))


def fastwarc_texts(path: str, verify_digests: bool = False) -> int:
    """The same of responses, decoded by HTTP header, meta tag or detection."""
    chars = 0
    for record in ArchiveIterator(path, fsspec_args=False, auto_decode="all", verify_digests=verify_digests):
        body = record.reader.read()
        if record.record_type == WarcRecordType.response:
            charset = record.http_charset or detect_encoding(body, from_html_meta=True) or "utf-8"
            chars += len(bytes_to_str(body, charset, errors="replace"))
    return chars


def fastwarc_checked(path: str) -> int:
    """The same, block digests checked: what winnow does, but for exact offsets and going on after damage."""
    return fastwarc_texts(path, verify_digests=True)


def winnow_records(path: str) -> int:
    """Records framed."""
    with open(path, "rb") as file:  # noqa: PTH123
        return sum(1 for _ in Framer(file, held_bytes(ASKED)))


def winnow_bodies(path: str) -> int:
    """Pages read, digests checked, codings undone."""
    return sum(len(page.body) for page in ArchiveReader(path, ASKED))


def winnow_texts(path: str) -> int:
    """The same, decoded."""
    return sum(len(decode_html(page.body, page.http_charset)[0]) for page in ArchiveReader(path, ASKED))


def main(paths: list[str]) -> None:
    """Prints the least CPU seconds of each reader and winnow's ratios."""
    readers: list[Callable[[str], int]] = [
        fastwarc_bodies, fastwarc_texts, fastwarc_checked, winnow_records, winnow_bodies, winnow_texts,
    ]  # fmt: skip
    total: Counter[str] = Counter()
    for path in paths:
        seconds: dict[str, list[float]] = {reader.__name__: [] for reader in readers}
        for _ in range(ROUNDS):
            for reader in readers:
                start = time.process_time()
                reader(path)
                seconds[reader.__name__].append(time.process_time() - start)
        cpu = {name: min(values) for name, values in seconds.items()}
        print(Path(path).name, *(f"  {name:16} {value:.3f} s" for name, value in cpu.items()), sep="\n")
        _print_ratios(cpu)
        total.update(cpu)
    print("all of them")
    _print_ratios(total)


def _print_ratios(cpu: Mapping[str, float]) -> None:
    print(f"  bodies: {cpu['winnow_bodies'] / cpu['fastwarc_bodies']:.2f} times FastWARC", end=", ")
    print(f"texts: {cpu['winnow_texts'] / cpu['fastwarc_texts']:.2f} times", end=", ")
    print(f"texts and digests: {cpu['winnow_texts'] / cpu['fastwarc_checked']:.2f} times")


if __name__ == "__main__":
    main(sys.argv[1:])
