"""docker-compose.yml as a user starts it: the cluster, the demo on it, a notebook, a run, the tests: `make compose`.

    .venv/bin/python -m tests.chaos.compose

The image `winnow` must exist. The project has its own name, and its volumes are deleted at the end. The ports are those
of the file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from winnow.demo.crawl import CRAWLS, make_crawl

ROOT, PROJECT, TOKEN = Path(__file__).parents[2], "winnow-test", "a-token-of-the-test"
PATIENCE_SECONDS, PAGES = 120, 100
T = TypeVar("T")
MASTER, HISTORY, JUPYTER = (f"http://127.0.0.1:{port}" for port in (8080, 18080, 8888))
CRAWL = next(iter(CRAWLS))
ENVIRONMENT = {**os.environ, "JUPYTER_TOKEN": TOKEN, "COMPOSE_PROJECT_NAME": PROJECT}


def main() -> None:
    """Print each step."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        make_crawl(Path(folder), PAGES, seed=3)
        ENVIRONMENT["WINNOW_ARCHIVES"] = folder
        try:
            compose("up", "--detach", "--no-build")
            containers = compose("ps", "--quiet").split()
            until("all services are healthy", lambda: health_of(containers) == ["healthy"] * 5)
            try_all()
        finally:
            compose("down", "--volumes", check=False)


def try_all() -> None:
    """Everything that the first lines of the file promise."""
    assert json_of(f"{MASTER}/json/")["aliveworkers"] == 2
    assert status(f"{JUPYTER}/api/contents") == 403
    assert status(f"{JUPYTER}/api/contents?token={TOKEN}") == 200
    tell("the cluster is healthy; Jupyter asks for its token")

    said = compose("run", "--rm", "-T", "demo")
    assert "Every planted page ended as it should" in said
    demo = until("the history server shows the demo", lambda: ended().get("winnow demo"))
    executors = json_of(f"{HISTORY}/api/v1/applications/{demo}/allexecutors")
    worked = [one for one in executors if one["id"] != "driver" and one["completedTasks"] > 0]
    assert len(worked) == 2, executors
    tell(f"the demo, on both workers: {[one['completedTasks'] for one in worked]} tasks; the history server shows it")

    notebook = "notebooks/why-are-pages-rejected.py"
    as_notebook = ["--to", "ipynb", "--set-kernel", "python3", "--execute", "--output", "/tmp/notebook.ipynb"]
    compose("exec", "-T", "jupyter", "jupytext", "--quiet", *as_notebook, notebook)
    tell("a notebook")

    tables = ["--crawl", CRAWL, "--warehouse", "/warehouse/tables"]
    run = ["run", "--rm", "-T", "winnow", "run", f"/archives/{CRAWL}/warc.paths.gz", *tables, "--json"]
    funnel = json.loads(compose(*run))["funnel"]
    assert funnel[0]["pages_any"] == PAGES, funnel[0]
    tell("a run of archives in a folder of this machine, while the notebook's session gives its cores back")

    compose("run", "--rm", "-T", "test")
    tell("the tests")


def compose(*arguments: str, check: bool = True) -> str:
    """Runs docker-compose; its standard output."""
    command = ["docker-compose", *arguments]
    said = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    if check and said.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {said.returncode}\n{said.stdout[-3000:]}\n{said.stderr[-3000:]}")
    return said.stdout


def until(what: str, look: Callable[[], T]) -> T:
    """What `look` returns once it is true; ends the program with a sentence if it does not become true in time."""
    end = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        if time.monotonic() > end:
            sys.exit(f"{what}: not within {PATIENCE_SECONDS} s")
        time.sleep(1)
    return found


def ended() -> dict[str, str]:
    """Completed applications of the history server, by name."""
    return {app["name"]: app["id"] for app in json_of(f"{HISTORY}/api/v1/applications?status=completed")}


def health_of(names: list[str]) -> list[str]:
    """The health of these containers, in this order."""
    command = ["docker", "inspect", "--format", "{{.State.Health.Status}}", *names]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def json_of(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def status(url: str) -> int:
    """The status of a response, also of an error."""
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def tell(what: str) -> None:
    """Print a line without buffering."""
    print(f"{time.strftime('%H:%M:%S')}  {what}", flush=True)


if __name__ == "__main__":
    main()
