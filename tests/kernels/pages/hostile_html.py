"""Pages made to hurt a parser: each function takes a size and returns HTML."""

from __future__ import annotations

import json

SENTENCE = "The quiet river carries the small boat towards the old mill. "


def page(body: str, head: str = "<title>A hostile page</title>") -> str:
    return f"<html><head>{head}</head><body>{body}</body></html>"


def plain_page(sentences: int = 20) -> str:
    return page(f"<article><p>{SENTENCE * sentences}</p></article>")


def nested(depth: int, tag: str = "div") -> str:
    """`depth` nested elements, html and body among them, then a paragraph that must not be lost."""
    inner = depth - 2
    return page(f"{f'<{tag}>' * inner}{SENTENCE * 10}{f'</{tag}>' * inner}<p>{SENTENCE * 10}</p>")


def many_elements(count: int) -> str:
    """`count` elements in all, html, head, title and body among them."""
    return page("<p>a word</p>" * (count - 4))


def attribute_soup(attributes: int) -> str:
    """One element with many attributes; the parser compares each with all before it."""
    return page(f"<p {' '.join(f'a{i}=1' for i in range(attributes))}>{SENTENCE}</p>")


def regex_trap(length: int) -> str:
    """JSON on which a pattern for markup backtracks quadratically. It is read because the page has no other text."""
    article = json.dumps({"@type": "Article", "articleBody": "<a " + "=" * length})
    return page("<p>short</p>", head=f'<script type="application/ld+json">{article}</script>')
