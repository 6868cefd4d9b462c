"""What Spark itself says of the stages that it ran."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from pyspark.sql import SparkSession

from winnow.spark.costs import stages_of

_MOST_TASKS = 10_000


class Stage(NamedTuple):
    """A stage: its number and attempt, the bytes that it shuffled, the seconds of each task that has ended."""

    key: tuple[int, int]
    shuffled: int
    tasks: list[float]


def ended_stages(spark: SparkSession) -> list[Stage]:
    """Every stage of the session so far, the newest first."""
    store, listed = cast(Any, spark.sparkContext)._jsc.sc().statusStore(), stages_of(spark)
    return [_stage(store, listed.apply(place)) for place in range(listed.size())]


def _stage(store: Any, stage: Any) -> Stage:
    listed = store.taskList(stage.stageId(), stage.attemptId(), _MOST_TASKS)
    durations = [listed.apply(place).duration() for place in range(listed.size())]
    seconds = [duration.get() / 1000 for duration in durations if duration.isDefined()]
    return Stage((stage.stageId(), stage.attemptId()), stage.shuffleWriteBytes(), seconds)
