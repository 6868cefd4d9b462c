"""The funnel of some shards, counted from the tables of the recipe and checked stage by stage."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.errors import WinnowError
from winnow.settings.jobs import JOBS, dropping_jobs, jobs_before, jobs_of
from winnow.stages.funnel import imbalances, report_funnel
from winnow.warehouse import delta
from winnow.warehouse.work import Work


def count_pages(work: Work, shards: list[int]) -> DataFrame:
    """The funnel of these shards. Raises WinnowError if pages were lost or counted twice."""
    before = set(jobs_before(work.settings, "judge_pages"))
    tables = {name: delta.read(work, name, shards) for name in ("pages", "measures", "verdicts", "documents")}
    dropped = [
        (name, delta.read(work, JOBS[name].table, shards), F.expr(str(JOBS[name].drops)).cast("string"))
        for name in dropping_jobs(work.settings)
    ]
    early, late = ([drop for drop in dropped if (drop[0] in before) == is_early] for is_early in (True, False))
    funnel = report_funnel(dropped=late, dropped_before=early, **tables)
    rows = funnel.collect()  # some 40 a shard
    counted = {"extract_pages", "judge_pages", "build_documents", *(name for name, _, _ in dropped)}
    problems = imbalances(rows, [name for name in jobs_of(work.settings) if name in counted])
    if problems:
        raise WinnowError("the sums of the funnel do not agree; this is an error in winnow:\n" + "\n".join(problems))
    return work.spark.createDataFrame(rows, funnel.schema)
