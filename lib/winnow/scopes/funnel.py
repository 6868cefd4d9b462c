"""The tables that the funnel of some shards is counted from."""

from __future__ import annotations

from pyspark.sql import DataFrame

from winnow.errors import WinnowError
from winnow.stages.funnel import imbalances, report_funnel
from winnow.warehouse import delta
from winnow.warehouse.work import Work


def count_pages(work: Work, shards: list[int]) -> DataFrame:
    """The funnel of these shards. Raises WinnowError where pages were lost or counted twice."""
    names = ("pages", "measures", "verdicts", "near_duplicates", "repeated_spans", "url_duplicates", "documents")
    funnel = report_funnel(*(delta.read(work, name, shards) for name in names))
    rows = funnel.collect()  # some 40 a shard
    problems = imbalances(rows)
    if problems:
        raise WinnowError("the funnel does not add up; this is a fault of winnow:\n" + "\n".join(problems))
    return work.spark.createDataFrame(rows, funnel.schema)
