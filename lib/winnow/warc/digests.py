"""Digests of archive records, checked."""

from __future__ import annotations

import hashlib

from winnow.warc.body import join_chunks
from winnow.warc.http import Response
from winnow.warc.records import Record

_ALGORITHMS = {
    **{b"sha1": hashlib.sha1, b"sha-1": hashlib.sha1, b"md5": hashlib.md5},
    **{b"sha256": hashlib.sha256, b"sha-256": hashlib.sha256, b"sha512": hashlib.sha512, b"sha-512": hashlib.sha512},
}
_BASE32 = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789abcdefghijklmnopqrstuv")


def digest_matches(record: Record, response: Response | None) -> bool:
    """Whether the record matches its digest: of the block, or of the payload if there is no block digest.

    True if nothing can be compared: no digest, an unknown algorithm, an incomplete block, a payload in another record.
    Source: WARC 1.1, sections 5.8 and 5.9. Differs: a payload may be digested with or without its chunked coding.
    """
    if record.cut or len(record.block) != record.size or record.size != record.declared:
        return True
    digest = record.fields.get(b"\nwarc-block-digest:")
    if digest:
        return _matches(digest, record.block)
    digest = record.fields.get(b"\nwarc-payload-digest:")
    if not digest or not response or record.fields.get(b"\nwarc-type:").lower() != b"response":
        return True
    payload = bytes(record.block[response.body_start :])
    chunked = "chunked" in response.transfer_encoding
    return _matches(digest, payload) or (chunked and _matches(digest, join_chunks(payload)))


def _matches(digest: bytes, data: bytes | memoryview) -> bool:
    """Whether data has a digest like `sha1:` and base32 or hexadecimal digits; True for an unknown algorithm."""
    name, _, digits = digest.partition(b":")
    algorithm = _ALGORITHMS.get(name) or _ALGORITHMS.get(name.strip().lower())
    if not algorithm:
        return True
    found = algorithm(data).digest()
    digits = digits.strip().rstrip(b"=")
    base = 16 if len(digits) == 2 * len(found) else 32
    try:
        expected = int(digits if base == 16 else digits.upper().translate(_BASE32), base)
    except ValueError:
        return False
    padding = (len(digits) * 5 - len(found) * 8) if base == 32 else 0
    return 0 <= padding < 5 and expected >> padding == int.from_bytes(found, "big")
