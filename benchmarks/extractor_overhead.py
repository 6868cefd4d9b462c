"""CPU milliseconds that the child process and its pipes add to each page, compared with extraction in the caller.

    WINNOW_CORPUS=... python benchmarks/extractor_overhead.py

Extraction itself varies more from run to run than the pipes cost. So the pages are also sent with 300 tags in front,
which stop them at the gate html_too_deep: the same bytes are sent, and only the transport is measured. The start of a
child is measured separately, and divided by `recycle_pages`.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType

from winnow.kernels.pages.extract import extract_page
from winnow.settings.load import load_settings
from winnow.workers.extractor import Extractor, ExtractSettings

PAGES, ROUNDS, MAX_MS = 300, 5, 0.5


def cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def milliseconds(work: Callable[[Iterable[str]], None], pages: list[str]) -> float:
    before = cpu_seconds()
    work(pages)
    return (cpu_seconds() - before) * 1000


def main() -> int:
    (archive,) = Path(os.environ["WINNOW_CORPUS"], "pages_gold_wcxb").glob("*.warc.gz")
    with archive.open("rb") as file:
        records = ArchiveIterator(file, record_types=WarcRecordType.response)
        pages = [record.reader.read().decode("utf-8", "replace") for record in islice(records, PAGES)]
    settings = ExtractSettings(**load_settings().extract.model_dump())

    def in_process(pages: Iterable[str]) -> None:
        for html in pages:
            extract_page(html, settings, "NFC")

    def in_child(pages: Iterable[str]) -> None:
        with Extractor(settings, "NFC") as extractor:
            for html in pages:
                extractor.extract(html)

    too_deep = ["<div>" * 300 + html for html in pages]
    in_process(pages[:20])
    start_ms = statistics.median(milliseconds(in_child, ["<p>"]) for _ in range(ROUNDS))
    transport_ms = []
    for _ in range(ROUNDS):
        added = milliseconds(in_child, too_deep) - start_ms - milliseconds(in_process, too_deep)
        transport_ms.append(added / len(pages))
    direct_ms = milliseconds(in_process, pages) / len(pages)
    whole_ms = (milliseconds(in_child, pages) - start_ms) / len(pages)
    wall = time.perf_counter()
    in_child(["<p>"])
    print(f"start of a child: {start_ms:.0f} ms CPU, {(time.perf_counter() - wall) * 1000:.0f} ms wall")
    added_ms = statistics.median(transport_ms) + start_ms / settings.recycle_pages
    print(
        f"transport: {statistics.median(transport_ms):.3f} ms a page of {sum(map(len, pages)) // len(pages)} characters"
    )
    print(
        f"with starts: {added_ms:.3f} ms a page; extraction: {direct_ms:.1f} ms direct, {whole_ms:.1f} ms in the child"
    )
    return int(added_ms > MAX_MS)


if __name__ == "__main__":
    sys.exit(main())
