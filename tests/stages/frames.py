"""Small frames written as literals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyspark.sql import DataFrame, Row, SparkSession

from winnow.tables import METRICS_TYPE, TABLES


def frame(spark: SparkSession, table: str, rows: Iterable[dict[str, Any]]) -> DataFrame:
    """Rows of a table; missing columns are null, missing metrics are 0."""
    schema = TABLES[table].columns
    return spark.createDataFrame([_row(row, schema.names) for row in rows], schema)


def metrics(**given: float) -> Row:
    """A metrics struct; missing metrics are 0."""
    assert set(given) <= set(METRICS_TYPE.names), set(given) - set(METRICS_TYPE.names)
    return Row(**{name: float(given.get(name, 0.0)) for name in METRICS_TYPE.names})


def rows_of(rows: DataFrame) -> list[tuple[Any, ...]]:
    """All rows, sorted, as plain tuples."""
    return sorted((tuple(row) for row in rows.collect()), key=repr)


def _row(row: dict[str, Any], names: list[str]) -> tuple[Any, ...]:
    assert set(row) <= set(names), set(row) - set(names)
    return tuple(row.get(name) for name in names)
