"""Runs killed again and again at random moments; their tables are compared with those of a clean run: `make chaos`.

    .venv/bin/python -m tests.chaos.kills MINUTES [SEED]

Killed is the whole run, its JVM, a Python worker or an extractor process. Then the same command is run again, until it
ends by itself. A run that ends by itself after a kill must say so in one sentence.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.chaos.clean_run import clean_run, compared
from tests.jobs.warehouse import processes_of, whole_run

KILLS = 4  # at most, for one warehouse; otherwise it might never be complete
VICTIMS = {  # words in their command lines
    "the run": b"-m\0winnow\0run",
    "the JVM": b"org.apache.spark.deploy.SparkSubmit",
    "a Python worker": b"pyspark.daemon",
    "an extractor": b"winnow.workers.extractor_child",
}


def main() -> None:
    """Print for each warehouse what was killed, and whether its tables equal the clean ones."""
    minutes, seed = float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else time.time_ns() % 10**6
    random, folder, failed = Random(seed), Path(tempfile.mkdtemp()), []
    print(f"seed {seed}", flush=True)
    archives, clean, longest = clean_run(folder)
    end, number = time.monotonic() + 60 * minutes, 0
    while time.monotonic() < end:
        warehouse, killed = folder / f"killed-{number}", list[str]()
        while True:
            after = random.uniform(0.1, 1.0) * longest if len(killed) < KILLS else None
            victim = run_until(whole_run(archives, warehouse), after, random)
            if victim is None:
                break
            killed.append(victim)
        failed += compared(f"{number}, {', '.join(killed) or 'nothing'} killed", warehouse, clean)
        number += 1
    print(f"{number} warehouses, {len(failed)} tables differ")
    sys.exit(bool(failed) or not number)


def run_until(arguments: list[object], seconds: float | None, random: Random) -> str | None:
    """Kills something after so many seconds, and returns what; None if the run ended before, successfully."""
    command = [sys.executable, "-m", "winnow", *map(str, arguments)]
    with tempfile.TemporaryFile("w+") as log:
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, start_new_session=True)
        killed = None
        try:
            run.wait(seconds)
        except subprocess.TimeoutExpired:
            killed = kill_one(run.pid, random)
        if killed is not None:
            if killed == "the run":
                os.killpg(run.pid, signal.SIGKILL)
            code = run.wait()
            log.seek(0)
            said = log.read()
            assert code in (0, 1, -signal.SIGKILL), said[-3000:]
            assert "Traceback" not in said, said[-3000:]
            assert "\n\tat " not in said, said[-3000:]
            assert code != 1 or said.splitlines()[-1].startswith("winnow: "), said[-3000:]
            return killed
        log.seek(0)
        assert run.wait() == 0, log.read()[-3000:]
        return None


def kill_one(leader: int, random: Random) -> str:
    """Kills one process of this kind, or the run itself if there is none; returns the kind."""
    name = random.choice(list(VICTIMS))
    found = processes_of(leader, VICTIMS[name])
    if not found or name == "the run":
        return "the run"
    os.kill(random.choice(found), signal.SIGKILL)
    return name


if __name__ == "__main__":
    main()
