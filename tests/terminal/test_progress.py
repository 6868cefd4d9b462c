"""What is reported while jobs run, to a pipe; tests/jobs/test_cli.py looks at the live line in a terminal."""

from __future__ import annotations

import re

import pytest
from pyspark.sql import SparkSession

from winnow.terminal.progress import Progress, clock
from winnow.warehouse.shards import shard_ranges


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-3.0, "0:00"), (0.9, "0:00"), (65.0, "1:05"), (3599.9, "59:59"), (3605.0, "1:00:05"), (360_000.0, "100:00:00")],
)
def test_clock(seconds: float, said: str) -> None:
    assert clock(seconds) == said


@pytest.mark.parametrize(
    ("shards", "said"),
    [([], ""), ([3], "shard 3"), ([1, 0], "shards 0-1"), ([7, 0, 2, 1, 3], "shards 0-3, 7"), ([0, 2], "shards 0, 2")],
)
def test_shard_ranges(shards: list[int], said: str) -> None:
    assert shard_ranges(shards) == said


def test_plain_lines_without_a_terminal(spark: SparkSession, capfd: pytest.CaptureFixture[str]) -> None:
    with Progress(spark) as progress:
        progress.begin("list_archives", [])
        progress.end("list_archives", 12, 0.0)
        progress.begin("extract_pages", [0, 1, 2])
        progress.end("extract_pages", 1_234_567, 0.5)
        progress.begin("judge_pages", [0, 1, 2])
        progress.end("judge_pages", None, 1.0)
    out, err = capfd.readouterr()
    listed, extracted, judged = err.splitlines()
    assert out == ""
    assert re.fullmatch(r"\d\d:\d\d:\d\d  list_archives         12 rows in \d+\.\d s  \(0% done, \? left\)", listed)
    assert re.search(
        r"  extract_pages         shards 0-2  1,234,567 rows in \d+\.\d s, [\d,]+ pages/s  \(50% done, ", extracted
    )
    assert judged.endswith("  judge_pages           shards 0-2  up to date  (100% done, 0:00 left)")


def test_time_left_runs_down_while_a_job_runs(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("winnow.terminal.progress.time.monotonic", lambda: now)
    progress = Progress(spark)
    progress.begin("extract_pages", [0])
    now += 30
    progress.end("extract_pages", 600, 0.25)
    progress.begin("measure_pages", [0])
    now += 20
    line = progress._line(80)
    assert line == "measure_pages  0/0 tasks  25% done  12 pages/s  0:50 spent  1:10 left  shard 0"
    assert progress._line(len(line) - 1) == line.removesuffix("  shard 0")
    now += 100
    assert "  0:00 left  " in progress._line(80)
