import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import to_arrow_type

from tests.stages.frames import frame, rows_of
from winnow.kernels.measures.measure import compile_settings, measure_text
from winnow.kernels.measures.metrics import METRICS
from winnow.kernels.measures.own_metrics import parse_own
from winnow.kernels.pages.marks import Mark
from winnow.settings.kernel_settings import measure_settings
from winnow.settings.rules import Rule
from winnow.settings.schema import Settings
from winnow.stages.measures import measure_array, measure_pages
from winnow.stages.verdicts import judge_pages
from winnow.tables import MARKS_TYPE
from winnow.terminal.failures import explain_failure
from winnow.warehouse import delta
from winnow.warehouse.work import Work

TEXTS = ["", "one two\n3 likes\nthree", "naïve 文字 🙂 text", "a b c d e f g h a b c d e f g h", "\n\n\n"]


@pytest.fixture
def expected(settings: Settings) -> list[tuple[str, dict[str, float]]]:
    compiled = compile_settings(measure_settings(settings))
    return [measure_text(text, compiled) for text in TEXTS]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
@pytest.mark.parametrize("start", [0, 1, 3])
def test_a_column_gives_what_each_text_gives(
    settings: Settings, expected: list[tuple[str, dict[str, float]]], kind: pa.DataType, start: int
) -> None:
    column = pa.array(TEXTS, kind)[start:]
    texts, metrics = measure_array(column, compile_settings(measure_settings(settings)))
    assert texts.to_pylist() == [text for text, _ in expected[start:]]
    assert metrics.to_pylist() == [values for _, values in expected[start:]]
    texts.validate(full=True)


def test_marks_of_a_column_are_those_of_its_texts(settings: Settings) -> None:
    compiled = compile_settings(measure_settings(settings))
    marks = [Mark(0, 2, "list_mark"), Mark(12, 14, "list_mark")]
    texts, none = ["one two\n3 likes", "- one pear\n\n- two plums", "a"], None
    column = pa.array([none, [mark._asdict() for mark in marks], []], to_arrow_type(MARKS_TYPE))
    corrected, metrics = measure_array(pa.array(texts)[0:], compiled, column)
    expected = [measure_text(text, compiled, own) for text, own in zip(texts, ([], marks, []), strict=True)]
    assert list(zip(corrected.to_pylist(), metrics.to_pylist(), strict=True)) == expected
    assert metrics.to_pylist()[1]["bullet_line_fraction"] == 0
    later, _ = measure_array(pa.array(texts)[1:], compiled, column[1:])
    assert later.to_pylist() == [text for text, _ in expected[1:]]


def test_no_metric_is_null_or_infinite(settings: Settings) -> None:
    _, metrics = measure_array(pa.array(TEXTS), compile_settings(measure_settings(settings)))
    assert metrics.type.num_fields == len(METRICS)
    assert all(np.isfinite(field.to_numpy()).all() for field in metrics.flatten())


@pytest.mark.parametrize("partitions", [1, 3, 7])
def test_ungated_pages_are_measured_whatever_the_partitions(
    spark: SparkSession, settings: Settings, expected: list[tuple[str, dict[str, float]]], partitions: int
) -> None:
    rows = [{"shard": i % 2, "page_id": i, "text": text} for i, text in enumerate(TEXTS)]
    pages = frame(spark, "pages", [*rows, {"shard": 0, "page_id": 99, "gate": "empty_text"}]).repartition(partitions)
    measures = measure_pages(pages, measure_settings(settings))
    found = [(page_id, text, metrics.asDict()) for _, page_id, text, *_, metrics in rows_of(measures)]
    assert sorted(found, key=lambda row: row[0]) == [(i, *pair) for i, pair in enumerate(expected)]


def test_one_python_node_that_reads_what_it_needs(spark: SparkSession, settings: Settings, tmp_path: object) -> None:
    frame(spark, "pages", [{"shard": 0, "page_id": 1, "text": "x"}]).write.parquet(f"{tmp_path}/pages")
    pages = spark.read.parquet(f"{tmp_path}/pages")
    plan = measure_pages(pages, measure_settings(settings))._jdf.queryExecution().executedPlan().toString()
    assert plan.count("MapInArrow") == 1
    assert "Exchange" not in plan
    schema = plan[plan.index("ReadSchema:") :].splitlines()[0]
    assert set(re.findall(r"(gate|marks|page_id|shard|text|title|url|\w+_score):", schema)) == {
        "gate", "marks", "page_id", "shard", "text"
    }  # fmt: skip


OWN = '''
def word_ratio(text: str) -> float:
    """Letters of the text for each word, 0.0 without words."""
    return _letters(text) / max(len(text.split()), 1)

def three_count(text: str) -> float:
    """How often "three" occurs."""
    return text.count("three")

def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))
'''


@pytest.mark.parametrize("partitions", [1, 3])
def test_own_metrics_measure_the_corrected_text_for_any_partitioning(
    spark: SparkSession, settings: Settings, expected: list[tuple[str, dict[str, float]]], partitions: int
) -> None:
    rows = [
        {"shard": i % 2, "page_id": i, "url": f"http://a.example/{i}", "text": text} for i, text in enumerate(TEXTS)
    ]
    mine = replace(measure_settings(settings), own=parse_own("mine.py", OWN))
    measures = measure_pages(frame(spark, "pages", rows).repartition(partitions), mine)
    found = {page_id: (text, metrics.asDict()) for _, page_id, text, *_, metrics in rows_of(measures)}
    assert found == {
        i: (text, {
            **values,
            "own_word_ratio": sum(map(str.isalpha, text)) / max(len(text.split()), 1),
            "own_three_count": float(text.count("three")),
        })
        for i, (text, values) in enumerate(expected)
    }  # fmt: skip
    assert expected[1][0] != TEXTS[1]  # a line was removed: the text before it has other letters


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1 / (text.count('one') - 1)", "mine.py:3: broken: ZeroDivisionError: division by zero"),
        ("return float('nan') if 'one' in text else 1.0", "mine.py:1: broken: gives nan, expected a finite number"),
        ("return None if 'one' in text else 1.0", "mine.py:1: broken: gives None, expected a finite number"),
    ],
)
def test_a_failing_own_metric_ends_the_run_with_its_line_and_the_page(
    spark: SparkSession, settings: Settings, body: str, said: str
) -> None:
    source = f'def broken(text: str) -> float:\n    """A metric."""\n    {body}\n'
    mine = replace(measure_settings(settings), own=parse_own("mine.py", source))
    rows = [{"shard": 0, "page_id": i, "url": f"http://a.example/{i}", "text": text} for i, text in enumerate(TEXTS)]
    with pytest.raises(PySparkException) as failed:
        measure_pages(frame(spark, "pages", rows), mine).collect()
    assert explain_failure(failed.value) == f"{said}, for the page http://a.example/1 (page_id 1)"


def test_a_table_takes_metrics_of_several_files_and_none_is_judged_where_it_is_null(
    spark: SparkSession, settings: Settings, tmp_path: Path
) -> None:
    """Three runs into one table, only the second with a file of metrics: its fields remain, null for other rows."""
    own = parse_own("mine.py", OWN)
    plain = measure_settings(settings)
    work = Work(spark, settings, {"measures": "f"}, str(tmp_path), "C")
    for page, mine in enumerate((plain, replace(plain, own=own), plain)):
        row = {"shard": page, "page_id": page, "url": "http://a.example/", "text": "one two three"}
        delta.replace(work, "measures", measure_pages(frame(spark, "pages", [row]), mine), [page])
    measures = delta.read(work, "measures")
    names = measures.select("metrics.*").columns
    assert names == [*METRICS, *own.names]
    taken = {row.page_id: row.metrics.own_three_count for row in measures.collect()}
    assert taken == {0: None, 1: 1.0, 2: None}
    assert all(row.metrics.word_count == 3 for row in measures.collect())
    rule = Rule("mine_three", "own_three_count", 1, math.inf, "")
    assert [row.reasons for row in judge_pages(measures.where("page_id = 1"), [rule]).collect()] == [[]]
    for page in (0, 2):
        with pytest.raises(PySparkException, match="own_three_count is null; run measure_pages again"):
            judge_pages(measures.where(f"page_id = {page}"), [rule]).collect()
