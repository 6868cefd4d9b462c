"""Spark as winnow needs it: Java, Delta's jars and the few settings that are not a matter of taste."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple, cast

import pyspark
from py4j.protocol import Py4JError
from pyspark import SparkConf, SparkContext
from pyspark.accumulators import AccumulatorTCPServer, AccumulatorUnixServer
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from winnow.class_archive import java_options, spark_home
from winnow.config import CONF
from winnow.errors import SurroundingsError
from winnow.settings import Spark

DELTA = "io.delta:delta-spark_4.2_2.13:4.4.0"
_JARS = ("delta-spark_4.2_2.13-4.4.0.jar", "delta-storage-4.4.0.jar")

_ALWAYS = {
    "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
    "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
    "spark.sql.session.timeZone": "UTC",
    "spark.python.sql.dataFrameDebugging.enabled": "false",  # the Python line of each column costs more than the column
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.databricks.delta.optimizeWrite.enabled": "true",  # at most one file for each 256 MB of a shard
    "spark.databricks.delta.optimizeWrite.binSize": "512m",  # of shuffled rows, about half of that as Parquet
}
# Java's first compiler alone; it would have room for a fifth of the usual code, and Java interprets what finds none.
COMPILE_QUICKLY = ("-XX:TieredStopAtLevel=1", "-XX:ReservedCodeCacheSize=256m")
# The second one takes what was called four times as often as usual: most of Spark's and Delta's code is not worth it.
_OPTIMISE_LATE = (
    "-XX:Tier4InvocationThreshold=20000", "-XX:Tier4MinInvocationThreshold=2400", "-XX:Tier4CompileThreshold=60000",
    "-XX:Tier4BackEdgeThreshold=160000",
)  # fmt: skip
_WORTH_COMPILING = 100_000  # rows (choice)
_NO_NEWS = (
    "WARNING: Using incubator modules: jdk.incubator.vector",  # spark-class asks for the module, and Java for this line
    'Setting default log level to "',
    "To adjust logging level use sc.setLogLevel(",
    "Current mem limits: ",  # a worker's, where spark.executor.pyspark.memory is set, with an empty line after each
    "Setting mem limits to ",
    "Picked up ",  # options for every Java that the environment gives: JAVA_TOOL_OPTIONS
    "NOTE: Picked up ",
    "\n",
)
_TRACE = "Traceback (most recent call last):"
_DAEMON = "pyspark/daemon.py"


def open_session(name: str, settings: Spark, verbose: bool = False, brief: bool = False) -> SparkSession:
    """A Spark session with Delta Lake; the one that spark-submit started, where it did.

    brief: it ends within a minute or two, too soon for what Java's optimising compiler costs to come back.
    Raises SurroundingsError where Java or Delta's jars are missing.
    """
    check_java()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf = {
        **_ALWAYS,
        "spark.sql.execution.arrow.maxBytesPerBatch": str(settings.batch_bytes),
        **{key: value if isinstance(value, str) else str(value).lower() for key, value in settings.config.items()},
    }
    if not _submitted():
        conf = {**_launch_settings(settings, verbose, brief), **conf}
        if not _installed():
            conf["spark.jars.packages"] = ",".join(filter(None, (DELTA, conf.get("spark.jars.packages"))))
        _start_java(conf, verbose)
    if not verbose:
        _hush_accumulators()
    builder = SparkSession.builder.appName(name)
    for key, value in conf.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    _check_delta(spark)
    if _installed() and not str(spark.sparkContext.master).startswith("local"):
        for jar in _JARS:  # which lie beside this Spark's own jars; the executors' Spark may have none
            spark.sparkContext._jsc.addJar(str(_spark_jars() / jar))
    return spark


def close_session() -> None:
    """End the application on a cluster, whose history else takes it to run on; a local one ends with this process."""
    context = SparkContext._active_spark_context
    if context is not None and not str(context.master).startswith("local"):
        with suppress(Py4JError, OSError):  # the JVM is gone
            context.stop()


def _hush_accumulators() -> None:
    """No trace where Spark's connection for accumulators breaks, as where Java is killed: the job fails and tells."""
    for server in (AccumulatorTCPServer, AccumulatorUnixServer):
        server.handle_error = lambda *_: None  # type: ignore[method-assign]


def check_java() -> None:
    """Raises SurroundingsError, with the command that installs it, where Java 17 or newer is missing."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home) / "bin")) if home else shutil.which("java")
    install = "Debian, Ubuntu: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17"
    if java is None:
        where = f"JAVA_HOME is {home}, where there is no bin/java" if home else "java is not on the PATH"
        raise SurroundingsError(f"Spark needs Java 17 or 21: {where}. {install}")
    said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    version = re.search(r'version "(\d+)', said.stderr + said.stdout)
    if said.returncode != 0 or version is None or int(version[1]) < 17:
        first = (said.stderr + said.stdout).strip().splitlines()[:1]
        raise SurroundingsError(f"Spark needs Java 17 or 21: {java} says {''.join(first)!r}. {install}")


def parallel_tasks(spark: SparkSession) -> int:
    """Cores that the session can use at once, at least 1."""
    return max(1, spark.sparkContext.defaultParallelism)


@contextmanager
def compiled(spark: SparkSession, rows: int) -> Iterator[None]:
    """Spark compiles what it computes where there are so many rows that it pays; conf/local.yaml has it interpret."""
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
    """Hadoop's file system for a path, as the session is set up to reach it, and Hadoop's class of paths."""
    paths = jvm(spark).org.apache.hadoop.fs.Path
    return paths(path).getFileSystem(spark._jsparkSession.sessionState().newHadoopConf()), paths


def newest_stage(spark: SparkSession) -> int:
    """The number of the stage that the session planned last, -1 where there was none."""
    stages = stages_of(spark)
    return int(stages.apply(0).stageId()) if stages.size() else -1


class StageCost(NamedTuple):
    """What executors spent on a stage: CPU seconds in the JVM, without Python workers, and bytes written to shuffle."""

    cpu_seconds: float
    shuffled_bytes: int


def stages_after(spark: SparkSession, after: int) -> list[StageCost]:
    """What the stages after this one cost, the newest first."""
    stages, found = stages_of(spark), []
    for place in range(stages.size()):
        stage = stages.apply(place)
        if stage.stageId() <= after:
            break
        found.append(StageCost(stage.executorCpuTime() / 1e9, int(stage.shuffleWriteBytes())))
    return found


def stages_of(spark: SparkSession) -> Any:
    """What Spark knows of its stages, the newest first, once it has taken note of all that ended."""
    gateway, context = cast(Any, spark.sparkContext._gateway), spark.sparkContext._jsc.sc()
    with suppress(Py4JError):  # it waits for ten seconds; a cost that lacks a stage stops nothing
        context.listenerBus().waitUntilEmpty()
    store = context.statusStore()
    return store.stageList(None, False, False, gateway.new_array(gateway.jvm.double, 0), None)


def install_jars() -> list[Path]:
    """Delta's jars, fetched from Maven Central and laid beside Spark's own; done once, by `make setup`.

    Raises SurroundingsError where they cannot be fetched.
    """
    check_java()
    home = _spark_jars()
    if not _installed():
        with tempfile.TemporaryDirectory() as ivy:
            _fetch(Path(ivy))
            for jar in _JARS:
                found = next(Path(ivy).rglob(f"*_{jar}"))
                shutil.copyfile(found, home / f".{jar}")
                (home / f".{jar}").replace(home / jar)
    return [home / jar for jar in _JARS]


def _fetch(ivy: Path) -> None:
    submit = Path(pyspark.__file__).parent / "bin" / "spark-submit"
    conf = [f"spark.jars.packages={DELTA}", f"spark.jars.ivy={ivy}", "spark.master=local[1]", "spark.ui.enabled=false"]
    flags = [part for setting in conf for part in ("--conf", setting)]
    said = subprocess.run(
        [str(submit), *flags, "--class", "org.apache.spark.examples.SparkPi", "no-program.jar"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if not any(ivy.rglob(f"*_{_JARS[-1]}")):
        tail = "\n".join((said.stdout + said.stderr).splitlines()[-8:])
        raise SurroundingsError(f"{DELTA} cannot be fetched from Maven Central; is the network reachable?\n{tail}")


def _start_java(conf: dict[str, str], verbose: bool) -> None:
    """Start the JVM where none runs; unless `verbose`, without the lines that it prints at every start."""
    if SparkContext._gateway is not None:
        return
    start: Any = launch_gateway
    launch = SparkConf(loadDefaults=False).setAll(list(conf.items()))
    reading, writing = os.pipe()
    threading.Thread(target=_pass_on, args=(reading,), daemon=True).start()
    try:
        gateway = start(launch, {} if verbose else {"stderr": writing})
    finally:
        os.close(writing)
    SparkContext._ensure_initialized(gateway=gateway)


def _pass_on(stderr: int) -> None:
    """The JVM's standard error on ours, line by line, so that a live display can make room for it."""
    with os.fdopen(stderr, encoding="utf-8", errors="replace") as lines, suppress(ValueError):  # ours is closed at exit
        for line in _news(lines):
            sys.stderr.write(line)
            sys.stderr.flush()


def _news(lines: Iterable[str]) -> Iterator[str]:
    """Lines without those that say nothing new: of every start, and the traces of PySpark's daemon as a worker dies."""
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


def _launch_settings(settings: Spark, verbose: bool, brief: bool) -> dict[str, str]:
    """Settings that count only where this process starts the JVM."""
    # Java else interprets what Spark generates for many columns or rules.
    options = [*java_options(), "-XX:-DontCompileHugeMethods", *(COMPILE_QUICKLY if brief else _OPTIMISE_LATE)]
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


def _spark_jars() -> Path:
    return spark_home() / "jars"


def _installed() -> bool:
    return all((_spark_jars() / jar).exists() for jar in _JARS)


def _check_delta(spark: SparkSession) -> None:
    loader = jvm(spark).Thread.currentThread().getContextClassLoader()
    if loader.getResource("io/delta/sql/DeltaSparkSessionExtension.class") is None:
        raise SurroundingsError(f"Delta's jars are not in this session: spark-submit --packages {DELTA} ...")


if __name__ == "__main__":
    for path in install_jars():
        print(path.name)
