"""A run whose processes die: a second try if Spark makes one, otherwise one sentence."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from py4j.protocol import Py4JError
from pyspark.sql import SparkSession
from pyspark.sql import types as t

from winnow.terminal.failures import explain_failure
from winnow.workers.arrow import Batches, map_batches

NUMBERS = t.StructType([t.StructField("number", t.LongType())])
ALWAYS = 100
AGAIN = (
    ". What is finished is kept; run fewer tasks at once, for example with --set spark.master=local[2], and run the "
    "same command again to resume"
)


def squares(batches: Batches) -> Batches:
    for batch in batches:
        yield pa.RecordBatch.from_pydict({"number": [row**2 for row in batch.column(0).to_pylist()]})


def dying(spark: SparkSession, folder: Path, monkeypatch: pytest.MonkeyPatch, moment: str, deaths: int) -> Path:
    """Makes Spark use a Python that dies so often at this moment; returns the folder of deaths that are left."""
    left = folder / "deaths"
    left.mkdir()
    for death in range(deaths):
        (left / str(death)).touch()
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} -m tests.terminal.dying {moment} {left} "$@"\n')
    python.chmod(0o755)
    monkeypatch.setattr(spark.sparkContext, "pythonExec", str(python))
    return left


@pytest.mark.parametrize("moment", ["start", "accept", "greeting", "work", "end"])
def test_a_process_of_python_that_is_killed_once(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    left = dying(spark, tmp_path, monkeypatch, moment, deaths=1)
    rows = map_batches(spark.range(0, 6, 1, 2), squares, NUMBERS).collect()
    assert sorted(row.number for row in rows) == [0, 1, 4, 9, 16, 25]
    assert not list(left.iterdir())


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("start", "Python was killed while it started, most likely because the machine ran out of memory: "),
        ("accept", "a Python worker was killed, most likely because the machine ran out of memory: "),
        ("greeting", "a Python worker was killed, most likely because the machine ran out of memory: "),
    ],
)
def test_one_that_is_killed_again_and_again(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str, told: str
) -> None:
    dying(spark, tmp_path, monkeypatch, moment, deaths=ALWAYS)
    with pytest.raises(Exception) as failure:  # noqa: PT011
        map_batches(spark.range(0, 1, 1, 1), squares, NUMBERS).collect()
    said = explain_failure(failure.value)
    assert said is not None
    assert said.startswith(told)
    assert said.endswith(AGAIN)
    assert "\n" not in said


ABORTED = (
    ": org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 1.0 failed 4 times, most "
    "recent failure: Lost task 0.3 in stage 1.0 (TID 7) (node7 executor driver): "
)
AT = "\n\tat java.base/java.io.DataInputStream.readInt(DataInputStream.java:386)\n\tat org.apache.spark."
PYTHON = f"{AT}api.python.PythonWorkerFactory.createWorker$1(PythonWorkerFactory.scala:188)\n"
AT_WORK = f"{AT}sql.execution.python.PythonArrowInput.writeNextBatchToArrowStream(PythonArrowInput.scala:151)\n"
READING = f"{AT}sql.execution.datasources.FileScanRDD$$anon$1.hasNext(FileScanRDD.scala:129)\n"
PORT = "SparkException: EOFException occurred while reading the port number from pyspark.daemon's stdout"
CODE = f"{PORT} and terminated with code: "
STDERR = "\nError from python worker:\n  Warning: old\n  /python3: No module named pyspark\nPYTHONPATH was:\n  /lib\n"
NO_PROGRAM = 'java.io.IOException: Cannot run program "p3": error=2, No such file'
STAGE = (
    "ShuffleMapStage 3 (save) has failed the maximum allowable number of times: 4. Most recent failure reason:\n"
    "org.apache.spark.shuffle.MetadataFetchFailedException: Missing an output location for shuffle 1 partition 0"
)
NO_STORE = "java.net.ConnectException: Call From a/10.0.0.1 to b:9000 failed on connection exception: refused"
NOT_STARTED = "Python was killed while it started, most likely because the machine ran out of memory: "
LOST = "a Python worker was killed, most likely because the machine ran out of memory: "
BROKEN = "Python does not start: "
EXECUTORS = "Spark lost executors again and again, most likely because memory ran out: "
ENDED = "Spark ended early: "


@pytest.mark.parametrize(
    ("text", "told", "shown"),
    [
        (f"{ABORTED}java.io.EOFException{PYTHON}", LOST, ": node7 executor driver: java.io.EOFException. What"),
        (f"{ABORTED}java.net.SocketException: Connection reset{PYTHON}", LOST, "Exception: Connection reset. What"),
        (f"{ABORTED}java.io.IOException: Broken pipe{AT_WORK}", LOST, "java.io.IOException: Broken pipe. What"),
        (f"{ABORTED}java.nio.channels.ClosedChannelException{AT_WORK}", LOST, "ClosedChannelException. What"),
        (f"{ABORTED}IllegalStateException: Python daemon failed to launch worker.{PYTHON}", LOST, "worker. What"),
        (f": {PORT}.{PYTHON}", NOT_STARTED, "from pyspark.daemon's stdout. What"),
        (f": {CODE}137.{PYTHON}", NOT_STARTED, "code: 137. What"),
        (f": {CODE}1.{PYTHON}", BROKEN, "code: 1. Check PYSPARK_PYTHON"),
        (f"{ABORTED}{STDERR}{CODE}1.{PYTHON}", BROKEN, ": /python3: No module named pyspark. Check"),
        (f"{ABORTED}{NO_PROGRAM}{PYTHON}", "Spark cannot start Python: ", "such file. Check PYSPARK_PYTHON"),
        (f"{ABORTED}ExecutorLostFailure (executor 1 exited) Reason: killed by YARN", EXECUTORS, ": ExecutorLost"),
        (f"Job aborted due to stage failure: {STAGE}", EXECUTORS, "number of times: 4"),
        ("Job 4 cancelled because SparkContext was shut down", ENDED, "; --verbose shows"),
        ("An error occurred while calling o45.collectToPython", ENDED, "o45.collectToPython. What"),
        (NO_STORE, "the store does not answer: ", "b:9000"),
    ],
)  # fmt: skip
def test_messages_of_spark_about_a_process_that_died(text: str, told: str, shown: str) -> None:
    """Texts as Spark 4.2 raises them, shortened."""
    said = explain_failure(Py4JError(text))
    assert said is not None
    assert said.startswith(told)
    assert shown in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "text", [f"{ABORTED}java.io.EOFException{READING}", f"{ABORTED}java.lang.ArithmeticException: / by zero{AT_WORK}",
             "An error occurred while calling o45.foo. Trace:\npy4j.Py4JException: Method foo([]) does not exist"],
)  # fmt: skip
def test_other_failures_keep_their_trace(text: str) -> None:
    assert explain_failure(Py4JError(text)) is None


def test_an_error_whose_text_only_java_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is missing."""

    class JavaError(Exception):
        def __str__(self) -> str:
            raise Py4JError("An error occurred while calling o9.getMessage")

    assert explain_failure(JavaError()) is None
    monkeypatch.setattr("winnow.terminal.failures.java_end", lambda: "was killed")
    said = explain_failure(JavaError())
    assert said == "Spark's JVM was killed. What is finished is kept; run the same command again to resume"


def test_java_that_is_killed() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "tests.terminal.lost_java"], capture_output=True, text=True, check=False
    )
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr == (
        "winnow: Spark's JVM was killed (SIGKILL), most likely because the machine ran out of memory. What is finished "
        "is kept; run the same command again to resume\n"
    )
