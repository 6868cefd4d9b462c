"""The HTTP message in a response record."""

from __future__ import annotations

import re
from typing import NamedTuple

from winnow.warc.records import Fields, blank_line_end

MAX_HTTP_HEADER_BYTES = 256 * 1024
USUAL_HEADER_BYTES = 4096

HTML_TYPES = frozenset({"text/html", "application/xhtml+xml"})
NO_TYPES = frozenset({"", "*/*", "unknown/unknown", "application/unknown"})

_STATUS_LINE = re.compile(rb"HTTP[A-Z]*(?:/[\d.]+)?[ \t]+(\d{3})(?!\d)", re.IGNORECASE)
_LENGTH = re.compile(rb"[0-9]{1,15}")
_PARAMETERS = re.compile(r"[;,\s]")
_CHARSET = re.compile(r"(?:^|(?<=[;,\s]))charset\s*=\s*[\"']?\s*([^\s\"';,]+)|\"[^\"]*\"", re.IGNORECASE)
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?[\t\n\f\r ]*<(?:!--|\?xml|(?:!DOCTYPE HTML|HTML|HEAD|SCRIPT|IFRAME|H1|DIV|FONT|TABLE|A|STYLE"
    rb"|TITLE|B|BODY|BR|P)[ \t\n\f\r>])",
    re.IGNORECASE,
)


class Response(NamedTuple):
    """An HTTP response.

    status             three digits
    content_type       media type, lower case, without parameters; '' if missing
    charset            the first parameter of that name in the Content-Type, as served; None if missing
    content_encoding   as served, lower case; '' if missing
    transfer_encoding  as served, lower case; '' if missing
    content_length     bytes of the body as sent; None if missing, not a number, or if there is a transfer coding
    body_start         where the body begins in the block
    """

    status: int
    content_type: str
    charset: str | None
    content_encoding: str
    transfer_encoding: str
    content_length: int | None
    body_start: int


def parse_response(block: bytes | memoryview) -> Response | None:
    """The head of the response in a block; None if it does not begin with a status line.

    Source: RFC 9112, sections 2 and 4. Differs: of a repeated field, the last counts; a bare LF ends a line.
    """
    head = bytes(block[:USUAL_HEADER_BYTES])
    line = _STATUS_LINE.match(head)
    if not line:
        return None
    end = blank_line_end(head, len(head))
    if end < 0:
        head = bytes(block[:MAX_HTTP_HEADER_BYTES])
        end = blank_line_end(head, len(head))
    end = len(head) if end < 0 else end
    fields = Fields(head[:end])
    content_type, charset = parse_content_type(_text(fields, b"\ncontent-type:"))
    transfer_encoding, length = _text(fields, b"\ntransfer-encoding:").lower(), fields.get(b"\ncontent-length:")
    return Response(
        status=int(line[1]),
        content_type=content_type,
        charset=charset,
        content_encoding=_text(fields, b"\ncontent-encoding:").lower(),
        transfer_encoding=transfer_encoding,
        content_length=int(length) if _LENGTH.fullmatch(length) and not transfer_encoding else None,
        body_start=end,
    )


def parse_content_type(served: str) -> tuple[str, str | None]:
    """The media type in lower case, without parameters, and the first character set that it names, or None."""
    charset = next(filter(None, _CHARSET.findall(served)), None) if "=" in served else None
    return _PARAMETERS.split(served, 1)[0].lower(), charset


def is_html(content_type: str, body_head: bytes) -> bool:
    """Whether a response is HTML: by its type, or without one by the first bytes of its decoded body.

    Source: WHATWG MIME Sniffing, sections 5.1 and 7.1, the patterns for text/html.
    Differs: a byte order mark may come first; an XML declaration counts, as XHTML starts with one.
    """
    if content_type in NO_TYPES:
        return _HTML_START.match(body_head) is not None
    return content_type in HTML_TYPES


def _text(fields: Fields, name: bytes) -> str:
    return fields.get(name).decode("latin-1")
