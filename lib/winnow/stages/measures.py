"""measures: every metric of every ungated page, and the text after line corrections."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.kernels.measures.measure import (
    METRICS,
    Compiled,
    MeasureSettings,
    compile_settings,
    measure_buffer,
)
from winnow.tables import METRICS_TYPE
from winnow.workers.arrow import Batches, map_batches, text_buffers

_SCHEMA = t.StructType(
    [
        t.StructField("shard", t.IntegerType()),
        t.StructField("page_id", t.LongType()),
        t.StructField("text", t.StringType()),
        t.StructField("metrics", METRICS_TYPE),
    ]
)


def measure_pages(pages: DataFrame, settings: MeasureSettings) -> DataFrame:
    """One row for each page without a gate; the text is read and written once."""
    ungated = pages.where(F.col("gate").isNull()).select("shard", "page_id", "text")
    return map_batches(ungated, partial(_measure_batches, settings=settings), _SCHEMA)


def _measure_batches(batches: Batches, settings: MeasureSettings) -> Batches:
    compiled = compile_settings(settings)
    for batch in batches:
        if batch.num_rows:
            texts, metrics = measure_array(batch.column("text"), compiled)
            columns = [batch.column("shard"), batch.column("page_id"), texts, metrics]
            yield pa.RecordBatch.from_arrays(columns, ["shard", "page_id", "text", "metrics"])


def measure_array(texts: pa.Array, compiled: Compiled) -> tuple[pa.Array, pa.StructArray]:
    """Corrected texts and a struct of metrics for a string array without nulls."""
    corrected, corrected_bounds, values = measure_buffer(*text_buffers(texts), compiled)
    buffers = [None, pa.py_buffer(corrected_bounds.astype(np.int32)), pa.py_buffer(corrected)]
    fields = [pa.array(np.ascontiguousarray(values[:, i])) for i in range(len(METRICS))]
    struct = pa.StructArray.from_arrays(fields, fields=[pa.field(name, pa.float64()) for name in METRICS])
    return pa.Array.from_buffers(pa.string(), len(texts), buffers), struct
