"""What a rule judges is marked in the text of a page: an example for each metric, and any text for all of them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnow.kernels.measures.metrics import METRICS
from winnow.report.marks import excerpt, offending
from winnow.settings.rules import Rule

TEXT = "the a bb\n- one # two ...\n12 34 {x}\nsome words here\nsome words here\n\nLorem Ipsum ends."
MARKED = {
    "hash_to_word_ratio": ["#"],
    "ellipsis_to_word_ratio": ["..."],
    "ellipsis_line_fraction": ["..."],
    "bullet_line_fraction": ["- one # two ..."],
    "alphabetic_word_fraction": ["-", "#", "...", "12", "34"],
    "stop_word_count": ["the"],
    "duplicate_line_fraction": ["some words here"],
    "copied_line_char_fraction": ["some words here"],
    "top_3_gram_ratio": ["some words here", "some words here"],
    "duplicate_5_gram_fraction": [],
    "flagged_word_fraction": ["12 34 {x}"],
    "c4_lorem_ipsum_count": ["Lorem Ipsum"],
    "c4_curly_bracket_count": [],
    "fineweb_short_line_fraction": [
        "the a bb",
        "- one # two ...",
        "some words here",
        "some words here",
        "Lorem Ipsum ends.",
    ],
    "fineweb_punctuated_line_fraction": ["the a bb", "some words here", "some words here"],
    "word_count": [],
}
CORRECTED = TEXT.replace("12 34 {x}\n", "")


def rule(metric: str, low: float = -math.inf, high: float = 0.1) -> Rule:
    return Rule("reason", metric, low, high, "")


@pytest.mark.parametrize("metric", MARKED)
def test_what_is_marked(metric: str) -> None:
    text, ranges = offending(rule(metric), 1.0, TEXT, CORRECTED)
    assert [text[start:end] for start, end in ranges] == MARKED[metric]


def test_words_that_are_too_short_or_too_long() -> None:
    for low, high, marked in ((3.0, math.inf, ["a", "bb"]), (-math.inf, 3.0, ["long"])):
        text, ranges = offending(rule("mean_word_chars", low, high), 1.0, "the a bb long", "")
        assert [text[start:end] for start, end in ranges] == marked


@given(st.text("ab #.\n{*-…12", max_size=300), st.sampled_from(METRICS))
def test_any_text_is_shown_in_pieces_that_are_its_own(text: str, metric: str) -> None:
    shown_of, ranges = offending(rule(metric), 1.0, text, text[::2])
    ends = [0, *(place for pair in ranges for place in pair), len(shown_of)]
    assert ends == sorted(ends)
    pieces = excerpt(shown_of, ranges)
    assert all(piece in shown_of or piece in (" ... ", " ...") for piece, _ in pieces)
    assert any(is_marked for _, is_marked in pieces) == bool(ranges)


def test_an_excerpt_shows_the_text_between_two_ranges_once() -> None:
    assert excerpt("a#b#c", [(1, 2), (3, 4)]) == [("a", False), ("#", True), ("b", False), ("#", True), ("c", False)]


def test_an_excerpt_is_short_and_says_where_text_is_left_out() -> None:
    text = "x" * 1_000 + "#" + "y" * 1_000 + "#" + "z" * 5_000
    pieces = excerpt(text, [(1_000, 1_001), (2_001, 2_002)])
    assert pieces == [
        (" ... ", False), ("x" * 60, False), ("#", True), (" ... ", False), ("y" * 60, False), ("#", True),
        ("z" * 60, False), (" ...", False),
    ]  # fmt: skip
    assert sum(len(piece) for piece, _ in excerpt("# " * 5_000, [(2 * i, 2 * i + 1) for i in range(5_000)])) < 1_000
