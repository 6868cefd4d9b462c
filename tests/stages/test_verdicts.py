import math

import pytest
from pyspark.errors import PySparkException
from pyspark.sql import Row, SparkSession

from tests.stages.frames import frame, metrics
from winnow.settings.kernel_settings import rules_of
from winnow.settings.load import load_settings
from winnow.settings.rules import LanguageBounds, Rule
from winnow.settings.values import value_of
from winnow.stages.verdicts import judge_pages, kept_expr, kept_rows
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


BY_LANGUAGE = (
    Rule("few", "word_count", 50, math.inf, "", None, (LanguageBounds("de", "word_count", 30, math.inf),)),
    Rule("other", "top_2_gram_ratio", -math.inf, 0.2, "", ("en", "zh"),
         (LanguageBounds("zh", "top_2_gram_text_ratio", -math.inf, 0.3),)),
    Rule("spaced", "mean_word_chars", 3, 10, "", ("spaced",)),
    Rule("any", "line_count", 1, math.inf, ""),
)  # fmt: skip


def test_a_page_is_judged_by_the_bounds_of_its_language(spark: SparkSession) -> None:
    """Compared with each rule as it judges that language alone; `xx` is in no rule, one page has no language."""
    values = [
        metrics(word_count=words, top_2_gram_ratio=0.25, top_2_gram_text_ratio=top, mean_word_chars=2, line_count=lines)
        for words, top, lines in ((29, 0.1, 1), (30, 0.4, 0), (50, 0.3, 1))
    ]
    pages = [
        {"shard": 0, "page_id": 10 * place + number, "language": label, "metrics": value}
        for place, label in enumerate(("en", "de", "zh", "th", "xx", None))
        for number, value in enumerate(values)
    ]
    measures = frame(spark, "measures", pages).repartition(3)
    verdicts = {row.page_id: row.reasons for row in judge_pages(measures, BY_LANGUAGE).collect()}
    expected = {}
    for row in measures.collect():
        judged = [rule.for_language(row.language or "") for rule in BY_LANGUAGE]
        expected[row.page_id] = [
            rule.reason for rule in judged if rule is not None and not rule.passes(value_of(row, rule.metric) or 0.0)
        ]
    assert verdicts == expected
    assert verdicts[0] == ["few", "other", "spaced"]
    assert (verdicts[11], verdicts[20], verdicts[21]) == (["spaced", "any"], ["few"], ["few", "other", "any"])
    kept = kept_rows(measures, BY_LANGUAGE)
    assert {row.page_id for row in kept.collect()} == {page for page, reasons in verdicts.items() if not reasons}
    assert kept.columns == measures.columns


def test_bounds_by_language_come_from_one_small_table(spark: SparkSession, tmp_path: object) -> None:
    """One join for any number of languages, nothing shuffled, one more column read."""
    path = f"{tmp_path}/measures"
    frame(spark, "measures", [{"shard": 0, "page_id": 1, "text": "x", "metrics": metrics()}]).write.parquet(path)
    rules = rules_of(load_settings(changes=["language.wanted=[]"]))
    plan = kept_rows(spark.read.parquet(path), rules)._jdf.queryExecution().executedPlan().toString()
    assert plan.count("BroadcastHashJoin") == 1
    assert "Exchange hashpartitioning" not in plan
    judged = judge_pages(spark.read.parquet(path), rules)._jdf.queryExecution().executedPlan().toString()
    (read,) = [line for line in judged.splitlines() if "FileScan" in line]
    assert "language" in read.split("ReadSchema")[0]
    assert "text" not in read.split("ReadSchema")[1].split("metrics")[0]
