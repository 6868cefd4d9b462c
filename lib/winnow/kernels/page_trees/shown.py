"""A tree with what browsers show: elements that hold nothing, hidden templates, highlighted code."""

from __future__ import annotations

import re

from lxml.etree import strip_tags
from lxml.html import HtmlElement

_VOID = ("bgsound", "embed", "image", "keygen", "source", "track", "wbr")  # HTML's, for which libxml2 seeks an end tag
_TEMPLATE = re.compile(r"(?i)<(/?)template(?=[ \t\n\r\f/>])")
_SHADOW = ("shadowrootmode", "shadowroot")
_OF_CODE = ("a", "b", "em", "font", "i", "mark", "small", "span", "strong", "u", "var")


def empty_void_elements(tree: HtmlElement) -> None:
    """Puts what libxml2 reads into an `<embed>`, `<source>` and the like behind it, in place.

    HTML gives them no content and no end tag. libxml2 waits for one, so that the rest of the parent would be taken for
    what replaces a film. Source: WHATWG HTML, 13.1.2 (void elements), 13.2.6.4.7 for bgsound, image and keygen.
    """
    for element in reversed(list(tree.iterdescendants(*_VOID))):
        if len(element) or element.text:
            element.drop_tag()


def drop_templates(tree: HtmlElement, html: str) -> None:
    """Removes templates, whose content is shown nowhere, in place; not if one is never closed.

    Then the rest of the page would be in it. The content of a declarative shadow root is shown, and kept.
    Source: WHATWG HTML, 4.12.3.
    """
    templates = list(tree.iterdescendants("template"))
    if not templates:
        return
    ends = [tag[1] == "/" for tag in _TEMPLATE.finditer(html)]
    if 2 * sum(ends) < len(ends):
        return
    for template in reversed(templates):
        if not any(template.get(name) for name in _SHADOW):
            template.drop_tree()


def flatten_code(tree: HtmlElement) -> None:
    """Leaves plain text in preformatted blocks, in place: highlighted code is code, and line breaks are newlines.

    A block is code for trafilatura by its first text alone, which in highlighted code is a word or nothing. Blocks with
    other blocks in them, or with `<code>`, are not changed.
    """
    for block in tree.iter("pre"):
        if not len(block) or any(child.tag not in (*_OF_CODE, "br") for child in block.iterdescendants()):
            continue
        is_highlighted = any(span.get("class") for span in block.iterdescendants("span"))
        for line_break in list(block.iterdescendants("br")):
            line_break.tail = "\n" + (line_break.tail or "")
        strip_tags(block, "br", *_OF_CODE)
        if is_highlighted:
            code = block.makeelement("code")
            code.text, block.text = block.text, None
            block.append(code)
