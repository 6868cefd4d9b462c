import numpy as np
import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from tests.stages.frames import frame, rows_of
from winnow.kernels.measures.measure import METRICS, compile_settings, measure_text
from winnow.settings.kernel_settings import measure_settings
from winnow.settings.schema import Settings
from winnow.stages.measures import measure_array, measure_pages

TEXTS = ["", "one two\n3 likes\nthree", "naïve 文字 🙂 text", "a b c d e f g h a b c d e f g h", "\n\n\n"]


@pytest.fixture
def expected(settings: Settings) -> list[tuple[str, dict[str, float]]]:
    compiled = compile_settings(measure_settings(settings.measure))
    return [measure_text(text, compiled) for text in TEXTS]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
@pytest.mark.parametrize("start", [0, 1, 3])
def test_a_column_gives_what_each_text_gives(
    settings: Settings, expected: list[tuple[str, dict[str, float]]], kind: pa.DataType, start: int
) -> None:
    column = pa.array(TEXTS, kind)[start:]
    texts, metrics = measure_array(column, compile_settings(measure_settings(settings.measure)))
    assert texts.to_pylist() == [text for text, _ in expected[start:]]
    assert metrics.to_pylist() == [values for _, values in expected[start:]]
    texts.validate(full=True)


def test_no_metric_is_null_or_infinite(settings: Settings) -> None:
    _, metrics = measure_array(pa.array(TEXTS), compile_settings(measure_settings(settings.measure)))
    assert metrics.type.num_fields == len(METRICS)
    assert all(np.isfinite(field.to_numpy()).all() for field in metrics.flatten())


@pytest.mark.parametrize("partitions", [1, 3, 7])
def test_ungated_pages_are_measured_whatever_the_partitions(
    spark: SparkSession, settings: Settings, expected: list[tuple[str, dict[str, float]]], partitions: int
) -> None:
    rows = [{"shard": i % 2, "page_id": i, "text": text} for i, text in enumerate(TEXTS)]
    pages = frame(spark, "pages", [*rows, {"shard": 0, "page_id": 99, "gate": "empty_text"}]).repartition(partitions)
    measures = measure_pages(pages, measure_settings(settings.measure))
    found = [(page_id, text, metrics.asDict()) for _, page_id, text, metrics in rows_of(measures)]
    assert sorted(found, key=lambda row: row[0]) == [(i, *pair) for i, pair in enumerate(expected)]


def test_one_python_node_that_reads_three_columns(spark: SparkSession, settings: Settings, tmp_path: object) -> None:
    frame(spark, "pages", [{"shard": 0, "page_id": 1, "text": "x"}]).write.parquet(f"{tmp_path}/pages")
    pages = spark.read.parquet(f"{tmp_path}/pages")
    plan = measure_pages(pages, measure_settings(settings.measure))._jdf.queryExecution().executedPlan().toString()
    assert plan.count("MapInArrow") == 1
    assert "Exchange" not in plan
    schema = plan[plan.index("ReadSchema:") :].splitlines()[0]
    assert sorted(part.split(":")[0] for part in schema[schema.index("<") + 1 :].split(",")) == [
        "gate",
        "page_id",
        "shard",
        "text",
    ]
