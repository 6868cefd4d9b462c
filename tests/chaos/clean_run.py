"""One undisturbed run over a generated crawl, and whether the tables of a disturbed one are its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.jobs.warehouse import FIRST, everything, whole_run, winnow
from winnow.demo.crawl import make_crawl

Tables = dict[str, list[dict[str, Any]]]


def clean_run(folder: Path) -> tuple[Path, Tables]:
    """The manifest of a crawl that is generated in this folder, and all tables of one run over it."""
    make_crawl(folder / "archives", 100, seed=5)
    archives = folder / "archives" / FIRST / "warc.paths.gz"
    winnow(*whole_run(archives, folder / "clean"))
    return archives, everything(folder / "clean")


def compared(way: str, warehouse: Path, clean: Tables) -> list[str]:
    """The tables whose rows differ; said on standard output."""
    differing = [table for table, rows in everything(warehouse).items() if rows != clean[table]]
    print(f"{way}: {f'OTHER ROWS in {differing}' if differing else 'the same rows'}", flush=True)
    return differing
