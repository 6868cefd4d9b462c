"""CPU of extraction with `extract.faster` compared with plain trafilatura: same pages, same run, every text compared.

    WINNOW_CORPUS=... python -m benchmarks.faster_trafilatura [--every N] [--modes balanced precision recall]

Each page is extracted in both ways, one directly after the other; the ways take turns in going first. Milliseconds are
of the whole extract_page: parsing, the title, trafilatura, URLs. jusText's stop words, which both ways read once in a
process, are read before. Exit code 1 if a text, a title or a gate differs.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType

from winnow.kernels.pages.extract import Extracted, ExtractionError, ExtractSettings, extract_page
from winnow.settings.load import load_settings

SETS = ("pages_gold_wcxb", "pages_docs_multilang", "pages_zh_oiwiki", "pages_udhr_lid")


def pages(folder: Path) -> Iterator[str]:
    (archive,) = folder.glob("*.warc.gz")
    with archive.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response):
            yield record.reader.read().decode("utf-8", "replace")


def timed(html: str, settings: ExtractSettings) -> tuple[Extracted | str, float]:
    began = time.process_time()
    try:
        extracted: Extracted | str = extract_page(html, settings, "NFC")
    except ExtractionError as error:
        extracted = str(error)
    return extracted, time.process_time() - began


def compare(corpus: Path, settings: ExtractSettings, every: int) -> tuple[dict[str, Counter[str]], int]:
    """Pages and seconds by set and way, and the number of pages on which the ways differ."""
    totals: dict[str, Counter[str]] = {}
    different = 0
    for name in SETS:
        totals[name] = Counter()
        for number, html in enumerate(islice(pages(corpus / name), 0, None, every)):
            found = {}
            for faster in (True, False) if number % 2 else (False, True):
                found[faster], seconds = timed(html, replace(settings, faster=faster))
                totals[name]["faster" if faster else "plain"] += seconds  # type: ignore[assignment]
            totals[name]["pages"] += 1
            different += found[True] != found[False]
    return totals, different


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--modes", nargs="+", default=["balanced", "precision"])
    arguments = parser.parse_args()
    logging.disable(logging.CRITICAL)
    importlib.import_module("trafilatura.external").jt_stoplist_init()
    settings = ExtractSettings(**load_settings().extract.model_dump())
    any_different = 0
    print(f"{'mode':10} {'pages of':22} {'pages':>6} {'plain ms':>9} {'faster ms':>10} {'times':>6} {'different':>10}")
    for favor in arguments.modes:
        totals, different = compare(Path(os.environ["WINNOW_CORPUS"]), replace(settings, favor=favor), arguments.every)
        any_different += different
        totals["all"] = sum(totals.values(), Counter())
        for name, total in totals.items():
            plain, faster = (1000 * total[way] / total["pages"] for way in ("plain", "faster"))
            shown = different if name == "all" else ""
            figures = f"{total['pages']:6} {plain:9.2f} {faster:10.2f} {plain / faster:6.2f} {shown!s:>10}"
            print(f"{favor:10} {name:22} {figures}", flush=True)
    return int(any_different > 0)


if __name__ == "__main__":
    sys.exit(main())
