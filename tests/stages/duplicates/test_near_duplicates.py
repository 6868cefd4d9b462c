"""Pages through edges, components and elections, compared with plain Python on generated and on real texts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tests.kernels.near_duplicates.test_near_duplicates import real_texts
from tests.reference import near_duplicates as reference
from tests.stages.frames import rows_of
from winnow.settings.schema import Fuzzy, Settings
from winnow.stages.duplicates import near_duplicates as stage
from winnow.stages.duplicates.components import label_components
from winnow.stages.duplicates.near_duplicates import Scopes, elect_survivors, find_edges, sign_texts
from winnow.workers import signing

SCHEMA = (
    "scope INT, crawl STRING, earlier BOOLEAN, position INT, shard INT, page_id BIGINT, is_cut BOOLEAN, "
    "preference DOUBLE, text STRING"
)


@pytest.fixture
def fuzzy(settings: Settings) -> Fuzzy:
    """The default with such weak bands that any two pages with a few common shingles share one."""
    return settings.fuzzy.model_copy(update={"bands": 100, "rows_per_band": 1})


def page(
    page_id: int, text: str, shard: int = 0, position: int = 1, preference: float = 0.0, is_cut: bool = False
) -> tuple[Any, ...]:
    return (shard, f"crawl-{position}", position < 1, position, shard, page_id, is_cut, preference, text)


def words(random: Random, count: int = 60) -> list[str]:
    return [f"w{random.randrange(10**6)}" for _ in range(count)]


def families(seed: int) -> list[tuple[Any, ...]]:
    """Two shards of pages: alone, copied word by word, nearly copied, copied in part, and too short."""
    random, cuts = Random(seed), Random(seed)
    pages: list[tuple[Any, ...]] = []
    for number in range(25):
        original = words(random)
        copies = [original]
        for _ in range(number % 4):
            copy = list(random.choice(copies))
            for _ in range(random.choice((0, 1, 1, 2, 6))):
                copy[random.randrange(len(copy))] = "changed"
            copies.append(copy)
        pages += [
            page(random.getrandbits(62), " ".join(copy), number % 2, is_cut=cuts.random() < 0.4) for copy in copies
        ]
    short = [page(random.getrandbits(62), "too short for it", shard) for shard in (0, 0, 1)]
    return [*pages, *short, page(random.getrandbits(62), pages[0][-1], 1 - pages[0][0])]


def found(spark: SparkSession, pages: Iterable[tuple[Any, ...]], fuzzy: Fuzzy, partitions: int = 2) -> DataFrame:
    frame = spark.createDataFrame(list(pages), SCHEMA).repartition(partitions)
    scopes = Scopes(sorted({one[0] for one in pages}), frame.count())
    edges = find_edges(frame, scopes, fuzzy).persist()
    labels = label_components(edges, 10**6)
    return elect_survivors(edges, labels, frame.drop("scope"), labels.count(), fuzzy)


def expected(pages: list[tuple[Any, ...]], fuzzy: Fuzzy) -> dict[int, int]:
    """The dropped page -> the kept page, if every pair of similar pages in a shard is an edge."""
    sets = {one[5]: reference.shingles(one[-1]) for one in pages}
    is_cut = {one[5]: all(other[6] for other in pages if _is_same(one, other, sets)) for one in pages}
    in_order = sorted(pages, key=lambda one: (is_cut[one[5]], one[3], one[6], one[7], one[5]))
    # of pages with the same shingles, only the first is compared with others
    first = {one[5]: next(other[5] for other in in_order if _is_same(one, other, sets)) for one in pages}
    order = [one[5] for one in in_order if sets[one[5]] and first[one[5]] == one[5]]
    shard, fixed = {one[5]: one[4] for one in pages}, frozenset(one[5] for one in pages if one[2])
    pairs = {
        (one, other)
        for one in order
        for other in order
        if one < other and shard[one] == shard[other] and reference.jaccard(sets[one], sets[other]) > 0
    }
    kept = reference.elect(order, sets, pairs, fuzzy.verify, fuzzy.min_jaccard, fuzzy.whole_component, fixed)
    stays = {one: kept[first[one]] for one in first if sets[one]}
    return {one: other for one, other in stays.items() if one != other and one not in fixed}


def _is_same(one: tuple[Any, ...], other: tuple[Any, ...], sets: dict[int, list[int]]) -> bool:
    return bool(one[4] == other[4] and sets[one[5]] == sets[other[5]])


@pytest.mark.parametrize("verify", ["none", "edges", "survivor"])
def test_dropped_and_kept_pages_are_those_of_plain_python(spark: SparkSession, fuzzy: Fuzzy, verify: str) -> None:
    pages, how = families(3), fuzzy.model_copy(update={"verify": verify})
    sets = {one[5]: reference.shingles(one[-1]) for one in pages}
    rows = found(spark, pages, how).collect()
    kept = {row.page_id: row.kept_page_id for row in rows}
    assert kept == expected(pages, how)
    assert len(kept) == len(rows) > 20
    for row in rows:
        assert row.jaccard == reference.jaccard(sets[row.page_id], sets[row.kept_page_id])
        assert row.via_jaccard == reference.jaccard(sets[row.page_id], sets[row.via_page_id])
        cluster = [row.kept_page_id, *(one for one, other in kept.items() if other == row.kept_page_id)]
        assert (row.cluster_id, row.cluster_size) == (min(cluster), len(cluster))
        assert (row.kept_crawl, row.kept_shard) == ("crawl-1", row.shard)
    assert verify != "survivor" or min(row.jaccard for row in rows) >= 0.8


def test_the_same_texts_in_two_shards_are_decided_in_each(spark: SparkSession, fuzzy: Fuzzy) -> None:
    """Also in one batch, where a set of shingles belongs to two components."""
    pages = [page(one[5] // 4 * 2 + shard, one[-1], shard) for one in families(3) for shard in (0, 1)]
    rows = found(spark, pages, fuzzy, partitions=1).collect()
    assert {row.page_id: row.kept_page_id for row in rows} == expected(pages, fuzzy)
    sets = {one[5]: reference.shingles(one[-1]) for one in pages}
    assert all(row.jaccard == reference.jaccard(sets[row.page_id], sets[row.kept_page_id]) for row in rows)
    assert len(rows) > 40


@pytest.mark.parametrize("limits", [{}, {"_BLOCK_PAGES": 3, "_REDUCER_PAGES": 120}])
def test_pages_of_other_languages_are_not_compared(
    spark: SparkSession, fuzzy: Fuzzy, limits: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One language has most pages; each text is there in three, null among them, and lies in one batch with them."""
    for name, limit in limits.items():
        monkeypatch.setattr(stage, name, limit)
    how = fuzzy.model_copy(update={"by_language": True})
    pages = {
        label: [page(one[5] // 8 * 8 + place, one[-1]) for one in families(seed)]
        for place, (label, seed) in enumerate((("zh", 3), ("de", 3), (None, 3), ("zh", 4)))
    }
    rows = [(*one, label) for label, ones in pages.items() for one in ones]
    frame = spark.createDataFrame(rows, f"{SCHEMA}, language STRING").withColumn("scope", F.lit(0)).coalesce(1)
    edges = find_edges(frame, Scopes([0], len(rows)), how).persist()
    labels = label_components(edges, 10**6)
    found = elect_survivors(edges, labels, frame.drop("scope"), labels.count(), how).collect()
    wanted: dict[int, int] = {}
    for ones in pages.values():
        wanted |= expected(ones, how)
    assert {row.page_id: row.kept_page_id for row in found} == wanted
    assert len(wanted) > 60


SMALL = {"_BLOCK_PAGES": 3, "_REDUCER_PAGES": 20, "_ELECTION_PAGES": 10, "_ELECTION_BYTES": 100}


@pytest.mark.parametrize(("partitions", "limits"), [(1, {}), (5, {}), (3, SMALL)])
def test_partitions_blocks_and_memory_do_not_matter(
    spark: SparkSession, fuzzy: Fuzzy, partitions: int, limits: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages, fuzzy = families(4), fuzzy.model_copy(update={"bands": 6})
    plain = rows_of(found(spark, pages, fuzzy))
    for name, limit in limits.items():
        monkeypatch.setattr(stage, name, limit)
    Random(partitions).shuffle(pages)
    assert rows_of(found(spark, pages, fuzzy, partitions)) == plain


def test_signatures_that_were_stored_give_the_same_rows(spark: SparkSession, fuzzy: Fuzzy) -> None:
    """For any pages: none, some of each family, all; too short pages have no signature."""
    pages, fuzzy = families(7), fuzzy.model_copy(update={"bands": 6})
    frame = spark.createDataFrame(pages, SCHEMA)
    scopes = Scopes([0, 1], len(pages))
    plain = rows_of(find_edges(frame, scopes, fuzzy))
    assert len(plain) > 20
    for part in (1, 2):
        chosen = F.col("page_id") % part == 0
        signed = sign_texts(frame.where(chosen), fuzzy).withColumn("scope", F.col("shard"))
        assert 0 < signed.count() < len(pages) // part
        assert rows_of(find_edges(frame.where(~chosen), scopes, fuzzy, signed)) == plain


def test_chinese_pages_are_cut_into_words(fuzzy: Fuzzy) -> None:
    text, how = (
        "我来到北京清华大学,然后 web 网络研究中心",
        fuzzy.model_copy(update={"unit": "jieba", "shingle_size": 2}),
    )
    words = ["我", "来到", "北京", "清华大学", "然后", "web", "网络", "研究", "中心"]
    pairs = {reference.murmur3_32(" ".join(words[i : i + 2]).encode()) for i in range(8)}
    assert set(signing.page_shingles(pa.array([text]), how).hashes.tolist()) == pairs


def test_many_copies_of_one_page_are_signed_once_a_block(fuzzy: Fuzzy) -> None:
    packing = signing.Packing((0,), 2, 1, 100)
    text = " ".join(words(Random(1)))
    batch = pa.RecordBatch.from_pydict({"scope": [0] * 500, "page_id": list(range(500)), "text": [text] * 500})
    (blobs,) = signing.sign_batches(iter([batch]), fuzzy, packing)
    first, second, copies = blobs.to_pylist()
    assert len(first["ids"]) == len(second["ids"]) == 8
    assert len(first["hashes"]) + len(second["hashes"]) == 8 * fuzzy.bands
    assert (len(copies["ids"]), copies["hashes"]) == (499 * 16, None)


def test_the_same_text_in_two_languages_makes_no_pair(fuzzy: Fuzzy) -> None:
    packing = signing.Packing((0,), 2, 1, 100)
    text = " ".join(words(Random(1)))
    columns = {"scope": [0] * 5, "page_id": [1, 2, 3, 4, 5], "text": [text, f"{text} more", text, text, f"{text} more"]}
    for labels, linked in (([7, 7, 7, 7, 7], {1, 2, 3, 4, 5}), ([7, 7, -7, -7, 0], {1, 2, 3, 4})):
        batch = pa.RecordBatch.from_pydict({**columns, signing.LANGUAGE_HASH: pa.array(labels, pa.int64())})
        edges = signing.link_batches(signing.sign_batches(iter([batch]), fuzzy, packing), fuzzy, packing)
        pairs = {(one, other) for batch in edges for one, other in zip(*batch.to_pydict().values(), strict=True)}
        assert {number for pair in pairs for number in pair} == linked
        assert all(labels[one - 1] == labels[other - 1] for one, other in pairs)


def test_earlier_pages_are_kept_and_preferred(spark: SparkSession, fuzzy: Fuzzy) -> None:
    text, other = (" ".join(words(Random(seed))) for seed in (5, 6))
    near = text.replace(text.split()[30], "changed")
    pages = [
        page(1, text), page(2, near), page(8, text, position=0), page(9, near, position=0), page(3, text, shard=1),
        page(4, other), page(5, other), page(6, other, preference=-1.0),
    ]  # fmt: skip
    rows = found(spark, pages, fuzzy).select("page_id", "kept_page_id", "kept_crawl")
    assert rows_of(rows) == [(1, 8, "crawl-0"), (2, 9, "crawl-0"), (4, 6, "crawl-1"), (5, 6, "crawl-1")]


def test_whole_pages_are_preferred_to_cut_ones(spark: SparkSession, fuzzy: Fuzzy) -> None:
    """For every choice of survivor. A cut page of an earlier crawl is kept, and so is the whole one, unless both have
    the same text.
    """
    texts = [words(Random(seed)) for seed in range(6)]
    whole = [" ".join(text) for text in texts]
    cut = [" ".join(text[:-4]) for text in texts]
    pages = [
        page(1, cut[0], preference=-9.0, is_cut=True), page(2, whole[0]),
        page(3, cut[1], preference=-9.0, is_cut=True), page(4, cut[1], is_cut=True),
        page(5, cut[2], position=0, is_cut=True), page(6, whole[2]), page(7, cut[2], is_cut=True),
        page(8, whole[3], position=0, is_cut=True), page(9, whole[3]),
        page(10, cut[4], is_cut=True), page(11, cut[4], position=0, is_cut=True),
        page(12, whole[5], position=0), page(13, cut[5], position=0, is_cut=True), page(14, whole[5]),
    ]  # fmt: skip
    rows = {row.page_id: row.kept_page_id for row in found(spark, pages, fuzzy).collect()}
    assert rows == {1: 2, 4: 3, 7: 5, 9: 8, 10: 11, 14: 12}
    assert rows == expected(pages, fuzzy)


def test_text_is_never_shuffled(spark: SparkSession, fuzzy: Fuzzy, tmp_path: Path) -> None:
    spark.createDataFrame(families(1), SCHEMA).write.parquet(f"{tmp_path}/pages")
    spark.createDataFrame([(1, 2)], "a BIGINT, b BIGINT").write.parquet(f"{tmp_path}/edges")
    spark.createDataFrame([(1, 1)], "id BIGINT, label BIGINT").write.parquet(f"{tmp_path}/labels")
    pages, edges, labels = (spark.read.parquet(f"{tmp_path}/{name}") for name in ("pages", "edges", "labels"))
    spark.conf.set("spark.sql.autoBroadcastJoinThreshold", "-1")  # as with tables of real size
    try:
        frames = find_edges(pages, Scopes([0, 1], 100), fuzzy), elect_survivors(edges, labels, pages, 10, fuzzy)
        plans = [frame._jdf.queryExecution().executedPlan().toString() for frame in frames]
    finally:
        spark.conf.unset("spark.sql.autoBroadcastJoinThreshold")
    for plan, python in zip(plans, (2, 2), strict=True):
        lines = plan.splitlines()
        exchanged = [lines[i + 1] for i, line in enumerate(lines) if "Exchange" in line and "Broadcast" not in line]
        assert exchanged
        assert not [line for line in exchanged if "text#" in _made(line)]
        assert plan.count("MapInArrow") == python
        assert "NestedLoopJoin" not in plan
        assert "CartesianProduct" not in plan


def _made(line: str) -> str:
    """The columns that a node of a plan gives; the columns that a Python node reads come before them."""
    return line.rpartition(" [")[2] if "MapInArrow" in line else line


@pytest.mark.corpus
def test_real_near_duplicates(spark: SparkSession, settings: Settings, corpus: Path) -> None:
    """With full settings, every dropped page has a kept page with Jaccard 0.8; almost no pair with 0.8 is kept."""
    texts = real_texts(corpus)
    pages = [page(i * 7919 % 100_003, text) for i, text in enumerate(texts)]
    sets = {one[5]: reference.grams(text, simplify=True) for one, text in zip(pages, texts, strict=True)}
    rows = found(spark, pages, settings.fuzzy).collect()
    kept = {row.page_id: row.kept_page_id for row in rows}
    assert not set(kept) & set(kept.values())
    assert all(row.jaccard == reference.jaccard(sets[row.page_id], sets[row.kept_page_id]) for row in rows)
    assert min(row.jaccard for row in rows) >= 0.8
    alike = [(pages[i][5], pages[j][5]) for i, j in _alike(list(sets.values()), 0.8)]
    staying = [pair for pair in alike if not kept.keys() & set(pair)]
    assert len(alike) > 700
    assert len(staying) <= 0.01 * len(alike)


def _alike(sets: list[set[str]], least: float) -> list[tuple[int, int]]:
    """Pairs whose Jaccard is at least `least`, by an inverted index."""
    holders: dict[str, list[int]] = {}
    shared: dict[tuple[int, int], int] = {}
    for number, one in enumerate(sets):
        for value in one:
            for other in holders.setdefault(value, []):
                shared[other, number] = shared.get((other, number), 0) + 1
            holders[value].append(number)
    return [(i, j) for (i, j), count in shared.items() if count >= least * (len(sets[i]) + len(sets[j]) - count)]
