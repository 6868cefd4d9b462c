"""What a test has Python load first, as `sitecustomize`: a worker that stops when a file is all but named."""

from __future__ import annotations

import os
import signal
from pathlib import Path

_sync = os.fsync


def hold(file: int) -> None:
    """As fsync; for the file that HELD_FILE names: tell HELD_PIPE, and wait to be ended."""
    _sync(file)
    if os.environ["HELD_FILE"] in str(Path(f"/proc/self/fd/{file}").readlink()):
        Path(os.environ["HELD_PIPE"]).write_text("here")
        signal.pause()


os.fsync = hold
