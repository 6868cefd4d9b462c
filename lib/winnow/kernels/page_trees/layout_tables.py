"""Tables that lay a page out, unfolded into blocks."""

from __future__ import annotations

from collections.abc import Iterator

from lxml.etree import strip_tags
from lxml.html import HtmlElement

MIN_PROSE_CHARS = 300  # of a cell that holds blocks of text; with breaks alone, or neither, it must be longer
MIN_BARE_CHARS = 600
MIN_BLOCKS = 2
MIN_NAVIGATION_LINKS = 3  # of a cell whose links are navigation, and their share of its characters
MIN_NAVIGATION_FRACTION = 0.5
_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "fieldset", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "iframe", "li", "main", "menu", "nav",
    "noscript", "ol", "p", "pre", "script", "section", "style", "table", "ul",
})  # fmt: skip
_TEXT_BLOCKS = ("p", "h1", "h2", "h3", "h4", "ul", "ol", "blockquote", "pre", "div")
_OF_DATA = ("th", "caption", "thead", "tfoot")
_PARTS = ("tbody", "thead", "tfoot", "tr", "colgroup", "col", "caption")


def find_layout_tables(tree: HtmlElement) -> list[HtmlElement]:
    """The layout tables of a page, in its order; data tables are not included.

    A layout table has no heading cells, no caption, no head and no foot; and it says so (`role`), contains another
    table, has one column, a cell of prose, or line numbers beside code. HTML itself does not distinguish it from a data
    table. Tables of links are left to trafilatura.
    Source: WHATWG HTML, 4.9.1, lists attributes that suggest one or the other; lengths are a choice.
    """
    return [table for table in tree.iterdescendants("table") if _lays_out(table)]


def drop_navigation(tables: list[HtmlElement]) -> None:
    """Empties, in place, cells of links beside a cell of prose, and cells of line numbers beside code."""
    for table in tables:
        cells = list(_own(table, "td"))
        unwanted = list(filter(_is_line_numbers, cells)) if numbers_lines(table) else []
        if any(_is_prose(cell) and not _is_navigation(cell) for cell in cells):
            unwanted += filter(_is_navigation, cells)
        for cell in unwanted:
            del cell[:]
            cell.text = None


def unfold(tables: list[HtmlElement]) -> None:
    """Turns cells of tables into blocks, and their loose text into paragraphs, in place."""
    for table in reversed(tables):
        _unfold(table)


def _lays_out(table: HtmlElement) -> bool:
    if table.get("role", "").lower() in {"presentation", "none"}:
        return True
    if any(True for _ in _own(table, *_OF_DATA)):
        return False
    if _is_navigation(table):
        return False
    if next(table.iterdescendants("table"), None) is not None or numbers_lines(table):
        return True
    rows = [sum(cell.tag == "td" for cell in row) for row in table.iter("tr")]
    return max(rows, default=0) == 1 or any(map(_is_prose, table.iter("td")))


def numbers_lines(table: HtmlElement) -> bool:
    """Whether the table has line numbers beside lines of code."""
    cells = list(_own(table, "td"))
    has_code = any(next(cell.iterdescendants("pre"), None) is not None and not _is_line_numbers(cell) for cell in cells)
    return has_code and any(map(_is_line_numbers, cells))


def _is_line_numbers(cell: HtmlElement) -> bool:
    words = cell.text_content().split()
    return (
        bool(words) and all(map(str.isdecimal, words)) and words == [str(int(words[0]) + i) for i in range(len(words))]
    )


def _own(table: HtmlElement, *tags: str) -> Iterator[HtmlElement]:
    """The elements of a table that are not in a table inside it."""
    for element in table.iterdescendants(*tags):
        if next(element.iterancestors("table")) is table:
            yield element


def _is_prose(cell: HtmlElement) -> bool:
    chars = len(" ".join(cell.text_content().split()))
    if chars < MIN_PROSE_CHARS:
        return False
    return chars >= MIN_BARE_CHARS or sum(1 for _ in cell.iterdescendants(*_TEXT_BLOCKS)) >= MIN_BLOCKS


def _unfold(table: HtmlElement) -> None:
    cells = list(_own(table, "td", "th"))
    for part in list(_own(table, *_PARTS)):
        part.tag = "part"
    strip_tags(table, "part")
    for cell in cells:
        cell.tag = "div"
        _wrap_loose_text(cell)
    table.tag = "div"


def _is_navigation(cell: HtmlElement) -> bool:
    """Whether it contains mostly links."""
    links = [" ".join(link.text_content().split()) for link in cell.iterdescendants("a")]
    chars = len(" ".join(cell.text_content().split()))
    return len(links) >= MIN_NAVIGATION_LINKS and sum(map(len, links)) > MIN_NAVIGATION_FRACTION * chars


def _wrap_loose_text(cell: HtmlElement) -> None:
    """Turns each run of inline content between blocks or empty lines into a paragraph."""
    paragraph = cell.makeelement("p")
    paragraph.text, cell.text = cell.text, None
    place = 0
    for child in list(cell):
        if not (_is_block(child) or _ends_paragraph(child, paragraph)):
            paragraph.append(child)
            continue
        place += _put(cell, paragraph, place) + 1
        paragraph = cell.makeelement("p")
        paragraph.text, child.tail = child.tail, None
    _put(cell, paragraph, place)


def _is_block(element: HtmlElement) -> bool:
    return element.tag in _BLOCKS or next(element.iterdescendants(*_BLOCKS), None) is not None


def _ends_paragraph(element: HtmlElement, paragraph: HtmlElement) -> bool:
    """Whether it is the second of two line breaks."""
    if element.tag != "br" or not len(paragraph):
        return False
    return bool(paragraph[-1].tag == "br" and not (paragraph[-1].tail or "").strip())


def _put(cell: HtmlElement, paragraph: HtmlElement, place: int) -> int:
    """Puts content into a cell as a paragraph; returns the number of paragraphs, 0 if it is empty."""
    if not len(paragraph) and not (paragraph.text or "").strip():
        return 0
    cell.insert(place, paragraph)
    return 1
