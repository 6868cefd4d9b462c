"""Frames that are kept on disk while they are read several times."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from pyspark import StorageLevel
from pyspark.sql import DataFrame

Frame = TypeVar("Frame", DataFrame, DataFrame | None)


@contextmanager
def on_disk(frame: Frame) -> Iterator[Frame]:
    """The frame, persisted on disk until the end of the block, also where the block fails; None is nothing to keep."""
    if frame is not None:
        frame.persist(StorageLevel.DISK_ONLY)
    try:
        yield frame
    finally:
        if frame is not None:
            frame.unpersist()
