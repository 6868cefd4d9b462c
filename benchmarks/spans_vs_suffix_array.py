"""Repeated spans beside Google's suffix arrays and brute force: the same spans, page by page, and what they cost.

    git clone https://github.com/google-research/deduplicate-text-datasets google
    WINNOW_CORPUS=... python -m benchmarks.spans_vs_suffix_array --google google [--mb 10 30 100] [--hard]

Spans and copies are compared in words without normalisation, 50 of them, and in 100 bytes: over the real texts of the
corpus, what trafilatura extracts of its pages, and generated texts (words only); `--hard` adds hard ones. The suffix
array's windows become spans, and are snapped to words and graphemes, as `tests/reference/spans.py` does it. Its brute
force is asked too where there are few units; of larger sets some of the pages are compared once more with it.

CPU seconds: winnow's as a job of two cores in one warm session, from stored texts to stored spans, all processes
together; of Google's program `make`, `self-similar` and `collect` with one thread, over four bytes a word (numbering
the words is not in it), and over the text's bytes.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

import numpy as np
from tests.reference.spans import Page, Span, repeated_spans, snapped, tokens

from benchmarks import suffix_array
from benchmarks.repeated_spans import Bench, cpu_of, warm_up
from benchmarks.span_texts import (
    extracted_texts,
    generated_texts,
    hard_texts,
    in_lists,
    real_texts,
    store,
    word_counts,
)
from benchmarks.suffix_array import Windows, windows_of_bytes, windows_of_words
from winnow.runs.meter import Meter
from winnow.settings.load import load_settings
from winnow.spark.session import open_session

LENGTHS = {"words": 50, "bytes": 100}
BRUTE_UNITS = 300_000  # brute force takes half a kilobyte for each, a whole one in bytes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--google", type=Path, default=Path("google"), help="the folder of its source")
    parser.add_argument("--mb", type=int, nargs="*", default=[10, 30, 100])
    parser.add_argument("--pages", type=int, default=2459, help="of the corpus, to extract")
    parser.add_argument("--hard", action="store_true")
    options = parser.parse_args()
    program = suffix_array.build(options.google)
    corpus = Path(os.environ["WINNOW_CORPUS"])
    texts = real_texts(corpus)
    words = word_counts(text for group in texts.values() for text in group)
    settings = load_settings(changes=["spark.master=local[2]", "spark.driver_memory=2g"])
    spark = open_session("repeated spans", settings.spark)
    same = []
    with tempfile.TemporaryDirectory() as folder, Meter() as meter:
        benches = {
            unit: Bench(spark, meter, settings.spans.model_copy(update={"length": length}), unit, Path(folder))
            for unit, length in LENGTHS.items()
        }
        warm_up(benches["words"], words)
        before = (0, 0.0)
        for mb in options.mb:
            group = [text for part in generated_texts(words, mb * 1_000_000) for text in part]
            is_same, size, cpu = are_same(program, benches["words"], f"generated, {mb} MB", group)
            same.append(is_same)
            if before[0]:
                slope = (cpu - before[1]) / (size - before[0]) * 1e6
                print(f"    winnow, slope: {slope:.4f} CPU seconds per MB")
            before = size, cpu
            show_cost("suffix array of bytes", size, windows_of_bytes(program, group, LENGTHS["bytes"]))
        texts["extracted"] = extracted_texts(corpus, options.pages)
        for name, group in texts.items():
            for unit, bench in benches.items():
                step = -(-units_of(group, unit) // BRUTE_UNITS)
                same.append(are_same(program, bench, name, group, step == 1)[0])
                if step > 1:
                    same.append(are_same(program, bench, f"{name}, one page in {step}", group[::step], True)[0])
        for name, group in hard_texts(100_000).items() if options.hard else ():
            same.append(are_same(program, benches["words"], name, group)[0])
        workers = meter.peak_bytes()["workers"] / 1e6
        print(f"largest resident size of a Python worker: {workers:.0f} MB; the JVM has {settings.spark.driver_memory}")
    spark.stop()
    return int(not all(same))


def are_same(
    program: Path, bench: Bench, name: str, texts: list[str], with_brute_force: bool = False
) -> tuple[bool, int, float]:
    """Whether all find the same spans; the number of bytes of the texts, and the job's CPU seconds."""
    unit, length = bench.tokens.unit, bench.settings.length
    size = store(in_lists(texts), bench.folder / "texts.parquet")
    passes, found = bench.run(bench.folder / "texts.parquet")
    ours, cpu = bench.spans_of(texts, found), cpu_of(passes)
    windows = (windows_of_words if unit == "words" else windows_of_bytes)(program, texts, length)
    others = {"suffix array": joined(texts, windows, unit, length)}
    if with_brute_force:
        others["brute force"] = repeated_spans([Page(text) for text in texts], unit, length)
    print(f"{name}, {length} {unit}: {size / 1e6:.1f} MB, {len(texts):,} pages, {sum(map(len, ours)):,} spans")
    for other, theirs in others.items():
        differing = [place for place, spans in enumerate(theirs) if spans != ours[place]]
        print(f"    {other}: {f'other spans in {differing[:5]} ...' if differing else 'the same spans in every page'}")
    print(f"    winnow: {cpu:.1f} s CPU, {cpu / size * 1e6:.3f} s/MB; load {os.getloadavg()[0]:.0f}")
    show_cost(f"suffix array of {unit}", size, windows)
    return all(theirs == ours for theirs in others.values()), size, cpu


def units_of(texts: list[str], unit: str) -> int:
    """The number of words or bytes."""
    return sum(len(text.split() if unit == "words" else text.encode()) for text in texts)


def joined(texts: list[str], windows: Windows, unit: str, length: int) -> list[list[Span]]:
    """The spans of each text: unions of its windows that overlap or touch, moved to word ends."""
    spans = []
    for text, starts, copies in zip(texts, windows.starts, windows.copies, strict=True):
        first = np.flatnonzero(np.diff(starts, prepend=-length - 1) > length)
        last = np.append(first[1:], len(starts)) - 1
        most = np.maximum.reduceat(copies, first) if len(first) else first
        ends = starts[last] + length if len(first) else first
        spans.append(snap(text, unit, tuple(zip(starts[first].tolist(), ends.tolist(), most.tolist(), strict=True))))
    return spans


@lru_cache(maxsize=16)
def snap(text: str, unit: str, spans: tuple[tuple[int, int, int], ...]) -> list[Span]:
    """Spans of units as spans of characters."""
    return snapped(text, tokens(text, unit), [Span(*span) for span in spans]) if spans else []


def show_cost(name: str, size: int, windows: Windows) -> None:
    """Print the costs of the other program."""
    peak = windows.peak_bytes / 1e6
    print(f"    {name}: {windows.cpu:.1f} s CPU, {windows.cpu / size * 1e6:.3f} s/MB, {peak:,.0f} MB", flush=True)


if __name__ == "__main__":
    sys.exit(main())
