"""An undisturbed run over a generated crawl, and a comparison of its tables with those of a disturbed run."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple

from tests.jobs.warehouse import FIRST, everything, whole_run, winnow
from winnow.demo.crawl import make_crawl

Tables = dict[str, list[dict[str, Any]]]


class CleanRun(NamedTuple):
    """The manifest of a crawl, all tables of one run over it, and how many seconds the run took."""

    archives: Path
    tables: Tables
    seconds: float


def clean_run(folder: Path) -> CleanRun:
    """A run over a crawl that is generated in this folder."""
    make_crawl(folder / "archives", 100, seed=5)
    archives = folder / "archives" / FIRST / "warc.paths.gz"
    began = time.monotonic()
    winnow(*whole_run(archives, folder / "clean"))
    seconds = time.monotonic() - began
    return CleanRun(archives, everything(folder / "clean"), seconds)


def compared(way: str, warehouse: Path, clean: Tables) -> list[str]:
    """The tables whose rows differ; also printed."""
    differing = [table for table, rows in everything(warehouse).items() if rows != clean[table]]
    print(f"{way}: {f'OTHER ROWS in {differing}' if differing else 'the same rows'}", flush=True)
    return differing
