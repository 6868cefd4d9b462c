"""What a person sees while jobs run, on standard error: one live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from types import TracebackType
from typing import Self

from pyspark.sql import SparkSession
from rich.console import Console
from rich.live import Live
from rich.text import Text

_EVERY_SECONDS = 0.5


class Progress:
    """The job at work, its shards, tasks, pages per second and the time that is left."""

    def __init__(self, spark: SparkSession) -> None:
        self._tracker = spark.sparkContext.statusTracker()
        self._console = Console(stderr=True)
        self._live = (
            Live(console=self._console, transient=True, auto_refresh=False) if self._console.is_terminal else None
        )
        self._began = self._job_began = time.monotonic()
        self._job, self._shards, self._share = "", "", 0.0
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
        """A job begins on a wave of shards."""
        self._job, self._shards, self._job_began = job, _ranges(shards), time.monotonic()

    def end(self, job: str, rows: int | None, share: float) -> None:
        """A job has ended: rows written (None: nothing was to do), and the share (0 to 1) of the run that is done."""
        seconds = time.monotonic() - self._job_began
        self._share = share
        self._pages += rows if rows is not None and job == "extract_pages" else 0
        said = "up to date" if rows is None else f"{rows:,} rows, {seconds:.1f} s"
        if job == "extract_pages" and rows:
            said += f", {rows / seconds:,.0f} pages/s"
        where = f" shards {self._shards}" if self._shards else ""
        line = f"{time.strftime('%H:%M:%S')} {job:<16}{where}: {said}"
        self._console.print(line, highlight=False, soft_wrap=True)
        sys.stderr.flush()

    def _watch(self) -> None:
        while not self._over.wait(_EVERY_SECONDS):
            if self._live is not None:
                self._live.update(Text(self._line()), refresh=True)

    def _line(self) -> str:
        elapsed = time.monotonic() - self._began
        left = f"{_clock(elapsed / self._share - elapsed)} left" if self._share > 0 else "time left unknown"
        rate = f"{self._pages / elapsed:,.0f} pages/s" if self._pages else "- pages/s"
        done, total = self._tasks()
        shards = f" shards {self._shards}" if self._shards else ""
        return f"{self._job}{shards}  tasks {done}/{total}  {self._share:.0%}  {rate}  {_clock(elapsed)}, {left}"

    def _tasks(self) -> tuple[int, int]:
        stages = [self._tracker.getStageInfo(stage) for stage in self._tracker.getActiveStageIds()]
        known = [stage for stage in stages if stage is not None]
        return sum(stage.numCompletedTasks for stage in known), sum(stage.numTasks for stage in known)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _ranges(shards: list[int]) -> str:
    """`0-3, 7` for 0, 1, 2, 3 and 7."""
    runs: list[list[int]] = []
    for shard in sorted(shards):
        if runs and shard == runs[-1][-1] + 1:
            runs[-1].append(shard)
        else:
            runs.append([shard])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
