"""Two drivers at once. On different shards they do not disturb each other; on the same shard, one wins: `make chaos`.

    .venv/bin/python -m tests.chaos.two_drivers

The tables are compared, row by row, with those of a single run.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.chaos.clean_run import clean_run, compared
from tests.jobs.warehouse import FIRST, demo_flags, spark_submit, whole_run, winnow

JOBS = ("extract_pages", "measure_pages", "judge_pages", "find_near_duplicates", "find_repeated_spans")


def main() -> None:
    """Print the result of each pair."""
    folder = Path(tempfile.mkdtemp())
    archives, clean, _ = clean_run(folder)
    failed = [
        *compared("different shards", other_shards(archives, folder / "shards"), clean),
        *compared("the same shards", same_shards(archives, folder / "same"), clean),
    ]
    sys.exit(bool(failed))


def other_shards(archives: Path, warehouse: Path) -> Path:
    """Two drivers with two shards each run every job up to the spans, one the others; all under spark-submit."""
    tables = ["--crawl", FIRST, "--warehouse", str(warehouse), *demo_flags()]
    submit("list_archives", [str(archives), *tables])
    for job in JOBS:
        pair = [spark_submit(job, *tables, "--shards", shards, cores=1) for shards in ("0,1", "2,3")]
        for driver in pair:
            said, _ = driver.communicate()
            assert driver.returncode == 0, said[-3000:]
    for job in ("find_url_duplicates", "build_documents", "report_funnel"):
        submit(job, tables)
    winnow(*whole_run(archives, warehouse))
    return warehouse


def same_shards(archives: Path, warehouse: Path) -> Path:
    """Two whole runs at once: the one that loses says so in one sentence, and then the same command succeeds."""
    command = [sys.executable, "-m", "winnow", *map(str, whole_run(archives, warehouse))]
    pair = [subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    for driver in pair:
        said = driver.communicate()[1]
        told = said.splitlines()[-1] if said else ""
        print(f"  exit {driver.returncode}: {told}", flush=True)
        assert driver.returncode in (0, 1), said[-3000:]
        assert driver.returncode == 0 or ("Traceback" not in said and "another run w" in told), said[-3000:]
    winnow(*whole_run(archives, warehouse))
    return warehouse


def submit(job: str, arguments: list[str]) -> None:
    """Waits for one job."""
    driver = spark_submit(job, *arguments, cores=1)
    said, _ = driver.communicate()
    assert driver.returncode == 0, said[-3000:]


if __name__ == "__main__":
    main()
