"""Commands at work in a warehouse: each refreshes a note while it writes, and other commands read the note.

Notes do not lock tables: Delta's commits decide who may write. Notes stop a person who starts the same run twice, and
name the other command that is writing.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from py4j.protocol import Py4JError

from winnow.errors import WinnowError
from winnow.spark.session import file_system
from winnow.warehouse.work import Work

FOLDER = ".at_work"
_EVERY_SECONDS = 20.0  # between two writes of a note
_STALE_SECONDS = 60.0  # an older note is of a command that died


class Note(NamedTuple):
    """A command at work."""

    command: str
    crawl: str
    host: str
    pid: int
    since: float  # Unix time

    def __str__(self) -> str:
        since = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(self.since))
        return f"{' '.join(filter(None, (self.command, self.crawl)))}, process {self.pid} on {self.host}, since {since}"


@contextmanager
def at_work(work: Work, command: str, alone: bool = False) -> Iterator[None]:
    """While this lasts, a note says that `command` writes to the warehouse; prints the notes of others.

    Raises WinnowError if `alone` and the same command already works on the same crawl on this machine; of two that
    start at once, the first continues.
    """
    board = _Board(work)
    mine = Note(command, work.crawl, socket.gethostname(), os.getpid(), time.time())
    board.write(mine)
    over = threading.Event()
    try:
        for other in board.others(mine):
            same = alone and other[:3] == mine[:3] and (other.since, other.pid) < (mine.since, mine.pid)
            if same:
                raise WinnowError(f"{work.warehouse}: the same run is at work here: {other}. Wait for it, or stop it")
            print(f"winnow: {work.warehouse}: also at work here: {other}", file=sys.stderr)
        threading.Thread(target=_refresh, args=(board, mine, over), daemon=True).start()
        yield
    finally:
        over.set()
        board.remove(board.path(mine))


def _refresh(board: _Board, mine: Note, over: threading.Event) -> None:
    while not over.wait(_EVERY_SECONDS):
        board.write(mine)


class _Board:
    """The notes of a warehouse. Failures to write or read notes are ignored."""

    def __init__(self, work: Work) -> None:
        self._folder = f"{work.warehouse.rstrip('/')}/{FOLDER}"
        self._files, self._paths = file_system(work.spark, self._folder)

    def path(self, note: Note) -> Any:
        return self._paths(f"{self._folder}/{note.host}-{note.pid}.json")

    def write(self, note: Note) -> None:
        with suppress(Py4JError, OSError):
            out = self._files.create(self.path(note), True)
            out.write(bytearray(json.dumps(note._asdict()).encode()))
            out.close()

    def others(self, mine: Note) -> list[Note]:
        """The notes of other commands that may still run; deletes the notes of commands that died."""
        found = []
        with suppress(Py4JError, OSError):
            for status in self._files.listStatus(self._paths(self._folder)):
                note = self._read(status)
                if note is not None and (note.host, note.pid) != (mine.host, mine.pid):
                    if _lives(note, status.getModificationTime() / 1000, mine):
                        found.append(note)
                    else:
                        self.remove(status.getPath())
        return sorted(found, key=lambda note: note.since)

    def remove(self, path: Any) -> None:
        with suppress(Py4JError, OSError):
            self._files.delete(path, False)

    def _read(self, status: Any) -> Note | None:
        """None if the note is being written, or is not a note."""
        with suppress(Py4JError, OSError, ValueError, TypeError):
            stream = self._files.open(status.getPath())
            try:
                return Note(**json.loads(bytes(stream.readAllBytes())))
            finally:
                stream.close()
        return None


def _lives(note: Note, written: float, mine: Note) -> bool:
    if time.time() - written > _STALE_SECONDS:
        return False
    if note.host == mine.host:
        try:
            os.kill(note.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:  # the process of another user
            return True
    return True
