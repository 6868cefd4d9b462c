"""The pages of a crawl that earlier jobs of its recipe keep."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.settings.jobs import JOBS, dropping_jobs, is_judged_before, jobs_before, jobs_of
from winnow.settings.kernel_settings import rules_of
from winnow.stages.verdicts import kept_rows
from winnow.warehouse import delta
from winnow.warehouse.work import Work

KEYS = ["crawl", "shard", "page_id"]


def pages_left(work: Work, job: str, shards: list[int] | None = None, through: bool = False) -> DataFrame:
    """crawl, shard and page_id of the measured pages that no job before this one drops, the rules among them.

    through: and that this job does not drop either
    """
    if is_judged_before(work.settings, job):
        kept = delta.read(work, "verdicts", shards).where(F.size("reasons") == 0).select(KEYS)
    else:
        kept = delta.read(work, "measures", shards).select(KEYS)
    for dropped in dropped_before(work, job, shards, through):
        kept = kept.join(dropped, KEYS, "left_anti")
    return kept


def measures_left(work: Work, job: str, shards: list[int], through: bool = False) -> DataFrame:
    """The `measures` rows of these pages; the text is not shuffled."""
    rows = delta.read(work, "measures", shards)
    if is_judged_before(work.settings, job):
        return rows.join(F.broadcast(pages_left(work, job, shards, through)), KEYS, "left_semi")
    for dropped in dropped_before(work, job, shards, through):
        rows = rows.join(F.broadcast(dropped), KEYS, "left_anti")
    return rows


def with_cuts(work: Work, rows: DataFrame, shards: list[int] | None = None) -> DataFrame:
    """Rows of pages with `is_cut`: whether the crawler took only the beginning of the page.

    Those that were cut and that no gate stopped are broadcast.
    """
    cut = delta.read(work, "pages", shards).where(F.col("truncated").isNotNull() & F.col("gate").isNull())
    marked = F.broadcast(cut.select(*KEYS, F.lit(True).alias("is_cut")))
    return rows.join(marked, KEYS, "left").withColumn("is_cut", F.coalesce("is_cut", F.lit(False)))


def kept_measures(work: Work, job: str, shards: list[int]) -> DataFrame:
    """The `measures` rows that the rules of these settings keep, judged while reading, without a join of tables.

    All rows if the recipe judges after this job.
    """
    rows = delta.read(work, "measures", shards)
    return kept_rows(rows, rules_of(work.settings)) if is_judged_before(work.settings, job) else rows


def rows_of(work: Work, job: str, shards: list[int]) -> DataFrame:
    """The rows of a job's table; none if the recipe does not run the job, even if an earlier recipe did."""
    return delta.read(work, JOBS[job].table, shards if job in jobs_of(work.settings) else [])


def dropped_before(work: Work, job: str, shards: list[int] | None = None, through: bool = False) -> list[DataFrame]:
    """For each job before this one that drops pages: crawl, shard and page_id of the pages that it dropped.

    Without judge_pages, see `kept_measures` and `pages_left`.
    """
    names = set(jobs_before(work.settings, job)) | ({job} if through else set())
    return [
        delta.read(work, JOBS[name].table, shards).where(F.expr(str(JOBS[name].drops)).isNotNull()).select(KEYS)
        for name in dropping_jobs(work.settings)
        if name in names
    ]
