"""Texts for the benchmarks of repeated spans: real, generated, and hard ones."""

from __future__ import annotations

import gzip
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from fastwarc.warc import ArchiveIterator, WarcRecordType
from tests.reference.gopher import with_plain_newlines

from winnow.kernels.pages.extract import ExtractSettings, extract_page
from winnow.settings.load import load_settings

DOCUMENT_WORDS, PARAGRAPH_WORDS = 700, 80
EXTRACTED = ("pages_gold_wcxb", "pages_docs_multilang")
_STEP = 0x9E3779B97F4A7C15  # the difference between the ids of two consecutive pages, modulo 2^64


def real_texts(corpus: Path) -> dict[str, list[str]]:
    """neardup_exact: similar pages with much repeated text; quality: pages with little."""
    with gzip.open(corpus / "neardup_exact" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        near = [json.loads(line)["text"] for line in lines]
    quality = [
        json.loads(line)["text"]
        for path in sorted((corpus / "quality").glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    texts = {"neardup_exact": near, "quality": list(dict.fromkeys(quality))}
    return {name: [with_plain_newlines(text) for text in group] for name, group in texts.items()}


def extracted_texts(corpus: Path, count: int) -> list[str]:
    """What trafilatura extracts from so many pages of two sets, in many languages; some pages occur twice."""
    pages = []
    for name in EXTRACTED:
        for archive in sorted((corpus / name).rglob("*.warc.gz")):
            with archive.open("rb") as file:
                records = ArchiveIterator(file, record_types=WarcRecordType.response)
                pages += [record.reader.read().decode("utf-8", "replace") for record in records]
    with ProcessPoolExecutor(2) as pool:
        return [text for text in pool.map(_extracted, pages[:count], chunksize=20) if text]


def _extracted(html: str) -> str:
    logging.disable(logging.CRITICAL)
    settings = ExtractSettings(**load_settings().extract.model_dump())
    return with_plain_newlines(extract_page(html, settings, "NFC").text)


def word_counts(texts: Iterable[str]) -> Counter[str]:
    """How often each word occurs in texts."""
    return Counter(word for text in texts for word in text.split())


def generated_texts(words: Counter[str], size: int) -> Iterator[list[str]]:
    """Documents of about 4 kB, `size` bytes in all, in lists of a few MB; words are as frequent as in real texts.

    Three in ten contain a paragraph from a pool that grows with the number of documents.
    """
    names = np.array(list(words), dtype=object)
    bounds = np.cumsum(np.array(list(words.values()), float) / words.total())[:-1]
    draw = np.random.default_rng(7)
    mean = sum(len(word.encode()) * count for word, count in words.items()) / words.total() + 1
    documents = max(1, round(size / (mean * DOCUMENT_WORDS)))

    def prose(count: int, generator: np.random.Generator) -> str:
        return " ".join(names[np.searchsorted(bounds, generator.random(count))])

    for first in range(0, documents, 1000):
        texts = []
        for _ in range(min(1000, documents - first)):
            text = prose(DOCUMENT_WORDS, draw)
            if draw.random() < 0.3:
                shared = np.random.default_rng((1, int(draw.integers(max(1, documents // 10)))))
                text = f"{text[: len(text) // 2]}\n\n{prose(PARAGRAPH_WORDS, shared)}\n\n{text[len(text) // 2 :]}"
            texts.append(text)
        yield texts


def hard_texts(pages: int) -> dict[str, list[str]]:
    """One letter ten times as often as there are pages; one page as often; a paragraph in each of these pages."""
    draw = np.random.default_rng(3)

    def prose(count: int) -> str:
        return " ".join(f"w{number}" for number in draw.integers(0, 50_000, count))

    page, paragraph = prose(120), prose(70)
    return {
        f"one letter {10 * pages:,} times": ["a " * (10 * pages), *(prose(100) for _ in range(pages // 100))],
        f"one page {pages:,} times": [page] * pages,
        f"a paragraph in {pages:,} pages": [f"{prose(40)}\n{paragraph}\n{prose(40)}" for _ in range(pages)],
    }


def in_lists(texts: list[str], count: int = 1000) -> Iterator[list[str]]:
    """The texts in lists of so many."""
    return (texts[first : first + count] for first in range(0, len(texts), count))


def store(texts: Iterator[list[str]], path: Path) -> int:
    """The texts as a table (shard, page_id, text), a row group for each list; their bytes."""
    size = count = 0
    schema = pa.schema([("shard", pa.int32()), ("page_id", pa.int64()), ("text", pa.string())])
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for part in texts:
            ids = pa.array([page_id(count + place) for place in range(len(part))], pa.int64())
            writer.write_table(pa.table([pa.array([0] * len(part), pa.int32()), ids, part], schema=schema))
            count += len(part)
            size += sum(len(text.encode()) for text in part)
    return size


def page_id(place: int) -> int:
    """The id of the text at this position."""
    return (place * _STEP + 2**63) % 2**64 - 2**63
