"""Pages that share a URL, against a walk over a plain list, and the canonical form of URLs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reference.url_duplicates import Kept, walk
from winnow.kernels.url_duplicates import Pages, canonical_url, from_bytes, repeated, split_by_key, to_bytes

KEPT = st.builds(
    Kept, st.integers(0, 2), st.integers(0, 3), st.integers(-(2**63), 2**63 - 1), st.sampled_from("abcdefg")
)


def arrays(kept: list[Kept]) -> Pages:
    key = np.array([ord(page.url) * 0x9E3779B97F4A7C15 % 2**64 for page in kept], np.uint64)
    columns = list(zip(*(page[:3] for page in kept), strict=True)) or [(), (), ()]
    return Pages(key, *(np.array(c, d) for c, d in zip(columns, (np.int32, np.int32, np.int64), strict=True)))


def places(pages: Pages) -> list[tuple[int, ...]]:
    return list(zip(pages.position.tolist(), pages.shard.tolist(), pages.page_id.tolist(), strict=True))


@given(kept=st.lists(KEPT, unique_by=lambda page: page[:3]))
def test_the_lowest_place_of_each_key_stays(kept: list[Kept]) -> None:
    dropped, stay = repeated(arrays(kept))
    found = dict(zip(places(dropped), places(stay), strict=True))
    assert found == {page[:3]: first[:3] for page, first in walk(kept)}
    assert (dropped.key == stay.key).all()


@given(kept=st.lists(KEPT, max_size=30), buckets=st.integers(1, 5))
def test_buckets_hold_all_pages_and_no_key_is_in_two(kept: list[Kept], buckets: int) -> None:
    pages = arrays(kept)
    parts = [from_bytes(to_bytes(part)) for _, part in split_by_key(pages, buckets)]
    rows = [row for part in parts for row in zip(*part, strict=True)]
    assert sorted(rows) == sorted(zip(*pages, strict=True))
    keys = [key for part in parts for key in set(part.key.tolist())]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://WWW.Example.org:80/a?b=2&a=1#top", "example.org/a?a=1&b=2"),
        ("https://user:secret@example.org:443/a/", "example.org/a/"),
        ("https://example.org", "example.org"),
        ("https://example.org:8080/", "example.org:8080"),
        ("//example.org/x?utm_source=feed&id=7&fbclid=abc&PHPSESSID=12", "example.org/x?id=7"),
        ("http://example.org/x;jsessionid=0A1B?id=7", "example.org/x?id=7"),
        ("http://example.org/x?gclid=1&yclid=2&sid=3&mc_cid=4", "example.org/x"),
        ("http://example.org/x?gid=1&yid=2&fbid=3&dcid=4", "example.org/x?dcid=4&fbid=3&gid=1&yid=2"),
        ("http://example.org/x?msclkid=1&gbraid=2&wbraid=3&twclid=4", "example.org/x"),
        ("http://example.org/x?print", "example.org/x?print="),
        ("http://example.org/x?cid=5&ref=home&width=3&paid=1", "example.org/x?cid=5&paid=1&ref=home&width=3"),
        ("http://example.org/gr%c3%bcn", "example.org/gr%C3%BCn"),
        ("http://example.org/grün", "example.org/gr%C3%BCn"),
        ("http://[broken", "http://[broken"),
        ("http://example.org:port/", "http://example.org:port/"),
        ("http://example.org/a//", "example.org/a//"),
        ("", ""),
    ],
)
def test_what_does_not_change_a_page_is_taken_away(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@given(url=st.text())
def test_any_text_has_a_canonical_form(url: str) -> None:
    assert isinstance(canonical_url(f"http://example.org/{url}"), str)
    assert isinstance(canonical_url(url), str)
