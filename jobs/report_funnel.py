"""Committed tables of one wave of shards -> funnel, with its sums checked."""

from pyspark.sql import DataFrame

from winnow import commits, delta
from winnow.cli import submit
from winnow.delta import Work
from winnow.errors import WinnowError
from winnow.stages.funnel import imbalances, report_funnel


def run(work: Work, shards: list[int]) -> int | None:
    """Count the shards that are to do; rows written, None where none is."""
    ready = commits.todo(work, "funnel", shards)
    if not ready.shards:
        return None
    since = commits.begin(work)
    return commits.commit(work, "funnel", count_pages(work, list(ready.shards)), ready, since)


def count_pages(work: Work, shards: list[int]) -> DataFrame:
    """The funnel of these shards. Raises WinnowError where pages were lost or counted twice."""
    names = ("pages", "measures", "verdicts", "near_duplicates", "repeated_spans", "url_duplicates", "documents")
    funnel = report_funnel(*(delta.read(work, name, shards) for name in names))
    rows = funnel.collect()  # some 40 a shard
    problems = imbalances(rows)
    if problems:
        raise WinnowError("the funnel does not add up; this is a fault of winnow:\n" + "\n".join(problems))
    return work.spark.createDataFrame(rows, funnel.schema)


if __name__ == "__main__":
    submit("report_funnel")
