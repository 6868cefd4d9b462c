"""How servers send pages, and what they send beside pages."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import NamedTuple

import brotli

from winnow.demo.archives import Exchange

_OK = "200 OK"
_CHUNK_BYTES = 1500

Headers = tuple[tuple[str, str], ...]


class Wire(NamedTuple):
    """One way to send a page: its content type, the character set of its bytes and of its markup, further headers."""

    content_type: str | None = "text/html; charset=UTF-8"
    charset: str = "utf-8"
    meta: str | None = None
    headers: Headers = ()
    encode: Callable[[bytes], bytes] = bytes
    altered: bool = False


class Noise(NamedTuple):
    """A record that is no page, and the kind under which `archives.skipped` counts it."""

    skipped: str
    exchange: Exchange


def send(url: str, html: str, wire: str) -> Exchange:
    """The response that carries a page in one of the ways of WIRES."""
    way = WIRES[wire]
    page = html.replace("<head>", f'<head><meta charset="{way.meta}">', 1) if way.meta else html
    body = way.encode(page.encode(way.charset, "xmlcharrefreplace"))
    types = (("Content-Type", way.content_type),) if way.content_type else ()
    return Exchange(url, _OK, (("Server", "demo"), *types, *way.headers), body, altered=way.altered)


def noise(host: str, number: int) -> list[Noise]:
    """What a crawler stores beside pages; `number` makes the URLs of an archive its own."""
    base = f"https://{host}/beside/{number}"
    html = (("Content-Type", "text/html; charset=UTF-8"),)
    gone = b"<html><head><title>Gone</title></head><body><h1>The page that you look for is gone</h1></body></html>"
    return [
        Noise("http_error", Exchange(f"{base}/gone", "404 Not Found", html, gone)),
        Noise(
            "redirect", Exchange(f"{base}/moved", "301 Moved Permanently", (*html, ("Location", f"{base}/new")), b"")
        ),
        Noise("http_error", Exchange(f"{base}/broken", "500 Internal Server Error", html, gone)),
        Noise(
            "not_html",
            Exchange(f"{base}/leaflet.pdf", _OK, (("Content-Type", "application/pdf"),), b"%PDF-1.4\n%demo\n"),
        ),
        Noise(
            "not_html", Exchange(f"{base}/data.json", _OK, (("Content-Type", "application/json"),), b'{"pages": 12}')
        ),
        Noise("revisit", Exchange(f"{base}/seen", _OK, html, b"", "revisit")),
        Noise("resource", Exchange(f"{base}/icon.svg", "", (), b"<svg></svg>", "resource", "image/svg+xml")),
        Noise("not_http", Exchange(f"dns:{host}", "", (), b"20240301000000\n192.0.2.7\n", "response", "text/dns")),
    ]


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def _chunked(body: bytes) -> bytes:
    chunks = [body[start : start + _CHUNK_BYTES] for start in range(0, len(body), _CHUNK_BYTES)]
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in [*chunks, b""])


def _broken_gzip(body: bytes) -> bytes:
    packed = _gzip(body)
    return packed[:10] + b"\x07" + packed[11:]  # the first block is of a type that does not exist


_GZIP = (("Content-Encoding", "gzip"),)
_CHUNKED = (("Transfer-Encoding", "chunked"),)
WIRES = {
    "utf8": Wire(headers=(("X-Crawl-Content-Encoding", "gzip"),)),  # as Common Crawl stores what it has unpacked
    "meta": Wire("text/html", meta="utf-8"),
    "unlabelled": Wire("text/html"),
    "latin1": Wire("text/html; charset=ISO-8859-1", "iso-8859-1"),
    "cp1252_meta": Wire("text/html", "cp1252", "windows-1252"),
    "gzip": Wire(headers=_GZIP, encode=_gzip),
    "brotli": Wire(headers=(("Content-Encoding", "br"),), encode=brotli.compress),
    "chunked": Wire(headers=_CHUNKED, encode=_chunked),
    "gzip_chunked": Wire(headers=_GZIP + _CHUNKED, encode=lambda body: _chunked(_gzip(body))),
    "xhtml": Wire("application/xhtml+xml; charset=utf-8"),
    "sniffed": Wire(None),
    "unpacked": Wire(headers=_GZIP),  # says gzip, but is not
    "broken_gzip": Wire(headers=_GZIP, encode=_broken_gzip),
    "altered": Wire(altered=True),
}
RARE_WIRES = tuple(name for name in WIRES if name not in {"utf8", "broken_gzip", "altered"})
