"""The shingle sets of components, and the pages that are dropped from each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyspark.sql import types as t

from winnow.kernels.near_duplicates.election import VERIFY, Sets, elect, jaccards
from winnow.settings.schema import Fuzzy
from winnow.tables import NEAR_DUPLICATES
from winnow.workers.arrow import Batches
from winnow.workers.hash_spool import Spool
from winnow.workers.signing import page_shingles

_PAGE = (
    t.StructField("crawl", t.StringType()), t.StructField("earlier", t.BooleanType()),
    t.StructField("position", t.IntegerType()), t.StructField("shard", t.IntegerType()),
    t.StructField("page_id", t.LongType()), t.StructField("is_cut", t.BooleanType()),
    t.StructField("preference", t.DoubleType()),
)  # fmt: skip
# One page of a component, or one pair of pages if `b` is not null; `shingles` is null if another row has the set.
MEMBER = t.StructType(
    [
        t.StructField("label", t.LongType()),
        *_PAGE,
        t.StructField("digest", t.BinaryType()),
        t.StructField("shingles", t.BinaryType()),
        t.StructField("b", t.LongType()),
    ]
)
ELECTED = t.StructType([field for field in NEAR_DUPLICATES.columns if field.name not in ("crawl", "fingerprint")])


class Election(NamedTuple):
    """The settings of an election (see `kernels.election.elect`), and how many bytes of shingles are kept in memory."""

    verify: str
    min_jaccard: float
    whole_component: int
    held_bytes: int


def member_batches(batches: Batches, settings: Fuzzy) -> Batches:
    """Pages with label and text -> members; only one of a batch's pages with the same label and set has the set."""
    for batch in batches:
        if not batch.num_rows:
            continue
        shingles = page_shingles(batch.column("text"), settings)
        digests = [digest.tobytes() for digest in shingles.digests]
        known: set[tuple[int, bytes]] = set()  # shards that are not compared may have the same set
        sets = []
        for page, one in enumerate(zip(batch.column("label").to_pylist(), digests, strict=True)):
            held = shingles.hashes[shingles.bounds[page] : shingles.bounds[page + 1]]
            sets.append(None if one in known else held.tobytes())
            known.add(one)
        columns = [batch.column(name) for name in ("label", *(field.name for field in _PAGE))]
        made = [pa.array(digests, pa.binary()), pa.array(sets, pa.binary()), pa.nulls(len(batch), pa.int64())]
        yield pa.RecordBatch.from_arrays([*columns, *made], MEMBER.names)


def elect_batches(batches: Batches, election: Election) -> Batches:
    """The members and pairs of whole components -> rows of `near_duplicates`."""
    with Spool(election.held_bytes) as spool:
        frames: list[pd.DataFrame] = []
        pairs: list[NDArray[np.int64]] = []
        for batch in batches:
            is_pair = batch.column("b").is_valid()
            if pc.any(is_pair).as_py():
                two = [batch.column(name).filter(is_pair).to_numpy() for name in ("page_id", "b")]
                pairs.append(np.stack(two, 1))
            members = batch.filter(pc.invert(is_pair))
            if members.num_rows:
                frame = members.drop_columns(["shingles", "b"]).to_pandas()
                frame["start"], frame["size"] = spool.add(members.column("shingles"))
                frames.append(frame)
        if frames:
            edges = np.concatenate(pairs) if pairs else np.empty((0, 2), np.int64)
            yield _elect(pd.concat(frames, ignore_index=True), edges, spool.hashes(), election)


def _elect(
    pages: pd.DataFrame, edges: NDArray[np.int64], hashes: NDArray[np.uint32], election: Election
) -> pa.RecordBatch:
    """Pages with the same set are one node, represented by the first.

    A node is cut only if all its pages are cut: a whole page with the same set lacks nothing.
    """
    pages["is_node_cut"] = pages.groupby(["label", "digest"])["is_cut"].transform("min")
    order = ["label", "is_node_cut", "position", "is_cut", "preference", "page_id"]
    pages = pages.sort_values(order, ignore_index=True, kind="stable")
    held = pages[pages["start"] >= 0].drop_duplicates(["label", "digest"])[["label", "digest", "start", "size"]]
    firsts = pages.drop_duplicates(["label", "digest"])[["label", "digest", "earlier"]].reset_index(names="first")
    nodes = firsts.merge(held, on=["label", "digest"], how="left", validate="1:1")
    place = pages.merge(nodes[["label", "digest"]].reset_index(names="node"), on=["label", "digest"], how="left")
    node = place["node"].to_numpy(np.int32)

    # astype raises if the set of a node is missing
    start, size = (nodes[name].astype("int64").to_numpy() for name in ("start", "size"))
    sets = Sets(hashes, start, size)
    labels = nodes["label"].to_numpy().astype("int64")
    components = np.cumsum(np.diff(labels, prepend=labels[:1]) != 0).astype(np.int32)
    elected = elect(
        components, nodes["earlier"].to_numpy(bool), _node_pairs(pages["page_id"].to_numpy(), node, edges), sets,
        VERIFY[election.verify], election.min_jaccard, election.whole_component,
    )  # fmt: skip
    return _rows(pages, nodes["first"].to_numpy(), node, sets, elected.kept, elected.via)


def _node_pairs(ids: NDArray[np.int64], node: NDArray[np.int32], edges: NDArray[np.int64]) -> NDArray[np.int32]:
    """Pairs of pages as distinct pairs of different nodes, in ascending order."""
    by_id = np.argsort(ids)
    pairs = np.sort(node[by_id[np.searchsorted(ids, edges, sorter=by_id)]], 1)
    return np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0).astype(np.int32).reshape(-1, 2)


def _rows(
    pages: pd.DataFrame,
    firsts: NDArray[np.int64],
    node: NDArray[np.int32],
    sets: Sets,
    kept: NDArray[np.int32],
    via: NDArray[np.int32],
) -> pa.RecordBatch:
    """A row for each page of this crawl that is dropped."""
    stays = firsts[kept[node]]
    goes = (stays != np.arange(len(pages))) & ~pages["earlier"].to_numpy(bool)
    page, stays, node = np.flatnonzero(goes), stays[goes], node[goes]
    found = np.where(kept[node] == node, node, via[node])
    ids = pages["page_id"].to_numpy()
    clusters = pd.DataFrame({"kept": stays, "id": ids[page]}).groupby("kept")["id"]
    columns = {
        "shard": pages["shard"].to_numpy(np.int32)[page],
        "page_id": ids[page],
        "kept_page_id": ids[stays],
        "kept_crawl": pages["crawl"].to_numpy()[stays],
        "kept_shard": pages["shard"].to_numpy(np.int32)[stays],
        "jaccard": jaccards(sets, node, kept[node]),
        "via_page_id": ids[firsts[found]],
        "via_jaccard": jaccards(sets, node, found),
        "cluster_id": np.minimum(clusters.transform("min").to_numpy(np.int64), ids[stays]),
        "cluster_size": clusters.transform("size").to_numpy(np.int64) + 1,
    }
    return pa.RecordBatch.from_arrays([pa.array(columns[name]) for name in ELECTED.names], ELECTED.names)
