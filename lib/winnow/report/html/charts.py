"""Charts as inline SVG, with the width of the page and colours of the style sheet."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from winnow.report.html.markup import Html, tag

_WIDTH = 360.0  # width of a phone, where text then keeps its size
_LEVELS = 6  # of a heat map


class Bar(NamedTuple):
    """One line of a bar chart: its label, the shares of its parts, and the text beside it.

    shares    of a whole of 1, drawn one after another in the chart's classes
    mark      a share to mark with a line, for example a published figure; None: no mark
    href      link of the label in the page
    """

    label: str
    shares: Sequence[float]
    note: str
    mark: float | None = None
    href: str | None = None


def bars(lines: Sequence[Bar], classes: Sequence[str]) -> Html:
    """Horizontal bars under their labels, which are text of the page and wrap on narrow screens."""
    rows = []
    for bar in lines:
        parts, left = [tag("rect", x=0, y=0, width=1000, height=10, class_="rail")], 0.0
        for share, kind in zip(bar.shares, classes, strict=False):
            width = max(0.0, min(share * 1000, 1000 - left))
            parts.append(tag("rect", x=_short(left), y=0, width=_short(width), height=10, class_=kind))
            left += width
        if bar.mark is not None:
            parts.append(tag("rect", x=_short(min(bar.mark * 1000, 996)), y=0, width=4, height=10, class_="mark"))
        label = tag("a", bar.label, href=bar.href) if bar.href else bar.label
        picture = tag("svg", *parts, viewBox="0 0 1000 10", preserveAspectRatio="none", aria_hidden="true")
        rows.append(tag("li", tag("span", label, class_="label"), tag("span", bar.note, class_="note"), picture))
    return tag("ul", *rows, class_="bars")


def histogram(
    title: str,
    bins: Sequence[tuple[int, int]],
    edges: Sequence[float],
    ticks: Sequence[int],
    bounds: Sequence[tuple[float, str]],
) -> Html:
    """Kept and dropped pages by bin, stacked, as columns; each threshold is a line with its name.

    bins      pages kept and dropped, for each bin
    edges     len(bins) + 1 values; they give the position of a threshold
    bounds    value and name of each threshold
    """
    top = 14.0 + 14 * len(bounds)
    base = top + 110
    most = max(map(sum, bins), default=0) or 1
    width = _WIDTH / len(bins)
    shapes: dict[str, list[str]] = {"kept": [], "rejected": []}
    for place, (kept, rejected) in enumerate(bins):
        if kept + rejected:
            high = base - max(1.0, (base - top) * math.sqrt((kept + rejected) / most))
            between = base - (base - high) * kept / (kept + rejected)
            left = _short(place * width + 0.5)
            for kind, low, up in (("kept", base, between), ("rejected", between, high)):
                shapes[kind].append(f"M{left} {_short(low)}V{_short(up)}h{_short(width - 1)}V{_short(low)}z")
    parts = [tag("path", d="".join(shape), class_=kind) for kind, shape in shapes.items()]
    parts.append(tag("line", x1=0, x2=_WIDTH, y1=base, y2=base, class_="axis"))
    parts += [_tick(edges, place, base + 14) for place in ticks]
    for row, (value, name) in enumerate(bounds):
        at, level = _position(value, edges) * _WIDTH, 10.0 + 14 * row
        anchor, away = ("end", -4) if at > _WIDTH / 2 else ("start", 4)
        parts.append(tag("line", x1=_short(at), x2=_short(at), y1=level - 8, y2=base, class_="bound"))
        parts.append(tag("text", name, x=_short(at + away), y=level, class_="bound-name", text_anchor=anchor))
    return _svg(title, base + 18, parts)


def heat_map(title: str, cells: Sequence[tuple[int, int, int]], rows: int, columns: int) -> Html:
    """Cells of a matrix in shades of their logarithm; `cells` has row, column and count of each cell with pages."""
    left, top = 34.0, 20.0
    side = min((_WIDTH - left) / max(columns, 1), 32.0)
    most = math.log1p(max((count for _, _, count in cells), default=1))
    levels: dict[int, list[str]] = defaultdict(list)
    for row, column, count in cells:
        level = max(1, round(math.log1p(count) / most * _LEVELS))
        corner = f"M{_short(left + column * side)} {_short(top + row * side)}"
        levels[level].append(f"{corner}h{_short(side)}v{_short(side)}h-{_short(side)}z")
    parts = [tag("rect", x=left, y=top, width=_short(columns * side), height=_short(rows * side), class_="rail")]
    parts += [tag("path", d="".join(squares), class_=f"heat heat{level}") for level, squares in sorted(levels.items())]
    for place in _ticks(columns):
        at = _short(left + (place + 0.5) * side)
        parts.append(tag("text", str(place), x=at, y=top - 6, class_="tick", text_anchor="middle"))
    for place in _ticks(rows):
        at = _short(top + 4 + (place + 0.5) * side)
        parts.append(tag("text", str(place), x=left - 6, y=at, class_="tick", text_anchor="end"))
    return _svg(title, top + rows * side + 4, parts)


def number(value: float) -> str:
    """A figure for an axis: 1,000 or 0.25."""
    if value >= 1_000_000:
        return f"{value / 1_000_000:g}M"
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.3g}"


def _tick(edges: Sequence[float], place: int, level: float) -> Html:
    anchor = "start" if place == 0 else "end" if place == len(edges) - 1 else "middle"
    at = _short(place * _WIDTH / (len(edges) - 1))
    return tag("text", number(edges[place]), x=at, y=level, class_="tick", text_anchor=anchor)


def _svg(title: str, height: float, parts: Sequence[Html]) -> Html:
    return tag("svg", *parts, viewBox=f"0 0 {_WIDTH:g} {_short(height)}", role="img", aria_label=title, class_="chart")


def _position(value: float, edges: Sequence[float]) -> float:
    """The position of a value on an axis of equally wide bins, 0 to 1."""
    for place in range(len(edges) - 1):
        low, high = edges[place], edges[place + 1]
        if value <= high:
            return (place + max(0.0, (value - low) / (high - low))) / (len(edges) - 1)
    return 1.0


def _ticks(count: int) -> range:
    """At most six of the places, the first of them 0."""
    return range(0, count, max(1, -(-(count - 1) // 5)))


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
