"""A `sitecustomize` for tests, which Python loads first: it stops a worker just before a file gets its name."""

from __future__ import annotations

import os
import signal
from pathlib import Path

_sync = os.fsync


def hold(file: int) -> None:
    """Like fsync. For the file that HELD_FILE names, it also writes to HELD_PIPE, and waits to be killed."""
    _sync(file)
    if os.environ["HELD_FILE"] in str(Path(f"/proc/self/fd/{file}").readlink()):
        Path(os.environ["HELD_PIPE"]).write_text("here")
        signal.pause()


os.fsync = hold
