"""The page's own text without added marks, and its lines of code, as arrays for Numba kernels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.measures.refinedweb_lines import DROPPED, JUDGED, KEPT, copy_chars
from winnow.kernels.pages.marks import CODE, KINDS, LIST_MARK
from winnow.kernels.text.characters import NEWLINE, Lines, jit

_CODE, _LIST_MARK = KINDS.index(CODE), KINDS.index(LIST_MARK)


class MarkArrays(NamedTuple):
    """The marks of n pages: those of page i from bounds[i] to bounds[i + 1]; kind is the index in KINDS."""

    bounds: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    kind: NDArray[np.uint8]


class WholeLines(NamedTuple):
    """The lines of a text with its marks: characters [start, end), those of its list mark, number of its code block.

    All int32; code is 0 for lines that are not code.
    """

    start: NDArray[np.int32]
    end: NDArray[np.int32]
    lead: NDArray[np.int32]
    code: NDArray[np.int32]


def no_marks(pages: int) -> MarkArrays:
    """Arrays for pages without marks."""
    nothing = np.zeros(0, np.int64)
    return MarkArrays(np.zeros(pages + 1, np.int64), nothing, nothing, np.zeros(0, np.uint8))


@jit
def leave_out_marks(
    chars: NDArray[np.uint32], marks: MarkArrays, first: int, last: int, own: NDArray[np.uint32]
) -> int:
    """Writes the characters outside list and cell marks to `own`; returns their number."""
    size, at = 0, 0
    for mark in range(first, last):
        if marks.kind[mark] == _CODE:
            continue
        start, end = min(marks.start[mark], len(chars)), min(marks.end[mark], len(chars))
        if start > at:
            size = copy_chars(chars, at, start, own, size)
        at = max(at, end)
    return copy_chars(chars, at, len(chars), own, size)


@jit
def move_breaks(
    breaks: NDArray[np.int32], size: int, marks: MarkArrays, first: int, last: int, moved: NDArray[np.int32]
) -> int:
    """Writes the breaks to `moved`, at their places in the text without marks; returns their number."""
    count, away, at, mark = 0, 0, 0, first
    for i in breaks:
        while mark < last and (marks.kind[mark] == _CODE or marks.end[mark] <= i):
            if marks.kind[mark] != _CODE:
                start, end = min(marks.start[mark], size), min(marks.end[mark], size)
                away += max(end - max(start, at), 0)
                at = max(at, end)
            mark += 1
        if mark < last and marks.start[mark] < i:
            continue
        moved[count] = i - away
        count += 1
    return count


@jit
def find_lines(chars: NDArray[np.uint32], marks: MarkArrays, first: int, last: int, whole: WholeLines) -> int:
    """Enters lines with their marks; returns their number."""
    line, start, mark, block = 0, 0, first, 0
    code_end = 0
    for i in range(len(chars) + 1):
        if i < len(chars) and chars[i] != NEWLINE:
            continue
        whole.start[line], whole.end[line], whole.lead[line], whole.code[line] = start, i, 0, 0
        while mark < last and marks.start[mark] <= i:
            if marks.kind[mark] == _CODE:
                code_end = max(code_end, marks.end[mark])
                block += 1
            elif marks.kind[mark] == _LIST_MARK and marks.start[mark] == start:
                whole.lead[line] = min(marks.end[mark], i) - start
            mark += 1
        if i <= code_end:
            whole.code[line] = block
        line, start = line + 1, i + 1
    return line


@jit
def decide_code(
    whole: WholeLines, lines: Lines, left: Lines, sources: NDArray[np.int32], fates: NDArray[np.uint8]
) -> bool:
    """Whether there is code. Sets its fates: a block is kept if rules keep lines with at least half of its words."""
    count = len(lines.words)
    fates[:count] = JUDGED
    blocks = whole.code[:count].max() if count else 0
    if blocks == 0:
        return False
    words, kept = np.zeros(blocks + 1, np.int64), np.zeros(blocks + 1, np.int64)
    for line in range(count):
        words[whole.code[line]] += lines.words[line]
    for line in range(len(left.words)):
        kept[whole.code[sources[line]]] += left.words[line]
    for line in range(count):
        block = whole.code[line]
        if block:
            fates[line] = KEPT if 2 * kept[block] >= words[block] else DROPPED
    return True


@jit
def put_marks_back(
    chars: NDArray[np.uint32],
    whole: WholeLines,
    own: NDArray[np.uint32],
    lines: Lines,
    corrected: NDArray[np.uint32],
    left: Lines,
    sources: NDArray[np.int32],
    out: NDArray[np.uint32],
) -> int:
    """Writes unchanged lines with their marks, and corrected lines, to `out`; returns the number of characters.

    A line that was cut keeps only its list mark.
    """
    at = 0
    for line in range(len(left.words)):
        source, start, end = sources[line], left.start[line], left.end[line]
        if line:
            out[at] = NEWLINE
            at += 1
        if _is_same(corrected, start, end, own, lines.start[source], lines.end[source]):
            at = copy_chars(chars, whole.start[source], whole.end[source], out, at)
        else:
            at = copy_chars(chars, whole.start[source], whole.start[source] + whole.lead[source], out, at)
            at = copy_chars(corrected, start, end, out, at)
    return at


@jit
def _is_same(
    one: NDArray[np.uint32], start: int, end: int, other: NDArray[np.uint32], other_start: int, other_end: int
) -> bool:
    if end - start != other_end - other_start:
        return False
    for i in range(end - start):  # noqa: SIM110 (Numba has no all)
        if one[start + i] != other[other_start + i]:
            return False
    return True
