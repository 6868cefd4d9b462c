"""Memory of one Python worker and its extractor while it reads and measures 50,000 pages, quarter by quarter.

    WINNOW_CORPUS=... python -m benchmarks.worker_memory [--pages 50000] [--set key=value]

Every archive has the same 2,459 pages of pages_docs_multilang and pages_gold_wcxb, so only winnow can cause growth.
One core, one wave: the worker that reads the first page also reads the last, and its extractor is replaced after
`extract.recycle_pages`, as in any run. Peaks are those of resident memory in intervals of a second.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import threading
from itertools import pairwise
from pathlib import Path

from benchmarks.cost_per_page import SETS, Steps
from winnow.runs.crawl import run_crawl
from winnow.runs.meter import Meter
from winnow.settings.fingerprint import fingerprints
from winnow.settings.load import load_settings
from winnow.sources.named_archives import find_archives
from winnow.spark.session import open_session
from winnow.warehouse import delta
from winnow.warehouse.work import Work

PAGES, STRETCH_SECONDS = 2_459, 1.0  # pages of the two archives together
JOBS = ("extract_pages", "measure_pages")
ONE_WORKER = (
    "spark.master=local[1]", "archives.num_shards=1", "spark.wave_archives_per_core=1000", "fuzzy.enabled=false",
    "spans.enabled=false",
)  # fmt: skip


class Peaks(Steps):
    """Records the peaks of each interval with the job that ran in it."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(meter)
        self.job, self.seen = "", dict[str, list[dict[str, int]]]()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def begin(self, job: str, shards: list[int]) -> None:
        super().begin(job, shards)
        self.job = job
        self.meter.forget_peaks()

    def end(self, job: str, rows: int | None, share: float) -> None:
        super().end(job, rows, share)
        self.job = ""

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(STRETCH_SECONDS):
            if self.job:
                self.seen.setdefault(self.job, []).append(self.meter.peak_bytes())
            self.meter.forget_peaks()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=50_000)
    parser.add_argument("--set", dest="changes", action="append", default=[])
    options = parser.parse_args()
    settings = load_settings(changes=[*ONE_WORKER, *options.changes])
    with tempfile.TemporaryDirectory() as name, Meter() as meter:
        archives = Path(name, "archives")
        archives.mkdir()
        both = b"".join(Path(os.environ["WINNOW_CORPUS"], each).read_bytes() for each in SETS)
        for copy in range(-(-options.pages // PAGES)):
            (archives / f"{copy}.warc.gz").write_bytes(both)
        work = Work(
            open_session("memory of a worker", settings.spark), settings, fingerprints(settings), f"{name}/tables", "C"
        )
        peaks = Peaks(meter)
        run_crawl(work, *find_archives([str(archives)], None), peaks)
        peaks.close()
        print(f"{delta.read(work, 'pages').count()} pages; load {os.getloadavg()[0]:.1f}")
        for job in JOBS:
            _print_quarters(job, peaks.seen[job])
        work.spark.stop()


def _print_quarters(job: str, stretches: list[dict[str, int]]) -> None:
    """The peak of each quarter of a job's time, by kind, and the last quarter's compared with the second's."""
    for kind in ("workers", "extractor"):
        bounds = [len(stretches) * quarter // 4 for quarter in range(5)]
        quarters = [
            max((peaks[kind] for peaks in stretches[first:last]), default=0) for first, last in pairwise(bounds)
        ]
        if all(quarters):
            grown = 100 * (quarters[3] / quarters[1] - 1)
            said = ", ".join(f"{peak / 1e6:.0f}" for peak in quarters)
            print(f"{job}, {kind}: {said} MB by quarter; the last {grown:+.1f} % of the second")


if __name__ == "__main__":
    main()
