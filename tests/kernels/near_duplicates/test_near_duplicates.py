"""Folding, shingles, signatures, buckets and elections, compared with datasketch and with plain Python."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.kernels.measures.measuring import texts
from tests.kernels.text.test_simplified import DIFFERENT
from tests.reference import near_duplicates as reference
from tests.reference.simplified_forms import FORMS
from winnow.kernels.near_duplicates.buckets import link_pages
from winnow.kernels.near_duplicates.election import VERIFY, Sets, elect, jaccards
from winnow.kernels.near_duplicates.minhash import band_hashes, permutations, sign_pages, signatures
from winnow.kernels.near_duplicates.shingles import Shingles, ShingleSettings, shingle_buffer, sort_distinct
from winnow.kernels.text.folding import compile_folding, fold
from winnow.kernels.text.hashes import murmur3_32
from winnow.kernels.text.simplified import TRADITIONAL

PLAIN: dict[str, Any] = {
    "unit": "words", "punctuation": "remove", "numbers": "keep", "lower_case": True, "remove_accents": True,
    "simplify": False,
}  # fmt: skip
VARIANTS = [
    PLAIN,
    {**PLAIN, "punctuation": "space", "numbers": "zero"},
    {**PLAIN, "punctuation": "keep", "lower_case": False, "remove_accents": False, "numbers": "zero"},
    {**PLAIN, "remove_accents": False},
    {**PLAIN, "unit": "characters"},
    {**PLAIN, "unit": "jieba"},
    {**PLAIN, "simplify": True},
]

# Characters that OpenCC and Unicode simplify differently, and those that only one of them simplifies.
UNDECIDED = {*DIFFERENT, *(set(TRADITIONAL) ^ set(FORMS))}


def folded(text: str, settings: dict[str, Any]) -> list[str]:
    chars = np.array([ord(char) for char in text], np.uint32)
    out, starts = np.zeros(10 * len(chars) + 1, np.uint8), np.zeros(len(chars) + 2, np.int32)
    count = fold(chars, compile_folding(**settings), out, starts)
    pieces = (out[starts[i] : starts[i + 1] - 1] for i in range(count))
    assert all(out[end - 1] == ord(" ") for end in starts[1 : count + 1])
    return [piece.tobytes().decode("utf-8", "surrogatepass") for piece in pieces]


def shingled(pages: list[str], size: int = 5, settings: dict[str, Any] | None = None) -> Shingles:
    encoded = [page.encode("utf-8", "surrogatepass") for page in pages]
    offsets = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
    how = ShingleSettings(shingle_size=size, **(settings or PLAIN))
    return shingle_buffer(np.frombuffer(b"".join(encoded), np.uint8), offsets, how)


def sets_of(found: Shingles) -> list[list[int]]:
    return [found.hashes[a:b].tolist() for a, b in zip(found.bounds, found.bounds[1:], strict=False)]


@pytest.mark.parametrize("settings", VARIANTS)
def test_every_character_is_folded_like_in_python(settings: dict[str, Any]) -> None:
    """A thousand characters in a text, since calling the kernel costs more than folding one character."""
    everything = [chr(point) for point in (*range(0xD800), *range(0xE000, 0x40000, 3))]
    if settings["simplify"]:
        everything = [char for char in everything if char not in UNDECIDED]
    for start in range(0, len(everything), 1000):
        text = " ".join(f"a{char}b" for char in everything[start : start + 1000])
        assert folded(text, settings) == reference.words_of(text, **settings)


def test_a_page_in_both_chinese_scripts_has_one_set_of_shingles() -> None:
    traditional = "我們在臺北國立大學學習機器學習，後來發現電腦與網絡的關係。"
    simplified = "我们在台北国立大学学习机器学习，后来发现电脑与网络的关系。"
    for simplify, expected in ((True, True), (False, False)):
        one, other = sets_of(shingled([traditional, simplified], settings={**PLAIN, "simplify": simplify}))
        assert (one == other) == expected
        assert one
    assert folded("薴苧", {**PLAIN, "simplify": True}) == ["苎", "苎"]


def test_characters_of_scripts_without_spaces_are_words() -> None:
    for text in ("中文字", "ひらかな", "カタカナ", "กขค", "ကခဂ", "កខគ", "ກຂຄ", "ㄅㄆ", "𠀀𠀁"):
        assert folded(text, PLAIN) == list(text)
    for text in ("한국어", "русский", "العربية", "हिन्दी"):
        assert len(folded(text, PLAIN)) == 1


@pytest.mark.parametrize("settings", VARIANTS)
@examples(max_examples=60, deadline=None)
@given(text=texts)
def test_words_are_those_of_python(text: str, settings: dict[str, Any]) -> None:
    assert folded(text, settings) == reference.words_of(text, **settings)


def test_copies_that_differ_in_form_alone_are_the_same() -> None:
    one, other = "Ça va — “bien”, Ångström!\tÉTÉ 1984 文字", "ca va  bien angstrom\nete 1984 文 字"
    assert folded(one, PLAIN) == folded(other, PLAIN) == ["ca", "va", "bien", "angstrom", "ete", "1984", "文", "字"]
    assert folded("on 3.14, ٣٫١٤ or 1,000,000", VARIANTS[1]) == ["on", "0", "0", "or", "0", "0"]


@pytest.mark.parametrize(
    ("data", "value"),  # published with other implementations of the function
    [
        (b"", 0),
        (b"hello", 0x248BFA47),
        (b"hello, world", 0x149BBB7F),
        (b"The quick brown fox jumps over the lazy dog", 0x2E4FF723),
    ],
)
def test_hash_is_murmur3(data: bytes, value: int) -> None:
    buffer = np.frombuffer(b"x" + data, np.uint8)
    assert int(murmur3_32(buffer, 1, len(buffer))) == value
    assert reference.murmur3_32(data) == value


@examples(deadline=None)
@given(values=st.lists(st.integers(0, 2**32 - 1) | st.integers(0, 300)))
def test_sorting(values: list[int]) -> None:
    array = np.array(values, np.uint32)
    count = sort_distinct(array, np.empty_like(array), np.empty((4, 256), np.int32))
    assert array[:count].tolist() == sorted(set(values))


@examples(max_examples=60, deadline=None)
@given(pages=st.lists(texts, max_size=4), size=st.integers(1, 6))
def test_sets_are_those_of_python(pages: list[str], size: int) -> None:
    found = shingled(pages, size)
    assert sets_of(found) == [reference.shingles(page, size) for page in pages]
    same = {tuple(digest) for digest in found.digests.tolist()}
    assert len(same) == len({tuple(one) for one in sets_of(found)})


def test_a_page_too_short_has_no_shingle() -> None:
    assert sets_of(shingled(["one two three four", "", "one two three four five"])) == [
        [],
        [],
        [reference.murmur3_32(b"one two three four five")],
    ]


def datasketch_of(values: list[int], count: int, seed: int) -> list[int]:
    sketch = MinHash(count, seed=seed, hashfunc=int, scheme="affine32")
    sketch.update_batch(values)
    return list(map(int, sketch.hashvalues))


@examples(max_examples=40, deadline=None)
@given(values=st.sets(st.integers(0, 2**32 - 1), max_size=50), seed=st.integers(0, 2**32 - 1))
def test_signatures_are_datasketch_s(values: set[int], seed: int) -> None:
    hashes = np.array(sorted(values), np.uint32)
    (found,) = signatures(hashes, np.array([0, len(hashes)], np.int64), 37, seed).tolist()
    assert found == datasketch_of(hashes.tolist(), 37, seed)


@pytest.mark.corpus
def test_signatures_of_real_texts_are_datasketch_s(corpus: Path) -> None:
    found = shingled(real_texts(corpus)[:40])
    signed = signatures(found.hashes, found.bounds, 9000, 1)
    assert [row.tolist() for row in signed] == [datasketch_of(one, 9000, 1) for one in sets_of(found)]


def test_equal_rows_are_equal_bands_and_other_rows_are_not() -> None:
    signature = np.arange(40, dtype=np.uint32)
    hashes, other = np.empty(8, np.uint64), np.empty(8, np.uint64)
    band_hashes(signature, 5, hashes)
    for row in range(40):
        changed = signature.copy()
        changed[row] += 1
        band_hashes(changed, 5, other)
        assert np.flatnonzero(hashes != other).tolist() == [row // 5]
    assert len(set(hashes.tolist())) == 8


def test_bands_of_chosen_pages() -> None:
    found = shingled([" ".join(f"w{i + start}" for i in range(30)) for start in range(4)])
    bands, drawn = np.zeros((3, 5), np.uint64), permutations(12, 1)
    sign_pages(found.hashes, found.bounds, np.array([3, 1]), drawn, 4, 2, bands)
    one = np.empty(3, np.uint64)
    for page, column in ((3, 2), (1, 3)):
        (signature,) = signatures(found.hashes, found.bounds[page : page + 2], 12, 1)
        band_hashes(signature, 4, one)
        assert bands[:, column].tolist() == one.tolist()
    assert not bands[:, [0, 1, 4]].any()


@pytest.mark.parametrize("all_pairs", [0, 3, 100])
@pytest.mark.parametrize("seed", range(6))
def test_pairs_are_those_of_plain_buckets(seed: int, all_pairs: int) -> None:
    random = Random(seed)
    ids = [random.getrandbits(62) - 2**61 for _ in range(150)]
    bands = [[random.randrange(40 << (band * 2)) << random.randrange(30) for _ in ids] for band in range(4)]
    arrays = (np.array(hashes, np.uint64) for hashes in bands)
    pairs = link_pages(np.array(ids), arrays, all_pairs).tolist()
    assert len(pairs) == len({tuple(pair) for pair in pairs})
    assert {tuple(pair) for pair in pairs} == reference.star_pairs(ids, bands, all_pairs)


def test_many_pages_in_one_bucket() -> None:
    ids, same = np.random.default_rng(1).permutation(100_000), np.full(100_000, 7, np.uint64)
    pairs = link_pages(ids, iter([same, same, np.arange(100_000, dtype=np.uint64)]), 0)
    assert sorted(pairs.tolist()) == [[0, other] for other in range(1, 100_000)]


def random_component(random: Random, pages: int) -> dict[int, list[int]]:
    """Sets with all degrees of similarity."""
    sets: dict[int, list[int]] = {}
    for page in range(pages):
        base = set(sets[random.randrange(page)]) if page and random.random() < 0.8 else set()
        base = {one for one in base if random.random() < random.choice((1, 0.9, 0.7))}
        while len(base) < random.randrange(4, 40):
            base.add(random.randrange(200))
        sets[page] = sorted(base)
    return sets


@pytest.mark.parametrize("verify", sorted(VERIFY))
@pytest.mark.parametrize("whole_component", [1, 6, 1000])
@pytest.mark.parametrize("seed", range(8))
def test_elections_are_those_of_plain_python(seed: int, whole_component: int, verify: str) -> None:
    random = Random(seed)
    sets = random_component(random, 60)
    pairs = {
        (one, other)
        for one in sets
        for other in sets
        if one < other and reference.jaccard(sets[one], sets[other]) > 0.5 and random.random() < 0.8
    }
    label = reference.components(list(sets), pairs)
    fixed = frozenset(page for page in sets if label[page] % 3 == 0 and page < label[page] + 20)
    order = sorted(sets, key=lambda page: (label[page], page))
    node = {page: i for i, page in enumerate(order)}
    flat = Sets(
        np.array([one for page in order for one in sets[page]], np.uint32),
        np.cumsum([0, *(len(sets[page]) for page in order)]).astype(np.int64)[:-1],
        np.array([len(sets[page]) for page in order], np.int64),
    )
    edges = np.array(sorted((node[one], node[other]) for one, other in pairs), np.int32).reshape(-1, 2)
    found = elect(
        np.array([label[page] for page in order], np.int32), np.array([page in fixed for page in order]), edges, flat,
        VERIFY[verify], 0.7, whole_component,
    )  # fmt: skip
    kept = {page: order[found.kept[node[page]]] for page in sets}
    assert kept == reference.elect(order, sets, pairs, verify, 0.7, whole_component, fixed)
    gone = [page for page in sets if kept[page] != page]
    assert gone
    near = jaccards(flat, np.array([node[page] for page in gone]), np.array([node[kept[page]] for page in gone]))
    assert near.tolist() == [reference.jaccard(sets[page], sets[kept[page]]) for page in gone]
    assert verify != "survivor" or min(near) >= 0.7
    for page in gone:
        neighbours = [node[one if other == page else other] for one, other in pairs if page in (one, other)]
        wanted = node[kept[page]]
        assert found.via[node[page]] == (wanted if wanted in neighbours else min(neighbours))


def real_texts(corpus: Path) -> list[str]:
    lines = (
        gzip.decompress((corpus / "neardup_exact" / "texts.jsonl.gz").read_bytes()).decode().rstrip("\n").split("\n")
    )
    return [json.loads(line)["text"] for line in lines]
