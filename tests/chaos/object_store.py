"""Archives on a real S3 server, which is killed while they are read and then started again: `make s3`.

    .venv/bin/python -m tests.chaos.object_store VERSITYGW

VERSITYGW is the server's program (Versity S3 Gateway). The tables must be those of the same archives on disk.
"""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.same_rows import started
from tests.jobs.warehouse import FIRST, everything, whole_run, winnow
from winnow.demo.crawl import make_crawl

BUCKET = "crawls"


def main() -> None:
    """Print whether tables made from the server are those made from disk: undisturbed, and with the server killed."""
    folder = Path(tempfile.mkdtemp())
    make_crawl(folder / "store" / BUCKET, 100, seed=5)
    winnow(*whole_run(folder / "store" / BUCKET / FIRST / "warc.paths.gz", folder / "disk"))
    wanted = content(folder / "disk")
    port = free_port()
    os.environ.update(
        AWS_ENDPOINT_URL=f"http://127.0.0.1:{port}", AWS_DEFAULT_REGION="us-east-1",
        AWS_ACCESS_KEY_ID=secrets.token_hex(8), AWS_SECRET_ACCESS_KEY=secrets.token_hex(16),
    )  # fmt: skip
    with served(folder / "store", port):
        winnow(*remote_run(folder / "calm"))
    same = [content(folder / "calm") == wanted]
    print("from the server: the same rows" if same[0] else "from the server: OTHER ROWS", flush=True)
    with served(folder / "store", port) as server, started(remote_run(folder / "killed"), until="list_warcs") as run:
        server.kill()
        server.wait()
        with served(folder / "store", port):
            assert run.stderr is not None
            said = run.stderr.read()
            assert run.wait() == 0, said[-3000:]
    same.append(content(folder / "killed") == wanted)
    print("the server killed: the same rows" if same[1] else "the server killed: OTHER ROWS")
    sys.exit(not all(same))


def remote_run(warehouse: Path) -> list[str]:
    """The same run, its archives in the bucket."""
    command, _, *rest = map(str, whole_run(Path(), warehouse))
    root = f"s3://{BUCKET}/"
    return [command, f"{root}{FIRST}/warc.paths.gz", "--root", root, *rest]


def content(warehouse: Path) -> dict[str, list[dict[str, object]]]:
    """All tables, but for where archives lie, and what stands for them: tags, and hashes of these."""
    apart = {"root", "etag", "inputs"}
    tables = everything(warehouse)
    return {table: [{k: v for k, v in row.items() if k not in apart} for row in rows] for table, rows in tables.items()}


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(store: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The server over a folder of buckets, once it answers."""
    keys = "--access", os.environ["AWS_ACCESS_KEY_ID"], "--secret", os.environ["AWS_SECRET_ACCESS_KEY"]
    command = [sys.argv[1], *keys, "--port", f"127.0.0.1:{port}", "posix", str(store)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        assert server.stdout is not None
        while True:
            with socket.socket() as client:
                if client.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert server.poll() is None, server.stdout.read()
        yield server
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    main()
