"""Chinese words, which no space separates, by the dictionary and the model of jieba."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

HAN_RANGES = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF))  # the characters of its words

_RUN = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in HAN_RANGES) + "]+")


def separate_words(text: str) -> str:
    """The text with a space before and after each Chinese word; nothing else changes.

    Source: jieba 0.42, in the form of jieba-rs. Raises ImportError if the package rjieba is not installed.
    """
    import rjieba

    return _RUN.sub(lambda run: f" {' '.join(rjieba.cut(run[0]))} ", text)


def jieba_breaks(text: str) -> NDArray[np.int32]:
    """The characters at which a Chinese word, or what follows one, begins, ascending.

    Source: jieba 0.42, in the form of jieba-rs. Raises ImportError if the package rjieba is not installed.
    """
    import rjieba

    breaks: list[int] = []
    for run in _RUN.finditer(text):
        at = run.start()
        for word in rjieba.cut(run[0]):
            breaks.append(at)
            at += len(word)
        breaks.append(at)
    return np.array(breaks[:-1] if breaks and breaks[-1] == len(text) else breaks, np.int32)
