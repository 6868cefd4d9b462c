"""What Spark knows of its stages: which was planned last, and what each cost."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple, cast

from py4j.protocol import Py4JError
from pyspark.sql import SparkSession


def newest_stage(spark: SparkSession) -> int:
    """The number of the stage that the session planned last, -1 where there was none."""
    stages = stages_of(spark)
    return int(stages.apply(0).stageId()) if stages.size() else -1


class StageCost(NamedTuple):
    """What executors spent on a stage: CPU seconds in the JVM, without Python workers, and bytes written to shuffle."""

    cpu_seconds: float
    shuffled_bytes: int


def stages_after(spark: SparkSession, after: int) -> list[StageCost]:
    """What the stages after this one cost, the newest first."""
    stages, found = stages_of(spark), []
    for place in range(stages.size()):
        stage = stages.apply(place)
        if stage.stageId() <= after:
            break
        found.append(StageCost(stage.executorCpuTime() / 1e9, int(stage.shuffleWriteBytes())))
    return found


def stages_of(spark: SparkSession) -> Any:
    """What Spark knows of its stages, the newest first, once it has taken note of all that ended."""
    gateway, context = cast(Any, spark.sparkContext._gateway), spark.sparkContext._jsc.sc()
    with suppress(Py4JError):  # it waits for ten seconds; a cost that lacks a stage stops nothing
        context.listenerBus().waitUntilEmpty()
    store = context.statusStore()
    return store.stageList(None, False, False, gateway.new_array(gateway.jvm.double, 0), None)
