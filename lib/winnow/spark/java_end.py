"""How Spark's JVM ended, if it did."""

from __future__ import annotations

import signal
import socket
import subprocess
from contextlib import suppress
from typing import Any

from pyspark import SparkContext

_PATIENCE_SECONDS = 10.0  # from the end of its port to its own
_SHELL = 128  # a shell adds it to the number of a signal
_OUT_OF_MEMORY = 52  # Spark's exit code


def java_end() -> str | None:
    """How the JVM ended, in words; None if it answers or its port is not known."""
    gateway: Any = SparkContext._gateway
    if gateway is None or _answers(gateway):
        return None
    process: subprocess.Popen[bytes] | None = getattr(gateway, "proc", None)
    code = None
    if process is not None:
        with suppress(subprocess.TimeoutExpired):
            code = process.wait(_PATIENCE_SECONDS)
    return how_it_ended(code)


def how_it_ended(code: int | None) -> str:
    """An exit code in words, for example `was ended (SIGTERM)`; None: the code is not known."""
    if code == _OUT_OF_MEMORY:
        return "ran out of memory, which spark.driver_memory sets"
    number = -code if code and code < 0 else (code or 0) - _SHELL
    if number == signal.SIGKILL:
        return "was killed (SIGKILL), most likely because the machine ran out of memory"
    with suppress(ValueError):
        return f"was ended ({signal.Signals(number).name})"
    return "ended early" if code is None else f"ended early (exit code {code})"


def _answers(gateway: Any) -> bool:
    given = gateway.gateway_parameters
    try:
        with socket.create_connection((given.address, given.port)):
            return True
    except OSError:
        return False
