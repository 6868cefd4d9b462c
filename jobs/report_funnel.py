"""Committed tables of one wave of shards -> funnel, with its sums checked."""

from winnow import delta
from winnow.cli import submit
from winnow.delta import Work
from winnow.errors import WinnowError
from winnow.stages.funnel import imbalances, report_funnel


def run(work: Work, shards: list[int]) -> int | None:
    """Count the shards that are to do; rows written, None where none is.

    Raises WinnowError where pages were lost or counted twice.
    """
    ready = delta.todo(work, "funnel", shards)
    if not ready.shards:
        return None
    since = delta.begin(work)
    names = ("pages", "measures", "verdicts", "near_duplicates", "repeated_spans", "url_duplicates", "documents")
    funnel = report_funnel(*(delta.read(work, name, list(ready.shards)) for name in names))
    rows = funnel.collect()  # some 40 a shard
    problems = imbalances(rows)
    if problems:
        raise WinnowError("the funnel does not add up; this is a fault of winnow:\n" + "\n".join(problems))
    return delta.commit(work, "funnel", work.spark.createDataFrame(rows, funnel.schema), ready, since)


if __name__ == "__main__":
    submit("report_funnel")
