"""Failures that Spark really raises, and the sentences that a user gets for them."""

from __future__ import annotations

import gc
import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from py4j.protocol import Py4JNetworkError
from pyspark.accumulators import _start_update_server
from pyspark.sql import SparkSession
from pyspark.sql import types as t

from winnow.errors import SurroundingsError
from winnow.settings.schema import Settings
from winnow.spark.costs import newest_stage, stages_after
from winnow.spark.java import java_options
from winnow.spark.session import _TRACE, _launch_settings, _news, jvm
from winnow.terminal.failures import explain_failure
from winnow.workers.arrow import Batches, map_batches


def fill_a_disk(_: int) -> None:
    with Path("/dev/full").open("w") as file:
        file.write("x" * 100_000)


def fill_the_memory(_: int) -> list[int]:
    return [0] * 2**60


def refuse(_: int) -> None:
    raise SurroundingsError("the extractor's process does not start: gone")


def end(_: int) -> None:
    os._exit(9)


def divide(row: int) -> float:
    return row / 0


@pytest.mark.parametrize(
    ("task", "said"),
    [
        (fill_a_disk, "the disk is full: OSError: [Errno 28] No space left on device. Free some space and run the "
                      "same command again to resume; nothing is half written"),
        (fill_the_memory, "a Python worker ran out of memory: MemoryError. Raise spark.executor.pyspark.memory if "
                          "it is set, or run fewer tasks at once, for example with --set spark.master=local[2], and "
                          "run the same command again to resume"),
        (refuse, "the extractor's process does not start: gone"),
        (divide, None),
    ],
)  # fmt: skip
def test_a_task_that_fails(spark: SparkSession, task: Callable[[int], Any], said: str | None) -> None:
    with pytest.raises(Exception) as failure:  # noqa: PT011
        spark.sparkContext.parallelize([1], 1).map(task).collect()
    assert explain_failure(failure.value) == said
    assert said is not None or "in divide" in str(failure.value)


def test_a_worker_that_ends_without_a_word(spark: SparkSession) -> None:
    with pytest.raises(Exception, match="exited unexpectedly") as failure:
        spark.sparkContext.parallelize([1], 1).map(end).collect()
    said = explain_failure(failure.value)
    assert said is not None
    assert said.startswith("a Python worker was killed, most likely because the machine ran out of memory: ")
    assert said.endswith("run the same command again to resume")


def test_a_connection_that_breaks_leaves_no_trace(spark: SparkSession, capfd: pytest.CaptureFixture[str]) -> None:
    """Connections break like this when a JVM is killed."""
    server: Any = _start_update_server("token", is_unix_domain_sock=False)
    with socket.create_connection(server.server_address) as client:
        client.shutdown(socket.SHUT_WR)
        assert client.recv(1) == b""  # the server has given up
    server.shutdown()
    assert capfd.readouterr().err == ""


def test_what_a_dying_worker_leaves_on_the_terminal() -> None:
    """PySpark's daemon prints a trace for a worker that ran out of memory; other traces are shown."""
    daemon = [f"{_TRACE}\n", '  File "/x/pyspark/daemon.py", line 262, in manager\n', "    read_int()\n", "EOFError\n"]
    other = [f"{_TRACE}\n", '  File "/x/own.py", line 1, in main\n', "ValueError: what\n"]
    cut = [f"{_TRACE}\n", '  File "/x/own.py", line 1, in main\n']
    limits = ["Current mem limits: -1 of max -1\n", "\n", "Setting mem limits to 734003200 of max 734003200\n", "\n"]
    options = ["Picked up JAVA_TOOL_OPTIONS: -Dx=y\n", "NOTE: Picked up JDK_JAVA_OPTIONS: -Dx=y\n"]
    assert list(_news([*options, *limits, *daemon, "news\n", *other, *daemon, *cut])) == ["news\n", *other, *cut]


def test_a_jvm_that_ends_while_a_connection_is_made() -> None:
    """Found by random kills: at this moment, the error of Py4J does not mention a connection."""
    said = explain_failure(Py4JNetworkError("Error while sending or receiving"))
    assert said is not None
    assert said.startswith("Spark ended early: Py4JNetworkError: Error while sending or receiving. What is finished is")


def test_a_heap_that_is_too_small(spark: SparkSession) -> None:
    one: Any = spark.sparkContext._gateway.new_array(jvm(spark).long, 1)  # type: ignore[union-attr]
    with pytest.raises(Exception, match="heap space") as failure:
        jvm(spark).java.util.Arrays.copyOf(one, 2_000_000_000)
    assert explain_failure(failure.value) == (
        "Spark ran out of memory: java.lang.OutOfMemoryError: Java heap space. Raise spark.driver_memory (local) or "
        "spark.executor.memory (cluster), and run the same command again to resume"
    )


def test_a_warehouse_where_no_folder_can_be_made(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Exception, match="not a directory") as failure:
        spark.range(1).write.parquet(str(tmp_path / "file" / "below"))
    said = explain_failure(failure.value)
    assert said is not None
    assert said.startswith("a file or folder cannot be written or read: ")
    assert "not a directory" in said


def test_cpu_is_that_of_the_stages_since(spark: SparkSession) -> None:
    before = newest_stage(spark)
    spark.range(3_000_000).selectExpr("sum(hash(id))").collect()
    middle = newest_stage(spark)
    assert before < middle
    spark.range(10).count()
    late, all_ = (sum(stage.cpu_seconds for stage in stages_after(spark, stage)) for stage in (middle, before))
    assert 0 < late < all_
    assert stages_after(spark, newest_stage(spark)) == []


def frozen(batches: Batches) -> Batches:
    for _ in batches:
        yield pa.RecordBatch.from_pydict({"objects": [gc.get_freeze_count()]})


def test_a_worker_does_not_collect_what_it_loaded_after_every_task(spark: SparkSession) -> None:
    rows = spark.range(0, 1, 1, 1)
    schema = t.StructType([t.StructField("objects", t.LongType())])
    counts = [map_batches(rows, frozen, schema).collect()[0].objects for _ in range(4)]  # not always one worker
    assert max(counts) > 10_000


def test_java_maps_the_archive_of_its_classes(spark: SparkSession) -> None:
    """The archive made by set-up. Java silently ignores an archive that does not fit Java or the jars."""
    java = jvm(spark).java.lang.ProcessHandle.current().pid()
    assert "/winnow.jsa\n" in Path(f"/proc/{java}/maps").read_text()


@pytest.mark.parametrize("brief", [False, True])
def test_java_knows_its_options_and_has_room_for_what_it_compiles(settings: Settings, brief: bool) -> None:
    """With only the first compiler, Java would reserve 48 MB. A run fills them, and later code is interpreted."""
    options = _launch_settings(settings.spark, False, brief)["spark.driver.defaultJavaOptions"].split()
    said = subprocess.run(
        ["java", *options, "-XX:+PrintFlagsFinal", "-version"], capture_output=True, text=True, check=True
    )
    assert int(re.findall(r"ReservedCodeCacheSize += (\d+)", said.stdout)[0]) >= 200_000_000


def test_no_archive_no_option(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert java_options()
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    assert java_options() == []


def test_what_java_prints_is_no_result() -> None:
    code = """
from pyspark import SparkContext
from winnow.settings.load import load_settings
from winnow.spark.session import open_session
open_session("prints", load_settings(changes=["spark.master=local[1]", "spark.driver_memory=1g"]).spark, brief=True)
SparkContext._jvm.java.lang.System.out.println("Deleted 0 files")
print("the result")
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "the result\n"
