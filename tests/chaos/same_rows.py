"""Real archives, run in six ways; the tables are compared row by row: `make chaos`.

    WINNOW_CORPUS=DIR .venv/bin/python -m tests.chaos.same_rows [FOLDER]

Undisturbed; again; killed half-way and resumed; with one core; with four; and on a cluster of two executors, one of
which is killed when extraction begins.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.clean_run import compared
from tests.jobs.warehouse import everything, processes_of, started, winnow

CORPUS = Path(os.environ["WINNOW_CORPUS"])
SETS = ("pages_docs_multilang", "pages_gold_wcxb", "fixtures")


def arguments(warehouse: Path, master: str) -> list[str]:
    """The documented command, with three sets of the corpus."""
    named = [str(CORPUS / name) for name in SETS]
    return [
        "run", *named, "--root", str(CORPUS), "--crawl", "CORPUS-EN", "--warehouse", str(warehouse),
        "--set", f"spark.master={master}",
    ]  # fmt: skip


def main() -> None:
    """For each way, print whether its tables equal those of the first."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    winnow(*arguments(folder / "clean", "local[2]"))
    clean = everything(folder / "clean")
    print({table: len(rows) for table, rows in clean.items()}, flush=True)
    winnow(*arguments(folder / "clean", "local[2]"))
    failed = compared("again", folder / "clean", clean)
    for master in ("local[1]", "local[4]"):
        winnow(*arguments(folder / master, master))
        failed += compared(master, folder / master, clean)
    with started(arguments(folder / "killed", "local[2]"), until="extract_pages") as process:
        os.killpg(process.pid, signal.SIGKILL)
    winnow(*arguments(folder / "killed", "local[2]"))
    failed += compared("killed and resumed", folder / "killed", clean)
    with started(arguments(folder / "lost", "local-cluster[2,1,2048]"), until="list_archives") as process:
        os.kill(processes_of(process.pid, b"CoarseGrainedExecutorBackend")[0], signal.SIGKILL)
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait() == 0, said[-3000:]
    failed += compared("local-cluster, an executor killed", folder / "lost", clean)
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
