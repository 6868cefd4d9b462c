"""What Spark itself says of the stages that it ran."""

from __future__ import annotations

from typing import Any, NamedTuple

from pyspark.sql import SparkSession

_MOST_TASKS = 10_000


class Stage(NamedTuple):
    """A stage: its number and attempt, the bytes that it shuffled, the seconds of each task that has ended."""

    key: tuple[int, int]
    shuffled: int
    tasks: list[float]


def stages_of(spark: SparkSession) -> list[Stage]:
    """Every stage of the session so far, the newest first."""
    gateway: Any = spark.sparkContext._gateway
    context: Any = spark.sparkContext._jsc.sc()
    context.listenerBus().waitUntilEmpty()
    store = context.statusStore()
    listed = store.stageList(None, False, False, gateway.new_array(gateway.jvm.double, 0), None)
    return [_stage(store, listed.apply(place)) for place in range(listed.size())]


def _stage(store: Any, stage: Any) -> Stage:
    listed = store.taskList(stage.stageId(), stage.attemptId(), _MOST_TASKS)
    durations = [listed.apply(place).duration() for place in range(listed.size())]
    seconds = [duration.get() / 1000 for duration in durations if duration.isDefined()]
    return Stage((stage.stageId(), stage.attemptId()), stage.shuffleWriteBytes(), seconds)
