"""Total CPU of a whole run over 1, 2, 4 and 8 times the pages, each in its own warehouse, in one warm session.

    WINNOW_CORPUS=... python -m benchmarks.cost_vs_size [--recipe winnow] [--set key=value]

Uses copies of the archive of pages_gold_wcxb under other names. Copies are near duplicates of each other, so with two
copies or more, stages after the near duplicates get no more pages; --set fuzzy.enabled=false keeps them all. CPU is
that of all processes, from /proc. The first crawl warms the session and does not count.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from pathlib import Path

from benchmarks.cost_per_page import SETS, lay_out, run
from winnow.runs.meter import Meter
from winnow.settings.fingerprint import fingerprints
from winnow.settings.load import load_settings
from winnow.spark.session import open_session
from winnow.warehouse import delta
from winnow.warehouse.work import Work

SIZES = (1, 1, 2, 4, 8)


def main() -> None:
    """Print a line for each size: pages, CPU seconds, and how CPU grows compared with the number of pages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default="winnow")
    parser.add_argument("--set", dest="changes", action="append", default=[])
    options = parser.parse_args()
    settings = load_settings(options.recipe, changes=["spark.master=local[2]", *options.changes])
    with tempfile.TemporaryDirectory() as name, Meter() as meter:
        spark, one = open_session("cost against size", settings.spark), 0.0
        for number, size in enumerate(SIZES):
            folder = Path(name, str(number))
            work = Work(spark, settings, fingerprints(settings), f"{folder}/tables", "C")
            cpu = sum(run(work, lay_out(folder / "archives", size, SETS[1:]), meter).cpu().values())
            one = cpu if number == 1 else one
            said = f"{cpu / one / size:.2f} times {size} times the first" if number else "warm-up"
            pages = delta.read(work, "pages").count()
            print(f"{pages} pages: {cpu:.1f} CPU s, {said}; load {os.getloadavg()[0]:.1f}", flush=True)
        spark.stop()


if __name__ == "__main__":
    main()
