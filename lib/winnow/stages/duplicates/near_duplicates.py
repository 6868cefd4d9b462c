"""near_duplicates: pages that resemble another page of their scope which stays.

    find_edges       text -> shingles -> signature -> band hashes, packed -> pairs of pages that share a bucket
    label_components pairs -> components                                          (stages.components)
    elect_survivors  text of those pages -> shingles, by component -> what goes, and for which page

Text is read where it lies, once for each of the two; what is shuffled is 3.6 kB of band hashes for each page, then the
shingle set of each page that shares a bucket.
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
    SIGNATURE,
    Packing,
    link_batches,
    pack_batches,
    sign_batches,
    signature_batches,
)

_BLOCK_BYTES = 32 * 1024 * 1024  # of band hashes that a task holds before it sends them
_BLOCK_PAGES = 20_000
_REDUCER_BYTES = 64 * 1024 * 1024  # of band hashes that one task holds
_REDUCER_PAGES = 2_000_000  # of one scope that one task holds: some 60 bytes each
_ELECTION_PAGES = 20_000  # of components that one task holds, about 2 kB of shingles each
_ELECTION_BYTES = 64 * 1024 * 1024  # of shingles that one task holds in memory; the others lie in a file
_TASK_HASHES = 2_000_000  # fewer are not worth a task


class Scopes(NamedTuple):
    """What is compared with what: numbers that pages carry as `scope`, and about how many pages there are in all."""

    numbers: Sequence[int]
    pages: int


def find_edges(pages: DataFrame, scopes: Scopes, settings: Fuzzy, signed: DataFrame | None = None) -> DataFrame:
    """Distinct pairs (a, b), a < b, of pages of one scope that have an equal band; rows of `scope, page_id, text`.

    `signed` are further pages, of which the signature is known: `scope, page_id, digest, bands`.
    A page too short for one shingle is in none. Of pages with the same shingle set, those in one block of the packing
    are paired with the first of them only, so that many copies cost rows and nothing else.

    Source: Penedo et al. 2023, G.3.1, for 450 bands of 20. Differs: see `shingles.shingle_buffer`; where bands are so
    weak that a bucket's smallest page is often unlike the others (fewer than 14 bands, or fewer than 8 rows in each),
    small buckets give every pair.
    """
    packing = _packing(scopes, settings, pages.sparkSession.sparkContext.defaultParallelism)
    parts = len(scopes.numbers) * packing.groups * packing.splits
    texts = pages.select("scope", "page_id", "text")
    blobs = map_batches(texts, partial(sign_batches, settings=settings, packing=packing), BLOB)
    if signed is not None:
        held = signed.select("scope", "page_id", "digest", "bands")
        blobs = blobs.unionByName(map_batches(held, partial(pack_batches, settings=settings, packing=packing), BLOB))
    linked = map_batches(
        blobs.repartitionById(parts, "part"), partial(link_batches, settings=settings, packing=packing), EDGE
    )
    return linked.distinct()


def sign_texts(pages: DataFrame, settings: Fuzzy) -> DataFrame:
    """The signatures of pages, `shard, page_id, text` among their columns, that have a shingle: SIGNATURE."""
    texts = pages.select("shard", "page_id", "text")
    return map_batches(texts, partial(signature_batches, settings=settings), SIGNATURE)


def elect_survivors(edges: DataFrame, labels: DataFrame, pages: DataFrame, members: int, settings: Fuzzy) -> DataFrame:
    """The rows of `near_duplicates`, without crawl.

        edges    a, b: pairs of pages               labels   id, label: the component of every page of `edges`
        pages    crawl, earlier, position, shard, page_id, preference, text: `earlier` pages are of crawls before this
                 one, and stay; the lower `position`, then `preference`, then `page_id`, the rather a page stays
        members  about how many pages `labels` has
    The labels are broadcast to the text, 16 bytes a page that shares a bucket.
    """
    columns = [name for name in pages.columns if name != "text"]
    found = pages.join(F.broadcast(labels), F.col("page_id") == F.col("id")).select("label", *columns, "text")
    sets = map_batches(found, partial(member_batches, settings=settings), MEMBER)
    named = edges.join(labels, F.col("a") == F.col("id")).select("label", F.col("a").alias("page_id"), "b")
    rows = sets.unionByName(named, allowMissingColumns=True).select(MEMBER.names)
    together = rows.repartition(max(1, -(-members // _ELECTION_PAGES)), "label")
    election = Election(settings.verify, settings.min_jaccard, settings.whole_component, _ELECTION_BYTES)
    return map_batches(together, partial(elect_batches, election=election), ELECTED)


def warm(settings: Fuzzy) -> None:
    """Compiles the kernels, or loads them from Numba's cache on disk, by way of two small pages without Spark."""
    packing = Packing((0,), 1, 1, 2)
    texts = ["one two three four five six", "one two three four five six seven"]
    ids = pa.array([1, 2], pa.int64())
    batch = pa.RecordBatch.from_pydict({"scope": pa.array([0, 0], pa.int32()), "page_id": ids, "text": texts})
    list(link_batches(sign_batches(iter([batch]), settings, packing), settings, packing))
    rows = {
        "label": pa.array([1, 1], pa.int64()), "crawl": ["", ""], "earlier": [False, False],
        "position": pa.array([0, 0], pa.int32()), "shard": pa.array([0, 0], pa.int32()), "page_id": ids,
        "preference": [0.0, 0.0], "text": texts,
    }  # fmt: skip
    members = list(member_batches(iter([pa.RecordBatch.from_pydict(rows)]), settings))
    pair = pa.RecordBatch.from_pylist([{"label": 1, "page_id": 1, "b": 2}], members[0].schema)
    election = Election(settings.verify, settings.min_jaccard, 1, _ELECTION_BYTES)
    list(elect_batches(iter([*members, pair]), election))


def preference_expr(survivor: str) -> Column:
    """What the pages of a component are ordered by, the least first; a null is the last."""
    values = {
        "page_id": F.lit(0.0),
        "longest": -F.col("metrics.corrected_word_count"),
        "oldest": F.unix_micros("fetched_at").cast("double"),
        "language_score": -F.col("language_score"),
    }
    return F.coalesce(values[survivor], F.lit(float("inf"))).cast(t.DoubleType())


def _packing(scopes: Scopes, settings: Fuzzy, cores: int) -> Packing:
    """Groups of bands, or single bands cut by hash where a scope has too many pages; no row depends on it."""
    each = -(-scopes.pages // len(scopes.numbers))
    splits = max(1, -(-each // _REDUCER_PAGES))
    hashes = each * settings.bands
    wanted = max(hashes * 8 // _REDUCER_BYTES + 1, min(cores // len(scopes.numbers), hashes // _TASK_HASHES))
    groups = settings.bands if splits > 1 else min(wanted, settings.bands)
    block = max(1, min(_BLOCK_PAGES, _BLOCK_BYTES // (8 * settings.bands)))
    return Packing(tuple(sorted(scopes.numbers)), max(1, groups), splits, block)
