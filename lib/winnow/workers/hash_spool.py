"""Sets of hashes one after another: in memory, or in a memory-mapped file if there are too many."""

from __future__ import annotations

import mmap
import tempfile

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray


class Spool:
    """The sets of a task. A context manager: its exit deletes them."""

    def __init__(self, held_bytes: int) -> None:
        self._held_bytes = held_bytes
        self._file = tempfile.SpooledTemporaryFile(max_size=held_bytes)  # noqa: SIM115
        self._size = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, sets: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The start and the number of hashes of each set; -1 and 0 for null."""
        sizes = np.array([len(value.as_buffer()) // 4 if value.is_valid else 0 for value in sets], np.int64)
        for value in sets:
            if value.is_valid:
                self._file.write(value.as_buffer())
        starts = self._size + np.cumsum(sizes) - sizes
        self._size += int(sizes.sum())
        return np.where(sets.is_valid().to_numpy(zero_copy_only=False), starts, -1), sizes

    def hashes(self) -> NDArray[np.uint32]:
        """All hashes."""
        if 4 * self._size <= self._held_bytes:
            self._file.seek(0)
            return np.frombuffer(self._file.read(), np.uint32)
        self._file.flush()
        return np.frombuffer(mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ), np.uint32)
