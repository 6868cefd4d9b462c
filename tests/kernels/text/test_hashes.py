"""Hash functions compared with values from their authors' programs; MurmurHash3 is in the tests of near duplicates."""

from __future__ import annotations

import numpy as np

from winnow.kernels.text.hashes import STEP, mixed


def test_mixed_gives_the_numbers_of_splitmix64() -> None:
    state, drawn = np.uint64(0), []
    with np.errstate(over="ignore"):
        for _ in range(3):
            state += STEP
            drawn.append(int(mixed(state)))
    assert drawn == [0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F]
