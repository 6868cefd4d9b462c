"""Connections to a host are counted for the whole machine, and those of a killed process are free again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from winnow.sources.host_slots import take_slot


class WaitedError(Exception):
    """In place of a wait."""


def refuse(_: float) -> None:
    raise WaitedError


def test_no_more_connections_than_allowed(tmp_path: Path) -> None:
    held = [take_slot("https://a", 2, refuse, tmp_path) for _ in range(2)]
    with pytest.raises(WaitedError):
        take_slot("https://a", 2, refuse, tmp_path)
    other = take_slot("https://b", 1, refuse, tmp_path)
    held[0].release()
    again = take_slot("https://a", 2, refuse, tmp_path)
    with pytest.raises(WaitedError):
        take_slot("https://a", 2, refuse, tmp_path)
    for slot in (*held, again, other):
        slot.release()
        slot.release()


def test_a_waiting_process_gets_a_slot_that_is_given_back(tmp_path: Path) -> None:
    held = take_slot("https://a", 1, refuse, tmp_path)
    waits: list[float] = []

    def release(seconds: float) -> None:
        waits.append(seconds)
        held.release()

    take_slot("https://a", 1, release, tmp_path).release()
    assert len(waits) == 1


def test_a_killed_process_leaves_nothing_behind(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from winnow.sources.host_slots import take_slot\n"
        "slot = take_slot('https://a', 1, folder=pathlib.Path(sys.argv[1]))\n"
        "print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        with pytest.raises(WaitedError):
            take_slot("https://a", 1, refuse, tmp_path)
        process.kill()
    take_slot("https://a", 1, refuse, tmp_path).release()
