"""Settings of tokens, as a value that needs no Numba."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["folded", "words", "characters", "bytes"]


@dataclass(frozen=True, slots=True)
class TokenSettings:
    """What a token is; folding is used only if the unit is `folded`."""

    unit: Unit
    punctuation: Literal["remove", "space", "keep"]
    numbers: Literal["keep", "zero"]
    lower_case: bool
    remove_accents: bool
    simplify: bool = False
