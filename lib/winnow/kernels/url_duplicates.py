"""Pages that share a URL: which of them stays, on flat arrays.

A page is a column of four numbers: the key of its URL (a 64-bit hash) and its place, which is position of the crawl,
shard and page_id. Of the pages of one key the one with the lowest place stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from w3lib.url import canonicalize_url

_IGNORED = re.compile(
    r"utm_.+|(?:fb|g|y|dc|tw)clid|msclkid|[gw]braid|mc_[ce]id|igshid|_ga|_gl|(?:php|j|asp)sess(?:ion)?id.*|sessionid"
    r"|s_?id|cftoken|cfid|_openstat|vero_id|mkt_tok|ref_src",
    re.IGNORECASE,
)
_FRONT = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#@]*@)?(?:www\.)?", re.IGNORECASE)
_PATH_SESSION = re.compile(r";jsessionid=[^/?#]*", re.IGNORECASE)
_DEFAULT_PORT = re.compile(r"^([^/?:]+):(?:80|443)(?=[/?]|$)")


class Pages(NamedTuple):
    """Pages by key and place: uint64, int32, int32, int64, each of shape (pages,)."""

    key: NDArray[np.uint64]
    position: NDArray[np.int32]
    shard: NDArray[np.int32]
    page_id: NDArray[np.int64]

    def take(self, places: NDArray[np.int64]) -> Pages:
        """The pages at these places."""
        return Pages(self.key[places], self.position[places], self.shard[places], self.page_id[places])


def canonical_url(url: str) -> str:
    """A URL without what does not change its page: scheme, user, `www.`, default port, fragment, the order of its
    query, session ids and tracking parameters, the slash of a bare host. Total on any text; what is no URL stays.

    Source: w3lib's canonicalize_url for percent encoding, host and query; the parameters are our choice.
    """
    try:
        plain = canonicalize_url(_PATH_SESSION.sub("", url))
    except ValueError:
        return url
    rest = _DEFAULT_PORT.sub(r"\1", _FRONT.sub("", plain, count=1))
    path, mark, query = rest.partition("?")
    kept = [part for part in query.split("&") if not _IGNORED.fullmatch(part.partition("=")[0])] if mark else []
    path = path.removesuffix("/") if path.count("/") == 1 else path
    return path + ("?" + "&".join(kept) if kept else "")


def split_by_key(pages: Pages, buckets: int) -> Iterator[tuple[int, Pages]]:
    """The pages of each bucket, at most 65,536; all pages of a key are in one, buckets without pages are left out."""
    bucket = (pages.key % np.uint64(buckets)).astype(np.uint16)  # which NumPy sorts in linear time
    order = np.argsort(bucket, kind="stable")
    ends = np.cumsum(np.bincount(bucket, minlength=buckets))
    for number, (start, end) in enumerate(zip([0, *ends[:-1]], ends, strict=True)):
        if end > start:
            yield number, pages.take(order[start:end])


def repeated(pages: Pages) -> tuple[Pages, Pages]:
    """Pages that do not stay because a page of their key has a lower place, and beside each the page that stays."""
    order = np.argsort(pages.key)
    key = pages.key[order]
    same = key[1:] == key[:-1]
    shared = np.zeros(len(key), np.bool_)
    shared[1:] = same
    shared[:-1] |= same
    several = pages.take(order[shared])
    several = several.take(np.lexsort((several.page_id, several.shard, several.position, several.key)))
    first = np.ones(len(several.key), np.bool_)
    np.not_equal(several.key[1:], several.key[:-1], out=first[1:])
    leader = np.flatnonzero(first)[np.cumsum(first) - 1] if len(first) else np.empty(0, np.int64)
    dropped = np.flatnonzero(~first)
    return several.take(dropped), several.take(leader[dropped])


def to_bytes(pages: Pages) -> bytes:
    """The columns one after the other, little-endian."""
    return b"".join(column.astype(column.dtype.newbyteorder("<"), copy=False).tobytes() for column in pages)


def from_bytes(data: bytes) -> Pages:
    """What `to_bytes` made."""
    count = len(data) // 24
    return Pages(
        np.frombuffer(data, "<u8", count),
        np.frombuffer(data, "<i4", count, 8 * count),
        np.frombuffer(data, "<i4", count, 12 * count),
        np.frombuffer(data, "<i8", count, 16 * count),
    )
