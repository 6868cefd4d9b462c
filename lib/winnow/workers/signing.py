"""Band hashes of pages packed into blobs, and the pairs of pages in the blobs of one group of bands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import types as t

from winnow.kernels.near_duplicates.buckets import link_pages
from winnow.kernels.near_duplicates.minhash import Permutations, permutations, sign_pages
from winnow.kernels.near_duplicates.shingles import Shingles, ShingleSettings, shingle_buffer
from winnow.kernels.text.chinese import separate_words
from winnow.settings.schema import Fuzzy
from winnow.workers.arrow import Batches, text_buffers

BLOB = t.StructType(
    [t.StructField("part", t.IntegerType()), t.StructField("ids", t.BinaryType()),
     t.StructField("hashes", t.BinaryType())]
)  # fmt: skip
SIGNATURE = t.StructType(
    [t.StructField("shard", t.IntegerType()), t.StructField("page_id", t.LongType()),
     t.StructField("digest", t.BinaryType()), t.StructField("bands", t.BinaryType())]
)  # fmt: skip
EDGE = t.StructType([t.StructField("a", t.LongType()), t.StructField("b", t.LongType())])

LANGUAGE_HASH = "language_hash"
_EVERY_PAIR = 32  # with weak bands, buckets of up to this size give all pairs
_SPLIT_SHIFT = np.uint64(40)  # the lower bits are the table's


class Packing(NamedTuple):
    """The layout of band hashes for the shuffle: part = (index of the scope * groups + group) * splits + split.

    A blob contains one part: `ids`, int64, shape (pages,), and `hashes`, uint64, shape (bands of the group, pages). If
    `hashes` is null, `ids` contains pairs of pages with the same shingle set. With more than one split, a group is one
    band, split by hash. Blobs are sent once a block has `block_pages` pages.
    """

    scopes: tuple[int, ...]
    groups: int
    splits: int
    block_pages: int


# Writes the band hashes of the pages at these places into `bands`, starting at a column.
Sign = Callable[[NDArray[np.int64], int, NDArray[np.uint64]], None]


class Block:
    """Pages of one scope whose band hashes are not sent yet."""

    def __init__(self, settings: Fuzzy, packing: Packing) -> None:
        self.settings, self.packing = settings, packing
        self.room = packing.block_pages
        self.bands = np.empty((settings.bands, self.room), np.uint64)
        self.ids = np.empty(self.room, np.int64)
        self._begin(NO_SCOPE)

    def add(self, scope: int, ids: NDArray[np.int64], digests: list[bytes], sign: Sign) -> Iterator[pa.RecordBatch]:
        """Add and sign these pages; an empty digest means no shingle. Sends full blocks."""
        if scope != self.scope:
            yield from self.send()
            self._begin(scope)
        at = 0
        while at < len(ids):
            end = min(len(ids), at + self.room - self.pages)
            self._sign(ids, digests, sign, at, end)
            at = end
            if self.pages == self.room:
                yield from self.send()

    def send(self) -> Iterator[pa.RecordBatch]:
        """Sends everything; the block is empty afterwards."""
        if self.pages:
            yield _blobs(self)
        self._begin(self.scope)

    def _begin(self, scope: int) -> None:
        self.scope, self.pages = scope, 0
        self.known: dict[bytes, int] = {}
        self.copies: list[tuple[int, int]] = []

    def _sign(self, ids: NDArray[np.int64], digests: list[bytes], sign: Sign, at: int, end: int) -> None:
        """Signs pages [at, end); a page whose set is already in the block gives only a pair."""
        chosen = []
        for page in range(at, end):
            if not digests[page]:
                continue
            first = self.known.setdefault(digests[page], int(ids[page]))
            if first == ids[page]:
                chosen.append(page)
            else:
                self.copies.append((first, int(ids[page])))
        places = np.array(chosen, np.int64)
        sign(places, self.pages, self.bands)
        self.ids[self.pages : self.pages + len(places)] = ids[places]
        self.pages += len(places)


NO_SCOPE = -1


def sign_batches(batches: Batches, settings: Fuzzy, packing: Packing) -> Batches:
    """`scope, page_id, text` -> blobs; with `language_hash`, hashes of pages of different languages differ."""
    block, drawn = Block(settings, packing), permutations(settings.bands * settings.rows_per_band, settings.seed)
    for scope, ids, rows in _by_scope(batches):
        shingles = page_shingles(rows.column("text"), settings)
        sign, digests = partial(_sign, shingles, drawn, settings.rows_per_band), set_digests(shingles)
        if LANGUAGE_HASH in rows.schema.names:
            salts = rows.column(LANGUAGE_HASH).to_numpy().view(np.uint64)
            sign = partial(_salted, sign, salts)
            digests = [digest and digest + salt.tobytes() for digest, salt in zip(digests, salts, strict=True)]
        yield from block.add(scope, ids, digests, sign)
    yield from block.send()


def pack_batches(batches: Batches, settings: Fuzzy, packing: Packing) -> Batches:
    """Stored `scope, page_id, digest, bands` -> blobs."""
    block = Block(settings, packing)
    for scope, ids, rows in _by_scope(batches):
        held = np.frombuffer(b"".join(rows.column("bands").to_pylist()), np.uint64).reshape(len(ids), settings.bands)
        yield from block.add(scope, ids, rows.column("digest").to_pylist(), partial(_copy, held))
    yield from block.send()


def signature_batches(batches: Batches, settings: Fuzzy) -> Batches:
    """`shard, page_id, text` -> SIGNATURE of each page that has a shingle."""
    drawn = permutations(settings.bands * settings.rows_per_band, settings.seed)
    for batch in batches:
        shingles = page_shingles(batch.column("text"), settings)
        digests = set_digests(shingles)
        there = [page for page, digest in enumerate(digests) if digest]
        firsts: dict[bytes, int] = {}
        for page in there:
            firsts.setdefault(digests[page], page)
        bands = np.empty((settings.bands, len(firsts)), np.uint64)
        _sign(shingles, drawn, settings.rows_per_band, np.fromiter(firsts.values(), np.int64), 0, bands)
        signed = {
            digest: column.tobytes() for digest, column in zip(firsts, np.ascontiguousarray(bands.T), strict=True)
        }
        columns = [batch.column(name).take(pa.array(there, pa.int64())) for name in ("shard", "page_id")]
        names = [digests[page] for page in there]
        made = pa.array(names, pa.binary()), pa.array([signed[name] for name in names], pa.binary())
        yield pa.RecordBatch.from_arrays([*columns, *made], SIGNATURE.names)


def page_shingles(texts: pa.Array, settings: Fuzzy) -> Shingles:
    """The shingle sets of these texts."""
    if settings.unit == "jieba":
        texts = pa.array([separate_words(text) for text in texts.to_pylist()], pa.large_string())
    how = ShingleSettings(
        settings.unit, settings.shingle_size, settings.punctuation, settings.numbers, settings.lower_case,
        settings.remove_accents, settings.simplify,
    )  # fmt: skip
    return shingle_buffer(*text_buffers(texts), how)


def set_digests(shingles: Shingles) -> list[bytes]:
    """For each page the digest of its set; empty for an empty set."""
    sizes = np.diff(shingles.bounds)
    return [digest.tobytes() if size else b"" for digest, size in zip(shingles.digests, sizes, strict=True)]


def _by_scope(batches: Batches) -> Iterator[tuple[int, NDArray[np.int64], pa.RecordBatch]]:
    """Runs of rows with the same scope: the scope, their page ids, the rows."""
    for batch in batches:
        if not batch.num_rows:
            continue
        scopes, ids = (batch.column(name).to_numpy(zero_copy_only=False) for name in ("scope", "page_id"))
        for first, end in pairwise([0, *(np.flatnonzero(np.diff(scopes)) + 1).tolist(), len(scopes)]):
            yield int(scopes[first]), ids[first:end], batch.slice(first, end - first)


def _sign(
    shingles: Shingles,
    drawn: Permutations,
    rows: int,
    places: NDArray[np.int64],
    at: int,
    bands: NDArray[np.uint64],
) -> None:
    sign_pages(shingles.hashes, shingles.bounds, places, drawn, rows, at, bands)


def _salted(
    sign: Sign, salts: NDArray[np.uint64], places: NDArray[np.int64], at: int, bands: NDArray[np.uint64]
) -> None:
    """Signs, and makes hashes of pages with different salts differ."""
    sign(places, at, bands)
    bands[:, at : at + len(places)] ^= salts[places]


def _copy(held: NDArray[np.uint64], places: NDArray[np.int64], at: int, bands: NDArray[np.uint64]) -> None:
    bands[:, at : at + len(places)] = held[places].T


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
