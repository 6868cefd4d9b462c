"""A page's markup as libxml2 must get it, so that it reads the page to its end, as browsers do."""

from __future__ import annotations

import re

_NAME_ENDS = r"(?=[ \t\n\r\f/>])"
_ATTRIBUTES = r"(?:[^>=]|=[ \t\n\r\f]*+(?:\"[^\"]*\"|'[^']*')?)*+(?:>|\Z)"
_BODY_OR_HTML = "[BbHh](?:[Oo][Dd][Yy]|[Tt][Mm][Ll])"
# An end of body or html, or the start of either that is closed at once.
_SUSPECT = re.compile(rf"<(?:/{_BODY_OR_HTML}{_NAME_ENDS}|{_BODY_OR_HTML}[^<>]*/>)")
# What may follow the end of a page and has no text.
_NO_TEXT = re.compile(
    rf"(?is)(?:\s+|<!--.*?-->|</(?:body|html){_NAME_ENDS}[^>]*>|<(script|style|noscript){_NAME_ENDS}.*?</\1\s*>)*+"
)
_COMMENT = r"<!--(?:-?>|.*?(?:--!?>|\Z))"
_BOGUS_COMMENT = r"<(?:/(?![a-z>])|[!?])[^>]*(?:>|\Z)"
_BARE_TEXT = (
    rf"<(script|style|textarea|title|xmp|iframe|noembed|noframes){_NAME_ENDS}{_ATTRIBUTES}.*?(?:</\1{_NAME_ENDS}|\Z)"
    rf"|<plaintext{_NAME_ENDS}.*"
)
_PIECES = re.compile(
    rf"(?is){_COMMENT}|{_BARE_TEXT}|(?P<end></(?:body|html){_NAME_ENDS}{_ATTRIBUTES})"
    rf"|(?P<closed><(?:body|html){_NAME_ENDS}{_ATTRIBUTES})|</?[a-z]{_ATTRIBUTES}|{_BOGUS_COMMENT}"
)
_WHOLE_PAGE = re.compile(rf"(?i)<(?:html|body){_NAME_ENDS}")
_FRAMESET = re.compile(rf"<[Ff][Rr][Aa][Mm][Ee][Ss][Ee][Tt]{_NAME_ENDS}")
_NOFRAMES = re.compile(rf"(?i)<noframes{_NAME_ENDS}")
_FRAMES = re.compile(rf"(?i)</?(?:frameset|noframes){_NAME_ENDS}{_ATTRIBUTES}")


def split_at_ends(html: str) -> list[str]:
    """The parts of a page between the ends of body and html in it; the page alone where no text follows the first.

    Joined, the parts are the page as browsers read it, which go on in the body behind `</body>` and `</html>`. libxml2
    drops what follows the first `</html>` since version 2.12, and everything where `<html/>` begins the page. To it,
    what follows `</body>` is no part of the body. Tags in comments, scripts and other bare text are left alone.
    Source: WHATWG HTML, 13.2.6.4.19 and 13.2.6.4.22: the insertion modes "after body" and "after after body".
    """
    found = _SUSPECT.search(html)
    if found is None or (found[0][1] == "/" and _is_without_text(html, found.start())):
        return [html]
    parts, start = [""], 0
    for piece in _PIECES.finditer(html):
        if not (piece["end"] or (piece["closed"] and piece["closed"].endswith("/>"))):
            continue
        parts[-1] += html[start : piece.start()]
        start = piece.end()
        if piece["end"]:
            parts.append("")
        else:
            parts[-1] += piece["closed"][:-2] + ">"
    parts[-1] += html[start:]
    return parts


def without_frames(html: str) -> str:
    """A page of frames as the page for programs without them: the content of `<noframes>`. Other pages as they are.

    Differs from browsers, which show the frames; these are pages of their own, and in archives on their own.
    """
    if _FRAMESET.search(html) is None or _NOFRAMES.search(html) is None:
        return html
    return _FRAMES.sub("", html)


def is_whole_page(html: str) -> bool:
    """Whether a tag of body or html is anywhere in it; trafilatura wants html among the first 50 characters."""
    return _WHOLE_PAGE.search(html) is not None


def _is_without_text(html: str, start: int) -> bool:
    rest = _NO_TEXT.match(html, start)
    return rest is not None and rest.end() == len(html)
