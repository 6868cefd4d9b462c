"""The records of one archive that an index chose, as a task gets them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np


class Chosen(NamedTuple):
    """What an index says of one archive.

    places         (offset, length) of each record, ascending, each offset once
    repeated       further rows for a record that another row names
    without_place  rows without an offset or a length
    """

    places: list[tuple[int, int]]
    repeated: int = 0
    without_place: int = 0

    def stretch(self, mine: int, parts: int) -> Chosen:
        """One of several equal parts; part 0 also counts the rows that name no record of their own."""
        begin, end = (len(self.places) * part // parts for part in (mine, mine + 1))
        return Chosen(self.places[begin:end], *((0, 0) if mine else self[1:]))


def pack(places: Iterable[tuple[int, int]]) -> bytes:
    """Offsets and lengths as 64-bit integers, which a task receives quickly."""
    return np.array(list(places), np.int64).tobytes()


def unpack(packed: bytes) -> list[tuple[int, int]]:
    """The offsets and lengths of `pack`."""
    return [(offset, length) for offset, length in np.frombuffer(packed, np.int64).reshape(-1, 2).tolist()]
