"""Pages that share a URL, compared with a walk over a plain list."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.reference.url_duplicates import Kept, walk
from winnow.kernels.url_duplicates import Pages, from_bytes, repeated, split_by_key, to_bytes

KEPT = st.builds(
    Kept,
    st.booleans(),
    st.integers(0, 2),
    st.integers(0, 3),
    st.integers(-(2**63), 2**63 - 1),
    st.sampled_from("abcdefg"),
)


def arrays(kept: list[Kept]) -> Pages:
    key = np.array([ord(page.url) * 0x9E3779B97F4A7C15 % 2**64 for page in kept], np.uint64)
    is_cut, *columns = list(zip(*(page[:4] for page in kept), strict=True)) or [(), (), (), ()]
    kinds = (np.int32, np.int32, np.int64)
    return Pages(key, *(np.array(c, d) for c, d in zip(columns, kinds, strict=True)), np.array(is_cut, np.bool_))


def places(pages: Pages) -> list[tuple[int, ...]]:
    columns = (pages.is_cut, pages.position, pages.shard, pages.page_id)
    return list(zip(*(column.tolist() for column in columns), strict=True))


@given(kept=st.lists(KEPT, unique_by=lambda page: page[1:4]), by_shard=st.booleans())
def test_the_lowest_place_of_each_key_is_kept(kept: list[Kept], by_shard: bool) -> None:
    if not by_shard:
        kept = list({page.page_id: page for page in kept}.values())
    dropped, stay = repeated(arrays(kept), by_shard)
    found = dict(zip(places(dropped), places(stay), strict=True))
    assert found == {page[:4]: first[:4] for page, first in walk(kept, by_shard)}
    assert (dropped.key == stay.key).all()


@given(kept=st.lists(KEPT, max_size=30), buckets=st.integers(1, 5))
def test_buckets_hold_all_pages_and_no_key_is_in_two(kept: list[Kept], buckets: int) -> None:
    pages = arrays(kept)
    parts = [from_bytes(to_bytes(part)) for _, part in split_by_key(pages, buckets)]
    rows = [row for part in parts for row in zip(*part, strict=True)]
    assert sorted(rows) == sorted(zip(*pages, strict=True))
    keys = [key for part in parts for key in set(part.key.tolist())]
    assert len(keys) == len(set(keys))
