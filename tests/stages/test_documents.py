import math
from collections.abc import Mapping
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tests.stages.frames import frame, metrics, rows_of
from winnow.settings.rules import Rule
from winnow.stages.documents import build_documents
from winnow.stages.verdicts import kept_expr

RULES = (Rule("too_few", "word_count", 2, math.inf, ""),)


@pytest.fixture
def tables(spark: SparkSession) -> dict[str, DataFrame]:
    def page(page_id: int, gate: str | None = None, shard: int = 0) -> dict[str, Any]:
        at = {"archive_path": f"a{page_id}", "record_offset": page_id * 10, "url": f"http://{page_id}.example/"}
        return {"crawl": "A", "shard": shard, "page_id": page_id, "gate": gate, "title": f"T{page_id}", **at}

    def measure(page_id: int, text: str, words: int, shard: int = 0) -> dict[str, Any]:
        values = metrics(word_count=words, corrected_word_count=words)
        return {"crawl": "A", "shard": shard, "page_id": page_id, "text": text, "metrics": values}

    pages = [
        page(1),
        page(2),
        page(3, "empty_text"),
        page(4, shard=1),
        page(4, shard=2),
        page(5),
        page(6),
        page(7),
        page(8),
    ]
    measures = [measure(1, "one two", 2), measure(2, "one", 1), measure(4, "naïve 文 text", 3, shard=1)]
    near = [{"crawl": "A", "shard": shard, "page_id": 5 - shard, "kept_page_id": 1} for shard in (0, 2)]
    measures += [
        measure(5, "one two", 2),
        measure(6, "Ein – sehr sehr, – Wort", 6),
        measure(7, "gone now", 2),
        measure(8, "same place", 2),
    ]
    repeated = [
        {"crawl": "A", "shard": 0, "page_id": 6, "spans": [(6, 16, 3)], "cut_chars": 11, "left_chars": 12},
        {"crawl": "A", "shard": 0, "page_id": 7, "spans": [(0, 8, 2)], "cut_chars": 8, "left_chars": 0, "reason": "r"},
        {"crawl": "A", "shard": 1, "page_id": 1, "spans": [(0, 3, 2)], "cut_chars": 3, "left_chars": 4},
    ]
    same_url = [{"crawl": "A", "shard": shard, "page_id": 8 - shard, "kept_page_id": 1} for shard in (0, 2)]
    given = {
        "measures": measures, "pages": pages, "near_duplicates": near, "repeated_spans": repeated,
        "url_duplicates": same_url,
    }  # fmt: skip
    return {name: frame(spark, name, rows) for name, rows in given.items()}


def built(tables: Mapping[str, DataFrame], policy: str) -> DataFrame:
    repeated = tables["repeated_spans"]
    dropped = [tables["near_duplicates"], repeated.where("reason IS NOT NULL"), tables["url_duplicates"]]
    kept = tables["measures"].where(kept_expr(RULES))
    return build_documents(kept=kept, pages=tables["pages"], dropped=dropped, repeated_spans=repeated, policy=policy)


def test_kept_pages_become_documents_with_their_origin(tables: dict[str, DataFrame]) -> None:
    documents = built(tables, "cut")
    chosen = documents.select(
        "shard", "page_id", "archive_path", "record_offset", "title", "text", "word_count", "char_count", "cut_chars"
    )
    assert rows_of(chosen) == [
        (0, 1, "a1", 10, "T1", "one two", 2, 7, 0),
        (0, 6, "a6", 60, "T6", "Ein – – Wort", 4, 12, 11),
        (1, 4, "a4", 40, "T4", "naïve 文 text", 3, 12, 0),
    ]


@pytest.mark.parametrize("label", ["zh", "cmn_Hani"])
def test_a_cut_text_without_spaces_loses_words_like_characters(tables: dict[str, DataFrame], label: str) -> None:
    """12 of 23 characters are left, so 3 of 6 words; the text is not cut into words again."""
    chinese = {**tables, "pages": tables["pages"].withColumn("language", F.lit(label))}
    words = {row.page_id: row.word_count for row in built(chinese, "cut").collect()}
    assert words == {1: 2, 4: 3, 6: 3}


@pytest.mark.parametrize("partitions", [1, 3, 7])
def test_partitions_do_not_matter(tables: dict[str, DataFrame], partitions: int) -> None:
    again = built({name: rows.repartition(partitions) for name, rows in tables.items()}, "cut")
    assert rows_of(again) == rows_of(built(tables, "cut"))


@pytest.mark.parametrize("policy", ["mask", "drop_partial", "drop_any"])
def test_only_the_policy_cut_changes_a_text(tables: dict[str, DataFrame], policy: str) -> None:
    chosen = built(tables, policy).select("page_id", "text", "word_count", "cut_chars", "spans")
    rows = {row[0]: row[1:] for row in rows_of(chosen)}
    spans = [(6, 16, 3)] if policy == "mask" else None
    assert rows.keys() == {1, 4, 6}
    assert rows[6] == ("Ein – sehr sehr, – Wort", 6, 0, spans)
    assert rows[1][-1] is None


def test_text_is_never_shuffled(spark: SparkSession, tables: dict[str, DataFrame], tmp_path: object) -> None:
    for name, rows in tables.items():
        rows.write.parquet(f"{tmp_path}/{name}")
    spark.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")  # as with tables of real size
    try:
        stored = {name: spark.read.parquet(f"{tmp_path}/{name}") for name in tables}
        plan = built(stored, "cut")._jdf.queryExecution().executedPlan().toString()
    finally:
        spark.conf.unset("spark.sql.autoBroadcastJoinThreshold")
    lines = plan.splitlines()
    shuffled = [lines[i + 1] for i, line in enumerate(lines) if "Exchange hashpartitioning" in line]
    assert "BroadcastHashJoin" in plan
    assert "NestedLoopJoin" not in plan  # what a join without keys becomes if it is a semi-join or a broadcast
    assert "CartesianProduct" not in plan
    assert len(shuffled) == 6
    assert not [line for line in shuffled if "text#" in line]
