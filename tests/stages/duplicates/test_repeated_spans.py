from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import pytest
from pyspark.sql import DataFrame, SparkSession

from tests.reference.spans import Page, captures, cut, repeated_spans, tokens
from tests.stages.frames import rows_of
from winnow.kernels.repeated_spans.token_settings import TokenSettings
from winnow.settings.load import load_settings
from winnow.settings.schema import Spans
from winnow.stages.duplicates.repeated_spans import (
    candidate_windows,
    cut_captures,
    decide_spans,
    pages_holding,
    repeated_minimizers,
    scope_pages,
)
from winnow.stages.funnel import DROP_REASONS

SCHEMA = "shard INT, page_id BIGINT, text STRING, is_cut BOOLEAN"
TOKENS = TokenSettings("folded", "remove", "keep", True, True)
Row = tuple[int, int, str, bool]


def span_settings(**changes: object) -> Spans:
    return load_settings(changes=[f"spans.{key}={value}" for key, value in changes.items()]).spans


def decided(scoped: DataFrame, settings: Spans) -> list[tuple[object, ...]]:
    sample = repeated_minimizers(scoped, TOKENS, settings)
    windows = candidate_windows(scoped, TOKENS, settings, sample).persist()
    try:
        return rows_of(decide_spans(windows, cut_captures(windows, settings, sample.pieces), settings, sample.pieces))
    finally:
        windows.unpersist()


def expected(rows: Sequence[Row], settings: Spans, earlier: Sequence[Row] = ()) -> list[tuple[object, ...]]:
    """The oracle's rows, scope by scope, under the policy `cut`."""
    found = []
    for shard in {row[0] for row in (*rows, *earlier)} if settings.within != "crawl" else {None}:
        held = [(*row, is_earlier) for here, is_earlier in ((rows, False), (earlier, True)) for row in here]
        here = sorted((row for row in held if shard in (None, row[0])), key=lambda row: (row[1], row[0]))
        pages = [Page(row[2], row[4], row[3]) for row in here]
        keep_first = settings.copies == "keep_first"
        gone = captures(pages, "folded", settings.length, settings.max_repeated_fraction)
        left_pages = [page._replace(text="") if number in gone else page for number, page in enumerate(pages)]
        whole = repeated_spans(left_pages, "folded", settings.length, keep_first)
        for number, (row, spans) in enumerate(zip(here, whole, strict=True)):
            if spans:
                left = len(cut(row[2], spans))
                reason = "emptied_by_repeats" if left < settings.min_left_chars else None
                found.append((row[0], row[1], [tuple(span) for span in spans], len(row[2]) - left, left, reason))
            elif number in gone and not row[4]:
                size = sum(span.end - span.start for span in gone[number])
                named = [tuple(span) for span in gone[number]]
                found.append((row[0], row[1], named, size, len(row[2]) - size, "cut_capture"))
    return sorted(found, key=repr)


def plain(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [(*row[:2], [tuple(span) for span in row[2]], *row[3:]) for row in rows]  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def pages() -> list[Row]:
    """Prose of few words with shared paragraphs: in a page, between pages, between two shards; some pages are cut."""
    draw = random.Random(5)
    words = [f"{draw.choice('bcdfglmnprst')}{draw.choice('aeiou')}{i}" for i in range(300)]

    def prose(size: int) -> str:
        return " ".join(draw.choice(words) + draw.choice(["", "", ",", "."]) for _ in range(size))

    shared = [prose(size) for size in (8, 20, 60, 9)]
    rows = []
    for i in range(60):
        parts = [prose(draw.randint(3, 60)), *draw.choices(shared, k=draw.randint(0, 2)), prose(draw.randint(0, 9))]
        rows.append((i % 2, draw.randint(-(2**63), 2**63 - 1), "\n\n".join(parts), i % 4 == 3))
    beginnings = [(row[0], i, row[2][: len(row[2]) * 2 // 3], True) for i, row in enumerate(rows[::7], 100)]
    short = [(0, 5, shared[1]), (1, 5, shared[1].upper()), (1, 6, ""), (0, 7, " ".join(["the"] * 400))]
    return [*beginnings, *rows, *((*row, False) for row in short)]


@pytest.mark.parametrize("within", ["shard", "crawl"])
@pytest.mark.parametrize("copies", ["all", "keep_first"])
def test_spans_are_those_of_the_oracle(spark: SparkSession, pages: list[Row], within: str, copies: str) -> None:
    settings = span_settings(length=8, within=within, copies=copies)
    frame = spark.createDataFrame(pages[:50], SCHEMA)
    earlier = spark.createDataFrame(pages[50:], SCHEMA)
    wanted = expected(pages[:50], settings, pages[50:])
    assert len(wanted) > 20
    assert plain(decided(scope_pages(frame, within, earlier), settings)) == wanted


@pytest.mark.parametrize("partitions", [1, 3, 7])
def test_partitions_order_batches_and_filter_do_not_matter(
    spark: SparkSession, pages: list[Row], partitions: int
) -> None:
    settings = span_settings(length=8, filter_bytes=4096 * partitions)
    frame = spark.createDataFrame(sorted(pages, key=lambda row: row[2]), SCHEMA).repartition(partitions, "text")
    spark.conf.set("spark.sql.execution.arrow.maxBytesPerBatch", str(2000 * partitions))
    try:
        assert plain(decided(scope_pages(frame, "shard"), settings)) == expected(pages, settings)
    finally:
        spark.conf.unset("spark.sql.execution.arrow.maxBytesPerBatch")


@pytest.mark.parametrize(
    ("policy", "left", "reasons"),
    [
        ("cut", 30, [None, "emptied_by_repeats", None]),
        ("mask", 31, [None, "emptied_by_repeats", None]),
        ("drop_partial", 31, ["partly_repeated", "partly_repeated", None]),
        ("drop_any", 31, ["holds_repeats", "holds_repeats", "holds_repeats"]),
    ],
)
def test_policies(spark: SparkSession, policy: str, left: int, reasons: list[str | None]) -> None:
    rows = [
        (0, 1, "It begins here. One, two: three four five! It ends there.", False),
        (0, 2, "ONE TWO THREE FOUR FIVE", False),
        (0, 3, f"one two three four five {'. '.join(f'all else {i}' for i in range(90))}", False),
        (0, 4, "one two three four", False),
    ]
    settings = span_settings(length=5, policy=policy, max_repeated_fraction=0.2)
    found = decided(scope_pages(spark.createDataFrame(rows, SCHEMA), "shard"), settings)
    assert [row[-1] for row in found] == reasons
    assert {row[-1] for row in found} - {None} <= {*DROP_REASONS}
    assert found[0][2:5] == ([(16, 42, 3)], len(rows[0][2]) - left, left)


def test_no_pages_give_no_spans(spark: SparkSession) -> None:
    for rows in ([], [(0, 1, "", True)], [(0, 1, "a page of less than a window", True)]):
        assert decided(scope_pages(spark.createDataFrame(rows, SCHEMA), "shard"), span_settings()) == []


def test_pages_that_hold_a_span_are_found_again(spark: SparkSession, pages: list[Row]) -> None:
    texts = {row[:2]: row[2] for row in pages}
    shard, page_id, spans, *_ = expected(pages, span_settings(length=8, within="crawl"))[0]
    start, end, copies = spans[0]  # type: ignore[index]
    stretch = texts[shard, page_id][start:end]  # type: ignore[index]
    held = {row[:2]: row[2] for row in rows_of(pages_holding(spark.createDataFrame(pages, SCHEMA), stretch, TOKENS, 8))}
    wanted = windows_of(stretch, 8)
    assert held.keys() == {key for key, text in texts.items() if windows_of(text, 8) & wanted}
    assert held[shard, page_id][0][:2] == (start, end)
    assert len(held) > 1
    assert copies > 1


def windows_of(text: str, length: int) -> set[tuple[object, ...]]:
    values = [value for value, _, _ in tokens(text, "folded")]
    return {tuple(values[i : i + length]) for i in range(len(values) - length + 1)}


def test_text_is_read_in_two_passes_and_never_shuffled(spark: SparkSession, pages: list[Row], tmp_path: object) -> None:
    spark.createDataFrame(pages, SCHEMA).write.parquet(f"{tmp_path}/pages")
    scoped, settings = scope_pages(spark.read.parquet(f"{tmp_path}/pages"), "shard"), span_settings(length=8)
    sample = repeated_minimizers(scoped, TOKENS, settings)
    windows = candidate_windows(scoped, TOKENS, settings, sample)
    plan = windows._jdf.queryExecution().executedPlan().toString()
    assert plan.count("MapInArrow") == plan.count("FileScan parquet") == 1
    assert "text#" not in plan[: plan.index("MapInArrow")]
    held = windows.persist()
    try:
        found = cut_captures(held, settings, sample.pieces)
        assert found is not None
        found.write.parquet(f"{tmp_path}/captures")
        captures = spark.read.parquet(f"{tmp_path}/captures")
        assert captures.count() > 2
        decided = decide_spans(held, captures, settings, sample.pieces)
        plan = decided._jdf.queryExecution().executedPlan().toString()
        assert plan.count("FlatMapCoGroupsInArrow") == 1
        assert plan.count("ENSURE_REQUIREMENTS") == 1  # only the answers are shuffled
    finally:
        held.unpersist()


def test_where_no_page_is_cut_nothing_is_joined_and_no_further_job_runs(spark: SparkSession, pages: list[Row]) -> None:
    whole = [(*row[:3], False) for row in pages]
    scoped, settings = scope_pages(spark.createDataFrame(whole, SCHEMA), "shard"), span_settings(length=8)
    sample = repeated_minimizers(scoped, TOKENS, settings)
    counted, windows = (candidate_windows(scoped, TOKENS, settings, sample) for _ in range(2))

    def jobs_of(group: str, action: Callable[[], object]) -> tuple[object, int]:
        spark.sparkContext.setJobGroup(group, "", False)
        try:
            return action(), len(spark.sparkContext.statusTracker().getJobIdsForGroup(group))
        finally:
            spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)  # type: ignore[arg-type]

    _, least = jobs_of("windows alone", counted.persist().count)
    counted.unpersist()
    windows.persist()
    try:
        captures, jobs = jobs_of("windows and captures", lambda: cut_captures(windows, settings, sample.pieces))
        assert captures is None
        assert jobs == least > 0
        decided = decide_spans(windows, None, settings, sample.pieces)
        plan = decided._jdf.queryExecution().executedPlan().toString()
        assert plan.count("FlatMapCoGroupsInArrow") == 1
        assert "HashJoin" not in plan
        assert plain(rows_of(decided)) == expected(whole, settings)
    finally:
        windows.unpersist()
