"""Values of a page that rules judge like metrics: the same in SQL and in Python, in rules, histograms and `explain`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from tests.stages.frames import frame, metrics
from winnow.errors import SettingsError
from winnow.report.axes import bin_expr, edges_of
from winnow.report.life import _judged
from winnow.settings import values
from winnow.settings.kernel_settings import rules_of
from winnow.settings.load import load_settings
from winnow.settings.rules import Rule
from winnow.settings.values import Value, is_value, sql_of, value_of
from winnow.stages.verdicts import judge_pages

ROWS: list[dict[str, Any]] = [
    {"shard": 0, "page_id": 1, "language": "en", "language_score": 0.91, "metrics": metrics(word_count=60)},
    {"shard": 0, "page_id": 2, "language": "de", "language_score": 0.42, "metrics": metrics(word_count=70)},
]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("language_score", [0.91, 0.42]), ("is_language_de", [0.0, 1.0]), ("word_count", [60.0, 70.0])],
)
def test_a_value_is_the_same_in_sql_and_in_python(spark: SparkSession, name: str, expected: list[float]) -> None:
    rows = frame(spark, "measures", ROWS).withColumn("sql", F.expr(sql_of(name))).orderBy("page_id").collect()
    assert [row["sql"] for row in rows] == [value_of(row, name) for row in rows] == expected


def test_rules_judge_values_as_metrics(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(
        "rules:\n- {reason: unsure, metric: language_score, min: 0.5, means: x}\n"
        "- {reason: not_german, metric: is_language_de, min: 1, means: x}\n"
    )
    rules = rules_of(load_settings(changes=[f"rule_files=[{tmp_path}/own.yaml]"]))
    verdicts = {row.page_id: row.reasons for row in judge_pages(frame(spark, "measures", ROWS), rules).collect()}
    assert verdicts == {1: ["not_german"], 2: ["unsure"]}


def test_a_value_has_an_axis_and_is_explained(spark: SparkSession) -> None:
    rows = frame(spark, "measures", ROWS)
    bins = [row[0] for row in rows.orderBy("page_id").select(bin_expr("language_score")).collect()]
    assert [edges_of("language_score")[place] for place in bins] == [0.9, 0.4]
    assert [row[0] for row in rows.orderBy("page_id").select(bin_expr("is_language_de")).collect()] == [0, 1]
    judged = _judged(Rule("unsure", "language_score", 0.5, math.inf, ""), rows.where("page_id = 2").collect()[0], {})
    assert (judged.value, judged.passes) == (0.42, False)


def test_one_entry_adds_a_value(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "own.yaml").write_text("rules:\n- {reason: odd, metric: page_parity, max: 0, means: x}\n")
    with pytest.raises(SettingsError, match="page_parity: there is no such metric"):
        rules_of(load_settings(changes=[f"rule_files=[{tmp_path}/own.yaml]"]))
    added = Value("page_parity", "CAST(page_id % 2 AS DOUBLE)", lambda row, _: float(row.page_id % 2), (0.0, 1.0, 2.0))
    monkeypatch.setattr(values, "VALUES", [*values.VALUES, added])
    rules = rules_of(load_settings(changes=[f"rule_files=[{tmp_path}/own.yaml]"]))
    rows = frame(spark, "measures", ROWS)
    assert {row.page_id: row.reasons for row in judge_pages(rows, rules).collect()} == {1: ["odd"], 2: []}
    assert sorted(row[0] for row in rows.select(bin_expr("page_parity")).collect()) == [0, 1]


def test_a_metric_is_no_value() -> None:
    assert not is_value("word_count")
    assert not is_value("is_language_")
