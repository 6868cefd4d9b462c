import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from tests.stages.frames import frame, metrics
from winnow.settings.jobs import JOBS
from winnow.stages.funnel import imbalances, in_flow, report_funnel


@pytest.fixture
def tables(spark: SparkSession) -> dict[str, DataFrame]:
    pages = [
        {"shard": 0, "page_id": i, "gate": gate}
        for i, gate in enumerate([None, None, None, "empty_text", "empty_text", None, None, None])
    ]
    values = [
        metrics(word_count=words, char_count=words * 5, corrected_word_count=words - 1, corrected_char_count=words * 4)
        for words in (10, 20, 30, 40, 50, 60)
    ]
    measures = [
        {"shard": 0, "page_id": i, "metrics": value} for i, value in zip((0, 1, 2, 5, 6, 7), values, strict=True)
    ]
    reasons: dict[int, list[str]] = {0: [], 1: ["a", "b"], 2: ["b"], 5: [], 6: [], 7: []}
    verdicts = [{"shard": 0, "page_id": i, "reasons": reasons[i]} for i in reasons]
    near = [{"shard": 0, "page_id": 5, "kept_page_id": 0}]
    repeated = [{"shard": 0, "page_id": i, "reason": reason} for i, reason in ((0, None), (6, "emptied_by_repeats"))]
    same_url = [{"shard": 0, "page_id": 7, "kept_page_id": 0}]
    documents = [{"shard": 0, "page_id": 0, "char_count": 30, "word_count": 7}]
    named = {
        "pages": pages, "measures": measures, "verdicts": verdicts, "near_duplicates": near,
        "repeated_spans": repeated, "url_duplicates": same_url, "documents": documents,
    }  # fmt: skip
    return {name: frame(spark, name, rows) for name, rows in named.items()}


STAGES = (
    "extract_pages", "judge_pages", "find_near_duplicates", "find_repeated_spans", "find_url_duplicates",
    "build_documents",
)  # fmt: skip


def counted(tables: dict[str, DataFrame], jobs: tuple[str, ...] = STAGES[2:-1]) -> list[Row]:
    dropped = [(job, tables[JOBS[job].table], F.expr(str(JOBS[job].drops)).cast("string")) for job in jobs]
    own = {name: tables[name] for name in ("pages", "measures", "verdicts", "documents")}
    return report_funnel(dropped=dropped, **own).collect()


def test_by_language_the_sums_are_those_of_all_shards(tables: dict[str, DataFrame]) -> None:
    """Pages 0 to 3 are German, the others French; pages 3 and 4 were gated before anybody asked."""
    label = F.when(F.col("page_id").isin(0, 1, 2), "de").when(F.col("page_id") > 4, "fr")
    named = {
        name: rows.withColumn("language", label) if "language" in rows.columns else rows
        for name, rows in tables.items()
    }
    dropped = [(job, named[JOBS[job].table], F.expr(str(JOBS[job].drops)).cast("string")) for job in STAGES[2:-1]]
    own = {name: named[name] for name in ("pages", "measures", "verdicts", "documents")}
    rows = report_funnel(dropped=dropped, by="language", **own).collect()
    found = {(row.language, row.stage, row.reason): row.pages_first for row in rows}
    assert found["de", "extract_pages", ""] == 3
    assert found[None, "extract_pages", "empty_text"] == 2
    assert (found["de", "judge_pages", "a"], found["de", "judge_pages", "b"]) == (1, 1)
    assert found["fr", "find_near_duplicates", "near_duplicate"] == 1
    assert ("de", "find_near_duplicates", "near_duplicate") not in found
    assert found["de", "build_documents", "kept"] == 1
    whole = {(row.stage, row.reason): row.pages_any for row in counted(tables)}
    summed: dict[tuple[str, str], int] = {}
    for row in rows:
        summed[row.stage, row.reason] = summed.get((row.stage, row.reason), 0) + row.pages_any
    assert summed == whole


def test_any_first_only_and_sums(tables: dict[str, DataFrame]) -> None:
    funnel = {(row.stage, row.reason): tuple(row)[3:] for row in counted(tables)}
    assert funnel == {
        ("extract_pages", ""): (8, 8, 8, None, None),
        ("extract_pages", "empty_text"): (2, 2, 2, None, None),
        ("extract_pages", "kept"): (6, 6, 6, None, None),
        ("judge_pages", ""): (6, 6, 6, 1050, 210),
        ("judge_pages", "a"): (1, 1, 0, 100, 20),
        ("judge_pages", "b"): (2, 1, 1, 150, 30),
        ("judge_pages", "kept"): (4, 4, 4, 800, 160),
        ("find_near_duplicates", ""): (4, 4, 4, 640, 156),
        ("find_near_duplicates", "near_duplicate"): (1, 1, 1, 160, 39),
        ("find_near_duplicates", "kept"): (3, 3, 3, 480, 117),
        ("find_repeated_spans", ""): (3, 3, 3, 480, 117),
        ("find_repeated_spans", "emptied_by_repeats"): (1, 1, 1, 200, 49),
        ("find_repeated_spans", "kept"): (2, 2, 2, 280, 68),
        ("find_url_duplicates", ""): (2, 2, 2, 280, 68),
        ("find_url_duplicates", "url_duplicate"): (1, 1, 1, 240, 59),
        ("find_url_duplicates", "kept"): (1, 1, 1, 40, 9),
        ("build_documents", ""): (1, 1, 1, 40, 9),
        ("build_documents", "kept"): (1, 1, 1, 30, 7),
    }


def test_pages_are_conserved(tables: dict[str, DataFrame]) -> None:
    assert imbalances(counted(tables), STAGES) == []


@pytest.mark.parametrize(("lost", "stage"), [("measures", "judge_pages"), ("documents", "build_documents")])
def test_a_lost_page_is_noticed(tables: dict[str, DataFrame], lost: str, stage: str) -> None:
    holed = {**tables, lost: tables[lost].where("page_id != 0")}
    (problem, *_) = imbalances(counted(holed), STAGES)
    assert f"shard 0, {stage}" in problem


def test_a_near_duplicate_that_was_rejected_before_is_noticed(
    spark: SparkSession, tables: dict[str, DataFrame]
) -> None:
    stale = frame(spark, "near_duplicates", [{"shard": 0, "page_id": 1, "kept_page_id": 0}])
    problems = imbalances(counted({**tables, "near_duplicates": tables["near_duplicates"].union(stale)}), STAGES)
    assert problems == ["shard 0, find_near_duplicates: 4 pages entered, 2 were dropped, 3 kept"]


def test_jobs_are_counted_in_the_order_of_the_recipe(tables: dict[str, DataFrame]) -> None:
    jobs = ("find_url_duplicates", "find_near_duplicates", "find_repeated_spans")
    rows = counted(tables, jobs)
    order = ("extract_pages", "judge_pages", *jobs, "build_documents")
    assert imbalances(rows, order) == []
    entering = {row.stage: row.pages_first for row in rows if not row.reason}
    assert [entering[stage] for stage in order] == [8, 6, 4, 3, 2, 1]
    assert in_flow(entering) == list(order)
    assert imbalances(rows, STAGES) != []


def test_a_job_before_the_rules_takes_pages_that_they_would_reject(
    spark: SparkSession, tables: dict[str, DataFrame]
) -> None:
    """Page 1, of reasons a and b, and page 5 are near duplicates: the rules count neither."""
    near = frame(spark, "near_duplicates", [{"shard": 0, "page_id": i, "kept_page_id": 0} for i in (1, 5)])
    drops = [
        (job, tables[JOBS[job].table], F.expr(str(JOBS[job].drops)).cast("string"))
        for job in ("find_repeated_spans", "find_url_duplicates")
    ]
    own = {name: tables[name] for name in ("pages", "measures", "verdicts", "documents")}
    early = [("find_near_duplicates", near, F.lit("near_duplicate"))]
    rows = report_funnel(dropped=drops, dropped_before=early, **own).collect()
    order = ("extract_pages", "find_near_duplicates", "judge_pages", *STAGES[3:])
    assert imbalances(rows, order) == []
    found = {(row.stage, row.reason): tuple(row)[3:] for row in rows if row.stage in order[1:3]}
    assert found == {
        ("find_near_duplicates", ""): (6, 6, 6, 1050, 210),
        ("find_near_duplicates", "near_duplicate"): (2, 2, 2, 300, 60),
        ("find_near_duplicates", "kept"): (4, 4, 4, 750, 150),
        ("judge_pages", ""): (4, 4, 4, 750, 150),
        ("judge_pages", "b"): (1, 1, 1, 150, 30),
        ("judge_pages", "kept"): (3, 3, 3, 600, 120),
    }
    came, left = ({row.stage: row.pages_first for row in rows if row.reason == one} for one in ("", "kept"))
    assert in_flow(came, left) == list(order)


def test_stages_that_as_many_pages_enter_are_told_apart_by_what_they_keep() -> None:
    came, left = {"find_near_duplicates": 5, "judge_pages": 5}, {"find_near_duplicates": 5, "judge_pages": 2}
    assert in_flow(came, left) == ["find_near_duplicates", "judge_pages"]
    assert in_flow(came, {**left, "find_near_duplicates": 2, "judge_pages": 5})[0] == "judge_pages"


def test_a_page_that_a_job_dropped_which_the_recipe_left_out_is_noticed(tables: dict[str, DataFrame]) -> None:
    jobs = ("find_near_duplicates", "find_repeated_spans")
    problems = imbalances(counted(tables, jobs), ("extract_pages", "judge_pages", *jobs, "build_documents"))
    assert problems == ["shard 0, build_documents: 2 pages entered, 0 were dropped, 1 kept"]
