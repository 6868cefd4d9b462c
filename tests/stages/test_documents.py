import math
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from tests.stages.frames import frame, metrics, rows_of
from winnow.rules import Rule
from winnow.stages.documents import build_documents

RULES = (Rule("too_few", "word_count", 2, math.inf, ""),)


@pytest.fixture
def tables(spark: SparkSession) -> tuple[DataFrame, DataFrame, DataFrame]:
    def page(page_id: int, gate: str | None = None, shard: int = 0) -> dict[str, Any]:
        at = {"warc_path": f"a{page_id}", "record_offset": page_id * 10, "url": f"http://{page_id}.example/"}
        return {"crawl": "A", "shard": shard, "page_id": page_id, "gate": gate, "title": f"T{page_id}", **at}

    def measure(page_id: int, text: str, words: int, shard: int = 0) -> dict[str, Any]:
        values = metrics(word_count=words, corrected_word_count=words)
        return {"crawl": "A", "shard": shard, "page_id": page_id, "text": text, "metrics": values}

    pages = [page(1), page(2), page(3, "empty_text"), page(4, shard=1), page(4, shard=2), page(5)]
    measures = [measure(1, "one two", 2), measure(2, "one", 1), measure(4, "naïve 文 text", 3, shard=1)]
    near = [{"crawl": "A", "shard": shard, "page_id": 5 - shard, "kept_page_id": 1} for shard in (0, 2)]
    given = {"measures": [*measures, measure(5, "one two", 2)], "pages": pages, "near_duplicates": near}
    made = (frame(spark, name, rows) for name, rows in given.items())
    return next(made), next(made), next(made)


def test_kept_pages_become_documents_with_where_they_came_from(tables: tuple[DataFrame, DataFrame, DataFrame]) -> None:
    documents = build_documents(*tables, RULES)
    chosen = documents.select(
        "shard", "page_id", "warc_path", "record_offset", "title", "text", "word_count", "char_count"
    )
    assert rows_of(chosen) == [
        (0, 1, "a1", 10, "T1", "one two", 2, 7),
        (1, 4, "a4", 40, "T4", "naïve 文 text", 3, 12),
    ]


@pytest.mark.parametrize("partitions", [1, 3, 7])
def test_partitions_do_not_matter(tables: tuple[DataFrame, DataFrame, DataFrame], partitions: int) -> None:
    again = build_documents(*(rows.repartition(partitions) for rows in tables), RULES)
    assert rows_of(again) == rows_of(build_documents(*tables, RULES))


def test_text_is_never_shuffled(
    spark: SparkSession, tables: tuple[DataFrame, DataFrame, DataFrame], tmp_path: object
) -> None:
    for name, rows in zip(("measures", "pages", "near_duplicates"), tables, strict=True):
        rows.write.parquet(f"{tmp_path}/{name}")
    spark.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")  # as with tables of real size
    try:
        stored = (spark.read.parquet(f"{tmp_path}/{name}") for name in ("measures", "pages", "near_duplicates"))
        plan = build_documents(*stored, RULES)._jdf.queryExecution().executedPlan().toString()
    finally:
        spark.conf.unset("spark.sql.autoBroadcastJoinThreshold")
    lines = plan.splitlines()
    shuffled = [lines[i + 1] for i, line in enumerate(lines) if "Exchange hashpartitioning" in line]
    assert "BroadcastHashJoin" in plan
    assert "CartesianProduct" not in plan
    assert len(shuffled) == 3
    assert not [line for line in shuffled if "text#" in line]
