"""Fixtures for all tests: the real corpus, and one Spark session with Delta for those that need it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from winnow.settings.load import load_settings
from winnow.settings.schema import Settings
from winnow.spark.java import COMPILE_QUICKLY, java_options

CORPUS = os.environ.get("WINNOW_CORPUS")

# What `datasets` reads when it is imported: no network, nothing kept beside the folders that tests name.
os.environ.update(HF_HUB_OFFLINE="1", HF_HOME=f"{tempfile.gettempdir()}/winnow-tests-hugging-face")

# Every JVM of the tests lives for minutes: its optimising compiler would cost more than it gives.
os.environ["SPARK_SUBMIT_OPTS"] = " ".join([*java_options(), *COMPILE_QUICKLY, "-XX:+UseSerialGC"])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs the corpus where WINNOW_CORPUS names none; whole runs first, they take the longest."""
    wanted = [item for item in items if CORPUS or item.get_closest_marker("corpus") is None]
    config.hook.pytest_deselected(items=[item for item in items if item not in wanted])
    items[:] = sorted(wanted, key=lambda item: "tests/jobs/" not in item.nodeid)


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
    session.conf.set("spark.sql.shuffle.partitions", "2")  # frames of a few rows: more partitions only cost time
    yield session
    session.stop()
