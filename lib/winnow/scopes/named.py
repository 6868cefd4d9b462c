"""The archives that a run names, among those of its crawl."""

from __future__ import annotations

from collections.abc import Collection

from pyspark.sql import functions as F

from winnow.records.index_files import Index
from winnow.sources.named_archives import Archive, rebase
from winnow.warehouse import delta
from winnow.warehouse.crawls import crawl_row
from winnow.warehouse.work import Work


def as_listed(work: Work, root: str, archives: list[Archive]) -> list[Archive]:
    """Archives found below `root`, with the keys that they have in the crawl.

    Raises SettingsError if they are below another root than that of the crawl, and no --root is given.
    """
    listed = crawl_row(work).root
    return archives if work.root is not None or listed == root else rebase(archives, root, listed)


def gave_pages(work: Work, archives: Collection[Archive] | None) -> bool:
    """Whether at least one of these archives, named by their keys in the crawl, gave a page; None: of all archives."""
    rows = delta.read(work, "archives").where(F.col("pages") > 0).select("archive_path").collect()  # one row an archive
    named = {row.archive_path for row in rows}
    return bool(named) if archives is None else not named.isdisjoint(archive.archive_path for archive in archives)


def named_in(work: Work, root: str, named: list[Archive] | Index) -> list[Archive] | None:
    """The archives that a run names, with their keys in the crawl; None for an index, which names all of its crawl."""
    return None if isinstance(named, Index) else as_listed(work, root, named)
