"""Counts and shares as a report writes them."""

from __future__ import annotations


def counted(count: int, whole: int) -> str:
    """A count and its share of a whole."""
    return f"{large(count)}, {share(count, whole)}"


def large(count: int) -> str:
    """A count, from ten million on in millions or billions."""
    for size, name in ((10**9, "billion"), (10**6, "million")):
        if count >= 10 * size:
            return f"{count / size:,.1f} {name}"
    return f"{count:,}"


def ratio(count: int, whole: int | None) -> float:
    """A part of a whole, 0 where there is none."""
    return count / whole if whole else 0.0


def share(count: int, whole: int | None) -> str:
    """A part of a whole in percent."""
    return f"{count / whole:.2%}" if whole else "-"


def percent_or_blank(share: float | None) -> str:
    """A share in percent, empty where there is none."""
    return f"{share:.1%}" if share is not None else ""


def count_or_blank(value: int | None) -> str:
    """A count, empty where there is none."""
    return f"{value:,}" if value is not None else ""


def html_size(html_bytes: int | None) -> str:
    """What a page was in its archive: HTML of so many bytes, or a text."""
    return f"{html_bytes:,} bytes of HTML" if html_bytes is not None else "a text"


def rate(rows: int, seconds: float) -> str:
    """Rows a second."""
    return f"{rows / seconds:,.0f} rows/s" if seconds else "-"
