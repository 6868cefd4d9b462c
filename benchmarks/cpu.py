"""CPU seconds of this process and everything below it, from /proc (Linux)."""

from __future__ import annotations

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_by_kind(root: int | None = None) -> dict[str, float]:
    """CPU seconds since start, of the extraction children and of all else; the dead count for who waited for them."""
    totals = {"extractor": 0.0, "rest": 0.0}
    for pid in _tree(root or os.getpid()):
        stat = _read(pid, "stat")
        if stat:
            fields = stat.rpartition(")")[2].split()
            kind = "extractor" if "extractor_child" in _read(pid, "cmdline") else "rest"
            totals[kind] += sum(map(int, fields[11:15])) / _TICKS
    return totals


def _tree(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            stat = _read(int(entry.name), "stat")
            if stat:
                parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(entry.name))
    found, queue = [], [root]
    while queue:
        pid = queue.pop()
        found.append(pid)
        queue += parents.get(pid, [])
    return found


def _read(pid: int, name: str) -> str:
    try:
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    except OSError:
        return ""
