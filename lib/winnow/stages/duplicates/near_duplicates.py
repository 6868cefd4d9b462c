"""near_duplicates: pages that are dropped because a similar page of their scope is kept.

    find_edges       text -> shingles -> signature -> band hashes, packed -> pairs of pages that share a bucket
    label_components pairs -> components                                          (components)
    elect_survivors  text of those pages -> shingles, by component -> dropped pages, each with its kept page

find_edges and elect_survivors each read text once and do not shuffle it. They shuffle 3.6 kB of band hashes for each
page, and the shingle set of each page that shares a bucket.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.settings.schema import Fuzzy
from winnow.workers.arrow import map_batches
from winnow.workers.elections import ELECTED, MEMBER, Election, elect_batches, member_batches
from winnow.workers.signing import (
    BLOB,
    EDGE,
    LANGUAGE_HASH,
    SIGNATURE,
    Packing,
    link_batches,
    pack_batches,
    sign_batches,
    signature_batches,
)

_BLOCK_BYTES = 32 * 1024 * 1024  # band hashes that a task holds before it sends them
_BLOCK_PAGES = 20_000
_REDUCER_BYTES = 64 * 1024 * 1024  # band hashes that one task holds
_REDUCER_PAGES = 2_000_000  # pages of one scope that one task holds: about 60 bytes each
_ELECTION_PAGES = 20_000  # pages of components that one task holds, about 2 kB of shingles each
_ELECTION_BYTES = 64 * 1024 * 1024  # shingles that one task holds in memory; the others are in a file
_TASK_HASHES = 2_000_000  # fewer hashes are not worth a task


class Scopes(NamedTuple):
    """The numbers of the scopes (column `scope` of pages), and roughly the number of pages in all of them."""

    numbers: Sequence[int]
    pages: int


def find_edges(pages: DataFrame, scopes: Scopes, settings: Fuzzy, signed: DataFrame | None = None) -> DataFrame:
    """Distinct pairs (a, b), a < b, of pages of one scope that have an equal band.

    `pages` has `scope, page_id, text`; `signed` are more pages, whose signatures are known: `scope, page_id, digest,
    bands`. With `by_language`, `pages` also has `language`, and only pages of one language are paired: the language is
    a part of each hash. So the pages of a large language are divided among tasks, and two thousand small languages can
    share one. A page too short for one shingle is in no pair. Pages with the same shingle set in one block of the
    packing are paired only with the first of them, so that many copies cost little.

    Source: Penedo et al. 2023, G.3.1, for 450 bands of 20. Differs: see `shingles.shingle_buffer`; small buckets give
    all pairs if bands are weak (fewer than 14 bands, or fewer than 8 rows in each), since the smallest page of a bucket
    is then often not similar to the others.
    """
    packing = _packing(scopes, settings, pages.sparkSession.sparkContext.defaultParallelism)
    parts = len(scopes.numbers) * packing.groups * packing.splits
    language = F.xxhash64(F.coalesce("language", F.lit(""))).alias(LANGUAGE_HASH)
    texts = pages.select("scope", "page_id", "text", *([language] if settings.by_language else []))
    blobs = map_batches(texts, partial(sign_batches, settings=settings, packing=packing), BLOB)
    if signed is not None:
        held = signed.select("scope", "page_id", "digest", "bands")
        blobs = blobs.unionByName(map_batches(held, partial(pack_batches, settings=settings, packing=packing), BLOB))
    linked = map_batches(
        blobs.repartitionById(parts, "part"), partial(link_batches, settings=settings, packing=packing), EDGE
    )
    return linked.distinct()


def sign_texts(pages: DataFrame, settings: Fuzzy) -> DataFrame:
    """The signatures (SIGNATURE) of all pages with a shingle; `pages` has `shard, page_id, text`."""
    texts = pages.select("shard", "page_id", "text")
    return map_batches(texts, partial(signature_batches, settings=settings), SIGNATURE)


def elect_survivors(edges: DataFrame, labels: DataFrame, pages: DataFrame, members: int, settings: Fuzzy) -> DataFrame:
    """The rows of `near_duplicates`, without crawl.

        edges    a, b: pairs of pages               labels   id, label: the component of every page of `edges`
        pages    crawl, earlier, position, shard, page_id, is_cut, preference, text: `earlier` pages are of crawls
                 before this one, and are kept. Whole pages are preferred, then the lowest `position, is_cut,
                 preference, page_id`; a page that the crawler cut counts as whole if a whole page has its shingles
        members  roughly the number of pages in `labels`
    The labels are broadcast to the text: 16 bytes for each page that shares a bucket.
    Differs: Penedo et al. 2023 do not distinguish pages that the crawler cut. A whole page is not dropped for a cut
    page of an earlier crawl, which is kept too, unless both have the same shingles.
    """
    columns = [name for name in pages.columns if name not in ("language", "text")]
    found = pages.join(F.broadcast(labels), F.col("page_id") == F.col("id")).select("label", *columns, "text")
    sets = map_batches(found, partial(member_batches, settings=settings), MEMBER)
    named = edges.join(labels, F.col("a") == F.col("id")).select("label", F.col("a").alias("page_id"), "b")
    rows = sets.unionByName(named, allowMissingColumns=True).select(MEMBER.names)
    together = rows.repartition(max(1, -(-members // _ELECTION_PAGES)), "label")
    election = Election(settings.verify, settings.min_jaccard, settings.whole_component, _ELECTION_BYTES)
    return map_batches(together, partial(elect_batches, election=election), ELECTED)


def warm(settings: Fuzzy) -> None:
    """Compiles the kernels, or loads them from Numba's cache on disk, with two small pages and without Spark."""
    packing = Packing((0,), 1, 1, 2)
    texts = ["one two three four five six", "one two three four five six seven"]
    ids = pa.array([1, 2], pa.int64())
    batch = pa.RecordBatch.from_pydict({"scope": pa.array([0, 0], pa.int32()), "page_id": ids, "text": texts})
    list(link_batches(sign_batches(iter([batch]), settings, packing), settings, packing))
    rows = {
        "label": pa.array([1, 1], pa.int64()), "crawl": ["", ""], "earlier": [False, False],
        "position": pa.array([0, 0], pa.int32()), "shard": pa.array([0, 0], pa.int32()), "page_id": ids,
        "is_cut": [False, False], "preference": [0.0, 0.0], "text": texts,
    }  # fmt: skip
    members = list(member_batches(iter([pa.RecordBatch.from_pydict(rows)]), settings))
    pair = pa.RecordBatch.from_pylist([{"label": 1, "page_id": 1, "b": 2}], members[0].schema)
    election = Election(settings.verify, settings.min_jaccard, 1, _ELECTION_BYTES)
    list(elect_batches(iter([*members, pair]), election))


def preference_expr(survivor: str) -> Column:
    """The value that orders the pages of a component, lowest first; null is last."""
    values = {
        "page_id": F.lit(0.0),
        "longest": -F.col("metrics.corrected_word_count"),
        "oldest": F.unix_micros("fetched_at").cast("double"),
        "language_score": -F.col("language_score"),
    }
    return F.coalesce(values[survivor], F.lit(float("inf"))).cast(t.DoubleType())


def _packing(scopes: Scopes, settings: Fuzzy, cores: int) -> Packing:
    """Groups of bands, or parts of single bands if a scope has too many pages; changes no row."""
    each = -(-scopes.pages // len(scopes.numbers))
    splits = max(1, -(-each // _REDUCER_PAGES))
    hashes = each * settings.bands
    wanted = max(hashes * 8 // _REDUCER_BYTES + 1, min(cores // len(scopes.numbers), hashes // _TASK_HASHES))
    groups = settings.bands if splits > 1 else min(wanted, settings.bands)
    block = max(1, min(_BLOCK_PAGES, _BLOCK_BYTES // (8 * settings.bands)))
    return Packing(tuple(sorted(scopes.numbers)), max(1, groups), splits, block)
