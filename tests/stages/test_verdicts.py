import math

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import Row, SparkSession

from tests.stages.frames import frame, metrics
from winnow.settings.rules import Rule
from winnow.stages.verdicts import judge_pages, kept_expr
from winnow.tables import METRICS_TYPE

RULES = (
    Rule("too_few", "word_count", 50, math.inf, ""),
    Rule("too_many", "word_count", -math.inf, 100, ""),
    Rule("short", "mean_word_chars", 3, 10, ""),
)


def test_all_reasons_in_the_order_of_the_rules(spark: SparkSession) -> None:
    measures = frame(
        spark,
        "measures",
        [
            {"shard": 0, "page_id": 1, "metrics": metrics(word_count=50, mean_word_chars=3)},
            {"shard": 0, "page_id": 2, "metrics": metrics(word_count=49, mean_word_chars=2.9)},
            {"shard": 0, "page_id": 3, "metrics": metrics(word_count=101, mean_word_chars=10)},
        ],
    )
    verdicts = {row.page_id: row.reasons for row in judge_pages(measures, RULES).collect()}
    assert verdicts == {1: [], 2: ["too_few", "short"], 3: ["too_many"]}


def test_kept_is_having_no_reason(spark: SparkSession) -> None:
    values = [metrics(word_count=count, mean_word_chars=5) for count in (49, 50, 100, 101)]
    measures = frame(spark, "measures", [{"shard": 0, "page_id": i, "metrics": v} for i, v in enumerate(values)])
    kept = {row.page_id for row in measures.where(kept_expr(RULES)).collect()}
    without = {row.page_id for row in judge_pages(measures, RULES).collect() if not row.reasons}
    assert kept == without == {1, 2}


def test_no_rules_keep_everything(spark: SparkSession) -> None:
    measures = frame(spark, "measures", [{"shard": 0, "page_id": 1, "metrics": metrics()}])
    assert [row.reasons for row in judge_pages(measures, ()).collect()] == [[]]
    assert measures.where(kept_expr(())).count() == 1


def test_a_null_metric_is_an_error_never_a_verdict(spark: SparkSession) -> None:
    row = metrics(word_count=60).asDict()
    row["mean_word_chars"] = None
    holed = Row(**{name: row[name] for name in METRICS_TYPE.names})
    measures = frame(spark, "measures", [{"shard": 0, "page_id": 1, "metrics": holed}])
    with pytest.raises(PySparkException, match="mean_word_chars is null"):
        judge_pages(measures, RULES).collect()


def test_judging_reads_no_text_and_no_metric_without_a_rule(spark: SparkSession, tmp_path: object) -> None:
    path = f"{tmp_path}/measures"
    frame(spark, "measures", [{"shard": 0, "page_id": 1, "text": "x", "metrics": metrics()}]).write.parquet(path)
    plan = judge_pages(spark.read.parquet(path), RULES)._jdf.queryExecution().sparkPlan()
    read = plan.collectLeaves().apply(0).schema().catalogString()
    assert read == "struct<shard:int,page_id:bigint,metrics:struct<word_count:double,mean_word_chars:double>>"
