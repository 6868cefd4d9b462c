"""Tables are created once: after a run that was killed while it created them, and by runs at the same moment."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from tests.jobs.running import work_on
from tests.jobs.warehouse import FIRST
from winnow.tables import TABLES
from winnow.warehouse import delta


def metadata(folder: Path) -> dict[str, Any]:
    """What the log says of a table, but for the moment of its creation and its id."""
    found: dict[str, Any] = {}
    for file in sorted((folder / "_delta_log").glob("*.json")):
        for line in file.read_text("utf-8").splitlines():
            action = json.loads(line)
            found |= {kind: action[kind] for kind in ("metaData", "protocol") if kind in action}
    for name in ("id", "createdTime"):
        del found["metaData"][name]
    return found


@pytest.mark.parametrize("table", ["pages", "crawls"])
def test_a_table_whose_creation_was_killed_is_created(spark: SparkSession, tmp_path: Path, table: str) -> None:
    """The log's folder is there, and no commit."""
    for name in ("usual", "killed"):
        if name == "killed":
            (tmp_path / name / table / "_delta_log").mkdir(parents=True)
        assert delta.read(work_on(spark, tmp_path / name, FIRST), table).count() == 0
    assert metadata(tmp_path / "killed" / table) == metadata(tmp_path / "usual" / table)


def test_two_runs_create_the_same_tables_at_the_same_moment(spark: SparkSession, tmp_path: Path) -> None:
    work = work_on(spark, tmp_path, FIRST)
    with ThreadPoolExecutor(4) as pool:
        for name in TABLES:
            assert [*pool.map(lambda _, name=name: delta.read_all(work, name).count(), range(4))] == [0] * 4
            assert metadata(tmp_path / name)["metaData"]["description"] == f"One row is {TABLES[name].row}."
