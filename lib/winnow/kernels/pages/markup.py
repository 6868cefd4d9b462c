"""Markup changed so that libxml2 reads a page to its end, as browsers do."""

from __future__ import annotations

import re

MAX_TITLE_CHARS = 1_000

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
_CUT_END = re.compile(r"(?:&#?[0-9A-Za-z]{0,31}|</?)\Z")
_FRAMESET = re.compile(rf"<[Ff][Rr][Aa][Mm][Ee][Ss][Ee][Tt]{_NAME_ENDS}")
_NOFRAMES = re.compile(rf"(?i)<noframes{_NAME_ENDS}")
_FRAMES = re.compile(rf"(?i)</?(?:frameset|noframes){_NAME_ENDS}{_ATTRIBUTES}")


def split_at_ends(html: str) -> list[str]:
    """The parts of a page between its ends of body and html; the whole page if no text follows the first end.

    Joined, the parts are the page as browsers read it: they continue the body after `</body>` and `</html>`. libxml2
    drops content after the first `</html>` since version 2.12, and everything if `<html/>` begins the page. It does not
    count content after `</body>` as part of the body. Tags in comments, scripts and other raw text are not changed.
    Source: WHATWG HTML, 13.2.6.4.19 and 13.2.6.4.22: the insertion modes "after body" and "after after body".
    """
    found = _SUSPECT.search(html)
    if found is None or (found[0][1] == "/" and _is_without_text(html, found.start())):
        return [html]
    parts: list[list[str]] = [[]]
    start = 0
    for piece in _PIECES.finditer(html):
        if not (piece["end"] or (piece["closed"] and piece["closed"].endswith("/>"))):
            continue
        parts[-1].append(html[start : piece.start()])
        start = piece.end()
        if piece["end"]:
            parts.append([])
        else:
            parts[-1].append(piece["closed"][:-2] + ">")
    parts[-1].append(html[start:])
    return ["".join(part) for part in parts]


def without_cut_end(html: str) -> str:
    """A page whose end was cut off, without an incomplete reference or tag at its end.

    Otherwise `caf&eacu` would appear in the text, and `&#82`, the beginning of a dash, would be read as the letter R.
    """
    return _CUT_END.sub("", html)


def without_frames(html: str) -> str:
    """For a page of frames, the content of `<noframes>`; other pages unchanged.

    Differs from browsers, which show the frames: these are separate pages, and archives have them separately.
    """
    if _FRAMESET.search(html) is None or _NOFRAMES.search(html) is None:
        return html
    return _FRAMES.sub("", html)


def is_whole_page(html: str) -> bool:
    """Whether a tag of body or html is anywhere in it; trafilatura needs html in the first 50 characters."""
    return _WHOLE_PAGE.search(html) is not None


def _is_without_text(html: str, start: int) -> bool:
    rest = _NO_TEXT.match(html, start)
    return rest is not None and rest.end() == len(html)
