"""Retries of failures that may pass, with growing waits."""

from __future__ import annotations

import errno
import secrets
import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from winnow.settings.schema import Sources

T = TypeVar("T")

PROGRESS_BYTES = 64 * 1024  # if a failed try brought this many bytes, the next try counts as the first


class SourceError(OSError):
    """A server or store cannot be read in this run; the message contains neither address nor time."""

    def __init__(self, message: str) -> None:
        super().__init__(errno.EIO, message)


class TransientError(Exception):
    """A failure that may pass; `retry_after`: seconds that the server asks to wait."""

    def __init__(self, message: str, retry_after: float = 0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Source(Protocol):
    """Something that bytes are fetched from."""

    def transfer(self, start: int, size: int, into: bytearray) -> None:
        """Append the bytes from `start` on, `size` of them or all up to the end.

        Raises TransientError, with the bytes received so far in `into`, and SourceError.
        """


class Patience:
    """The tries of one request, and the waits between them.

    The wait before try n + 1 is `backoff_seconds` doubled n - 1 times, at most `max_wait_seconds`, multiplied by a
    random factor from 0.5 to 1 (jitter; it changes no row). A wait that Retry-After asks for is kept in full; if it is
    longer than `max_wait_seconds`, there is no further try.
    """

    def __init__(self, settings: Sources, sleep: Callable[[float], None] = time.sleep) -> None:
        self.settings = settings
        self.sleep = sleep
        self.tries = 0

    def wait(self, error: TransientError, progressed: bool = False) -> None:
        """Wait until the next try. Raises SourceError if there is none."""
        self.tries = 1 if progressed else self.tries + 1
        most = self.settings.max_wait_seconds
        if self.tries >= self.settings.tries:
            raise SourceError(f"{error} (tries: {self.tries})") from error
        if error.retry_after > most:
            raise SourceError(f"{error}; the server asks to wait for longer than {most:g} s (tries: {self.tries})")
        step = min(self.settings.backoff_seconds * 2 ** (self.tries - 1), most)
        part = (1 + secrets.randbelow(1000) / 1000) / 2
        self.sleep(max(step * part, error.retry_after))


def persist(attempt: Callable[[], T], patience: Patience) -> T:
    """The result of the first `attempt` that succeeds. Raises SourceError."""
    while True:
        try:
            return attempt()
        except TransientError as error:
            patience.wait(error)


def fetch(source: Source, start: int, size: int, patience: Patience) -> bytearray:
    """`size` bytes from `start` on, or all up to the end; each try continues the last one. Raises SourceError."""
    data = bytearray()
    while True:
        held = len(data)
        try:
            source.transfer(start + held, size - held, data)
        except TransientError as error:
            patience.wait(error, progressed=len(data) - held >= PROGRESS_BYTES)
        else:
            return data
