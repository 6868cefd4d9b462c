"""Formats of counts and shares in reports."""

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
    """A part divided by a whole, 0 if the whole is 0."""
    return count / whole if whole else 0.0


def share(count: int, whole: int | None) -> str:
    """A part of a whole in percent."""
    return f"{count / whole:.2%}" if whole else "-"


def percent_or_blank(share: float | None) -> str:
    """A share in percent; empty for None."""
    return f"{share:.1%}" if share is not None else ""


def count_or_blank(value: int | None) -> str:
    """A count; empty for None."""
    return f"{value:,}" if value is not None else ""


def html_size(html_bytes: int | None) -> str:
    """The size of a page's HTML in words, or that it is a text."""
    return f"{html_bytes:,} bytes of HTML" if html_bytes is not None else "a text"


def rate(rows: int, seconds: float) -> str:
    """Rows per second."""
    return f"{rows / seconds:,.0f} rows/s" if seconds else "-"
