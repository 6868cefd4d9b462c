"""Texts without their repeated spans."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.repeated_spans.boundaries import cut_chars, cutting
from winnow.kernels.text.characters import characters, count_words, decode, encode, jit, read_only


class Cut(NamedTuple):
    """n texts after cutting: uint8 UTF-8 and int64 offsets from 0; numbers of characters and words, int64."""

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    chars: NDArray[np.int64]
    words: NDArray[np.int64]


def cut_texts(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    bounds: NDArray[np.int64],
) -> Cut:
    """The texts of an Arrow string buffer without their spans; those of text i are bounds[i] to bounds[i + 1].

    Spans are characters [starts, ends), ascending and separate. See `boundaries.seam` for the white space around them.
    """
    count = len(offsets) - 1
    out = Cut(np.empty(int(offsets[-1] - offsets[0]), np.uint8), *(np.zeros(count + i, np.int64) for i in (1, 0, 0)))
    chars = np.empty(int(np.diff(offsets).max(initial=0)), np.uint32)
    _cut_texts(read_only(data), offsets, starts, ends, bounds, chars, cutting(), characters().properties, out)
    return out._replace(data=out.data[: out.offsets[-1]])


@jit
def _cut_texts(
    data: NDArray[np.uint8], offsets: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64],
    bounds: NDArray[np.int64], chars: NDArray[np.uint32], table: NDArray[np.uint8], properties: NDArray[np.uint8],
    out: Cut,
) -> None:  # fmt: skip
    for i in range(len(offsets) - 1):
        size = decode(data, offsets[i], offsets[i + 1], chars)
        here = slice(bounds[i], bounds[i + 1])
        left = cut_chars(chars[:size], starts[here], ends[here], table)
        out.chars[i], out.words[i] = left, count_words(chars, 0, left, properties)
        out.offsets[i + 1] = encode(chars[:left], out.data, out.offsets[i])
