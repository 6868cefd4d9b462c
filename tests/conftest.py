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
FEW_PARTITIONS = ("spark.sql.shuffle.partitions", "2")  # frames of a few rows: more partitions only cost time

# What `datasets` reads when it is imported: no network, nothing kept beside the folders that tests name.
os.environ.update(HF_HUB_OFFLINE="1", HF_HOME=f"{tempfile.gettempdir()}/winnow-tests-hugging-face")

# Every JVM of the tests lives for minutes: its optimising compiler would cost more than it gives. Next to no object
# outlives the job that made it: with four times the usual room for new ones there is a quarter of the collections.
_JAVA = (*COMPILE_QUICKLY, "-XX:+UseSerialGC", "-XX:NewRatio=1", "-XX:InitialRAMPercentage=4")
os.environ["SPARK_SUBMIT_OPTS"] = " ".join([*java_options(), *_JAVA])

# The files that take most of the suite's time, the longest first (CPU seconds of all processes): a worker that took one
# of them last would leave the other idle. The others come after them.
LONGEST = (
    "test_run", "test_cli", "test_two_crawls", "test_export", "test_commands", "test_extractor", "test_near_duplicates",
    "test_compaction", "test_removals", "test_repeated_spans", "test_pages", "test_session", "test_documents",
)  # fmt: skip


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the corpus where WINNOW_CORPUS names none; the longest files first."""
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
    """The default recipe on one machine, with little memory and no interface."""
    return load_settings(changes=["spark.master=local[2]", "spark.driver_memory=2g"])


@pytest.fixture(scope="session")
def spark(settings: Settings) -> Iterator[SparkSession]:
    """One session for all tests that need Spark; made when the first of them asks."""
    from winnow.spark.session import open_session

    session = open_session("winnow tests", settings.spark)
    session.conf.set(*FEW_PARTITIONS)
    yield session
    session.stop()


@pytest.fixture(autouse=True)
def few_partitions() -> None:
    """A command that ran in the session before has set what conf/local.yaml says."""
    session = SparkSession.getActiveSession()
    if session is not None:
        session.conf.set(*FEW_PARTITIONS)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of pytest-xdist have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def unless_there(folder: Path) -> Iterator[bool]:
    """Whether this worker has to fill the folder; the others wait until it has."""
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
