"""Archives and tables on a real S3 server, which is killed while it is used, and on a real HDFS: `make stores`.

    .venv/bin/python -m tests.chaos.stores VERSITYGW IVY

VERSITYGW is the program of the S3 server (Versity S3 Gateway). IVY is a folder for Hadoop's jars; missing jars are
downloaded. The tables must equal those made on disk from the same archives on disk. The server stores a bucket as a
folder and an object as a file, so tables on it are read here as files.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pyspark import SparkConf
from pyspark.java_gateway import launch_gateway

from tests.jobs.warehouse import FIRST, everything, started, whole_run, winnow
from winnow.demo.crawl import make_crawl
from winnow.settings.load import CONF, load_settings
from winnow.sources.stores import open_store

Compare = Callable[[str, Path], None]

BUCKET, TABLES = "crawls", "tables"
MINI_CLUSTER = ("org.apache.hadoop", "hadoop-client-minicluster", "3.5.0")


def main() -> None:
    """For each way, print whether its tables equal those made on disk."""
    folder = Path(tempfile.mkdtemp())
    archives = folder / "store" / BUCKET
    make_crawl(archives, 100, seed=5)
    winnow(*whole_run(archives / FIRST / "warc.paths.gz", folder / "disk"))
    wanted = content(folder / "disk")
    failed = []

    def compare(way: str, warehouse: Path) -> None:
        failed.append(content(warehouse) != wanted)
        print(f"{way}: {'OTHER ROWS' if failed[-1] else 'the same rows'}", flush=True)

    port = free_port()
    os.environ.update(
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}", AWS_DEFAULT_REGION="us-east-1",
        AWS_ACCESS_KEY_ID=secrets.token_hex(8), AWS_SECRET_ACCESS_KEY=secrets.token_hex(16),
    )  # fmt: skip
    read_from_s3(folder, port, compare)
    write_to_s3(folder, port, compare)
    use_hdfs(folder, archives, compare)
    sys.exit(any(failed))


def read_from_s3(folder: Path, port: int, compare: Compare) -> None:
    """Archives on the server, which is killed while they are read."""
    bucket = f"s3://{BUCKET}"
    with s3_served(folder / "store", port):
        winnow(*remote_run(bucket, folder / "S3"))
    compare("archives on S3", folder / "S3")
    killed = remote_run(bucket, folder / "S3 killed")
    with s3_served(folder / "store", port) as server, started(killed, until="list_archives") as run:
        server.kill()
        server.wait()
        with s3_served(folder / "store", port):
            assert run.stderr is not None
            said = run.stderr.read()
            assert run.wait() == 0, said[-3000:]
    compare("archives on S3, killed", folder / "S3 killed")


def write_to_s3(folder: Path, port: int, compare: Compare) -> None:
    """Tables on the server, which is killed between two commits, and restarted soon, or only for the next run."""
    store = folder / "store"
    (store / TABLES).mkdir()
    soon, late = (tables_run(store, f"s3a://{TABLES}/{name}") for name in ("soon", "late"))
    with s3_served(store, port) as server, started(soon, until="measure_pages") as run:
        server.kill()
        server.wait()
        with s3_served(store, port):
            assert run.stderr is not None
            said = run.stderr.read()
            assert run.wait() == 0, said[-3000:]
    compare("tables on S3, killed", store / TABLES / "soon")
    late += ["--set", "spark.config={spark.hadoop.fs.s3a.retry.limit: 1, spark.hadoop.fs.s3a.attempts.maximum: 1}"]
    maintain = ["maintain", *s3_profile(), "--warehouse"]
    with s3_served(store, port) as server, started(late, until="measure_pages") as run:
        server.kill()
        server.wait()
        assert run.stderr is not None
        said = run.stderr.read()
        assert run.wait() == 1, said[-3000:]
        assert "Traceback" not in said, said[-3000:]
        assert said.splitlines()[-1].startswith("winnow: the store does not answer: "), said[-3000:]
    with s3_served(store, port):
        winnow(*late)
        compare("tables on S3, gone, and a second run", store / TABLES / "late")
        kept = winnow(*maintain, f"s3a://{TABLES}/late")
        assert all(table in kept.stdout for table in content(store / TABLES / "late")), kept.stdout
        compare("tables on S3, maintained", store / TABLES / "late")
        for warehouse, said in (
            ("s3a://nowhere/tables", "winnow: there is no such bucket: "),
            (f"s3a://{TABLES}/nothing", f"winnow: --warehouse s3a://{TABLES}/nothing: no crawl was listed here; "),
            (f"s3a://{BUCKET}", f"winnow: --warehouse s3a://{BUCKET}: contains other files ("),
        ):
            refused = winnow(*maintain, warehouse, check=False)
            assert refused.stderr.splitlines()[-1].startswith(said), refused.stderr[-3000:]


def use_hdfs(folder: Path, archives: Path, compare: Compare) -> None:
    """Archives and tables on HDFS."""
    with hdfs_served(folder / "hdfs", Path(sys.argv[2])) as root:
        store = open_store(root, load_settings().sources)
        store.put(f"{archives}/", "/", recursive=True)
        winnow(*remote_run(root, f"{root}/tables"))
        store.get("/tables", str(folder / "HDFS"), recursive=True)
    compare("archives and tables on HDFS", folder / "HDFS")


def tables_run(store: Path, warehouse: str) -> list[str]:
    """The same run, with archives on disk and tables on S3."""
    return [*map(str, whole_run(store / BUCKET / FIRST / "warc.paths.gz", warehouse)), *s3_profile()]


def s3_profile() -> list[str]:
    """Settings of a warehouse on S3, and where its jars are kept."""
    return ["--config", str(CONF / "s3.yaml"), "--set", f"spark.config={{spark.jars.ivy: {sys.argv[2]}/s3}}"]


def remote_run(root: str, warehouse: Path | str) -> list[str]:
    """The same run, with archives below this root."""
    command, _, *rest = map(str, whole_run(Path(), warehouse))
    return [command, f"{root}/{FIRST}/warc.paths.gz", "--root", f"{root}/", *rest]


def content(warehouse: Path) -> dict[str, list[dict[str, object]]]:
    """All tables, without the columns that depend on where archives are: root, etags, and hashes of etags."""
    apart = {"root", "etag", "inputs"}
    tables = everything(warehouse)
    return {table: [{k: v for k, v in row.items() if k not in apart} for row in rows] for table, rows in tables.items()}


def free_port() -> int:
    """A port that no process listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def s3_served(store: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The server over a folder of buckets, once it answers."""
    keys = "--access", os.environ["AWS_ACCESS_KEY_ID"], "--secret", os.environ["AWS_SECRET_ACCESS_KEY"]
    command = [sys.argv[1], *keys, "--port", f"127.0.0.1:{port}", "posix", str(store)]
    said = store.with_name("server.log")
    with said.open("ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        while True:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, said.read_text()[-3000:]
        yield server
    finally:
        server.kill()
        server.wait()


@contextmanager
def hdfs_served(folder: Path, ivy: Path) -> Iterator[str]:
    """The root of an HDFS with one name node and one data node, in a JVM of its own."""
    launch: Any = launch_gateway
    if not list(ivy.glob(f"jars/*{MINI_CLUSTER[1]}*")):
        packages = {"spark.jars.packages": ":".join(MINI_CLUSTER), "spark.jars.ivy": str(ivy)}
        launch(SparkConf(loadDefaults=False).setAll([*packages.items()])).shutdown()
    settings = [("spark.driver.extraClassPath", f"{ivy}/jars/*"), ("spark.driver.memory", "1g")]
    gateway = launch(SparkConf(loadDefaults=False).setAll(settings))
    hadoop = gateway.jvm.org.apache.hadoop
    builder = hadoop.hdfs.MiniDFSCluster.Builder(hadoop.conf.Configuration(), gateway.jvm.java.io.File(str(folder)))
    cluster = builder.numDataNodes(1).build()
    try:
        cluster.waitActive()
        yield f"hdfs://127.0.0.1:{cluster.getNameNodePort()}"
    finally:
        cluster.shutdown()
        gateway.shutdown()


if __name__ == "__main__":
    main()
