"""Tokens compared with plain Python, and with the words that near duplicates fold."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.kernels.text.test_characters import chars_of
from tests.reference import spans as reference
from tests.reference.gopher import with_plain_newlines
from winnow.kernels.repeated_spans.token_settings import TokenSettings
from winnow.kernels.repeated_spans.tokens import Tokens, compile_units, make_tokens, tokenize
from winnow.kernels.text.folding import compile_folding, fold

UNITS = ("folded", "words", "characters", "bytes")
LETTERS = [*"abAÉé 1.,'’“”—\n\t(東京ทั👍ß¡", "\u0301", "\u3000", "\u200d"]
TEXTS = st.lists(st.one_of(st.sampled_from(LETTERS), st.characters(exclude_categories=["Cs", "Cn"])), max_size=20)


def found_tokens(text: str, settings: TokenSettings) -> Tokens:
    chars = chars_of(text)
    tokens = make_tokens(len(text.encode()))
    count = tokenize(chars, compile_units(settings), tokens)
    return Tokens(*(array[:count] for array in tokens))


def first_seen(values: list[Any]) -> list[int]:
    """Numbers for values; equal values get the same number."""
    return [values.index(value) for value in values]


@given(letters=TEXTS, unit=st.sampled_from(UNITS))
@examples(max_examples=400, deadline=None)
def test_tokens_are_those_of_plain_python(letters: list[str], unit: Any) -> None:
    text = with_plain_newlines("".join(letters))
    found = found_tokens(text, TokenSettings(unit, "remove", "keep", True, True))
    wanted = reference.tokens(text, unit)
    assert list(zip(found.start.tolist(), found.end.tolist(), strict=True)) == [token[1:] for token in wanted]
    assert first_seen(found.hash.tolist()) == first_seen([token[0] for token in wanted])


@pytest.mark.parametrize("punctuation", ["remove", "space", "keep"])
@pytest.mark.parametrize("numbers", ["keep", "zero"])
@given(letters=TEXTS)
@examples(max_examples=80, deadline=None)
def test_folded_tokens_are_the_words_of_near_duplicates(punctuation: Any, numbers: Any, letters: list[str]) -> None:
    text = with_plain_newlines("".join(letters))
    chars = chars_of(text)
    out, starts = np.empty(10 * len(chars) + 1, np.uint8), np.empty(len(chars) + 2, np.int32)
    count = fold(chars, compile_folding(punctuation, numbers, True, True, False, "words"), out, starts)
    words = [out[starts[i] : starts[i + 1]].tobytes() for i in range(count)]
    found = found_tokens(text, TokenSettings("folded", punctuation, numbers, True, True))
    assert first_seen(found.hash.tolist()) == first_seen(words)


def test_a_word_takes_its_quotes_and_marks_along() -> None:
    text = "“Naïve,” – she said: 東京、 (don't)"
    found = found_tokens(text, TokenSettings("folded", "remove", "keep", True, True))
    held = [text[start:end] for start, end in zip(found.start, found.end, strict=True)]
    assert held == ["“Naïve,”", "she", "said:", "東", "京、", "(don't)"]


def test_a_character_that_becomes_several_counts_with_all_of_them() -> None:
    found = found_tokens("각 간 가\u11a8", TokenSettings("folded", "remove", "keep", True, True))
    assert first_seen(found.hash.tolist()) == [0, 1, 0]
