"""The funnel of some shards, counted from the tables of the recipe and checked stage by stage."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.errors import WinnowError
from winnow.settings.jobs import JOBS, dropping_jobs
from winnow.stages.funnel import imbalances, report_funnel
from winnow.warehouse import delta
from winnow.warehouse.work import Work


def count_pages(work: Work, shards: list[int]) -> DataFrame:
    """The funnel of these shards. Raises WinnowError if pages were lost or counted twice."""
    droppers = dropping_jobs(work.settings)
    tables = {name: delta.read(work, name, shards) for name in ("pages", "measures", "verdicts", "documents")}
    dropped = [
        (name, delta.read(work, JOBS[name].table, shards), F.expr(str(JOBS[name].drops)).cast("string"))
        for name in droppers
    ]
    funnel = report_funnel(dropped=dropped, **tables)
    rows = funnel.collect()  # some 40 a shard
    problems = imbalances(rows, ("extract_pages", "judge_pages", *droppers, "build_documents"))
    if problems:
        raise WinnowError("the sums of the funnel do not agree; this is an error in winnow:\n" + "\n".join(problems))
    return work.spark.createDataFrame(rows, funnel.schema)
