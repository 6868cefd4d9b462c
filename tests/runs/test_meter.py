"""Peaks of memory as the system keeps them."""

from __future__ import annotations

from winnow.runs.meter import Meter

BLOCK = 200_000_000


def test_peaks_begin_anew() -> None:
    with Meter() as meter:
        block = b"x" * BLOCK
        held = len(block)
        del block
        meter.seconds()
        before = meter.peak_bytes()["driver"]
        meter.forget_peaks()
        assert not meter.peak_bytes()["driver"]
        meter.seconds()
        assert before - held / 2 > meter.peak_bytes()["driver"] > 0
