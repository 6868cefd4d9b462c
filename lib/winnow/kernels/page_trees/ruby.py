"""Removes readings above characters (ruby) from the tree of a page."""

from __future__ import annotations

from lxml.etree import strip_tags
from lxml.html import HtmlElement

_READINGS = ("rt", "rp", "rtc")
_BLOCKS = ("p", "div", "h1", "h2", "h3", "ul", "ol", "dl", "table", "blockquote", "pre", "section", "article")
_INLINE = ("b", "i", "em", "strong", "span", "font", "small", "big")


def drop_readings(tree: HtmlElement) -> None:
    """Replaces each ruby by its base text, in place, so that all extractors find the same text.

    White space between pieces of a ruby on separate lines is removed. Source: WHATWG HTML, 4.5.10 to 4.5.12. If `</rt>`
    is missing, libxml2 puts the next `<rb>` into the reading: its text is kept. It puts the rest of the page into a
    reading without `</ruby>`: what holds blocks is no reading, and only its tag is removed.
    """
    for ruby in tree.iter("ruby"):
        for piece in ruby.iter():
            piece.text = _without_line_ends(piece.text)
            if piece is not ruby:
                piece.tail = _without_line_ends(piece.tail)
    for reading in reversed(list(tree.iterdescendants(*_READINGS))):
        if next(reading.iterdescendants(*_BLOCKS), None) is not None:
            reading.drop_tag()
            continue
        base = "".join("".join(piece.itertext()) for piece in reading.iter("rb"))
        reading.tail = base + (reading.tail or "")
        reading.drop_tree()
    for ruby in tree.iter("ruby"):
        strip_tags(ruby, *_INLINE)
    strip_tags(tree, "ruby", "rb", "rbc")


def _without_line_ends(text: str | None) -> str | None:
    return text.strip() if text and "\n" in text else text
