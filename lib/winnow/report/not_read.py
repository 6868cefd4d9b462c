"""What was not read of a crawl's archives: damage, unreachable servers, records of other kinds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from winnow.warc.skipped import TEXT_KINDS
from winnow.warehouse import delta
from winnow.warehouse.work import Work

_MOST = 50
_SHOWN = 5  # shown in a terminal


class Damaged(NamedTuple):
    """An archive that could not be read to its end: its status, its first error, and where it is."""

    archive_path: str
    status: str
    error: str
    offset: int | None


class NotRead(NamedTuple):
    """What was not read of the archives of a crawl.

    archives       number of archives by status
    damaged        archives that were not read to their end, the first 50
    without_page   number of archives that were read, or damaged, and gave no page
    pageless       their keys, the first 50
    skipped        number of records that are not pages, by kind, the most frequent kind first
    """

    archives: dict[str, int]
    damaged: list[Damaged]
    without_page: int
    pageless: list[str]
    skipped: dict[str, int]

    @property
    def passed_over(self) -> dict[str, int]:
        """Records with text or HTML, or with possible text or HTML, by kind."""
        return {kind: count for kind, count in self.skipped.items() if kind in TEXT_KINDS}


def look_at_archives(work: Work) -> NotRead:
    """What was not read of this crawl: two queries, each with a few rows."""
    archives = delta.read(work, "archives")
    kinds = archives.select(F.explode("skipped").alias("kind", "records")).groupBy("kind").agg(F.sum("records"))
    found = kinds.collect()  # one row a kind
    statuses = _by_status(archives)
    return NotRead(
        archives={row.status: row.archives for row in statuses},
        damaged=sorted(_damaged(statuses))[:_MOST],
        without_page=sum(row.without_page for row in statuses),
        pageless=sorted(path for row in statuses for path in row.pageless or [])[:_MOST],
        skipped=dict(sorted(map(tuple, found), key=lambda kind: (-kind[1], kind[0]))),
    )


def not_read_lines(found: NotRead, most: int = _SHOWN) -> list[str]:
    """The same in sentences, with `most` archives of each kind; empty if all were read and gave pages."""
    bad = {status: count for status, count in found.archives.items() if status in ("damaged", "unreachable")}
    lines = []
    if bad:
        lines.append(f"Archives that were not read to their end: {_counts(bad)}")
        lines += [f"  {_told(one)}" for one in found.damaged[:most]] + _more(sum(bad.values()), found.damaged[:most])
    if found.without_page:
        lines.append(f"Archives that gave no page: {found.without_page:,}")
        lines += [f"  {path}" for path in found.pageless[:most]] + _more(found.without_page, found.pageless[:most])
    if found.passed_over:
        lines.append(f"Skipped records that contain or may contain text or HTML: {_counts(found.passed_over)}")
    return lines


def _by_status(archives: DataFrame) -> list[Row]:
    is_pageless = F.col("status").isin("read", "damaged") & (F.col("pages") == 0)
    path = F.when(is_pageless, F.col("archive_path"))
    counts = archives.groupBy("status").agg(
        F.count("*").alias("archives"),
        F.min_by(F.struct("archive_path", "error", "error_offset"), "archive_path", _MOST).alias("first"),
        F.count(path).alias("without_page"),
        F.min_by(path, path, _MOST).alias("pageless"),
    )
    return counts.orderBy("status").collect()  # four rows at most


def _damaged(statuses: Iterable[Row]) -> Iterator[Damaged]:
    for row in statuses:
        if row.status in ("damaged", "unreachable"):
            for one in row.first:
                yield Damaged(one.archive_path, row.status, one.error or "", one.error_offset)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.items())


def _more(count: int, shown: Sequence[object]) -> list[str]:
    return [f"  and {count - len(shown):,} more"] if count > len(shown) else []


def _told(one: Damaged) -> str:
    where = f" at {one.offset:,}" if one.offset is not None else ""
    return f"{one.archive_path}: {one.status}{where}: {one.error}"
