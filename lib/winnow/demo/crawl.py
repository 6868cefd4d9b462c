"""Generates two small crawls of real HTML with planted faults, and the truth beside them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from winnow.demo.archives import ArchiveName, write_archive, write_manifest
from winnow.demo.drafts import Draft, Plan
from winnow.demo.kinds import Groups, cut_record, plan_pages
from winnow.demo.library import Library
from winnow.demo.truth import ArchiveTruth, PageTruth, Truth, write_truth
from winnow.demo.wire import WIRES, noise, send

ARCHIVES = 12
CUT_ARCHIVE = 5
NOISE_HOST = "www.harbour-weekly.example"
TRUTH_FILE = "truth.json"
# The segments' numbers are such that each of 4 shards holds 3 archives of each crawl.
CRAWLS = {
    "DEMO-2024-10": (1700000000125, datetime(2024, 3, 1, tzinfo=UTC)),
    "DEMO-2024-22": (1710000000003, datetime(2024, 5, 24, tzinfo=UTC)),
}


def make_crawl(folder: Path, pages: int, seed: int) -> Path:
    """Two crawls below folder; returns the path of the truth about them.

        folder/crawl-data/<crawl>/segments/<number>/warc/*.warc.gz    12 archives of each crawl
        folder/<crawl>/warc.paths.gz                                  their keys below folder
        folder/truth.json                                             what `truth.compare` reads
    `pages` is the number of HTML responses in each crawl. The same Python version, seed and size give the same bytes.
    Raises SettingsError if there are too few pages for all planted kinds, or if the prose of this Python installation
    is not enough for so many pages.
    """
    library = Library(Random(seed))
    placed: list[PageTruth] = []
    archives: list[ArchiveTruth] = []
    fetched: dict[str, Draft] = {}
    for crawl in CRAWLS:
        plan = Plan(crawl, library, fetched)
        names = list(_names(crawl))
        for name, drafts in zip(names, _archives(plan, pages), strict=True):
            here, archive = _write(folder, name, drafts)
            placed += here
            archives.append(archive)
        write_manifest(folder / crawl / "warc.paths.gz", [name.archive_path for name in names])
        fetched = plan.fetched
    write_truth(folder / TRUTH_FILE, Truth(tuple(placed), tuple(archives)))
    return folder / TRUTH_FILE


def _names(crawl: str) -> Iterator[ArchiveName]:
    segment, first = CRAWLS[crawl]
    for number in range(ARCHIVES):
        started = first + timedelta(hours=number)
        times = f"{started:%Y%m%d%H%M%S}-{started + timedelta(hours=3):%Y%m%d%H%M%S}"
        file = f"DEMO-{times}-{number:05d}.warc.gz"
        yield ArchiveName(crawl, f"crawl-data/{crawl}/segments/{segment}.{number // 4}/warc/{file}", started, number)


def _archives(plan: Plan, pages: int) -> list[list[Draft]]:
    """The drafts of each archive; those of a group share one, and one archive ends with a page that will be cut."""
    groups: Groups = plan_pages(plan, pages - 1)
    plan.random.shuffle(groups)
    archives = [[draft for group in groups[number::ARCHIVES] for draft in group] for number in range(ARCHIVES)]
    archives[CUT_ARCHIVE].append(cut_record(plan))
    return archives


def _write(folder: Path, name: ArchiveName, drafts: Sequence[Draft]) -> tuple[list[PageTruth], ArchiveTruth]:
    """One archive: first records that are not pages, then pages."""
    cut = name.number == CUT_ARCHIVE
    beside = noise(NOISE_HOST, name.number)
    exchanges = [send(draft.truth.url, draft.html, draft.wire) for draft in drafts]
    starts, others = write_archive(folder, name, [*(no_page.exchange for no_page in beside), *exchanges], cut)
    places = zip(drafts, starts[len(beside) :], strict=True)
    pages = [replace(draft.truth, archive_path=name.archive_path, record_offset=start) for draft, start in places]
    skipped = others + Counter(no_page.skipped for no_page in beside)
    altered = sum(WIRES[draft.wire].altered for draft in drafts)
    status = "damaged" if cut else "read"
    return pages, ArchiveTruth(
        name.crawl, name.archive_path, status, len(drafts), altered, dict(sorted(skipped.items()))
    )
