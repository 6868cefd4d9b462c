"""The adaptor between kernels and Spark: Arrow batches in, Arrow batches out, in a Python worker.

A batch is bounded in bytes, so that a worker's memory does not depend on how long pages are.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark import Accumulator, SparkFiles, TaskContext
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import StructType

from winnow.errors import OwnMetricError

Batches = Iterator[pa.RecordBatch]

_cpu: dict[str, Accumulator[float]] = {}


def python_cpu(spark: SparkSession) -> Accumulator[float]:
    """An accumulator of CPU seconds of Python workers and their children, from tasks that succeeded."""
    context = spark.sparkContext
    if context.applicationId not in _cpu:
        _cpu[context.applicationId] = context.accumulator(0.0)
    return _cpu[context.applicationId]


def no_others() -> float:
    """0 CPU seconds: no other process works for this one."""
    return 0.0


@contextmanager
def counting(cpu: Accumulator[float], others: Callable[[], float] = no_others) -> Iterator[None]:
    """Adds the CPU seconds that this process and `others` use inside to an accumulator, also after an exception."""
    began = time.process_time() + others()
    try:
        yield
    finally:
        cpu.add(time.process_time() + others() - began)


@contextmanager
def failing_once() -> Iterator[None]:
    """If a user's own metric fails, further tries of this task on this machine fail at once.

    Spark tries each task a few times, because its worker may be lost; the metric would fail again.
    """
    context = TaskContext.get()
    if context is None:  # no task
        yield
        return
    told = Path(SparkFiles.getRootDirectory(), "failed", f"{context.stageId()}-{context.partitionId()}")
    if context.attemptNumber() and told.exists():
        raise OwnMetricError(told.read_text(encoding="utf-8"))
    try:
        yield
    except OwnMetricError as error:
        with suppress(OSError):  # the next try fails by itself
            told.parent.mkdir(exist_ok=True)
            told.write_text(str(error), encoding="utf-8")
        raise


def settle(function: Callable[..., Any]) -> None:
    """Excludes what a worker has loaded from the garbage collection that Spark runs after each task.

    Numba and its kernels are about a hundred thousand objects: looking at them took 0.04 CPU seconds for each task.
    """
    _settle(getattr(function, "func", function).__qualname__)


@cache
def _settle(_name: str) -> None:
    """Once for each function: it loads what it needs in its first task."""
    gc.collect()
    gc.freeze()


def map_batches(
    rows: DataFrame, function: Callable[[Batches], Batches], schema: StructType, others: Callable[[], float] = no_others
) -> DataFrame:
    """`rows` mapped by `function` in one Python node; its CPU is counted. Select the needed columns first.

    `others` gives the CPU seconds, so far, of processes that work for a worker.
    """
    return rows.mapInArrow(_Counted(function, python_cpu(rows.sparkSession), others), schema)


def batches_of(rows: Iterable[dict[str, Any]], schema: StructType, batch_bytes: int) -> Batches:
    """Rows as Arrow batches of about `batch_bytes` of text each."""
    arrow = to_arrow_schema(schema, timezone="UTC")
    held: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        held.append(row)
        size += 256 + len(row.get("text") or "") + sum(map(len, (row.get("extra") or {}).values()))
        if size >= batch_bytes:
            yield pa.RecordBatch.from_pylist(held, schema=arrow)
            held, size = [], 0
    if held:
        yield pa.RecordBatch.from_pylist(held, schema=arrow)


def text_buffers(texts: pa.Array) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The UTF-8 of a string array without nulls, and n + 1 offsets into it, for kernels."""
    strings = texts.cast(pa.large_string())
    _, offsets, data = strings.buffers()
    bounds = np.frombuffer(offsets, np.int64)[strings.offset : strings.offset + len(strings) + 1]
    return np.frombuffer(data, np.uint8) if data is not None and data.size else np.zeros(0, np.uint8), bounds


def map_groups(
    left: DataFrame, right: DataFrame, key: str, function: Callable[[pa.Table, pa.Table], pa.Table], schema: StructType
) -> DataFrame:
    """`function` applied to the rows of `left` and `right` with the same `key`, for each key; its CPU is counted.

    A side that is already partitioned and sorted by the key is not shuffled.
    """
    cpu = python_cpu(left.sparkSession)

    def counted(mine: pa.Table, others: pa.Table) -> pa.Table:
        with counting(cpu):
            found = function(mine, others)
        settle(function)
        return found

    return left.groupBy(key).cogroup(right.groupBy(key)).applyInArrow(counted, schema)


class _Counted:
    """A function of batches that adds the CPU seconds of its process and of others to an accumulator when it ends."""

    def __init__(
        self, function: Callable[[Batches], Batches], cpu: Accumulator[float], others: Callable[[], float]
    ) -> None:
        self.function, self.cpu, self.others = function, cpu, others

    def __call__(self, batches: Batches) -> Batches:
        with counting(self.cpu, self.others), failing_once():
            yield from self.function(batches)
        settle(self.function)
