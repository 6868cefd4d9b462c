"""Who is at work in a warehouse: a note that a command keeps fresh while it writes there, for others to read.

Notes keep nobody out of the tables, where Delta's commits decide: they spare a person who starts the same run twice
from paying twice, and say on whom another command may have to wait.
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
_EVERY_SECONDS = 20.0  # a note is written anew
_STALE_SECONDS = 60.0  # an older note is of a command that died, as is one whose process is not on its machine


class Note(NamedTuple):
    """What a command says of itself."""

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
    """Tell others, for as long as this lasts, that `command` writes the warehouse; and the user who does so already.

    Raises WinnowError where `alone` and the same command works at the same crawl on this machine: of two that start at
    once the first goes on.
    """
    board = _Board(work)
    mine = Note(command, work.crawl, socket.gethostname(), os.getpid(), time.time())
    board.write(mine)
    over = threading.Event()
    try:
        for other in board.others(mine):
            same = alone and other[:3] == mine[:3] and (other.since, other.pid) < (mine.since, mine.pid)
            if same:
                raise WinnowError(f"{work.warehouse}: the same run is at work here: {other}. Wait for it, or end it")
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
    """The notes of a warehouse. A note that cannot be written or read stops nobody."""

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
        """The notes of commands that live, or may; the others' are taken away."""
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
        """None where the note is just being written, or is none of ours."""
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
        except PermissionError:  # of another user
            return True
    return True
