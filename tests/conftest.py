"""Fixtures for all tests: the real corpus, generated crawls, and one Spark session for those that need it."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from winnow.demo.crawl import make_crawl
from winnow.settings.load import load_settings
from winnow.settings.schema import Settings
from winnow.spark.java import COMPILE_QUICKLY, java_options

CORPUS = os.environ.get("WINNOW_CORPUS")
FEW_PARTITIONS = ("spark.sql.shuffle.partitions", "2")  # for frames of a few rows, more partitions only cost time

# `datasets` reads these variables when it is imported: no network, and no files outside the folders that tests name.
os.environ.update(HF_HUB_OFFLINE="1", HF_HOME=f"{tempfile.gettempdir()}/winnow-tests-hugging-face")

# The JVM of a test lives only for minutes, so an optimising compiler would cost more than it saves. Almost no object
# survives the job that made it: four times the usual room for new objects needs a quarter of the collections.
_JAVA = (*COMPILE_QUICKLY, "-XX:+UseSerialGC", "-XX:NewRatio=1", "-XX:InitialRAMPercentage=4")
os.environ["SPARK_SUBMIT_OPTS"] = " ".join([*java_options(), *_JAVA])

# The files that take most of the time (CPU seconds of all processes), the longest first. If a worker started one of
# them last, the other worker would wait. All other files come after them.
LONGEST = (
    "test_run", "test_run_near_duplicates_first", "test_cli", "test_texts_beside_archives", "test_export",
    "test_two_crawls", "test_run_texts", "test_run_kept_settings", "test_run_of_recipes", "test_commands",
    "test_removals", "test_json", "test_cut_captures", "test_imports", "test_run_languages", "test_crawl",
    "test_run_records", "test_extractor", "test_run_own_metrics", "test_near_duplicates", "test_repeated_spans",
    "test_crawls", "test_pages", "test_session", "test_failures", "test_funnel", "test_compaction", "test_measures",
)  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out tests that need the corpus if WINNOW_CORPUS is not set; the longest files first."""
    wanted = [item for item in items if CORPUS or item.get_closest_marker("corpus") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
    places = {name: place for place, name in enumerate(LONGEST)}
    items[:] = sorted(wanted, key=lambda item: places.get(item.path.stem, len(places)))


@pytest.fixture(scope="session")
def corpus() -> Path:
    assert CORPUS is not None
    return Path(CORPUS)


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The default recipe on one machine, with little memory and without the Spark UI."""
    return load_settings(changes=["spark.master=local[2]", "spark.driver_memory=2g"])


@pytest.fixture(scope="session")
def spark(settings: Settings) -> Iterator[SparkSession]:
    """One session for all tests that need Spark, made for the first of them."""
    from winnow.spark.session import open_session

    session = open_session("winnow tests", settings.spark)
    session.conf.set(*FEW_PARTITIONS)
    yield session
    session.stop()


@pytest.fixture(autouse=True)
def few_partitions() -> None:
    """Resets the number of partitions, since a command in this session may have set it from conf/local.yaml."""
    session = SparkSession.getActiveSession()
    if session is not None:
        session.conf.set(*FEW_PARTITIONS)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of pytest-xdist share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def unless_there(folder: Path) -> Iterator[bool]:
    """Whether this worker has to fill the folder; the others wait until it is filled."""
    with Path(f"{folder}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = not folder.exists()
        try:
            yield missing
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


@pytest.fixture(scope="session")
def crawls(shared: Path) -> Path:
    """The folder of two small generated crawls."""
    folder = shared / "two crawls 日本"
    with unless_there(folder) as missing:
        if missing:
            make_crawl(folder, 100, seed=5)
    return folder
