"""A Python for Spark that is killed at one moment, as long as deaths are left, and otherwise is Spark's own.

    python -m tests.terminal.dying MOMENT DEATHS -m pyspark.daemon pyspark.worker

DEATHS is a folder with one file for each death. MOMENT is `start`, `accept`, or a moment of a worker.
"""

from __future__ import annotations

import os
import runpy
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import pyspark.serializers
import pyspark.worker

MOMENT, DEATHS = sys.argv[1], Path(sys.argv[2])
WORKER = {
    "greeting": (pyspark.serializers, "write_int"),  # it was forked, and has not sent its number yet
    "work": (pyspark.worker, "main"),
    "end": (pyspark.worker, "report_times"),  # all its rows are out
}


def die() -> None:
    """Kills this process, if a death is left."""
    for death in DEATHS.iterdir():
        try:
            death.unlink()
        except FileNotFoundError:  # another process has taken this death
            continue
        os.kill(os.getpid(), signal.SIGKILL)


def die_before(owner: Any, name: str, in_worker: bool) -> None:
    """Dies before this function of `owner` does its work, in a worker, or in the daemon that starts workers."""
    work, daemon = getattr(owner, name), os.getpid()

    def dying(*arguments: Any) -> Any:
        if in_worker == (os.getpid() != daemon):
            die()
        return work(*arguments)

    setattr(owner, name, dying)


if __name__ == "__main__":
    if MOMENT == "start":
        die()
    elif MOMENT == "accept":
        die_before(socket.socket, "accept", in_worker=False)
    else:
        die_before(*WORKER[MOMENT], in_worker=True)
    module, *arguments = sys.argv[4:]
    sys.argv[1:] = arguments
    runpy.run_module(module, run_name="__main__")
