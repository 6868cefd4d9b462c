"""Exit codes of the JVM in words; tests/terminal/test_failures.py kills one."""

from __future__ import annotations

import pytest
from pyspark.sql import SparkSession

from winnow.spark.java_end import how_it_ended, java_end


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (-9, "was killed (SIGKILL), most likely because the machine ran out of memory"),
        (137, "was killed (SIGKILL), most likely because the machine ran out of memory"),
        (143, "was ended (SIGTERM)"),
        (-6, "was ended (SIGABRT)"),
        (52, "ran out of memory, which spark.driver_memory sets"),
        (1, "ended early (exit code 1)"),
        (0, "ended early (exit code 0)"),
        (None, "ended early"),
    ],
)
def test_exit_codes(code: int | None, told: str) -> None:
    assert how_it_ended(code) == told


def test_one_that_lives(spark: SparkSession) -> None:
    assert java_end() is None
