"""A Spark cluster of a master and two workers, whose executors get winnow with the job: `make cluster`.

    .venv/bin/python -m tests.chaos.cluster ENVIRONMENT WHEEL IVY

`make pack` builds ENVIRONMENT and WHEEL. IVY is a folder for Delta's jars; missing jars are downloaded. The cluster has
Spark without Delta, and Python without winnow. Everything is sent from a folder outside the checkout:

packed    one application; driver and executors use the packed environment; tasks are repeated by speculation; an
          executor is killed when extraction begins
wheel     one application for each job; executors use a Python with winnow's dependencies; a worker is killed in
          extract_pages

The tables must equal those of a run on one machine.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pyspark

from tests.chaos.clean_run import clean_run, compared
from tests.chaos.stores import free_port
from tests.jobs.warehouse import FIRST, demo_flags, processes_of
from winnow import jobs
from winnow.settings.jobs import JOBS
from winnow.spark.jars import DELTA
from winnow.spark.java import COMPILE_QUICKLY

HOST = "127.0.0.1"
OVER_AND_OVER = {  # as much speculation as Spark allows
    "spark.speculation.interval": "10ms", "spark.speculation.multiplier": "1", "spark.speculation.quantile": "0.1",
    "spark.speculation.minTaskRuntime": "1ms",
}  # fmt: skip
SMALL = {
    "spark.driver.host": HOST, "spark.driver.memory": "1500m", "spark.executor.memory": "1500m",
    "spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "4", "spark.databricks.delta.snapshotPartitions": "2",
    "spark.executor.extraJavaOptions": " ".join(COMPILE_QUICKLY), "spark.driver.extraJavaOptions": "-XX:+UseSerialGC",
}  # fmt: skip


def main() -> None:
    """For each way, print whether its tables equal those of a run on one machine."""
    environment, wheel, ivy = (Path(name).absolute() for name in sys.argv[1:])
    folder = Path(tempfile.mkdtemp())
    archives, clean, _ = clean_run(folder)
    spark = spark_alone(folder / "spark")
    unpack(environment, folder / "packed")
    unpack(environment, folder / "dependencies")
    shutil.rmtree(packages(folder / "dependencies") / "winnow")
    shutil.copyfile(wheel, folder / "winnow.zip")
    with started_cluster(spark, folder) as (master, workers):
        run_packed(Submission(spark, master, folder), archives, environment, ivy, workers)
        run_jobs(Submission(spark, master, folder), archives, workers)
    failed = [table for way in ("packed", "wheel") for table in compared(way, folder / f"{way} tables", clean)]
    if not failed:
        shutil.rmtree(folder)
    sys.exit(bool(failed))


class Submission:
    """Runs spark-submit of one Spark installation with one master, from one folder."""

    def __init__(self, spark: Path, master: str, folder: Path) -> None:
        self.spark, self.master, self.folder = spark, master, folder

    @contextmanager
    def sent(self, job: Path, arguments: list[str], flags: list[str], **python: str) -> Iterator[subprocess.Popen[str]]:
        """Runs a job, with its output and Spark's log in one stream. It must succeed."""
        conf = [part for key, value in SMALL.items() for part in ("--conf", f"{key}={value}")]
        command = [str(self.spark / "bin" / "spark-submit"), "--master", self.master, *conf, *flags, str(job)]
        command += [*arguments, *demo_flags(), "--set", "archives.num_shards=4"]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=self.folder,
            env={**clean_environment(self.spark), **python},
        )  # fmt: skip
        with process:
            yield process
            assert process.stdout is not None
            said = process.stdout.read()
            assert process.wait() == 0, said[-5000:]


def run_packed(
    submission: Submission, archives: Path, environment: Path, ivy: Path, workers: list[subprocess.Popen[bytes]]
) -> None:
    """Every job in one application. The Python of its executors must be the packed one, and compile nothing."""
    folder = submission.folder
    flags = ["--archives", f"{environment}#environment", "--packages", DELTA, "--conf", f"spark.jars.ivy={ivy}"]
    program = packages(folder / "packed") / "winnow" / "__main__.py"
    tables = ["--crawl", FIRST, "--warehouse", str(folder / "packed tables"), "--environment", "cluster"]
    tables += ["--set", f"spark.config={json.dumps(OVER_AND_OVER)}"]
    python = {
        "PYSPARK_DRIVER_PYTHON": str(folder / "packed" / "bin" / "python"),
        "PYSPARK_PYTHON": "./environment/bin/python",
    }
    with submission.sent(program, ["run", str(archives), *tables], flags, **python) as run:
        read_until(run, "  list_archives")
        os.kill(min(executors(workers)), signal.SIGKILL)
        said = read_until(run, "  build_documents")
        assert "as speculatable" in said, "no task was started twice"
        used = {Path(f"/proc/{pid}/exe").readlink() for pid in processes(workers, b"pyspark.daemon")}
        unpacked = {program.parents[1] for program in used}
        assert used, "no Python worker is left"
        assert all(folder / "work" in program.parents for program in used), used
        compiled = {len(list(packages(place).rglob("*.nbc"))) for place in (folder / "packed", *unpacked)}
        assert len(compiled) == 1, f"kernels were compiled once more: {compiled}"


def run_jobs(submission: Submission, archives: Path, workers: list[subprocess.Popen[bytes]]) -> None:
    """Each job as its own application, with this environment's driver, whose Spark has Delta. Sends winnow's code."""
    folder = submission.folder
    flags = [
        "--archives", f"{folder / 'winnow.zip'}#winnow", "--conf", "spark.executorEnv.PYTHONPATH=winnow",
        "--conf", f"spark.executorEnv.NUMBA_CACHE_DIR={folder / 'numba'}",
    ]  # fmt: skip
    python = {
        "SPARK_HOME": str(Path(pyspark.__file__).parent), "PYSPARK_DRIVER_PYTHON": sys.executable,
        "PYSPARK_PYTHON": str(folder / "dependencies" / "bin" / "python"),
    }  # fmt: skip
    tables = ["--crawl", FIRST, "--warehouse", str(folder / "wheel tables")]
    for name in ("list_archives", *JOBS):
        named = [str(archives)] if name == "list_archives" else []
        with submission.sent(Path(jobs.__path__[0]) / f"{name}.py", [*named, *tables], flags, **python) as run:
            if name == "extract_pages":
                read_until(run, "Starting task 0.0 in stage")
                workers[0].kill()


@contextmanager
def started_cluster(spark: Path, folder: Path) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a master, and its two workers with one core each, once both have registered."""
    port = free_port()
    address, roles = f"spark://{HOST}:{port}", "org.apache.spark.deploy"

    def start(name: str, *arguments: str) -> subprocess.Popen[bytes]:
        command = [str(spark / "bin" / "spark-class"), *arguments, "--host", HOST, "--webui-port", "0"]
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=clean_environment(spark),
            start_new_session=True,
        )  # fmt: skip
        stack.callback(end, process)
        return process

    with ExitStack() as stack:
        master = start("master", f"{roles}.master.Master", "--port", str(port))
        workers = [
            start(f"worker{n}", f"{roles}.worker.Worker", "--cores", "1", "--memory", "2g", "--work-dir",
                  str(folder / "work" / str(n)), address)
            for n in range(2)
        ]  # fmt: skip
        assert master.stderr is not None
        registered = 0
        for line in master.stderr:
            registered += b"Registering worker" in line
            if registered == len(workers):
                break
        for process in (master, *workers):
            threading.Thread(target=keep_log, args=(process, folder / f"{process.pid}.log"), daemon=True).start()
        assert registered == len(workers), "the cluster did not start"
        yield address, workers


def keep_log(process: subprocess.Popen[bytes], path: Path) -> None:
    """Writes the standard error of a process to a file, until it ends."""
    assert process.stderr is not None
    with path.open("wb") as log:
        shutil.copyfileobj(process.stderr, log)


def end(process: subprocess.Popen[bytes]) -> None:
    """Kills a process and all processes that it started."""
    for pid in processes_of(process.pid):
        os.kill(pid, signal.SIGKILL)
    process.wait()


def processes(workers: list[subprocess.Popen[bytes]], words: bytes) -> list[int]:
    """Ids of processes that workers started and that have these words in their command lines."""
    return [pid for worker in workers for pid in processes_of(worker.pid, words)]


def executors(workers: list[subprocess.Popen[bytes]]) -> list[int]:
    """Ids of the executors of all workers."""
    return processes(workers, b"CoarseGrainedExecutorBackend")


def read_until(run: subprocess.Popen[str], words: str) -> str:
    """The output of a run, up to the line with these words."""
    assert run.stdout is not None
    said = []
    for line in run.stdout:
        said.append(line)
        if words in line:
            return "".join(said)
    raise AssertionError("".join(said)[-5000:])


def spark_alone(folder: Path) -> Path:
    """The installed Spark without Delta's jars, as on a cluster."""
    installed = Path(pyspark.__file__).parent
    (folder / "jars").mkdir(parents=True)
    for name in ("bin", "python"):
        (folder / name).symlink_to(installed / name)
    for jar in (installed / "jars").iterdir():
        if not jar.name.startswith("delta-"):
            (folder / "jars" / jar.name).symlink_to(jar)
    return folder


def unpack(environment: Path, folder: Path) -> None:
    """Unpacks the environment, as Spark does on the machine of an executor."""
    with tarfile.open(environment) as tar:
        tar.extractall(folder, filter="fully_trusted")


def packages(environment: Path) -> Path:
    """The folder with the packages of a packed environment."""
    return next((environment / "lib").glob("python3.*/site-packages"))


def clean_environment(spark: Path) -> dict[str, str]:
    """The environment of this process, without variables of Python and Spark, except for this SPARK_HOME."""
    mine = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "PYSPARK", "SPARK"))}
    return {**mine, "SPARK_HOME": str(spark), "SPARK_LOCAL_IP": HOST, "SPARK_DAEMON_MEMORY": "512m", "NO_COLOR": "1"}


if __name__ == "__main__":
    main()
