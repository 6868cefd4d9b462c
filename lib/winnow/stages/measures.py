"""measures: all metrics of each ungated page, and its text after line corrections."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.kernels.measures.measure import (
    Compiled,
    PageLanguages,
    compile_settings,
    languages_of,
    measure_buffer,
    needs_texts,
)
from winnow.kernels.measures.measure_settings import MeasureSettings
from winnow.kernels.measures.metrics import METRICS
from winnow.kernels.measures.own_metrics import OwnMetrics, measure_own, printable
from winnow.kernels.measures.own_text import MarkArrays
from winnow.kernels.pages.marks import KINDS
from winnow.tables import metrics_type
from winnow.workers.arrow import Batches, map_batches, text_buffers

_COLUMNS = ("shard", "page_id", "text", "language", "language_score", "metrics")


def measure_pages(pages: DataFrame, settings: MeasureSettings) -> DataFrame:
    """One row for each page without a gate. Text is read and written once; the URL is read only for own metrics."""
    columns = ["shard", "page_id", "text", "language", "language_score", *_read_for(settings)]
    ungated = pages.where(F.col("gate").isNull()).select(columns)
    return map_batches(ungated, partial(_measure_batches, settings=settings), _schema(settings.own))


def measure_texts(rows: DataFrame, text: str, settings: MeasureSettings) -> DataFrame:
    """The same rows with `corrected_text` and `metrics` of the column `text`, in which null counts as empty.

    `rows` has `language`: labels that say what a word is.
    """
    added = [t.StructField("corrected_text", t.StringType()), t.StructField("metrics", metrics_type(()))]
    return map_batches(rows, partial(_text_batches, text=text, settings=settings), t.StructType([*rows.schema, *added]))


def _text_batches(batches: Batches, text: str, settings: MeasureSettings) -> Batches:
    compiled = compile_settings(settings)
    for batch in batches:
        if batch.num_rows:
            given = batch.column(text).cast(pa.string()).fill_null("")
            texts, metrics = measure_array(given, compiled, None, _languages(given, batch.column("language"), settings))
            names = [*batch.schema.names, "corrected_text", "metrics"]
            yield pa.RecordBatch.from_arrays([*batch.columns, texts, metrics], names)


def _read_for(settings: MeasureSettings) -> list[str]:
    """The columns of pages that only some settings need."""
    marks = ["marks"] if settings.own_text or settings.whole_code else []
    return [*marks, *(["url"] if settings.own else [])]


def _schema(own: OwnMetrics | None) -> t.StructType:
    return t.StructType(
        [
            t.StructField("shard", t.IntegerType()),
            t.StructField("page_id", t.LongType()),
            t.StructField("text", t.StringType()),
            t.StructField("language", t.StringType()),
            t.StructField("language_score", t.DoubleType()),
            t.StructField("metrics", metrics_type(own.names if own else ())),
        ]
    )


def _measure_batches(batches: Batches, settings: MeasureSettings) -> Batches:
    compiled = compile_settings(settings)
    for batch in batches:
        if batch.num_rows:
            marks = batch.column("marks") if "marks" in batch.schema.names else None
            languages = _languages(batch.column("text"), batch.column("language"), settings)
            texts, metrics = measure_array(batch.column("text"), compiled, marks, languages)
            if settings.own is not None:
                metrics = _with_own(metrics, batch, texts, settings.own)
            given = dict(zip(batch.schema.names, batch.columns, strict=True))
            columns = {**given, "text": texts, "metrics": metrics}
            yield pa.RecordBatch.from_pydict({name: columns[name] for name in _COLUMNS})  # in Spark's order


def _languages(texts: pa.Array, languages: pa.Array, settings: MeasureSettings) -> PageLanguages:
    """Stop words and word breaks by the language of each text; texts become Python strings only if one needs it."""
    labels = languages.fill_null("").to_pylist()
    return languages_of(texts.to_pylist() if needs_texts(labels, settings) else [None] * len(labels), labels, settings)


def _with_own(metrics: pa.StructArray, batch: pa.RecordBatch, texts: pa.Array, own: OwnMetrics) -> pa.StructArray:
    """The metrics of a batch, followed by the user's own metrics of its corrected texts."""
    pages = zip(texts, batch.column("url"), batch.column("page_id"), strict=True)
    rows = [
        measure_own(own, text.as_py(), f"{printable(str(url))} (page_id {page_id})") for text, url, page_id in pages
    ]
    values = np.array(rows, np.float64).reshape(len(rows), len(own.names))
    columns = [*metrics.flatten(), *(pa.array(np.ascontiguousarray(column)) for column in values.T)]
    names = [*metrics.type.names, *own.names]
    return pa.StructArray.from_arrays(columns, fields=[pa.field(name, pa.float64()) for name in names])


def measure_array(
    texts: pa.Array,
    compiled: Compiled,
    marks: pa.ListArray | None = None,
    languages: PageLanguages | None = None,
) -> tuple[pa.Array, pa.StructArray]:
    """Corrected texts and a struct of metrics, for a string array without nulls; marks as in `pages`, null if none."""
    given = None if marks is None else _mark_arrays(marks)
    corrected, corrected_bounds, values = measure_buffer(*text_buffers(texts), compiled, given, languages)
    buffers = [None, pa.py_buffer(corrected_bounds.astype(np.int32)), pa.py_buffer(corrected)]
    fields = [pa.array(np.ascontiguousarray(values[:, i])) for i in range(len(METRICS))]
    struct = pa.StructArray.from_arrays(fields, fields=[pa.field(name, pa.float64()) for name in METRICS])
    return pa.Array.from_buffers(pa.string(), len(texts), buffers), struct


def _mark_arrays(marks: pa.ListArray) -> MarkArrays:
    counts = pc.list_value_length(marks).fill_null(0).to_numpy()
    flat = marks.flatten()
    kinds = pc.index_in(flat.field("kind"), pa.array(KINDS)).to_numpy()
    start, end = (flat.field(name).to_numpy().astype(np.int64) for name in ("start", "end"))
    bounds = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    return MarkArrays(bounds, start, end, kinds.astype(np.uint8))
