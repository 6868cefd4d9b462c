"""Word F1 of extracted main texts against those that people marked: winnow and trafilatura, on pages_gold_wcxb.

    WINNOW_CORPUS=... python benchmarks/extract_quality.py

A word is a maximal run of \\w, in lower case. F1 is computed on the two bags of words of a page, and averaged over
pages. The two must agree within 0.002, in both modes. `changed` is the number of pages whose text differs (URLs, runs
of newlines).
"""

from __future__ import annotations

import gzip
import json
import logging
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType

from winnow.kernels.pages.extract import ExtractSettings, extract_page
from winnow.settings.load import load_settings

MAX_DIFFERENCE = 0.002


def word_f1(text: str, truth: str) -> float:
    found, wanted = (Counter(re.findall(r"\w+", words.lower())) for words in (text, truth))
    if not found or not wanted:
        return float(found == wanted)
    return 2 * (found & wanted).total() / (found.total() + wanted.total())


def pages(folder: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(folder / "truth.jsonl.gz", "rt") as lines:
        truths = {row["record"]: row["text"] for row in map(json.loads, lines)}
    (archive,) = folder.glob("*.warc.gz")
    with archive.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response):
            yield record.reader.read().decode("utf-8", "replace"), truths[record.record_id]


def compare(folder: Path, settings: ExtractSettings) -> tuple[list[float], list[float], int]:
    ours, direct, changed = [], [], 0
    for html, truth in pages(folder):
        text = extract_page(html, settings, "NFC").text
        peer = trafilatura.extract(html, favor_precision=settings.favor == "precision", include_comments=False) or ""
        ours.append(word_f1(text, truth))
        direct.append(word_f1(peer, truth))
        changed += text != peer
    return ours, direct, changed


def main() -> int:
    logging.disable(logging.CRITICAL)
    folder = Path(os.environ["WINNOW_CORPUS"], "pages_gold_wcxb")
    settings = ExtractSettings(**load_settings().extract.model_dump())
    worst = 0.0
    print(f"{'mode':10} {'pages':>6} {'winnow':>8} {'trafilatura':>12} {'changed':>8}")
    for favor in ("balanced", "precision"):
        ours, direct, changed = compare(folder, replace(settings, favor=favor))
        means = sum(ours) / len(ours), sum(direct) / len(direct)
        worst = max(worst, abs(means[0] - means[1]))
        print(f"{favor:10} {len(ours):6} {means[0]:8.4f} {means[1]:12.4f} {changed:8}")
    return int(worst > MAX_DIFFERENCE)


if __name__ == "__main__":
    sys.exit(main())
