"""CPU seconds and peak memory of this process and its descendants, by kind, from /proc (Linux)."""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

KINDS = ("extractor", "workers", "jvm", "driver")
_TICKS = os.sysconf("SC_CLK_TCK")
_INTERVAL_SECONDS = 0.5


class _Process(NamedTuple):
    pid: int
    parent: int
    cpu: float
    started: str


class Meter:
    """A thread that watches the processes, since some end before the run.

        extractor   the children that extract
        workers     Python below the JVM without the extractor
        jvm         Spark
        driver      this process, without the cost of watching
    The last work of a process, between the thread's last look and its end, is missed; nothing is counted twice.
    """

    def __init__(self) -> None:
        self._cpu: dict[tuple[int, str], tuple[str, float]] = {}
        self._peak_bytes = dict.fromkeys(KINDS, 0)
        self._own_seconds = 0.0
        self._lock, self._done = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Meter:
        self._thread.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    def seconds(self) -> dict[str, float]:
        """CPU seconds of each kind since the processes started."""
        self._look()
        totals = dict.fromkeys(KINDS, 0.0)
        for kind, cpu in self._cpu.values():
            totals[kind] += cpu
        totals["driver"] -= self._own_seconds
        return totals

    def peak_bytes(self) -> dict[str, int]:
        """The largest resident size that one process of each kind has reached."""
        return dict(self._peak_bytes)

    def forget_peaks(self) -> None:
        """Start peaks again, from the current size of each process."""
        with self._lock:
            for process in _tree(os.getpid()):
                with suppress(OSError):  # it has just ended
                    Path(f"/proc/{process.pid}/clear_refs").write_text("5")
            self._peak_bytes = dict.fromkeys(KINDS, 0)

    def _watch(self) -> None:
        while not self._done.wait(_INTERVAL_SECONDS):
            self._look()

    def _look(self) -> None:
        with self._lock:
            began = time.thread_time()
            for process in _tree(os.getpid()):
                kind = _kind(process.pid)
                if kind:
                    self._cpu[process.pid, process.started] = kind, process.cpu
                    self._peak_bytes[kind] = max(self._peak_bytes[kind], _peak_bytes(process.pid))
            self._own_seconds += time.thread_time() - began


def _kind(pid: int) -> str:
    """The kind of a process, '' if it has just ended."""
    if pid == os.getpid():
        return "driver"
    command = _read(pid, "cmdline")
    if "extractor_child" in command:
        return "extractor"
    if "pyspark.daemon" in command:
        return "workers"
    return "jvm" if command else ""


def _peak_bytes(pid: int) -> int:
    return int((_read(pid, "status").partition("VmHWM:")[2].split() or ["0"])[0]) * 1024


def _tree(root: int) -> list[_Process]:
    """A process and all its descendants."""
    numbers = [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]  # noqa: PTH208
    everything = [process for number in numbers if (process := _process(number))]
    children: dict[int, list[_Process]] = {}
    for process in everything:
        children.setdefault(process.parent, []).append(process)
    found = [process for process in everything if process.pid == root]
    for process in found:  # the list grows meanwhile
        found += children.get(process.pid, [])
    return found


def _process(pid: int) -> _Process | None:
    fields = _read(pid, "stat").rpartition(")")[2].split()
    if not fields:
        return None
    return _Process(pid, int(fields[1]), sum(map(int, fields[11:13])) / _TICKS, fields[19])


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""
