"""Progress on standard error while jobs run: one live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from pyspark.sql import SparkSession
from rich.console import Console
from rich.live import Live
from rich.text import Text

from winnow.warehouse.shards import shard_ranges

_EVERY_SECONDS = 0.5


class Progress:
    """Shows the current job, its shards and tasks, pages per second, and the time left."""

    def __init__(self, spark: SparkSession) -> None:
        self._tracker = spark.sparkContext.statusTracker()
        self._console = Console(stderr=True)
        self._live = (
            Live(console=self._console, transient=True, auto_refresh=False) if self._console.is_terminal else None
        )
        self._began = self._job_began = self._estimated = time.monotonic()
        self._job, self._shards, self._share = "", "", 0.0
        self._left: float | None = None  # seconds, estimated when the last job ended
        self._pages = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._live is not None:
            self._thread.join()
            self._live.stop()

    def begin(self, job: str, shards: list[int]) -> None:
        """A job starts on a wave of shards."""
        self._job, self._shards, self._job_began = job, shard_ranges(shards), time.monotonic()

    def end(self, job: str, rows: int | None, share: float) -> None:
        """A job has ended. rows: rows written, None if there was nothing to do; share: part of the run done, 0 to 1."""
        now = time.monotonic()
        seconds, elapsed = now - self._job_began, now - self._began
        self._share, self._estimated = share, now
        self._left = elapsed / share - elapsed if share > 0 else None
        said = "up to date" if rows is None else f"{rows:,} rows in {seconds:.1f} s"
        if job == "extract_pages" and rows:
            self._pages += rows
            said += f", {_rate(rows / seconds)}"
        where = f"  {self._shards}" if self._shards else ""
        line = f"{time.strftime('%H:%M:%S')}  {job:<20}{where}  {said}  ({share:.0%} done, {self._time_left()})"
        self._console.print(line, highlight=False, markup=False, soft_wrap=True)

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_SECONDS):
            if self._live is not None:
                line = self._line(self._console.width)
                self._live.update(Text(line, no_wrap=True, overflow="ellipsis"), refresh=True)

    def _line(self, width: int) -> str:
        """The live line; without the shards if they do not fit into this width."""
        elapsed = time.monotonic() - self._began
        rate = _rate(self._pages / elapsed) if self._pages else "- pages/s"
        done, total = self._tasks()
        parts = (
            self._job, f"{done}/{total} tasks", f"{self._share:.0%} done", rate, f"{clock(elapsed)} spent",
            self._time_left(), self._shards,
        )  # fmt: skip
        said = [part for part in parts if part]
        line = "  ".join(said)
        return line if len(line) <= width or not self._shards else "  ".join(said[:-1])

    def _time_left(self) -> str:
        if self._left is None:
            return "? left"
        return f"{clock(self._left - (time.monotonic() - self._estimated))} left"

    def _tasks(self) -> tuple[int, int]:
        stages = [self._tracker.getStageInfo(stage) for stage in self._tracker.getActiveStageIds()]
        known = [stage for stage in stages if stage is not None]
        return sum(stage.numCompletedTasks for stage in known), sum(stage.numTasks for stage in known)


def _rate(pages: float) -> str:
    return f"{pages:,.0f} pages/s" if pages >= 10 else f"{pages:.1f} pages/s"


def clock(seconds: float) -> str:
    """`1:05` for 65 seconds, `1:00:05` for an hour and 5 seconds, `0:00` for negative numbers."""
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
