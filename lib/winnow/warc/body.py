"""Decodes an HTTP body: removes its transfer and content codings within a limit."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable
from typing import NamedTuple

import brotli
from fastwarc.stream_io import ZstdReader

MAX_CODINGS = 4  # content codings of one body that are removed
MAX_CHUNK_LINE_BYTES = 4096
_TEXT_BYTES = 512
_STEP_BYTES = 1024
_CHUNK_LINE = re.compile(rb"[ \t]*([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_CUT_LINE = re.compile(rb"\r?\n?[ \t]*[0-9A-Fa-f]{0,15}[ \t]*(?:;[^\n]*)?\r?")
_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


class Body(NamedTuple):
    """A decoded body.

    data         at most limit bytes
    truncated    the body is longer than limit
    undecodable  an unknown coding, or bytes that do not fit their coding and are not text
    """

    data: bytes
    truncated: bool
    undecodable: bool


def decode_body(raw: bytes, content_encoding: str, transfer_encoding: str, limit: int) -> Body:
    """A body without its transfer and content codings, at most limit bytes; total on any bytes.

    content_encoding, transfer_encoding: values of the header, codings in the order in which they were applied, '' for
    none. At most limit bytes are inflated, in at most MAX_CODINGS codings. A stream that ends early or is broken gives
    the bytes before. A body that does not fit its coding, but is text, was stored decoded, and is not changed.
    Source: RFC 9112, section 7.1; RFC 9110, section 8.4.
    Differs: bytes after a broken chunk size are kept unchanged, unless the body ends within a chunk size; codings that
    do not exist (`none`, `utf-8`) count as identity.
    """
    if "chunked" in transfer_encoding.lower():
        raw = join_chunks(raw)
    if not content_encoding:
        return Body(raw[:limit], len(raw) > limit, False)
    codings = [coding.strip().lower() for coding in content_encoding.split(",")]
    known = [coding for coding in codings if coding in _INFLATERS or coding in _UNREADABLE]
    data, truncated = raw, False
    if len(known) > MAX_CODINGS:
        return Body(b"", False, True)
    for coding in reversed(known):
        inflated = _INFLATERS.get(coding, _nothing)(data, limit + 1)
        if not inflated and data and not is_text(data):
            return Body(b"", False, True)
        data = inflated or data
        truncated = truncated or len(data) > limit
    return Body(data[:limit], truncated or len(data) > limit, False)


def join_chunks(raw: bytes) -> bytes:
    """The data of a chunked body; the bytes unchanged if they do not begin with a chunk."""
    pieces: list[bytes] = []
    place = 0
    while line := _CHUNK_LINE.match(raw, place, place + MAX_CHUNK_LINE_BYTES):
        size, start = int(line[1], 16), line.end()
        if not size:
            return b"".join(pieces)
        pieces.append(raw[start : start + size])
        place = start + size
        place += 2 if raw.startswith(b"\r\n", place) else raw.startswith(b"\n", place)
    rest = b"" if pieces and _CUT_LINE.fullmatch(raw, place) else raw[place:]
    return b"".join([*pieces, rest])


def ends_early(raw: bytes, content_encoding: str, transfer_encoding: str, limit: int) -> bool:
    """Whether the last chunk, or the end of the gzip or brotli stream, is missing; False if it was stored decoded.

    At most limit bytes are inflated; False for a longer body, and for a broken stream.
    """
    if "chunked" in transfer_encoding.lower():
        if not _chunks_end(raw):
            return True
        raw = join_chunks(raw)
    coding = content_encoding.strip().lower()
    try:
        if coding in ("gzip", "x-gzip"):
            gzipped = zlib.decompressobj(zlib.MAX_WBITS | 16)
            return bool(raw) and len(gzipped.decompress(raw, limit)) < limit and not gzipped.eof
        if coding == "br":
            packed = brotli.Decompressor()
            return len(packed.process(raw, output_buffer_limit=limit)) < limit and not packed.is_finished()
    except (zlib.error, brotli.error):
        pass
    return False


def _chunks_end(raw: bytes) -> bool:
    """Whether a body has a last chunk, or is not chunked."""
    place = 0
    while line := _CHUNK_LINE.match(raw, place, place + MAX_CHUNK_LINE_BYTES):
        size = int(line[1], 16)
        if not size:
            return True
        place = line.end() + size
        place += 2 if raw.startswith(b"\r\n", place) else raw.startswith(b"\n", place)
    return place == 0 or (place < len(raw) and not _CUT_LINE.fullmatch(raw, place))


def is_text(data: bytes) -> bool:
    """Whether the first _TEXT_BYTES bytes contain no control characters except those of text."""
    return _CONTROLS.search(data, 0, _TEXT_BYTES) is None


def _inflate(data: bytes, limit: int, window_bits: int) -> bytes:
    """The bytes before the first error, the end or the limit; gzip members are joined."""
    inflated = b""
    while data and len(inflated) < limit:
        inflater = zlib.decompressobj(window_bits)
        before = inflater.copy()
        try:
            piece = inflater.decompress(data, limit - len(inflated))
        except zlib.error:
            return inflated + _inflate_until_error(before, data, limit - len(inflated), _STEP_BYTES)
        inflated += piece
        data = inflater.unused_data if piece and window_bits > zlib.MAX_WBITS else b""
    return inflated


def _inflate_until_error(inflater: zlib._Decompress, data: bytes, limit: int, step: int) -> bytes:
    inflated = bytearray()
    for start in range(0, len(data), step):
        before, piece = inflater.copy(), data[start : start + step]
        try:
            inflated += inflater.decompress(piece, limit - len(inflated))
        except zlib.error:
            rest = _inflate_until_error(before, piece, limit - len(inflated), 1) if step > 1 else b""
            return bytes(inflated) + rest
        if len(inflated) >= limit:
            break
    return bytes(inflated)


def _inflate_gzip(data: bytes, limit: int) -> bytes:
    return _inflate(data, limit, zlib.MAX_WBITS | 16)


def _inflate_deflate(data: bytes, limit: int) -> bytes:
    """Deflate with or without zlib header: servers send both."""
    return _inflate(data, limit, zlib.MAX_WBITS) or _inflate(data, limit, -zlib.MAX_WBITS)


def _inflate_brotli(data: bytes, limit: int) -> bytes:
    inflater, inflated = brotli.Decompressor(), bytearray()
    try:
        for start in range(0, len(data), _STEP_BYTES):
            piece = inflater.process(data[start : start + _STEP_BYTES], output_buffer_limit=limit)
            while piece and len(inflated) < limit:
                inflated += piece
                piece = inflater.process(b"", output_buffer_limit=limit)
            if inflater.is_finished() or len(inflated) >= limit:
                break
    except brotli.error:
        pass
    return bytes(inflated[:limit])


def _inflate_zstd(data: bytes, limit: int) -> bytes:
    reader, inflated = ZstdReader(io.BytesIO(data)), bytearray()
    try:
        while len(inflated) < limit and (piece := reader.read(_STEP_BYTES)):
            inflated += piece
    except OSError:
        pass
    return bytes(inflated[:limit])


def _nothing(data: bytes, limit: int) -> bytes:
    return b""


_INFLATERS: dict[str, Callable[[bytes, int], bytes]] = {
    **{"gzip": _inflate_gzip, "x-gzip": _inflate_gzip, "deflate": _inflate_deflate},
    **{"br": _inflate_brotli, "zstd": _inflate_zstd},
}
_UNREADABLE = frozenset({"compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip", "aes128gcm", "bzip2", "xz"})
