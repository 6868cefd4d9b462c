"""The near duplicates of a crawl, as tables for the terminal."""

from __future__ import annotations

import sys

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F
from rich.box import ROUNDED
from rich.console import Console
from rich.table import Table

from winnow.scopes.page_names import page_name_expr
from winnow.warehouse import delta
from winnow.warehouse.work import Work

_SIZES = (2, 3, 10, 100, 1_000)
_MOST = 10  # of the largest clusters, domains and languages
_UNLIKE = (0.8, 0.7, 0.5)


def show_near_duplicates(near: DataFrame, pages: DataFrame, crawl: str) -> None:
    """Sizes of clusters, the largest clusters, dropped pages by language and domain, and their similarity.

    `near` and `pages` are rows of one crawl. Each dropped page has its exact Jaccard similarity, so that the share of
    pages dropped by mistake is counted, not estimated.
    """
    console = Console(width=None if sys.stdout.isatty() else 1_000)
    for table in (_sizes(near, crawl), _likeness(near), _largest(near, pages), *_shares(near, pages)):
        console.print(table)


def _sizes(near: DataFrame, crawl: str) -> Table:
    bucket = _bucket(F.col("cluster_size"))
    rows = near.groupBy(bucket.alias("least")).agg(
        F.countDistinct("kept_page_id").alias("clusters"), F.count("*").alias("pages")
    )
    table = _table(f"Near duplicates of {crawl}", "pages of a cluster", "clusters", "dropped pages")
    for row in rows.orderBy("least").collect():  # one row a bucket
        table.add_row(f"{row.least:,} or more", f"{row.clusters:,}", f"{row.pages:,}")
    return table


def _bucket(size: Column) -> Column:
    return F.greatest(*(F.when(size >= least, least).otherwise(0) for least in _SIZES))


def _likeness(near: DataFrame) -> Table:
    below = [F.count_if(F.col("jaccard") < least) for least in _UNLIKE]
    row: Row | None = near.agg(F.count("*"), *below).first()
    assert row is not None
    table = _table("Similarity to the kept page", "Jaccard below", "pages", "of dropped pages")
    for least, count in zip(_UNLIKE, row[1:], strict=True):
        table.add_row(f"{least}", f"{count:,}", f"{count / row[0]:.1%}" if row[0] else "-")
    return table


def _largest(near: DataFrame, pages: DataFrame) -> Table:
    clusters = near.groupBy("kept_page_id", "kept_crawl", "cluster_size").agg(
        F.min("page_id").alias("page_id"), F.min("jaccard").alias("jaccard")
    )
    top = clusters.orderBy(F.desc("cluster_size"), "kept_page_id").limit(_MOST)
    named = top.join(pages.select("page_id", page_name_expr()), "page_id", "left")
    rows = named.orderBy(F.desc("cluster_size"), "kept_page_id")
    table = _table("The largest clusters", "pages", "kept page", "of crawl", "least Jaccard", "a dropped page")
    for row in rows.collect():  # at most _MOST
        table.add_row(
            f"{row.cluster_size:,}", str(row.kept_page_id), row.kept_crawl, f"{row.jaccard:.2f}", row.url or ""
        )
    return table


def _shares(near: DataFrame, pages: DataFrame) -> list[Table]:
    keys = ["shard", "page_id"]
    marked = (
        pages.where(F.col("gate").isNull())
        .select(*keys, "domain", "language")
        .join(near.select(*keys, F.lit(1).alias("went")), keys, "left")
    )
    tables = []
    for column in ("language", "domain"):
        counts = marked.groupBy(column).agg(F.count("*").alias("pages"), F.count("went").alias("went"))
        table = _table(f"Dropped pages by {column}", column, "extracted pages", "dropped", "share")
        for row in counts.where("went > 0").orderBy(F.desc("went"), column).limit(_MOST).collect():
            table.add_row(row[0] or "", f"{row.pages:,}", f"{row.went:,}", f"{row.went / row.pages:.1%}")
        tables.append(table)
    return tables


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=ROUNDED if sys.stdout.isatty() else None)
    for column in columns:
        table.add_column(column, no_wrap=True)
    return table


def show_crawl(work: Work) -> None:
    """Print the near duplicates of a crawl."""
    show_near_duplicates(delta.read(work, "near_duplicates"), delta.read(work, "pages"), work.crawl)
