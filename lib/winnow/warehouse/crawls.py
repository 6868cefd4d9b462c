"""The crawls of a warehouse with their order, and the number of archives in each shard."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

from pyspark.sql import Row
from pyspark.sql import functions as F

from winnow.errors import SettingsError
from winnow.tables import SCHEMA_VERSION
from winnow.warehouse.delta import CONFLICTS, add_new, make_again, read, read_all, update
from winnow.warehouse.kept_settings import keep_settings
from winnow.warehouse.work import Work

_TRIES = 10  # for runs that start at the same moment


def add_crawl(work: Work, root: str) -> Row:
    """The row of this crawl in `crawls`, added if it is new.

    If another run adds a crawl at the same moment, the crawls get different positions.
    Raises SettingsError if the warehouse was made with another number of shards.
    """
    for left in reversed(range(_TRIES)):
        rows = _crawls_now(work)
        if work.crawl in rows:
            break
        keep_settings(work)
        crawl = {
            "crawl": work.crawl, "position": len(rows), "added_at": datetime.now(UTC),
            "num_shards": work.settings.archives.num_shards, "schema_version": SCHEMA_VERSION, "root": root,
            "fingerprint": work.fingerprints["funnel"],
        }  # fmt: skip
        try:
            add_new(work, "crawls", [crawl], ["position"])
        except CONFLICTS:
            if not left:
                raise
    return crawl_row(work)


def _crawls_now(work: Work) -> dict[str, Row]:
    """The rows of `crawls`, read again. Raises SettingsError if one has another number of shards."""
    work.crawls.clear()
    rows = {row.crawl: row for row in listed_crawls(work)}
    num_shards = work.settings.archives.num_shards
    for row in rows.values():
        if row.num_shards != num_shards:
            made = f"was made with {row.num_shards} shards, but archives.num_shards is {num_shards}"
            fixed = f"The number is fixed: --set archives.num_shards={row.num_shards}"
            raise SettingsError([f"{work.warehouse}: {made}. {fixed}"])
    return rows


def make_with_these(work: Work) -> None:
    """Record that the crawl is made with these settings from now on."""
    keep_settings(work)
    row, made = crawl_row(work), work.fingerprints["funnel"]
    if row.fingerprint != made:
        update(work, "crawls", F.col("crawl") == work.crawl, {"fingerprint": F.lit(made)})
        work.crawls[work.crawl] = Row(**{**row.asDict(), "fingerprint": made})


def listed_crawls(work: Work) -> list[Row]:
    """The rows of `crawls`. Raises SettingsError if the tables are of another version."""
    if not work.crawls:
        rows = read_all(work, "crawls").collect()  # one row a crawl
        others = {row.schema_version for row in rows} - {SCHEMA_VERSION}
        if others:
            raise SettingsError([f"{work.warehouse}: {_other_version(work, max(others))}"])
        work.crawls.update({row.crawl: row for row in rows})
    return list(work.crawls.values())


def _other_version(work: Work, version: int) -> str:
    holds = f"contains tables of version {version}, but this winnow makes version {SCHEMA_VERSION}"
    if version > SCHEMA_VERSION:
        return f"{holds}; use the winnow that made them, or name a new folder"
    return f"{holds}. {make_again(work)}"


def crawls_until(work: Work) -> list[Row]:
    """The rows of the crawls up to this one. Raises SettingsError if it was not listed."""
    rows = listed_crawls(work)
    mine = _row_of(work, rows)
    return [row for row in rows if row.position <= mine.position]


def crawl_row(work: Work) -> Row:
    """The row of this crawl in `crawls`. Raises SettingsError if it was not listed."""
    return _row_of(work, listed_crawls(work))


def _row_of(work: Work, rows: list[Row]) -> Row:
    known = {row.crawl: row for row in rows}
    if work.crawl not in known:
        there = f" Known are: {', '.join(sorted(known))}" if known else " It has no crawl yet."
        raise SettingsError([f"{work.warehouse}: there is no crawl {work.crawl}; run list_archives first.{there}"])
    return known[work.crawl]


def archives_by_shard(work: Work) -> Counter[int]:
    """The number of archives in each shard of this crawl."""
    rows = read(work, "archives").groupBy("shard").count().collect()  # one row a shard
    return Counter({row.shard: row["count"] for row in rows})
