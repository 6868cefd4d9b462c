"""A remote archive as a file that can seek; a thread reads ahead."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import BinaryIO, cast

from winnow.settings.schema import Sources
from winnow.sources.blocks import Block, Cut, Even
from winnow.sources.locations import is_remote, is_web
from winnow.sources.retry import Patience, SourceError, fetch
from winnow.sources.stores import StoreSource
from winnow.sources.web import Identity, WebSource

HELD_BLOCKS = 2  # the block that is read and the one before it: readers seek back by less than a block


class RemoteFile(io.RawIOBase):
    """A file of a server or store, read in blocks as `cut` says; the next block is fetched in the meantime.

    cut: None for blocks of `read_ahead_bytes`. Memory: three blocks. A read raises SourceError if all tries
    fail; so does each later read of blocks that are not in memory. Seeking back beyond these costs a request.
    `identity` is what the server reports.
    """

    def __init__(
        self, source: WebSource | StoreSource, settings: Sources, sleep: Callable[[float], None] = time.sleep,
        cut: Cut | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.source = source
        self.settings = settings
        self.sleep = sleep
        self.cut = cut or Even(settings.read_ahead_bytes)
        self._place = 0
        self._end: int | None = None  # of the file, once a block has shown it
        self._blocks: dict[int, bytearray] = {}  # by the place where each begins
        self._ahead: _Fetch | None = None

    @property
    def identity(self) -> Identity | None:
        """Bytes and version of the file as it was read; None before its first byte."""
        return self.source.identity

    def readable(self) -> bool:
        """Always True."""
        return True

    def seekable(self) -> bool:
        """Always True."""
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
            start, block = self._block(self._place)
            skipped = self._place - start
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
        place = 0
        while (end := self._known_end()) is None:
            start, block = self._block(place)
            place = start + len(block)
        return end

    def _known_end(self) -> int | None:
        told = self.identity.bytes if self.identity else None
        return self._end if told is None else told

    def _block(self, place: int) -> tuple[int, bytearray]:
        """Start and bytes of the block that contains this place, empty beyond the end; starts to fetch the next."""
        held = next((start for start, block in self._blocks.items() if start <= place < start + len(block)), None)
        if held is None and self._is_beyond(place):
            return place, bytearray()
        start, end = self.cut.at(place) if held is None else (held, held)
        block = self._fetched(Block(start, end)) if held is None else self._blocks.pop(start)
        if start + len(block) < end:
            self._end = start + len(block)
        self._blocks[start] = block
        while len(self._blocks) > HELD_BLOCKS:
            del self._blocks[next(iter(self._blocks))]
        ahead = self.cut.after(start + len(block))
        if self._ahead is None and ahead and ahead.start not in self._blocks and not self._is_beyond(ahead.start):
            self._ahead = _Fetch(self, ahead)
        return start, block

    def _is_beyond(self, place: int) -> bool:
        end = self._known_end()
        return end is not None and place >= end

    def _fetched(self, block: Block) -> bytearray:
        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            if ahead.block != block:
                ahead.given_up = True  # one connection for each reader: its current request ends first
                ahead.join()
            else:
                return ahead.result()
        return _Fetch(self, block).result()


class _Fetch(Thread):
    """A thread that fetches one block while pages are worked on; a daemon, so that it ends with the process."""

    def __init__(self, file: RemoteFile, block: Block) -> None:
        super().__init__(daemon=True)
        self.block = block
        self.file = file
        self.given_up = False
        self.closing = False
        self.data = bytearray()
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        start, end = self.block
        try:
            self.data = fetch(self, start, end - start, Patience(self.file.settings, self.file.sleep))
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


def open_location(location: str, settings: Sources, cut: Cut | None = None) -> BinaryIO:
    """The file at a path or URL, a remote one in blocks as `cut` says.

    Raises OSError, and SettingsError if the library of a store is missing.
    """
    if not is_remote(location):
        return Path(location).open("rb")
    return cast(BinaryIO, RemoteFile(source_of(location, settings), settings, cut=cut))


def source_of(url: str, settings: Sources) -> WebSource | StoreSource:
    """The source for the bytes of a URL."""
    return WebSource(url, settings) if is_web(url) else StoreSource(url, settings)
