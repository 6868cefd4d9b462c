"""Limits on connections to a host, shared by all processes of a machine.

A slot is a file on this machine that is locked while a connection is open. The operating system unlocks it when the
process ends in any way: a killed worker leaves no lock behind.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

POLL_SECONDS = 0.05


class Slot:
    """One of the allowed connections; `release` gives it back, as does the end of the process."""

    def __init__(self, file: int) -> None:
        self._file = file

    def release(self) -> None:
        """Give the slot back; a second call does nothing."""
        file, self._file = self._file, -1
        if file >= 0:
            os.close(file)

    def __del__(self) -> None:
        self.release()


def take_slot(host: str, limit: int, sleep: Callable[[float], None] = time.sleep, folder: Path | None = None) -> Slot:
    """One of the `limit` slots of a host; waits while all are taken.

    folder: shared by all processes that share the limit; None: a folder of this user in the machine's folder for
    temporary files (TMPDIR). Raises OSError if it cannot be written.
    """
    below = folder or Path(tempfile.gettempdir()) / f"winnow-{os.getuid()}"
    below.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = hashlib.sha256(host.encode()).hexdigest()[:16]
    while True:
        for number in range(limit):
            file = os.open(below / f"{name}.{number}", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(file)
            else:
                return Slot(file)
        sleep(POLL_SECONDS)
