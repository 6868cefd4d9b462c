"""Duplicates in a DataFrame: the same rows as the jobs, for ids of any type."""

from __future__ import annotations

from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

import winnow
from tests.dataframes.made import SPAN, TEXTS, frame
from winnow.errors import SettingsError


@pytest.fixture(scope="module")
def texts(spark: SparkSession) -> DataFrame:
    return frame(spark)


def hashes(spark: SparkSession) -> dict[str, int]:
    named = spark.createDataFrame([(f"id {number}",) for number in TEXTS], "name string")
    return {row.name: row.hash for row in named.select("name", F.xxhash64("name").alias("hash")).collect()}


def test_near_duplicates_of_page_ids(texts: DataFrame) -> None:
    (row,) = winnow.near_duplicates(texts, text="body", id="number").collect()
    assert row.asDict() == {
        "number": 3, "kept_number": 1, "jaccard": 96 / 97, "via_number": 1, "via_jaccard": 96 / 97, "cluster_number": 1,
        "cluster_size": 2,
    }  # fmt: skip


def test_texts_of_other_languages_are_no_copies(texts: DataFrame) -> None:
    changes = ["fuzzy.by_language=true"]
    with pytest.raises(SettingsError, match="language: the DataFrame has no such column, with labels as `en`"):
        winnow.near_duplicates(texts, text="body", id="number", changes=changes)
    for labels, count in (("number", 0), ("'de'", 1)):
        told = texts.withColumn("language", F.expr(f"cast({labels} as string)"))
        assert winnow.near_duplicates(told, text="body", id="number", changes=changes).count() == count


def test_other_ids_are_ordered_by_their_hash(spark: SparkSession, texts: DataFrame) -> None:
    (row,) = winnow.near_duplicates(texts, text="body", id="name").collect()
    kept, dropped = sorted(("id 1", "id 3"), key=hashes(spark).__getitem__)
    assert (row["name"], row.kept_name, row.via_name, row.cluster_name) == (dropped, kept, kept, kept)


def test_repeated_spans_leave_the_first_copy(texts: DataFrame) -> None:
    others = texts.where("number NOT IN (1, 3)")
    (row,) = winnow.repeated_spans(others, text="body", id="number").collect()
    text: Any = TEXTS[4]
    (span,) = row.spans
    assert (row.number, text[span.start : span.end], span.copies) == (4, SPAN, 2)
    assert row.cut_chars + row.left_chars == len(text)


def test_what_is_wrong_is_reported_at_once(texts: DataFrame) -> None:
    with pytest.raises(SettingsError, match="text: the DataFrame has no such column; it has number, name, body"):
        winnow.near_duplicates(texts, id="number")
    with pytest.raises(SettingsError, match=r"fuzzy\.survivor: longest"):
        winnow.near_duplicates(texts, text="body", id="number", changes=["fuzzy.survivor=longest"])
