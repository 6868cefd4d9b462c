"""The Arrow batches of each step of repeated spans: what a task reads, folds, and sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyspark import Broadcast
from pyspark.sql import types as t
from pyspark.sql.pandas.types import to_arrow_schema

from winnow.kernels.repeated_spans.bloom_filter import Filter, make_filter_piece
from winnow.kernels.repeated_spans.boundaries import cutting
from winnow.kernels.repeated_spans.spans import Distinct, Spans, distinct_windows, join_windows
from winnow.kernels.repeated_spans.token_settings import TokenSettings
from winnow.kernels.repeated_spans.tokens import Units, compile_units
from winnow.kernels.repeated_spans.windows import find_windows, occurring_twice, sample_minimizers
from winnow.workers.arrow import Batches, text_buffers


def _schema(**columns: t.DataType) -> t.StructType:
    return t.StructType([t.StructField(name, kind) for name, kind in columns.items()])


_INT, _BIGINT, _BINARY, _BOOLEAN = t.IntegerType(), t.LongType(), t.BinaryType(), t.BooleanType()
_PAGE = {"shard": _INT, "page_id": _BIGINT}
SAMPLED = _schema(bucket=_INT, hashes=_BINARY)
FILTER_PIECE = _schema(bucket=_INT, words=_BINARY, repeated=_BIGINT)
FOUND = _schema(**_PAGE, is_earlier=_BOOLEAN, is_cut=_BOOLEAN, size=_INT, high=_BINARY, low=_BINARY, places=_BINARY)
ASKED = _schema(bucket=_INT, piece=_INT, high=_BINARY, low=_BINARY, copies=_BINARY, firsts=_BINARY, wanted=_BINARY)
ANSWER = _schema(piece=_INT, bucket=_INT, places=_BINARY, copies=_BINARY, is_first=_BINARY)
SPAN = _schema(start=_BIGINT, end=_BIGINT, copies=_BIGINT)
HELD = _schema(**_PAGE, spans=t.ArrayType(SPAN))
JOINED = _schema(**_PAGE, is_earlier=_BOOLEAN, spans=t.ArrayType(SPAN), cut_chars=_BIGINT, left_chars=_BIGINT)

# The first page of a window; sorts in the order of pages
_FIRST = np.dtype([("is_cut", "?"), ("is_new", "?"), ("page_id", "<i8")])


class Reading(NamedTuple):
    """Settings for reading pages as windows."""

    tokens: TokenSettings
    length: int


@cache
def _units(tokens: TokenSettings) -> Units:
    return compile_units(tokens)


def sample(batches: Batches, reading: Reading, buckets: int) -> Batches:
    """(scope, text) -> the minimizers of the batch's windows, each at most twice, by bucket."""
    for batch in batches:
        scopes = batch.column("scope").to_numpy()
        hashes = sample_minimizers(*text_buffers(batch.column("text")), scopes, _units(reading.tokens), reading.length)
        bounds = bucket_bounds(hashes, buckets)
        held = np.flatnonzero(np.diff(bounds))
        blobs = [hashes[bounds[i] : bounds[i + 1]].tobytes() for i in held]
        yield pa.RecordBatch.from_pydict({"bucket": held.astype(np.int32), "hashes": pa.array(blobs, pa.binary())})


def fill_filter(batches: Batches, most_bytes: int) -> Batches:
    """The minimizers of a bucket -> its piece of the filter."""
    for bucket, rows in by_key(batches, "bucket"):
        hashes = occurring_twice(np.sort(values(rows, "hashes", np.uint64)))
        piece = make_filter_piece(hashes, most_bytes)
        yield _row(FILTER_PIECE, bucket, piece.tobytes(), len(hashes))


def join_filter(pieces: Mapping[int, bytes], buckets: int) -> Filter:
    """The filter of all pieces; a bucket without minimizers has none."""
    words = [np.frombuffer(pieces.get(bucket, b""), np.uint64) for bucket in range(buckets)]
    return Filter(np.concatenate(words), np.cumsum([0, *map(len, words)]).astype(np.int64))


def find(batches: Batches, reading: Reading, repeated: Broadcast[Filter]) -> Batches:
    """(scope, shard, page_id, is_earlier, is_cut, text) -> a row for each page with candidate windows."""
    for batch in batches:
        yield _found(batch, reading, repeated.value)


def ask(batches: Batches, buckets: int, keep_first: bool, of_cut: bool) -> Batches:
    """The windows of a piece of the pages -> each distinct one, with its number of copies in the piece, by bucket.

    of_cut: all windows count, but only those of pages that the crawler cut need answers
    """
    for piece, rows in by_key(batches, "piece"):
        pages = in_order(rows)
        distinct = piece_windows(pages)
        none = np.empty(len(distinct.high), "V0")
        firsts = _first_pages(pages, distinct) if keep_first else none
        wanted = _in_cut_pages(pages, distinct) if of_cut else none
        bounds = bucket_bounds(distinct.high, buckets)
        for bucket in np.flatnonzero(np.diff(bounds)).tolist():
            here = slice(bounds[bucket], bounds[bucket + 1])
            arrays = (distinct.high, distinct.low, _count(distinct.copies), firsts, wanted)
            yield _row(ASKED, bucket, piece, *(array[here].tobytes() for array in arrays))


def answer(batches: Batches) -> Batches:
    """Windows that pieces of the pages ask for -> the repeated ones: index among those asked, copies, is_first."""
    for bucket, rows in by_key(batches, "bucket"):
        high, low = values(rows, "high", np.uint64), values(rows, "low", np.uint32)
        distinct = distinct_windows(high, low, values(rows, "copies", np.uint32))
        copies = distinct.copies[distinct.numbers]
        is_first = _is_lowest(values(rows, "firsts", _FIRST), distinct) if len(high) else np.zeros(0, np.bool_)
        wanted = values(rows, "wanted", np.bool_)
        is_told = (copies > 1) & wanted if len(wanted) else copies > 1
        at = 0
        for piece, count in zip(rows.column("piece").to_pylist(), lengths(rows, "high") // 8, strict=True):
            here = np.flatnonzero(is_told[at : at + count])
            if len(here):
                told = (here.astype(np.uint32), _count(copies[at + here]), is_first[at + here])
                yield _row(ANSWER, piece, bucket, *(array.tobytes() for array in told))
            at += count


def join(found: pa.Table, answers: pa.Table, length: int, buckets: int, with_seams: bool, of_cut: bool) -> pa.Table:
    """The pages of a piece with their answers -> the spans of new pages, or with of_cut those of cut pages."""
    pages = in_order(found)
    copies = _copies(piece_windows(pages), answers, buckets)
    sizes = pages.column("size").to_numpy().astype(np.int64)
    bounds = np.concatenate(([0], np.cumsum(lengths(pages, "places"))))
    counts = lengths(pages, "high") // 8
    spans = join_windows(counts, sizes, values(pages, "places", np.uint8), bounds, copies, length)
    sums = np.concatenate(([0], np.cumsum(spans.taken if with_seams else spans.end - spans.start)))
    cut = sums[spans.bounds[1:]] - sums[spans.bounds[:-1]]
    keys = [pages.column(name) for name in ("shard", "page_id", "is_earlier")]
    columns = [*keys, _lists(spans), pa.array(cut), pa.array(sizes - cut)]
    is_wanted = pages.column("is_cut").to_numpy() if of_cut else ~pages.column("is_earlier").to_numpy()
    return pa.Table.from_arrays(columns, JOINED.names).filter(pa.array((np.diff(spans.bounds) > 0) & is_wanted))


def hold(batches: Batches, reading: Reading, stretch: str) -> Batches:
    """(shard, page_id, text) -> the pages that contain windows of `stretch`, with their spans."""
    units, scope = _units(reading.tokens), np.zeros(1, np.int32)
    given = text_buffers(pa.array([stretch]))
    words = make_filter_piece(sample_minimizers(*given, scope, units, reading.length), 1 << 20)
    repeated = Filter(words, np.array([0, len(words)], np.int64))
    wanted = find_windows(*given, scope, units, reading.length, repeated, cutting())
    for batch in batches:
        data, offsets = text_buffers(batch.column("text"))
        scopes = np.zeros(batch.num_rows, np.int32)
        found = find_windows(data, offsets, scopes, units, reading.length, repeated, cutting())
        is_held = np.isin(found.high, wanted.high) & np.isin(found.low, wanted.low)
        spans = join_windows(
            found.counts, found.sizes, found.places, found.bounds, is_held.astype(np.int64), reading.length
        )
        columns = [batch.column("shard"), batch.column("page_id"), _lists(spans)]
        yield pa.RecordBatch.from_arrays(columns, HELD.names).filter(pa.array(np.diff(spans.bounds) > 0))


def warm(reading: Reading) -> None:
    """Compiles all kernels of these steps, or loads them from Numba's cache on disk."""
    text = " ".join(["a"] * (reading.length + 2))
    columns = {
        **{name: pa.array([0], pa.int32()) for name in ("scope", "shard", "piece")},
        "page_id": pa.array([0], pa.int64()), "is_earlier": [False], "is_cut": [False], "text": [text],
    }  # fmt: skip
    batch = pa.RecordBatch.from_pydict(columns)
    filled = fill_filter(sample(iter([batch]), reading, 1), 64)
    repeated = join_filter({0: next(iter(filled)).column("words")[0].as_py()}, 1)
    found = _found(batch, reading, repeated).append_column("piece", batch.column("piece"))
    answers = pa.Table.from_batches(answer(ask(iter([found]), 1, False, False)))
    join(pa.Table.from_batches([found]), answers, reading.length, 1, True, False)


def in_order(rows: pa.Table) -> pa.Table:
    """Pages in the order that decides which copy is the first."""
    order = {"is_cut": "ascending", "is_earlier": "descending", "page_id": "ascending", "shard": "ascending"}
    return rows.sort_by([*order.items()])


def piece_windows(pages: pa.Table) -> Distinct:
    """The windows of all pages of a piece; the pages are in order, so that numbers are the same in every task."""
    return distinct_windows(values(pages, "high", np.uint64), values(pages, "low", np.uint32), None)


def bucket_bounds(hashes: NDArray[np.uint64], buckets: int) -> NDArray[np.int64]:
    """Bounds of the buckets in ascending hashes; the number of buckets is a power of two."""
    edges = np.arange(buckets, dtype=np.uint64) << np.uint64(65 - buckets.bit_length())
    return np.append(np.searchsorted(hashes, edges), len(hashes)).astype(np.int64)


def by_key(batches: Batches, key: str) -> Iterator[tuple[int, pa.Table]]:
    """The rows of each key, from batches that are sorted by it."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        keys = batch.column(key).to_numpy()
        bounds = [0, *(np.flatnonzero(np.diff(keys)) + 1).tolist(), len(keys)]
        for first, end in pairwise(bounds):
            if held and held[0].column(key)[0].as_py() != keys[first]:
                yield held[0].column(key)[0].as_py(), pa.Table.from_batches(held)
                held = []
            held.append(batch.slice(first, end - first))
    if held:
        yield held[0].column(key)[0].as_py(), pa.Table.from_batches(held)


def values(rows: pa.Table, column: str, kind: Any) -> NDArray[Any]:
    """The blobs of a column, one after another, as an array."""
    return np.frombuffer(b"".join(rows.column(column).to_pylist()), kind)


def lengths(rows: pa.Table, column: str) -> NDArray[np.int64]:
    """The bytes of each blob of a column."""
    sizes: NDArray[np.int64] = pc.binary_length(rows.column(column)).to_numpy().astype(np.int64)
    return sizes


def _first_pages(pages: pa.Table, distinct: Distinct) -> NDArray[Any]:
    """The first page of each distinct window."""
    page_of = np.repeat(np.arange(pages.num_rows), lengths(pages, "high") // 8)
    first = np.empty(len(distinct.high), np.int64)
    first[distinct.numbers[::-1]] = page_of[::-1]  # the last one written is the lowest
    keys = np.empty(pages.num_rows, _FIRST)
    keys["is_cut"] = pages.column("is_cut").to_numpy()
    keys["is_new"], keys["page_id"] = ~pages.column("is_earlier").to_numpy(), pages.column("page_id").to_numpy()
    return keys[first]


def _in_cut_pages(pages: pa.Table, distinct: Distinct) -> NDArray[np.bool_]:
    """For each distinct window, whether it is in a page that the crawler cut."""
    is_cut = np.repeat(pages.column("is_cut").to_numpy(), lengths(pages, "high") // 8)
    found = np.zeros(len(distinct.high), np.bool_)
    found[distinct.numbers[is_cut]] = True
    return found


def _is_lowest(firsts: NDArray[Any], distinct: Distinct) -> NDArray[np.bool_]:
    """Whether an entry is the first page of its window; without pages, False for all: all count as repeated."""
    lowest = np.zeros(len(distinct.numbers), np.bool_)
    if len(firsts):
        order = np.lexsort((firsts["page_id"], firsts["is_new"], firsts["is_cut"]))[::-1]
        chosen = np.empty(len(distinct.high), np.int64)
        chosen[distinct.numbers[order]] = order  # the last one written is the lowest
        lowest[chosen] = True
    return lowest


def _copies(distinct: Distinct, answers: pa.Table, buckets: int) -> NDArray[np.int64]:
    """For each window of a piece, how often it occurs in its scope; 0 if it is not repeated or is the first."""
    starts = bucket_bounds(distinct.high, buckets)[answers.column("bucket").to_numpy()]
    asked = np.repeat(starts, lengths(answers, "is_first")) + values(answers, "places", np.uint32)
    copies, is_first = np.zeros(len(distinct.high), np.int64), np.zeros(len(distinct.high), np.bool_)
    copies[asked], is_first[asked] = values(answers, "copies", np.uint32), values(answers, "is_first", np.bool_)
    counted = copies[distinct.numbers]
    first = np.empty(len(distinct.high), np.int64)
    first[distinct.numbers[::-1]] = np.arange(len(counted))[::-1]  # the last one written is the lowest
    counted[first[is_first]] = 0
    return counted


def _lists(spans: Spans) -> pa.ListArray:
    """The spans of each page."""
    struct = pa.StructArray.from_arrays([spans.start, spans.end, spans.copies], SPAN.names)
    return pa.ListArray.from_arrays(pa.array(spans.bounds.astype(np.int32)), struct)


def _count(copies: NDArray[np.int64]) -> NDArray[np.uint32]:
    """Copies as uint32; larger numbers become the maximum."""
    return np.minimum(copies, np.iinfo(np.uint32).max).astype(np.uint32)


def _found(batch: pa.RecordBatch, reading: Reading, repeated: Filter) -> pa.RecordBatch:
    """The pages of a batch that have candidate windows."""
    data, offsets = text_buffers(batch.column("text"))
    scopes = batch.column("scope").to_numpy()
    windows = find_windows(data, offsets, scopes, _units(reading.tokens), reading.length, repeated, cutting())
    ends = np.concatenate(([0], np.cumsum(windows.counts)))
    columns = [
        *(batch.column(name) for name in ("shard", "page_id", "is_earlier", "is_cut")),
        pa.array(windows.sizes.astype(np.int32)),
        _blobs(windows.high, ends), _blobs(windows.low, ends), _blobs(windows.places, windows.bounds),
    ]  # fmt: skip
    return pa.RecordBatch.from_arrays(columns, FOUND.names).filter(pa.array(windows.counts > 0))


def _blobs(array: NDArray[Any], bounds: NDArray[np.int64]) -> pa.Array:
    """The pieces of an array between bounds, as blobs."""
    offsets = pa.py_buffer((bounds * array.itemsize).astype(np.int32))
    return pa.Array.from_buffers(pa.binary(), len(bounds) - 1, [None, offsets, pa.py_buffer(array)])


def _row(schema: t.StructType, *cells: int | bytes) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([dict(zip(schema.names, cells, strict=True))], to_arrow_schema(schema))
