"""One undisturbed run of the first generated crawl, which other runs are compared with, and one run of both crawls."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.conftest import unless_there
from tests.jobs.running import planned_once, run, work_on
from tests.jobs.warehouse import FIRST, SECOND, STORED, everything, whole_run, winnow

WAREHOUSE = "my tabellen-ü"


@pytest.fixture(scope="session")
def archives(crawls: Path) -> Path:
    """The manifest of the first crawl."""
    return crawls / FIRST / "warc.paths.gz"


@pytest.fixture(scope="session")
def undisturbed(archives: Path, shared: Path) -> tuple[Path, str, str]:
    """A warehouse made by one run with its output in pipes; its standard output; its standard error.

    Made as in a container without a locale, although the names of the warehouse and the archives are not ASCII.
    """
    folder = shared / "undisturbed"
    with unless_there(folder) as missing:
        if missing:
            (folder / "here").mkdir(parents=True)
            said = winnow(*whole_run(archives, folder / WAREHOUSE), locale="C", cwd=folder / "here")
            (folder / "out").write_text(said.stdout, encoding="utf-8")
            (folder / "err").write_text(said.stderr, encoding="utf-8")
    return folder / WAREHOUSE, (folder / "out").read_text("utf-8"), (folder / "err").read_text("utf-8")


@pytest.fixture(scope="session")
def clean(undisturbed: tuple[Path, str, str]) -> Path:
    """The warehouse of the undisturbed run. Do not write to it."""
    return undisturbed[0]


@pytest.fixture(scope="session")
def both(spark: SparkSession, clean: Path, crawls: Path, shared: Path) -> Path:
    """A warehouse with two crawls; the first one stored its signatures. Do not write to it."""
    warehouse = shared / "both"
    with unless_there(warehouse) as missing:
        if missing:
            shutil.copytree(clean, warehouse)
            spark.sql(f"DELETE FROM delta.`{warehouse}/commits` WHERE target = 'near_duplicates'")
            with planned_once(spark):
                run(work_on(spark, warehouse, FIRST, STORED), crawls)
                assert everything(warehouse) == everything(clean)
                run(work_on(spark, warehouse, SECOND, STORED), crawls)
    return warehouse


@pytest.fixture
def copy(clean: Path, tmp_path: Path) -> Path:
    """A copy of the clean warehouse, which a test may change."""
    return shutil.copytree(clean, tmp_path / "copy")


@pytest.fixture
def plain_plans(spark: SparkSession) -> Iterator[None]:
    """Plans do not adapt during the test."""
    with planned_once(spark):
        yield
