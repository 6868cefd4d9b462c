"""Orders to take pages down: first written to the table `removals`, then carried out in all tables.

An order is a selector, see `winnow.kernels.pages.selectors`. It includes pages that were dropped as copies of a removed
page, so that they do not take its place. Carrying out is idempotent: after a kill, the next run or `winnow remove`
repeats it. A property of the table says how many orders are carried out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from delta.tables import DeltaTable
from pyspark import StorageLevel
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from winnow.scopes.funnel import count_pages
from winnow.scopes.page_names import page_name_expr
from winnow.scopes.removals import CARRIED_OUT, count_orders, orders
from winnow.settings.kept import settings_from
from winnow.stages.removals import (
    alike,
    dropped_for,
    named_pages,
    ordered_pages,
    page_id_selector,
    removed_before,
    removed_values,
    standing_for,
    without_slashes,
)
from winnow.tables import TABLES, tables_of_pages
from winnow.warehouse import commits, delta
from winnow.warehouse.kept_settings import kept_settings
from winnow.warehouse.places import absolute_place, check_warehouse
from winnow.warehouse.work import Work

_KEYS = ["crawl", "shard", "page_id"]
_SHOWN_CHARS = 200  # of a text


class Found(NamedTuple):
    """What orders would remove.

    pages       how many pages would be removed, including copies
    documents   how many of these are documents
    copies      page_id of the copies that are removed with the pages that orders name
    named       page_id of the pages that orders name
    missing     the selectors that name no page
    """

    pages: int
    documents: int
    copies: DataFrame
    named: DataFrame
    missing: list[str]


def find(work: Work, selectors: Sequence[str], with_copies: bool) -> Found:
    """The pages that these selectors name now, with the copies that are removed with them; writes nothing.

    Copies are the pages that were dropped as near duplicates of such a page or because of its URL, their copies, and so
    on. with_copies: also the pages that were kept in place of a named one, and all measured pages with the same text;
    this reads all texts.
    """
    wanted = work.spark.createDataFrame([(selector,) for selector in selectors], "selector string")
    matches = named_pages(delta.read_all(work, "pages"), wanted, ["page_id"]).persist(StorageLevel.DISK_ONLY)
    matched = {row.selector for row in matches.select("selector").distinct().collect()}  # as many as were asked for
    named = matches.select("page_id").distinct()
    dropped = [
        delta.read_all(work, table).select("page_id", "kept_page_id") for table in ("near_duplicates", "url_duplicates")
    ]
    found = named
    if with_copies:
        found = found.unionByName(alike(found, delta.read_all(work, "measures"))).distinct()
    size = -1
    while (grown := found.count()) > size:
        size = grown
        near = [dropped_for(found, dropped), *(standing_for(found, rows) for rows in dropped if with_copies)]
        for more in near:
            found = found.unionByName(more)
        found = found.distinct().persist(StorageLevel.DISK_ONLY)
    documents = delta.read_all(work, "documents").join(F.broadcast(found), "page_id", "left_semi").count()
    copies = found.join(F.broadcast(named), "page_id", "left_anti")
    return Found(size, documents, copies, named, [selector for selector in selectors if selector not in matched])


def shown(work: Work, page_ids: DataFrame) -> Iterator[Row]:
    """crawl, page_id, url, title, gate and the first characters of the text of these pages, in the order of URLs."""
    pages = delta.read_all(work, "pages").join(F.broadcast(page_ids), "page_id", "left_semi")
    beginning = F.substring("text", 1, _SHOWN_CHARS).alias("text")
    rows = pages.select("crawl", "page_id", page_name_expr(), "title", "gate", beginning)
    return rows.orderBy("url", "crawl", "page_id").toLocalIterator()


def order(work: Work, selectors: Sequence[str], reason: str, with_copies: bool, found: Found) -> None:
    """Write the orders: those of the user, and one for each copy."""
    copies = found.copies.select(page_id_selector().alias("selector"), F.lit(f"copy: {reason}").alias("reason"))
    mine = work.spark.createDataFrame([(one, reason) for one in selectors], "selector string, reason string")
    known = delta.read_all(work, "removals").select("selector")
    new = mine.unionByName(copies).join(known, "selector", "left_anti")
    columns = {"ordered_at": F.lit(datetime.now(UTC)), "with_copies": F.lit(with_copies), "fingerprint": F.lit("")}
    delta.add(work, "removals", new.withColumns(columns))


def carry_over(work: Work, other: str) -> int:
    """Add the orders of another warehouse that this one does not have yet; returns their number.

    Selectors name the same pages in both: a page_id is a hash of crawl, archive and offset in all versions. `url:`
    orders without slashes named more pages there than here: all pages removed there are also ordered by page_id. Raises
    SettingsError if there is no warehouse.
    """
    check_warehouse(work.spark, "--removals-from", other)
    folder = absolute_place(other).rstrip("/")
    if not DeltaTable.isDeltaTable(work.spark, f"{folder}/removals"):
        return 0
    named = work.spark.read.format("delta").load(f"{folder}/removals").select(TABLES["removals"].columns.names)
    old = without_slashes(named)
    if (first := old.orderBy("ordered_at").first()) is not None:
        removed = removed_before(work.spark.read.format("delta").load(f"{folder}/pages"))
        values = {**first.asDict(), "reason": f"removed before: {first.reason}"}
        columns = {name: F.lit(value) for name, value in values.items() if name != "selector"}
        named = named.unionByName(removed.join(named, "selector", "left_anti").withColumns(columns))
    fresh = named.join(delta.read_all(work, "removals"), ["selector", "ordered_at"], "left_anti").persist()
    try:
        if count := fresh.count():
            delta.add(work, "removals", fresh)
        return count
    finally:
        fresh.unpersist()


def carry_out(work: Work) -> int:
    """Remove all ordered pages from all tables, and count the funnels again; returns the number of pages."""
    ordered = orders(work)
    if ordered is None:
        return 0
    number = count_orders(work)
    gone = ordered_pages(delta.read_all(work, "pages"), ordered, _KEYS).persist(StorageLevel.DISK_ONLY)
    try:
        touched = gone.groupBy("crawl", "shard").count().collect()  # one row a shard
        if touched:
            where = [(row.crawl, row.shard) for row in touched]
            for table in (table.name for table in tables_of_pages() if table.name != "pages"):
                if delta.exists(work, table):
                    delta.delete_pages(work, table, gone, where)
            delta.update_pages(work, gone, where, removed_values())
            _count_again(work, where)
    finally:
        gone.unpersist()
    delta.set_property(work, "removals", CARRIED_OUT, str(number))
    return sum(row["count"] for row in touched)


def _count_again(work: Work, where: Sequence[tuple[str, int]]) -> None:
    """Count the funnels of these shards again, each with the jobs of the recipe that it was made with."""
    counted: dict[tuple[str, str], list[int]] = defaultdict(list)
    for crawl, shard in where:
        note = commits.notes(work).get((crawl, "funnel", shard))
        if note:
            counted[crawl, note.fingerprint].append(shard)
    for (crawl, fingerprint), shards in counted.items():
        kept = kept_settings(work).get(("funnel", fingerprint))
        settings = settings_from(kept, work.settings) if kept is not None else work.settings
        mine = replace(work, crawl=crawl, fingerprints={"funnel": fingerprint}, settings=settings)
        delta.replace(mine, "funnel", count_pages(mine, shards), shards)
