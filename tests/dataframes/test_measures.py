"""Metrics and reasons for the texts of a DataFrame, which keeps its own columns."""

from __future__ import annotations

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import winnow
from tests.dataframes.made import TEXTS, frame
from winnow.errors import SettingsError


@pytest.fixture(scope="module")
def texts(spark: SparkSession) -> DataFrame:
    return frame(spark)


def test_rows_are_measured_and_judged_in_place(texts: DataFrame) -> None:
    judged = winnow.judge(winnow.measure(texts, text="body", changes=["measure.lines=none"]), recipe="gopher")
    assert judged.columns == [*texts.columns, "corrected_text", "metrics", "reasons"]
    rows = {row.number: row for row in judged.collect()}
    assert {number: row.body for number, row in rows.items()} == TEXTS
    assert rows[3].metrics.word_count == 100
    assert rows[5].metrics.word_count == 0
    assert "gopher_too_few_words" in rows[5].reasons
    assert "gopher_too_few_words" not in rows[3].reasons


def test_the_language_says_what_a_word_is(spark: SparkSession) -> None:
    rows = [("今天天气很好，我们去公园散步。", "zh"), ("今天天气很好，我们去公园散步。", "en")]
    texts = spark.createDataFrame(rows, "text string, language string")
    measured = winnow.measure(texts, changes=["language.wanted=[zh, en]"])
    chinese, english = measured.orderBy(F.desc("language")).collect()
    assert (english.metrics.word_count, chinese.metrics.word_count > 5) == (1, True)


def test_what_is_wrong_is_reported_at_once(texts: DataFrame) -> None:
    with pytest.raises(SettingsError, match="metrics: the DataFrame has no such column"):
        winnow.judge(texts)
    with pytest.raises(SettingsError, match="unknown setting"):
        winnow.measure(texts, text="body", changes=["measure.line=none"])
    with pytest.raises(SettingsError, match="language: the DataFrame has no such column"):
        winnow.measure(texts, text="body", changes=["language.wanted=[de, en]"])
