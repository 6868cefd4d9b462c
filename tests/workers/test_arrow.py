"""A task that is run a second time."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import types as t

from winnow.errors import OwnMetricError
from winnow.terminal.failures import explain_failure
from winnow.workers.arrow import Batches, map_batches

NUMBERS = t.StructType([t.StructField("number", t.LongType())])


def fail(batches: Batches, tried: Path, failure: Exception) -> Batches:
    with tried.open("a") as log:
        log.write("tried ")
    yield next(batches)
    raise failure


@pytest.mark.parametrize(
    ("failure", "tries"), [(OwnMetricError("own.py:3: one: broken"), 1), (ConnectionError("gone"), 4)]
)
def test_a_task_is_tried_again_where_that_may_help(
    spark: SparkSession, tmp_path: Path, failure: Exception, tries: int
) -> None:
    """The failure of a user's own metric would only happen again."""
    tried = tmp_path / "tried"
    with pytest.raises(Exception, match=str(failure)) as raised:
        map_batches(spark.range(0, 1, 1, 1), partial(fail, tried=tried, failure=failure), NUMBERS).collect()
    assert tried.read_text() == "tried " * tries
    assert explain_failure(raised.value) == (str(failure) if tries == 1 else None)
