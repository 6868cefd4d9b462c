"""CPU per page of the whole job, inside and outside the extractor, and the cost of commits.

    .venv/bin/python benchmarks/cost_per_page.py [--recipe fineweb] [--copies 1 4]

The archives of pages_docs_multilang and pages_gold_wcxb (WINNOW_CORPUS) are run as one crawl with one copy and as
another with four, in one warm session on two cores. CPU is that of all processes (JVM, Python workers, extractors) read
from /proc; the cost per page is the slope between the two, so that start-up is in neither.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.cpu import cpu_by_kind
from winnow import delta
from winnow.archives import find_archives
from winnow.config import load_settings
from winnow.delta import Work
from winnow.fingerprint import fingerprints
from winnow.progress import Progress
from winnow.run import run_crawl
from winnow.session import open_session

SETS = ("pages_docs_multilang/DEV-DOCS-00000.warc.gz", "pages_gold_wcxb/DEV-WCXB-00000.warc.gz")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", default="fineweb")
    parser.add_argument("--copies", type=int, nargs=2, default=[1, 4])
    parser.add_argument("--set", dest="changes", action="append", default=[])
    options = parser.parse_args()
    corpus = Path(os.environ["WINNOW_CORPUS"])
    changes = ["spark.master=local[2]", "extract.recycle_pages=1000000", *options.changes]
    settings = load_settings(options.recipe, changes=changes)
    spark = open_session("cost per page", settings.spark)
    with tempfile.TemporaryDirectory() as folder:
        measured = []
        for name, copies in (("WARM", 1), ("SMALL", options.copies[0]), ("LARGE", options.copies[1])):
            root = _lay_out(Path(folder) / name, corpus, copies)
            work = Work(spark, settings, fingerprints(settings), f"{folder}/tables", name)
            before, began = cpu_by_kind(), time.monotonic()
            with Progress(spark) as progress:
                run_crawl(work, *find_archives([str(root)], None), progress)
            after, wall = cpu_by_kind(), time.monotonic() - began
            pages = delta.read(work, "pages").count()
            measured.append((pages, {kind: after[kind] - before[kind] for kind in after}))
            print(f"{name}: {pages} pages, {wall:.1f} s, CPU {measured[-1][1]}")
        (few, small), (many, large) = measured[1:]
        for kind in ("extractor", "rest"):
            print(f"{kind}: {1000 * (large[kind] - small[kind]) / (many - few):.2f} CPU ms per page")
        commits = delta.read(work, "commits").groupBy("target").sum("wall_seconds", "cpu_seconds", "rows", "bytes")
        commits.orderBy("target").show(truncate=False)


def _lay_out(folder: Path, corpus: Path, copies: int) -> Path:
    folder.mkdir(parents=True)
    for copy in range(copies):
        for name in SETS:
            shutil.copyfile(corpus / name, folder / f"{copy}-{Path(name).name}")
    return folder


if __name__ == "__main__":
    main()
