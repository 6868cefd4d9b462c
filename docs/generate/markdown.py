"""Markdown as the reference pages use it."""

from __future__ import annotations


def page(title: str, *parts: str) -> str:
    """A whole page, which says that it is generated."""
    made = "<!-- Made by `make docs`; what to change is the code that it is made from. -->"
    return "\n\n".join([f"# {title}", made, *filter(None, parts)]) + "\n"


def code(text: str) -> str:
    """Text as code, whatever is in it."""
    return f"`` {text} ``" if "`" in text else f"`{text}`"
