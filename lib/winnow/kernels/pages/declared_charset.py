"""The character set that a page's own markup declares."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_TAG = re.compile(rb"<(?:(!--)|([!?]|/(?![A-Za-z]))|(/?[A-Za-z][^\t\n\f\r />]*+))")
_COMMENT_END = re.compile(rb"--!?>")
_TAG_END = re.compile(
    rb"(?:[\t\n\f\r /]++|[^\t\n\f\r />][^\t\n\f\r />=]*+(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    rb"(?:\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\f\r >\"'][^\t\n\f\r >]*+)?+)?+)*+>"
)
_ATTRIBUTE = re.compile(
    rb"([^\t\n\f\r />][^\t\n\f\r />=]*+)(?:[\t\n\f\r ]*+=[\t\n\f\r ]*+"
    rb"(?:\"([^\"]*+)\"|'([^']*+)'|([^\t\n\f\r >\"'][^\t\n\f\r >]*+))?+)?+"
)
_RAW_TEXT = (b"script", b"title", b"textarea", b"style", b"xmp", b"iframe", b"noembed", b"noframes")
_RAW_TEXT_END = {name: re.compile(b"</" + name + rb"(?=[\t\n\f\r />])") for name in _RAW_TEXT}
_SCRIPT_MARK = re.compile(rb"<!--|-->|<(/?)script(?=[\t\n\f\r />])")
_CONTENT_CHARSET = re.compile(
    rb"charset[\t\n\f\r ]*+=[\t\n\f\r ]*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\t\n\f\r ;\"'][^\t\n\f\r ;]*+)|)"
)
_XML_DECLARATION = re.compile(rb"<\?xml[^>]*>")
_XML_ENCODING = re.compile(rb"[\0- ]*+=[\0- ]*+(?:\"([^\"\0- ]*+)\"|'([^'\0- ]*+)')")


def declared_charset(page: bytes, charset_of: Callable[[str], str | None]) -> str | None:
    """The character set that a page declares, by the name of charset_of; None if it declares no known set.

    It is taken from the first `meta` element, anywhere in the page, with a known label in `charset`, or in `content`
    beside an `http-equiv` of content-type; without one, from the XML declaration. Comments, other attributes, scripts,
    styles, titles and other elements with raw text are ignored. UTF-16 means UTF-8, since the declaration was
    readable.
    Source: WHATWG HTML, section 13.2.3.2 (prescan, extracting a character encoding, XML encoding) for attributes and
    labels; section 13.2.5 for where tags, comments and raw text end.
    Differs: the whole page is searched, not 1,024 bytes: browsers, too, start again when they find a late `meta`. Tags
    in scripts are ignored, as in the tree builder; the prescan would use them.
    """
    lowered = page.lower()
    for attributes in _meta_elements(lowered, lowered.rfind(b"charset")):
        name = _charset_of_meta(attributes, charset_of)
        if name:
            return _read_as_ascii(name)
    name = charset_of(_xml_label(page))
    return _read_as_ascii(name) if name else None


def _read_as_ascii(name: str) -> str:
    return "utf-8" if name.startswith("utf-16") else name


def _xml_label(page: bytes) -> str:
    declaration = _XML_DECLARATION.match(page)
    _, word, rest = declaration[0].partition(b"encoding") if declaration else (b"", b"", b"")
    label = _XML_ENCODING.match(rest) if word else None
    return (label[1] or label[2] or b"").decode("latin-1") if label else ""


def _meta_elements(page: bytes, last: int) -> Iterator[dict[bytes, bytes]]:
    """The attributes of each `meta` that begins before a place, in a page in lower case."""
    place = 0
    while (tag := _TAG.search(page, place)) and tag.start() < last:
        place = _end_of_markup(page, tag)
        name = tag[3] or b""
        if place < 0 or name == b"plaintext":
            return
        if name == b"meta":
            yield _attributes(page, tag.end(), place)
        place = _end_of_raw_text(page, name, place)
        if place < 0:
            return


def _end_of_markup(page: bytes, tag: re.Match[bytes]) -> int:
    """Where a comment, a declaration or a tag ends; -1 if it does not end."""
    if tag[1]:
        return _end_of_comment(page, tag.start())
    if tag[2]:
        return page.find(b">", tag.start() + 2) + 1 or -1
    end = _TAG_END.match(page, tag.end())
    return end.end() if end else -1


def _end_of_comment(page: bytes, start: int) -> int:
    """Where a comment ends; its last dashes can be its first ones."""
    end = _COMMENT_END.search(page, start + 2)
    if end and end.start() < start + 4 and end[0] == b"--!>":
        end = _COMMENT_END.search(page, start + 4)
    return end.end() if end else -1


def _end_of_raw_text(page: bytes, name: bytes, place: int) -> int:
    """Where the end tag of an element with raw text begins, the same place for other elements; -1 if there is none."""
    if name not in _RAW_TEXT_END:
        return place
    end = _RAW_TEXT_END[name].search(page, place)
    if not end or (name == b"script" and page.find(b"<!--", place, end.start()) >= 0):
        return _end_of_script(page, place) if end else -1
    return end.start()


def _end_of_script(page: bytes, place: int) -> int:
    """Where the end tag of a script begins; a nested script in a comment has its own end tag."""
    is_comment = is_inner = False
    while mark := _SCRIPT_MARK.search(page, place):
        place = mark.end()
        if mark[1] is None:
            is_comment = mark[0] == b"<!--"
            is_inner = is_inner and is_comment
            place -= 2 if is_comment else 0  # its dashes may be those of the comment's end
        elif mark[1] and not is_inner:
            return mark.start()
        else:
            is_inner = is_comment and not mark[1]
    return -1


def _attributes(page: bytes, start: int, end: int) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(page, start, end - 1):
        found.setdefault(name, double or single or bare)
    return found


def _charset_of_meta(attributes: dict[bytes, bytes], charset_of: Callable[[str], str | None]) -> str | None:
    if b"charset" in attributes:
        return charset_of(attributes[b"charset"].decode("latin-1"))
    if attributes.get(b"http-equiv") != b"content-type":
        return None
    label = _CONTENT_CHARSET.search(attributes.get(b"content", b""))
    return charset_of((label[1] or label[2] or label[3] or b"").decode("latin-1")) if label else None
