"""CPU of reading WET into pages, as a ratio to FastWARC over the same records in the same run.

    WINNOW_CORPUS=... python -m benchmarks.read_wet

WET is written from the pages of the corpus' archives, as Common Crawl writes it: a gzip member for each record, the
page's title on the first line, `WARC-Identified-Content-Language` and a block digest in the header. FastWARC reads,
inflates and decodes every text; once more it also checks the digests, as winnow does.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType
from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree

from winnow.kernels.pages.html import decode_html
from winnow.page import Asked, Page
from winnow.warc.reader import ArchiveReader

ROUNDS = 9
ASKED = Asked(2_000_000, 10_000_000)


def wet_record(page: Page) -> bytes:
    """A conversion record, in a gzip member."""
    html, _ = decode_html(page.body, page.http_charset)
    tree = HTMLTree.parse(html)
    text = f"{' '.join((tree.title or '').split())}\n{extract_plain_text(tree)}\n".encode()
    digest = base64.b32encode(hashlib.sha1(text, usedforsecurity=False).digest()).decode()
    fields = {
        "WARC-Type": "conversion", "WARC-Target-URI": page.url, "WARC-Date": "2024-05-06T07:08:09Z",
        "WARC-Record-ID": f"<urn:uuid:{page.record_offset}>", "WARC-Refers-To": f"<urn:uuid:{page.record_offset}>",
        "WARC-Block-Digest": f"sha1:{digest}", "WARC-Identified-Content-Language": "eng", "Content-Type": "text/plain",
        "Content-Length": len(text),
    }  # fmt: skip
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return gzip.compress(f"WARC/1.0\r\n{head}\r\n".encode() + text + b"\r\n\r\n", 6, mtime=0)


def fastwarc_texts(path: str, verify_digests: bool = False) -> int:
    """Characters of all texts."""
    chars = 0
    for record in ArchiveIterator(path, fsspec_args=False, verify_digests=verify_digests):
        if record.record_type == WarcRecordType.conversion:
            chars += len(record.reader.read().decode("utf-8", "replace"))
    return chars


def fastwarc_checked(path: str) -> int:
    """The same, block digests checked."""
    return fastwarc_texts(path, verify_digests=True)


def winnow_pages(path: str) -> int:
    """Characters of all texts, as pages with exact offsets, digests checked, titles cut off."""
    return sum(len(page.text or "") for page in ArchiveReader(path, ASKED))


def main() -> None:
    """Print the least CPU seconds of each reader, and the ratios."""
    readers: list[Callable[[str], int]] = [fastwarc_texts, fastwarc_checked, winnow_pages]
    print(f"load {os.getloadavg()[0]:.1f}")
    total = Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        for source in sorted(Path(os.environ["WINNOW_CORPUS"]).glob("pages_*/*.warc.gz")):
            path, count = Path(folder) / f"{source.name}.wet.gz", _write(path_pages(source), Path(folder), source.name)
            seconds: dict[str, list[float]] = {reader.__name__: [] for reader in readers}
            for _ in range(ROUNDS):
                for reader in readers:
                    began = time.process_time()
                    reader(str(path))
                    seconds[reader.__name__].append(time.process_time() - began)
            least = {name: min(values) for name, values in seconds.items()}
            total.update(least)
            print(f"{path.name}: {count:,} records; {_ratios(least)}")
    print(f"all: {_ratios(total)}")


def path_pages(path: Path) -> Iterable[Page]:
    """The pages of an archive that have HTML."""
    return (page for page in ArchiveReader(path, ASKED) if page.gate is None)


def _write(pages: Iterable[Page], folder: Path, name: str) -> int:
    count = 0
    with (folder / f"{name}.wet.gz").open("wb") as file:
        for page in pages:
            file.write(wet_record(page))
            count += 1
    return count


def _ratios(cpu: dict[str, float] | Counter[str]) -> str:
    ours, told = cpu["winnow_pages"], ", ".join(f"{name} {value:.3f} s" for name, value in cpu.items())
    ratio, checked = ours / cpu["fastwarc_texts"], ours / cpu["fastwarc_checked"]
    return f"{told}: {ratio:.2f} times FastWARC, {checked:.2f} times FastWARC with digests"


if __name__ == "__main__":
    main()
