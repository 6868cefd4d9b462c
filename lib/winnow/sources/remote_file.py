"""A remote archive as a file that can seek; a thread reads ahead."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import BinaryIO, cast

from winnow.settings.schema import Sources
from winnow.sources.locations import is_remote, is_web
from winnow.sources.retry import Patience, SourceError, fetch
from winnow.sources.stores import StoreSource
from winnow.sources.web import Identity, WebSource

HELD_BLOCKS = 2  # the block that is read and the one before it: readers seek back by less than a block


class RemoteFile(io.RawIOBase):
    """A file of a server or store, read in blocks of `read_ahead_bytes`; the next block is fetched in the meantime.

    Memory: three blocks. A read raises SourceError if the server fails finally, and so does each later read of blocks
    that are not held. Seeking back beyond them costs a request. `identity` is what the server reports.
    """

    def __init__(
        self, source: WebSource | StoreSource, settings: Sources, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        super().__init__()
        self.source = source
        self.settings = settings
        self.sleep = sleep
        self._place = 0
        self._end: int | None = None  # of the file, once a block has shown it
        self._blocks: dict[int, bytearray] = {}
        self._ahead: _Fetch | None = None

    @property
    def identity(self) -> Identity | None:
        """Bytes and version of the file as it was read; None before its first byte."""
        return self.source.identity

    def readable(self) -> bool:
        """It is."""
        return True

    def seekable(self) -> bool:
        """It is."""
        return True

    def tell(self) -> int:
        """Where the next read begins."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place. If the server does not report the size, the end is found by reading up to it."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place}.get(whence)
        self._place = offset + (self._find_end() if base is None else base)
        return self._place

    def read(self, size: int = -1, /) -> bytes:
        """`size` bytes, fewer only at the end of the file; all remaining bytes for a negative size."""
        pieces: list[bytearray] = []
        while size:
            number, skipped = divmod(self._place, self.settings.read_ahead_bytes)
            block = self._block(number)
            piece = block[skipped : None if size < 0 else skipped + size]
            if not piece:
                break
            pieces.append(piece)
            self._place += len(piece)
            size -= len(piece) if size > 0 else 0
        return b"".join(pieces)

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Fill a buffer; returns the number of bytes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close the connection; a block on its way is discarded when it arrives."""
        if not self.closed:
            super().close()
            if self._ahead is not None:
                self._ahead.give_up()
            else:
                self.source.close()
            self._blocks.clear()

    def _find_end(self) -> int:
        number = 0
        while (end := self._known_end()) is None:
            self._block(number)
            number += 1
        return end

    def _known_end(self) -> int | None:
        told = self.identity.bytes if self.identity else None
        return self._end if told is None else told

    def _block(self, number: int) -> bytearray:
        """The bytes of a block, empty beyond the end; starts to fetch the next block."""
        if number not in self._blocks and self._is_beyond(number):
            return bytearray()
        block = self._blocks.pop(number, None) or self._fetched(number)
        if len(block) < self.settings.read_ahead_bytes:
            self._end = number * self.settings.read_ahead_bytes + len(block)
        self._blocks[number] = block
        while len(self._blocks) > HELD_BLOCKS:
            del self._blocks[next(iter(self._blocks))]
        if self._ahead is None and number + 1 not in self._blocks and not self._is_beyond(number + 1):
            self._ahead = _Fetch(self, number + 1)
        return block

    def _is_beyond(self, number: int) -> bool:
        end = self._known_end()
        return end is not None and number * self.settings.read_ahead_bytes >= end

    def _fetched(self, number: int) -> bytearray:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            if ahead.number != number:
                ahead.given_up = True  # one connection for each reader: its current request ends first
                ahead.join()
            else:
                return ahead.result()
        return _Fetch(self, number).result()


class _Fetch(Thread):
    """A thread that fetches one block while pages are worked on; a daemon, so that it ends with the process."""

    def __init__(self, file: RemoteFile, number: int) -> None:
        super().__init__(daemon=True)
        self.number = number
        self.file = file
        self.given_up = False
        self.closing = False
        self.data = bytearray()
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        settings = self.file.settings
        size = settings.read_ahead_bytes
        try:
            self.data = fetch(self, self.number * size, size, Patience(settings, self.file.sleep))
        except Exception as error:
            self.error = error
        if self.closing:
            self.file.source.close()

    def transfer(self, start: int, size: int, into: bytearray) -> None:
        """Like transfer of the source, unless the block was given up."""
        if self.given_up:
            raise SourceError("given up")
        self.file.source.transfer(start, size, into)

    def result(self) -> bytearray:
        """Waits for the block, and returns it. Raises the exception of the fetch."""
        self.join()
        if self.error is not None:
            raise self.error
        return self.data

    def give_up(self) -> None:
        """Discard the block; the connection is closed when the current request ends."""
        self.closing = self.given_up = True
        if not self.is_alive():
            self.file.source.close()


def open_location(location: str, settings: Sources) -> BinaryIO:
    """The file at a path or URL. Raises OSError, and SettingsError if the library of a store is missing."""
    if not is_remote(location):
        return Path(location).open("rb")
    return cast(BinaryIO, RemoteFile(source_of(location, settings), settings))


def source_of(url: str, settings: Sources) -> WebSource | StoreSource:
    """The source for the bytes of a URL."""
    return WebSource(url, settings) if is_web(url) else StoreSource(url, settings)
