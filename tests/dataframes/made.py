"""A DataFrame of a few texts."""

from __future__ import annotations

from pyspark.sql import DataFrame, SparkSession


def words(name: str, count: int) -> str:
    return " ".join(f"{name}{number}" for number in range(count))


SPAN, ALIKE = words("span", 60), words("alike", 100)
TEXTS = {
    3: ALIKE, 1: f"{ALIKE} more", 2: f"{words('a', 20)} {SPAN} {words('b', 20)}", 4: f"{words('c', 20)} {SPAN}",
    5: None, 6: words("other", 80),
}  # fmt: skip


def frame(spark: SparkSession) -> DataFrame:
    rows = [(number, f"id {number}", text) for number, text in TEXTS.items()]
    return spark.createDataFrame(rows, "number bigint, name string, body string").persist()
