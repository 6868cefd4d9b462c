"""The costs of Spark's stages."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, NamedTuple, cast

from py4j.protocol import Py4JError
from pyspark.sql import SparkSession


def newest_stage(spark: SparkSession) -> int:
    """The number of the newest stage of the session, -1 if there is none."""
    stages = stages_of(spark)
    return int(stages.apply(0).stageId()) if stages.size() else -1


class StageCost(NamedTuple):
    """The cost of a stage: CPU seconds in the JVM, without Python workers, and bytes written for shuffles."""

    cpu_seconds: float
    shuffled_bytes: int


def stages_after(spark: SparkSession, after: int) -> list[StageCost]:
    """The costs of the stages after this one, newest first."""
    stages, found = stages_of(spark), []
    for place in range(stages.size()):
        stage = stages.apply(place)
        if stage.stageId() <= after:
            break
        found.append(StageCost(stage.executorCpuTime() / 1e9, int(stage.shuffleWriteBytes())))
    return found


def stages_of(spark: SparkSession) -> Any:
    """Spark's records of its stages, newest first, after it has recorded all that ended."""
    gateway, context = cast(Any, spark.sparkContext._gateway), spark.sparkContext._jsc.sc()
    with suppress(Py4JError):  # waits up to ten seconds; a missing stage is no error
        context.listenerBus().waitUntilEmpty()
    store = context.statusStore()
    return store.stageList(None, False, False, gateway.new_array(gateway.jvm.double, 0), None)
