"""Band hashes of pages packed into blobs, and the pairs of pages that blobs of one group of bands hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import types as t

from winnow.arrow import Batches, text_buffers
from winnow.config import Fuzzy
from winnow.kernels.buckets import link_pages
from winnow.kernels.minhash import permutations, sign_pages
from winnow.kernels.shingles import Shingles, ShingleSettings, shingle_buffer

BLOB = t.StructType(
    [t.StructField("part", t.IntegerType()), t.StructField("ids", t.BinaryType()),
     t.StructField("hashes", t.BinaryType())]
)  # fmt: skip
EDGE = t.StructType([t.StructField("a", t.LongType()), t.StructField("b", t.LongType())])

_EVERY_PAIR = 32  # pages of a bucket up to which every two are paired, where bands are weak
_SPLIT_SHIFT = np.uint64(40)  # the lower bits are the table's


class Packing(NamedTuple):
    """How band hashes are laid out for the shuffle: part = (place of the scope * groups + group) * splits + split.

    A blob of one part is `ids`, int64, and `hashes`, uint64, band-major, of a group of bands; null hashes mean pairs of
    pages with the same shingle set. With more splits than one a group is one band, cut by hash. Blobs are sent when
    there are `block_pages` pages.
    """

    scopes: tuple[int, ...]
    groups: int
    splits: int
    block_pages: int


class Block:
    """Pages of one scope whose band hashes are still to be sent."""

    def __init__(self, settings: Fuzzy, packing: Packing) -> None:
        self.settings, self.packing = settings, packing
        self.room = packing.block_pages
        self.drawn = permutations(settings.bands * settings.rows_per_band, settings.seed)
        self.bands = np.empty((settings.bands, self.room), np.uint64)
        self.ids = np.empty(self.room, np.int64)
        self._begin(NO_SCOPE)

    def add(self, scope: int, ids: NDArray[np.int64], shingles: Shingles) -> Iterator[pa.RecordBatch]:
        """Sign these pages; what is full is sent."""
        if scope != self.scope:
            yield from self.send()
            self._begin(scope)
        at = 0
        while at < len(ids):
            end = min(len(ids), at + self.room - self.pages)
            self._sign(ids, shingles, at, end)
            at = end
            if self.pages == self.room:
                yield from self.send()

    def send(self) -> Iterator[pa.RecordBatch]:
        """Everything held, and an empty block after it."""
        if self.pages:
            yield _blobs(self)
        self._begin(self.scope)

    def _begin(self, scope: int) -> None:
        self.scope, self.pages = scope, 0
        self.known: dict[bytes, int] = {}
        self.copies: list[tuple[int, int]] = []

    def _sign(self, ids: NDArray[np.int64], shingles: Shingles, at: int, end: int) -> None:
        """Pages [at, end): those with a set that the block knows only as a pair."""
        chosen = []
        for page in range(at, end):
            if shingles.bounds[page] == shingles.bounds[page + 1]:
                continue
            first = self.known.setdefault(shingles.digests[page].tobytes(), int(ids[page]))
            if first == ids[page]:
                chosen.append(page)
            else:
                self.copies.append((first, int(ids[page])))
        places = np.array(chosen, np.int64)
        rows = self.settings.rows_per_band
        sign_pages(shingles.hashes, shingles.bounds, places, self.drawn, rows, self.pages, self.bands)
        self.ids[self.pages : self.pages + len(places)] = ids[places]
        self.pages += len(places)


NO_SCOPE = -1


def sign_batches(batches: Batches, settings: Fuzzy, packing: Packing) -> Batches:
    """`scope, page_id, text` -> blobs."""
    block, how = Block(settings, packing), shingle_settings(settings)
    for batch in batches:
        if not batch.num_rows:
            continue
        scopes, ids = (batch.column(name).to_numpy(zero_copy_only=False) for name in ("scope", "page_id"))
        cuts = [0, *(np.flatnonzero(np.diff(scopes)) + 1).tolist(), len(scopes)]
        for first, end in pairwise(cuts):
            data, offsets = text_buffers(batch.column("text").slice(first, end - first))
            yield from block.add(int(scopes[first]), ids[first:end], shingle_buffer(data, offsets, how))
    yield from block.send()


def shingle_settings(settings: Fuzzy) -> ShingleSettings:
    """What the shingle kernel needs of the settings."""
    return ShingleSettings(
        settings.unit, settings.shingle_size, settings.punctuation, settings.numbers, settings.lower_case,
        settings.remove_accents,
    )  # fmt: skip


def link_batches(batches: Batches, settings: Fuzzy, packing: Packing) -> Batches:
    """The blobs of whole parts -> distinct pairs of pages that share a bucket."""
    parts: dict[int, list[tuple[NDArray[np.int64], NDArray[np.uint64]]]] = {}
    for batch in batches:
        for part, ids, hashes in zip(*(batch.column(name) for name in BLOB.names), strict=True):
            pages = np.frombuffer(ids.as_buffer(), np.int64)
            if hashes.is_valid:
                bands = np.frombuffer(hashes.as_buffer(), np.uint64).reshape(-1, len(pages))
                parts.setdefault(part.as_py(), []).append((pages, bands))
            else:
                yield _edges(np.sort(pages.reshape(-1, 2), 1))
    weak = settings.bands < 14 or settings.rows_per_band < 8
    for blobs in parts.values():
        ids = np.concatenate([pages for pages, _ in blobs])
        every = (np.concatenate([block[i] for _, block in blobs]) for i in range(len(blobs[0][1])))
        yield _edges(link_pages(ids, every, _EVERY_PAIR if weak else 0))


def _edges(pairs: NDArray[np.int64]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(pairs[:, 0]), pa.array(pairs[:, 1])], EDGE.names)


def _blobs(block: Block) -> pa.RecordBatch:
    packing, bands, ids = block.packing, block.bands[:, : block.pages], block.ids[: block.pages]
    first = packing.scopes.index(block.scope) * packing.groups * packing.splits
    parts: list[int] = []
    columns: tuple[list[bytes], list[bytes | None]] = ([], [])
    cuts = np.linspace(0, len(bands), packing.groups + 1).astype(int)
    for group, (begin, end) in enumerate(pairwise(cuts)):
        for split in range(packing.splits):
            chosen = ids, bands[begin:end]
            if packing.splits > 1:
                here = (bands[begin] >> _SPLIT_SHIFT) % np.uint64(packing.splits) == split
                chosen = ids[here], bands[begin:end, here]
            if len(chosen[0]):
                parts.append(first + group * packing.splits + split)
                columns[0].append(chosen[0].tobytes())
                columns[1].append(chosen[1].tobytes())
    if block.copies:
        parts.append(first)
        columns[0].append(np.array(block.copies, np.int64).tobytes())
        columns[1].append(None)
    arrays = [pa.array(parts, pa.int32()), *(pa.array(column, pa.binary()) for column in columns)]
    return pa.RecordBatch.from_arrays(arrays, BLOB.names)
