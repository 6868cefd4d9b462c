"""Peaks of memory as the system records them."""

from __future__ import annotations

import pytest

from winnow.runs import meter
from winnow.runs.meter import Meter

BLOCK = 200_000_000


def test_peaks_begin_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread does not measure meanwhile; only what the test asks for is seen."""
    monkeypatch.setattr(meter, "_INTERVAL_SECONDS", 3600)
    with Meter() as watching:
        block = b"x" * BLOCK
        held = len(block)
        del block
        watching.seconds()
        before = watching.peak_bytes()["driver"]
        watching.forget_peaks()
        assert not watching.peak_bytes()["driver"]
        watching.seconds()
        assert before - held / 2 > watching.peak_bytes()["driver"] > 0
