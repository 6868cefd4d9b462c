"""A Spark session with Delta Lake and the settings that winnow always needs."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.accumulators import AccumulatorTCPServer, AccumulatorUnixServer
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from winnow.errors import SurroundingsError
from winnow.settings.load import CONF
from winnow.settings.schema import Spark
from winnow.spark.jars import DELTA, JARS, jars_installed, spark_jars
from winnow.spark.java import (
    COMPILE_QUICKLY,
    OPTIMISE_LATE,
    UTF8_LOCALE,
    check_java,
    check_names,
    java_options,
    utf8_locale,
)

_ALWAYS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.python.sql.dataFrameDebugging.enabled": "false",  # recording the Python line of each column is slow
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.executorEnv.LC_ALL": UTF8_LOCALE,  # as for the driver: executors also write files
    "spark.databricks.delta.optimizeWrite.enabled": "true",  # at most one file for each 256 MB of a shard
    "spark.databricks.delta.optimizeWrite.binSize": "512m",  # of shuffled rows, about half of that as Parquet
}
_WORTH_COMPILING = 100_000  # rows (choice)
_LOCAL = re.compile(r"local(?:\[([^,\]]+)\])?")
_TRIES = "4"  # of a task, Spark's default on a cluster
_NO_NEWS = (
    "WARNING: Using incubator modules: jdk.incubator.vector",  # printed at each start
    'Setting default log level to "',
    "To adjust logging level use sc.setLogLevel(",
    "Current mem limits: ",  # of a worker, if spark.executor.pyspark.memory is set; followed by an empty line
    "Setting mem limits to ",
    "Picked up ",  # JAVA_TOOL_OPTIONS
    "NOTE: Picked up ",
    "\n",
)
_STDERR = 2
_TRACE = "Traceback (most recent call last):"
_DAEMON = "pyspark/daemon.py"


def open_session(
    name: str, settings: Spark, verbose: bool = False, brief: bool = False, folders: Sequence[str] = ()
) -> SparkSession:
    """A Spark session with Delta Lake: that of spark-submit, if it started one.

    brief: the command ends within a minute or two, too soon for Java's optimising compiler to pay off. folders: the
    folders of this machine that Spark writes to. Raises SurroundingsError if Java or Delta's jars are missing, or if
    Java cannot encode the name of a folder.
    """
    check_java()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf = {
        **_ALWAYS,
        # Spark creates this folder if it does not exist, although winnow has no table in it.
        "spark.sql.warehouse.dir": Path(tempfile.gettempdir()).as_uri(),
        "spark.sql.execution.arrow.maxBytesPerBatch": str(settings.batch_bytes),
        **{key: value if isinstance(value, str) else str(value).lower() for key, value in settings.config.items()},
    }
    if not _submitted():
        conf = {**_launch_settings(settings, verbose, brief), **conf}
        if not jars_installed():
            conf["spark.jars.packages"] = ",".join(filter(None, (DELTA, conf.get("spark.jars.packages"))))
        _start_java(conf, verbose)
    SparkContext._ensure_initialized()  # connects to the JVM of spark-submit, if there is one
    conf.update(_tried_again({**dict(SparkConf().getAll()), **conf}))
    java: Any = SparkContext._jvm
    check_names(java.System.getProperty("sun.jnu.encoding"), [*folders, conf.get("spark.local.dir", "")])
    if not verbose:
        _hush_accumulators()
    builder = SparkSession.builder.appName(name)
    for key, value in conf.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    _check_delta(spark)
    if jars_installed() and not str(spark.sparkContext.master).startswith("local"):
        for jar in JARS:  # the Spark of executors may lack them
            spark.sparkContext._jsc.addJar(str(spark_jars() / jar))
    return spark


def close_session() -> None:
    """End the application on a cluster, so that its history shows it as ended; a local one ends with this process."""
    context = SparkContext._active_spark_context
    if context is not None and not str(context.master).startswith("local"):
        with suppress(Py4JError, OSError):  # the JVM is gone
            context.stop()


def _hush_accumulators() -> None:
    """Hide the stack trace of a broken connection for accumulators (if Java is killed): the job reports the failure."""
    for server in (AccumulatorTCPServer, AccumulatorUnixServer):
        server.handle_error = lambda *_: None  # type: ignore[method-assign]


def parallel_tasks(spark: SparkSession) -> int:
    """The number of cores that the session can use at once, at least 1."""
    return max(1, spark.sparkContext.defaultParallelism)


@contextmanager
def compiled(spark: SparkSession, rows: int) -> Iterator[None]:
    """Let Spark compile its plans if `rows` are enough to pay for it; conf/local.yaml switches compiling off."""
    key = "spark.sql.codegen.factoryMode"
    before = spark.conf.get(key) or "FALLBACK"
    if rows >= _WORTH_COMPILING:
        spark.conf.set(key, "FALLBACK")
    try:
        yield
    finally:
        spark.conf.set(key, before)


def jvm(spark: SparkSession) -> Any:
    """The JVM behind the session."""
    return spark.sparkContext._jvm


def file_system(spark: SparkSession, path: str) -> tuple[Any, Any]:
    """Hadoop's file system for a path, with the settings of the session, and Hadoop's class Path."""
    paths = jvm(spark).org.apache.hadoop.fs.Path
    return paths(path).getFileSystem(spark._jsparkSession.sessionState().newHadoopConf()), paths


def _start_java(conf: dict[str, str], verbose: bool) -> None:
    """Start the JVM if none runs; unless `verbose`, hide the lines that it prints at each start.

    What it prints goes to standard error: standard output is for results, and Delta's VACUUM prints what it deleted.
    """
    if SparkContext._gateway is not None:
        return
    start: Any = launch_gateway
    launch = SparkConf(loadDefaults=False).setAll(list(conf.items()))
    reading, writing = os.pipe()
    threading.Thread(target=_pass_on, args=(reading,), daemon=True).start()
    try:
        with utf8_locale():
            gateway = start(launch, {"stdout": _STDERR} if verbose else {"stdout": writing, "stderr": writing})
    finally:
        os.close(writing)
    SparkContext._ensure_initialized(gateway=gateway)


def _pass_on(stderr: int) -> None:
    """Copy the JVM's standard error to ours, line by line, so that it does not break the live line."""
    with os.fdopen(stderr, encoding="utf-8", errors="replace") as lines, suppress(ValueError):  # ours is closed at exit
        for line in _news(lines):
            sys.stderr.write(line)
            sys.stderr.flush()


def _news(lines: Iterable[str]) -> Iterator[str]:
    """Lines without those of each start, and without stack traces of PySpark's daemon when a worker dies."""
    trace: list[str] = []
    for line in lines:
        if trace or line.startswith(_TRACE):
            trace.append(line)
            if len(trace) > 1 and not line.startswith(" "):
                yield from trace if _DAEMON not in trace[1] else []
                trace = []
        elif not line.startswith(_NO_NEWS):
            yield line
    yield from trace


def _tried_again(conf: Mapping[str, str]) -> dict[str, str]:
    """A local master that tries a task again if its worker is lost; there, Spark ignores spark.task.maxFailures."""
    local = _LOCAL.fullmatch(conf.get("spark.master", ""))
    tries = conf.get("spark.task.maxFailures", _TRIES)
    return {"spark.master": f"local[{local[1] or 1},{tries}]"} if local else {}


def _launch_settings(settings: Spark, verbose: bool, brief: bool) -> dict[str, str]:
    """Settings that are used only if this process starts the JVM."""
    # Else Java interprets the code that Spark generates for many columns or rules.
    options = [*java_options(), "-XX:-DontCompileHugeMethods", *(COMPILE_QUICKLY if brief else OPTIMISE_LATE)]
    if not verbose:
        options.append(f"-Dlog4j2.configurationFile={(CONF / 'log4j2.properties').as_uri()}")
    launch = {"spark.log.structuredLogging.enabled": "false", "spark.driver.defaultJavaOptions": " ".join(options)}
    if settings.master:
        launch["spark.master"] = settings.master
    if settings.driver_memory:
        launch["spark.driver.memory"] = settings.driver_memory
    return launch


def _submitted() -> bool:
    return "PYSPARK_GATEWAY_PORT" in os.environ


def _check_delta(spark: SparkSession) -> None:
    loader = jvm(spark).Thread.currentThread().getContextClassLoader()
    if loader.getResource("io/delta/sql/DeltaSparkSessionExtension.class") is None:
        raise SurroundingsError(f"Delta's jars are not in this session: spark-submit --packages {DELTA} ...")
