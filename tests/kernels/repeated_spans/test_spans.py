"""Repeated spans of a few pages, without Spark, compared with a comparison of all windows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import regex
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.kernels.text.test_characters import chars_of
from tests.reference.gopher import with_plain_newlines
from tests.reference.spans import Page, Span, cut, cuts, repeated_spans
from winnow.kernels.repeated_spans.boundaries import cut_chars, cutting, may_cut
from winnow.kernels.repeated_spans.token_settings import TokenSettings
from winnow.workers import span_batches as batches
from winnow.workers.span_batches import Reading

UNITS = ("folded", "words", "characters", "bytes")


class Held:
    """A broadcast value as workers get it."""

    def __init__(self, value: Any) -> None:
        self.value = value


def token_settings(unit: Any) -> TokenSettings:
    return TokenSettings(unit, "remove", "keep", True, True)


def rows_of(pages: Sequence[Page]) -> pa.RecordBatch:
    count = len(pages)
    columns = {
        "scope": pa.array([0] * count, pa.int32()),
        "shard": pa.array([0] * count, pa.int32()),
        "page_id": pa.array(range(count), pa.int64()),
        "is_earlier": pa.array([page.is_earlier for page in pages], pa.bool_()),
        "is_cut": pa.array([page.is_cut for page in pages], pa.bool_()),
        "text": pa.array([page.text for page in pages], pa.string()),
    }
    return pa.RecordBatch.from_pydict(columns)


def sorted_by(batches: list[pa.RecordBatch], key: str) -> dict[int, list[pa.RecordBatch]]:
    rows = pa.Table.from_batches(batches).sort_by(key) if batches else None
    keys = sorted(set(rows.column(key).to_pylist())) if rows else []
    return {value: rows.filter(pc.equal(rows.column(key), value)).to_batches() for value in keys}


def found_spans(
    pages: Sequence[Page], unit: str, length: int, keep_first: bool = False, pieces: int = 2
) -> tuple[list[list[Span]], list[int]]:
    """The spans of each page, and the number of characters cut, by the same steps as in Spark."""
    reading, rows = Reading(token_settings(unit), length), rows_of(pages)
    halves = [rows.slice(0, len(pages) // 2), rows.slice(len(pages) // 2)]
    sampled = sorted_by(list(batches.sample(halves, reading, pieces)), "bucket")
    filled = [row for part in sampled.values() for row in batches.fill_filter(part, 1 << 20)]
    words = {row["bucket"]: row["words"] for batch in filled for row in batch.to_pylist()}
    repeated: Any = Held(batches.join_filter(words, pieces))
    found = pa.Table.from_batches(batches.find(halves, reading, repeated))
    piece = pa.array([page_id % pieces for page_id in found.column("page_id").to_pylist()], pa.int32())
    by_piece = sorted_by(found.append_column("piece", piece).to_batches(), "piece")
    asked = [row for part in by_piece.values() for row in batches.ask(part, pieces, keep_first, False)]
    answered = sorted_by([row for part in sorted_by(asked, "bucket").values() for row in batches.answer(part)], "piece")
    spans: list[list[Span]] = [[] for _ in pages]
    cut = [0] * len(pages)
    for number, part in by_piece.items():
        told = answered.get(number, [pa.RecordBatch.from_pylist([], batches.to_arrow_schema(batches.ANSWER))])
        joined = batches.join(pa.Table.from_batches(part), pa.Table.from_batches(told), length, pieces, True, False)
        for row in joined.to_pylist():
            spans[row["page_id"]] = [Span(**span) for span in row["spans"]]
            cut[row["page_id"]] = row["cut_chars"]
            assert row["cut_chars"] + row["left_chars"] == len(pages[row["page_id"]].text)
    return spans, cut


@pytest.mark.parametrize(
    ("texts", "length", "removed"),
    [
        (["one two three", "one two three"], 5, [13, 13]),
        (["abcabcabc"], 4, [9]),
        (["abcabc", "zz"], 4, [0, 0]),
        (["hello world", "hello there", "good world"], 5, [11, 6, 6]),
        (["東京都北区東京都", "東京都北区"], 5, [5, 5]),
        (["AAABCDEFGH", "xyzBCDEFq", "nothing"], 4, [0, 0, 0]),  # five characters each, but inside words
    ],
)
def test_published_examples(texts: list[str], length: int, removed: list[int]) -> None:
    assert found_spans([Page(text) for text in texts], "characters", length)[1] == removed


def thue_morse(size: int) -> str:
    return "".join("ab"[bin(i).count("1") % 2] for i in range(size))


HOSTILE = {
    "one letter": [" ".join("a" * 300), " ".join("a" * 11), " ".join("a" * 10)],
    "thue-morse": [" ".join(thue_morse(512)), " ".join(thue_morse(1024)[512:])],
    "periodic": [" ".join("abcdefg"[i % 7] for i in range(200)), " ".join("abcdefgh"[i % 8] for i in range(100))],
    "overlap in one page": ["x " + " ".join("abc" * 7) + " y " + " ".join("cab" * 5)],
    "white space": [" " * 500 + "a" + "\n" * 300, "\t" * 200 + "a " * 30],
    "one word": ["a" * 400, "b" + "a" * 300],
    "marks": ["a" + "\u0301" * 200 + " b" + "\u0301" * 100, "é" * 100, "e\u0301" * 100],
    "pages again": ["the same page with ten words and then some more"] * 5,
    "an extender behind a line's end": [f"{before}\n\n\u200c one two three four five six seven" for before in "ab"],
    "empty": ["", " ", "a"],
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("keep_first", [False, True])
def test_hostile_texts(name: str, unit: str, keep_first: bool) -> None:
    pages = [Page(text) for text in HOSTILE[name]]
    assert found_spans(pages, unit, 10, keep_first)[0] == repeated_spans(pages, unit, 10, keep_first)


WORDS = ["a", "b", "A,", "“b”", "don't", "3.14", "—", "naïve", "nai\u0308ve", "東京", "ไทย", "👍🏽", "각", "क्ष"]


@st.composite
def page_lists(draw: st.DrawFn) -> list[Page]:
    """Pages made from a few pieces of text, so that much is repeated, with all kinds of white space between words."""
    gaps = st.sampled_from([" ", " ", " ", "\n", "\n\n", "  ", "", "\t", "\u3000"])
    stretch = st.lists(st.tuples(st.sampled_from(WORDS), gaps), min_size=1, max_size=8)
    stretches = ["".join(map("".join, words)) for words in draw(st.lists(stretch, min_size=1, max_size=4))]
    texts = draw(st.lists(st.lists(st.sampled_from(stretches), max_size=5).map("".join), min_size=1, max_size=5))
    earlier = draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts)))
    return [Page(text, is_earlier) for text, is_earlier in zip(texts, earlier, strict=True)]


@given(pages=page_lists(), unit=st.sampled_from(UNITS), length=st.integers(1, 9), keep_first=st.booleans())
@examples(max_examples=300, deadline=None)
def test_spans_are_unions_of_repeated_windows(pages: list[Page], unit: str, length: int, keep_first: bool) -> None:
    assert found_spans(pages, unit, length, keep_first)[0] == repeated_spans(pages, unit, length, keep_first)


@given(pages=page_lists(), unit=st.sampled_from(UNITS), length=st.integers(1, 9), pieces=st.sampled_from([1, 4, 64]))
@examples(max_examples=60, deadline=None)
def test_pieces_do_not_matter(pages: list[Page], unit: str, length: int, pieces: int) -> None:
    assert found_spans(pages, unit, length, pieces=pieces) == found_spans(pages, unit, length)


LETTERS = [*"ab 1.'’\n,_—(é東ย👍🇫각ᆨᄀक❤", "\u0301", "\u200d", "\u0e31", "\U0001f3fd", "\u094d", "\u0600", "\ufe0f"]


# Python's Unicode is older than that of the oracle: only characters that Python knows.
KNOWN = st.characters(exclude_categories=["Cs", "Cn"])


@given(letters=st.lists(st.one_of(st.sampled_from(LETTERS), KNOWN), max_size=14))
@examples(max_examples=500, deadline=None)
def test_no_cut_inside_a_word_or_a_grapheme(letters: list[str]) -> None:
    text = with_plain_newlines("".join(letters))  # as in the table `measures`
    chars, allowed = chars_of(text), set(cuts(text))
    found = [i for i in range(len(text) + 1) if may_cut(chars, i, cutting())]
    assert set(found) <= allowed
    lost = [i for i in sorted(allowed - set(found)) if not STRICTER.match(text[i - 1] + text[i])]
    assert lost == []


# Where Unicode's rules look further back than the kernel does.
JAMO = "[\u1100-\u11ff\ua960-\ua97f\uac00-\ud7ff]"
AFTER = r"[\u200c\u200d\p{M}\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]."
STRICTER = regex.compile(rf"\p{{RI}}\p{{RI}}|{JAMO}{JAMO}|{AFTER}", regex.S)


@given(pages=page_lists(), unit=st.sampled_from(UNITS), length=st.integers(1, 9))
@examples(max_examples=200, deadline=None)
def test_a_cut_removes_exactly_the_spans_and_counts_their_characters(pages: list[Page], unit: str, length: int) -> None:
    spans, cut_counts = found_spans([Page(page.text) for page in pages], unit, length)
    for page, here, count in zip(pages, spans, cut_counts, strict=True):
        chars = chars_of(page.text)
        starts, ends = (np.array([span[i] for span in here], np.int64) for i in (0, 1))
        left = "".join(map(chr, chars[: cut_chars(chars, starts, ends, cutting())]))
        assert left == cut(page.text, here)
        assert len(left) == len(page.text) - count
