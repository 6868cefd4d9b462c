"""CPU per page of the whole job, inside and outside the extractor; seconds and files of a wave's commits.

    WINNOW_CORPUS=... python -m benchmarks.cost_per_page [--recipe fineweb] [--copies 1 4]

The archives of pages_docs_multilang and pages_gold_wcxb are run as crawls of one copy, four and one again, in one warm
session on two cores. CPU is that of all processes (driver, JVM, Python workers, extractors) read from /proc; the cost
per page is the slope between one copy and four, so that start-up is in neither. The JVM compiles less from crawl to
crawl, by more than it spends on these pages: beside the first crawl of one copy the slope is too low, beside the last
it is too high. Both are printed; the high one is the result. URL removal, newlines and normalisation happen in the
extractor's process; they are measured apart and counted outside. A wave's commits are timed on crawls of eight pages:
seconds in commits have the computing of these pages in them.
"""

from __future__ import annotations

import argparse
import math
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import trafilatura
from deltalake import DeltaTable

from winnow.kernels.pages.extract import ExtractSettings, extract_page
from winnow.kernels.pages.html import decode_html
from winnow.page import Asked
from winnow.runs.compaction import FILE_BYTES
from winnow.runs.crawl import run_crawl
from winnow.runs.meter import KINDS, Meter
from winnow.settings.fingerprint import fingerprints
from winnow.settings.load import load_settings
from winnow.settings.schema import Settings
from winnow.sources.named_archives import find_archives
from winnow.spark.session import open_session
from winnow.warc.reader import ArchiveReader
from winnow.warehouse import commits, delta
from winnow.warehouse.work import Work

SETS = ("pages_docs_multilang/DEV-DOCS-00000.warc.gz", "pages_gold_wcxb/DEV-WCXB-00000.warc.gz")
TINY_ARCHIVES, TINY_CRAWLS = 8, 3
ASKED = Asked(2_000_000, 2_000_000)
CHILD_SAMPLE = 20  # one page in so many, to measure what the child does besides extraction


class Step(NamedTuple):
    """What one job of a crawl cost: CPU seconds by kind, and wall seconds."""

    cpu: dict[str, float]
    wall: float


class Steps:
    """In place of the progress line: measures each job."""

    def __init__(self, meter: Meter) -> None:
        self.meter, self.of = meter, dict[str, Step]()
        self._before, self._began = meter.seconds(), time.monotonic()

    def begin(self, job: str, shards: list[int]) -> None:
        self._before, self._began = self.meter.seconds(), time.monotonic()

    def end(self, job: str, rows: int | None, share: float) -> None:
        now = self.meter.seconds()
        spent = {kind: now[kind] - self._before[kind] for kind in KINDS}
        known = self.of.get(job, Step(dict.fromkeys(KINDS, 0.0), 0.0))
        added = {kind: known.cpu[kind] + spent[kind] for kind in KINDS}
        self.of[job] = Step(added, known.wall + time.monotonic() - self._began)

    def cpu(self) -> dict[str, float]:
        return {kind: sum(step.cpu[kind] for step in self.of.values()) for kind in KINDS}

    def wall(self) -> float:
        return sum(step.wall for step in self.of.values())


class Commits:
    """Wall seconds inside the commits of tables and their notes, with the computation of the rows."""

    def __init__(self) -> None:
        self.seconds, self.count, self._inside = 0.0, 0, False

    def __enter__(self) -> None:
        self.seconds, self.count = 0.0, 0
        self._originals: list[tuple[Any, str, Callable[..., Any]]] = [
            (commits, "commit", commits.commit), (delta, "replace", delta.replace),
        ]  # fmt: skip
        for module, name, original in self._originals:
            setattr(module, name, partial(self._timed, original))

    def __exit__(self, *_: object) -> None:
        for module, name, original in self._originals:
            setattr(module, name, original)

    def _timed(self, original: Callable[..., Any], *arguments: Any) -> Any:
        if self._inside:  # a commit replaces rows, and is counted as a whole
            return original(*arguments)
        self._inside, began = True, time.monotonic()
        try:
            return original(*arguments)
        finally:
            self.seconds += time.monotonic() - began
            self.count += 1
            self._inside = False


class Costs(NamedTuple):
    """CPU milliseconds for a page."""

    extractor: float
    outside: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default="fineweb")
    parser.add_argument("--copies", type=int, nargs=2, default=[1, 4])
    parser.add_argument("--set", dest="changes", action="append", default=[])
    options = parser.parse_args()
    measure_winnow(options.recipe, options.copies, options.changes)


def measure_winnow(recipe: str, copies: list[int], changes: list[str]) -> Costs:
    """Prints the measurements; returns the costs of a page."""
    settings = load_settings(recipe, changes=["spark.master=local[2]", "extract.recycle_pages=1000000", *changes])
    print(f"recipe {recipe}; load before: {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name, Meter() as meter:
        folder = Path(name)
        spark = open_session("cost per page", settings.spark)

        def crawl_of(name: str) -> Work:
            return Work(spark, settings, fingerprints(settings), f"{folder}/tables", name)

        pages, crawls = [], []
        for number, count in enumerate([copies[0], copies[0], copies[1], copies[0]]):
            crawl = crawl_of(f"CRAWL-{number}" if number else "WARM-UP")
            crawls.append(run(crawl, lay_out(folder / crawl.crawl, count), meter))
            pages.append(delta.read(crawl, "pages").count())
            _print_crawl(crawl.crawl, pages[-1], crawls[-1])
        costs = _print_slopes(pages, crawls, settings)
        _print_peaks(meter)
        _print_files(Path(crawl.warehouse))
        _time_commits(crawl_of, folder, meter)
        spark.stop()
    return costs


def lay_out(folder: Path, copies: int, sets: Sequence[str] = SETS) -> Path:
    """A folder with so many copies of the archives, under different names."""
    folder.mkdir(parents=True)
    for copy in range(copies):
        for name in sets:
            shutil.copyfile(Path(os.environ["WINNOW_CORPUS"], name), folder / f"{copy}-{Path(name).name}")
    return folder


def run(work: Work, archives: Path, meter: Meter) -> Steps:
    """Runs every job over these archives."""
    steps = Steps(meter)
    run_crawl(work, *find_archives([str(archives)], None), steps)
    return steps


def _print_crawl(name: str, pages: int, steps: Steps) -> None:
    cpu = ", ".join(f"{kind} {seconds:.1f}" for kind, seconds in steps.cpu().items())
    print(f"{name}: {pages} pages, {steps.wall():.0f} s wall; CPU seconds: {cpu}; load {os.getloadavg()[0]:.1f}")


def _print_slopes(pages: list[int], crawls: list[Steps], settings: Settings) -> Costs:
    """CPU milliseconds for a page, by job and kind, from the last crawl of one copy to that of several."""
    _, first, large, last = crawls
    added, ours = pages[2] - pages[1], _ours_in_the_child(settings)

    def slopes(small: Steps, job: str) -> list[float]:
        return [1000 * (large.of[job].cpu[kind] - small.of[job].cpu[kind]) / added for kind in KINDS]

    print(f"\n{'CPU ms a page':16}" + "".join(f"{kind:>11}" for kind in KINDS))
    for job in large.of:
        print(f"{job:16}" + "".join(f"{slope:11.2f}" for slope in slopes(last, job)))
    costs = []
    for name, small in (("first, too low", first), ("last, too high", last)):
        extractor, *rest = (sum(column) for column in zip(*(slopes(small, job) for job in large.of), strict=True))
        costs.append(Costs(extractor - ours, sum(rest) + ours))
        parts = ", ".join(f"{kind} {slope:.2f}" for kind, slope in zip(KINDS[1:], rest, strict=True))
        print(f"beside the {name}: in trafilatura {costs[-1].extractor:.2f}; outside {costs[-1].outside:.2f}: ", end="")
        print(f"{parts}, in the extractor's process {ours:.2f}")
    return costs[-1]


def _ours_in_the_child(settings: Settings) -> float:
    """CPU milliseconds of extract_page for a page, while answers of trafilatura, computed before, cost nothing."""
    wanted = ExtractSettings(**settings.extract.model_dump())
    pages = list(_sample())
    parsed, documents = _answers(pages, wanted, settings)
    names = {"load_html": map(trafilatura.load_html, parsed), "bare_extraction": iter(documents)}
    ready = {name: iter(list(answers)) for name, answers in names.items()}
    with _in_place_of_trafilatura({name: partial(_answer, answers) for name, answers in ready.items()}):
        began = time.process_time()
        for page in pages:
            extract_page(page, wanted, settings.text.normalization)
        return 1000 * (time.process_time() - began) / len(pages)


def _answers(pages: list[str], wanted: ExtractSettings, settings: Settings) -> tuple[list[str], list[Any]]:
    """The parsed pages of extract_page, and the answers of trafilatura to each of its calls."""
    parsed: list[str] = []
    documents: list[Any] = []
    load_html, bare_extraction = trafilatura.load_html, trafilatura.bare_extraction

    def load(html: str) -> Any:
        parsed.append(html)
        return load_html(html)

    def extract(tree: Any, **options: Any) -> Any:
        documents.append(deepcopy(document := bare_extraction(tree, **options)))
        return document

    with _in_place_of_trafilatura({"load_html": load, "bare_extraction": extract}):
        for page in pages:
            extract_page(page, wanted, settings.text.normalization)
    return parsed, documents


@contextmanager
def _in_place_of_trafilatura(functions: dict[str, Callable[..., Any]]) -> Iterator[None]:
    originals = {name: getattr(trafilatura, name) for name in functions}
    try:
        for name, function in functions.items():
            setattr(trafilatura, name, function)
        yield
    finally:
        for name, original in originals.items():
            setattr(trafilatura, name, original)


def _answer(answers: Iterator[Any], *_: object, **__: object) -> Any:
    return next(answers)


def _sample() -> Iterator[str]:
    for name in SETS:
        for number, page in enumerate(ArchiveReader(Path(os.environ["WINNOW_CORPUS"], name), ASKED)):
            if number % CHILD_SAMPLE == 0:
                yield decode_html(page.body, page.http_charset)[0]


def _print_peaks(meter: Meter) -> None:
    peaks = ", ".join(f"{kind} {size / 1e6:.0f} MB" for kind, size in meter.peak_bytes().items())
    print(f"largest resident size of one process: {peaks}")


def _print_files(warehouse: Path) -> None:
    """The largest number of files of a crawl and shard in each table, compared with one for each 256 MB."""
    print("\nfiles of a crawl and shard")
    for table in sorted(path for path in warehouse.iterdir() if path.is_dir()):
        files, sizes = Counter[tuple[object, ...]](), Counter[tuple[object, ...]]()
        for add in pa.table(DeltaTable(table).get_add_actions(flatten=True)).to_pylist():
            key = add.get("partition.crawl"), add.get("partition.shard")
            files[key] += 1
            sizes[key] += add["size_bytes"]
        over = [key for key in files if files[key] > max(1, math.ceil(sizes[key] / FILE_BYTES))]
        print(f"{table.name:16} at most {max(files.values(), default=0)}, {len(over)} of {len(files)} with too many")


def _time_commits(crawl_of: Callable[[str], Work], folder: Path, meter: Meter) -> None:
    """Wall and CPU seconds of a wave of archives with one page each, without list_archives."""
    source = Path(os.environ["WINNOW_CORPUS"], SETS[1])
    page = next(iter(ArchiveReader(source, ASKED)))
    record = source.read_bytes()[page.record_offset : page.record_offset + page.record_length]
    print(f"\na wave of {TINY_ARCHIVES} archives with one page each; load {os.getloadavg()[0]:.1f}")
    timed = Commits()
    for number in range(TINY_CRAWLS):
        crawl = crawl_of(f"TINY-{number}")
        archives = folder / crawl.crawl
        archives.mkdir()
        for archive in range(TINY_ARCHIVES):
            (archives / f"{archive}.warc.gz").write_bytes(record)
        with timed:
            steps = run(crawl, archives, meter).of
        steps.pop("list_archives")
        jobs = ", ".join(f"{job} {step.wall:.1f}" for job, step in steps.items())
        cpu = sum(sum(step.cpu.values()) for step in steps.values())
        wall = sum(step.wall for step in steps.values())
        print(f"{wall:.1f} s wall, {cpu:.1f} s CPU, {timed.seconds:.1f} s in {timed.count} commits: {jobs}")


if __name__ == "__main__":
    main()
