"""Runs killed in every job, workers short of memory, damaged files: the same rows, or one sentence: `make chaos`.

.venv/bin/python -m tests.chaos.faults
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path

from deltalake import DeltaTable

from tests.chaos.clean_run import clean_run, compared
from tests.jobs.warehouse import started, whole_run, winnow
from winnow.settings.jobs import JOBS

TOO_LITTLE = "700m"  # of address space: enough to start, not enough to work
# For each table, a job that reads its rows.
READ_AGAIN = {"pages": "measure_pages", "measures": "judge_pages", "verdicts": "report_funnel"}


def main() -> None:
    """Print the result of each."""
    folder = Path(tempfile.mkdtemp())
    archives, clean, _ = clean_run(folder)
    for job in ("list_archives", *list(JOBS)[:-1]):
        kill_after(job, whole_run(archives, folder / "killed"))
    winnow(*whole_run(archives, folder / "killed"))
    failed = compared("killed in every job", folder / "killed", clean)
    limit = f"spark.config={{spark.executor.pyspark.memory: {TOO_LITTLE}}}"
    fails([*whole_run(archives, folder / "short"), "--set", limit], "ran out of memory")
    winnow(*whole_run(archives, folder / "short"))
    failed += compared("workers short of memory", folder / "short", clean)
    for table, reader in READ_AGAIN.items():
        damage(folder / "killed", table)
        fails([*whole_run(archives, folder / "killed"), "--again", reader], "damaged or gone")
        writer = next(name for name, job in JOBS.items() if job.table == table)
        winnow(*whole_run(archives, folder / "killed"), "--again", writer)
        failed += compared(f"a damaged file of {table}, {writer} again", folder / "killed", clean)
    sys.exit(bool(failed))


def kill_after(job: str, arguments: list[object]) -> None:
    """Kills a run, with all its processes, in the job after this one."""
    with started(list(map(str, arguments)), until=f"  {job} ") as run:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        assert run.returncode == -signal.SIGKILL


def fails(arguments: list[object], words: str) -> None:
    """Checks that a run ends with one sentence with these words."""
    said = winnow(*arguments, check=False)
    told = said.stderr.splitlines()[-1]
    print(f"  {told}", flush=True)
    assert said.returncode == 1, said.stderr[-3000:]
    assert words in told, said.stderr[-3000:]
    assert "Traceback" not in said.stderr, said.stderr[-3000:]


def damage(warehouse: Path, table: str) -> None:
    """Overwrites the middle of the first file that the table needs."""
    path = Path(sorted(DeltaTable(str(warehouse / table)).file_uris())[0].removeprefix("file://"))
    data = path.read_bytes()
    third = len(data) // 3
    path.write_bytes(data[:third] + bytes(len(data) - 2 * third) + data[-third:])


if __name__ == "__main__":
    main()
