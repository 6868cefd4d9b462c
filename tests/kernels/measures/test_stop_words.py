"""Stop words of many languages, compared with a slow twin."""

from __future__ import annotations

from dataclasses import replace
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.kernels.measures.measuring import SETTINGS, compiled
from tests.reference.refinedweb_lines import lowered
from winnow.kernels.measures.measure import languages_of, measure_text
from winnow.kernels.measures.stop_words import bare_word
from winnow.settings.by_language import known_languages

LISTS = (
    ("fr", ("de", "la", "à", "l'", "été")), ("hi", ("में", "है", "और")), ("many", tuple(f"w{n}" for n in range(64))),
    ("marks", ("،", "·")),
)  # fmt: skip
GIVEN = replace(SETTINGS, stop_words=LISTS)


def counted(text: str, label: str) -> float:
    return measure_text(text, compiled(GIVEN), languages=languages_of([text], [label], GIVEN))[1]["stop_word_count"]


def expected(text: str, words: tuple[str, ...]) -> int:
    """The twin: words by `str.split`, without punctuation at their ends."""
    found = {lowered(_bare(word)) for word in text.split()} - {""}
    return len(found & {_bare(word) for word in words})


def _bare(word: str) -> str:
    belongs = [char.isalnum() or char == "_" or category(char) in ("Mn", "Mc") for char in word]
    places = [place for place, one in enumerate(belongs) if one]
    return word[places[0] : places[-1] + 1] if places else ""


@pytest.mark.parametrize(
    ("text", "label", "count"),
    [
        ("De la (de) À!", "fr", 3),
        ("l'été l' L", "fr", 1),  # the letter of l' is left
        ("la\u0301 été", "fr", 1),  # another word, because of its accent
        ("यह घर में। है,", "hi", 2),
        ("यह म", "hi", 0),
        (" ".join(f"W{n}" for n in range(64)), "many", 62),
        ("، ·", "marks", 0),
        ("the and में", "sw", 2),
        ("", "hi", 0),
    ],
)
def test_the_words_of_the_language_of_the_page_count(text: str, label: str, count: int) -> None:
    assert counted(text, label) == count


WORDS = sorted({word for _, words in LISTS for word in words[:5]})
texts = st.lists(st.sampled_from([*WORDS, "La", "DE,", "«été»", "der", "\u0301", "म", "--"]) | st.text(max_size=5))


@given(text=texts.map(" ".join), number=st.sampled_from([0, 1]))
@examples(max_examples=150, deadline=None)
def test_the_twin_counts_the_same(text: str, number: int) -> None:
    label, words = LISTS[number]
    assert counted(text, label) == expected(text, words)


def test_no_other_metric_knows_the_language() -> None:
    text = "The one of la été. में and\nDe la été à."
    given = [languages_of([text], [label], GIVEN) for label in ("en", "fr", "hi", "many")]
    metrics = [measure_text(text, compiled(GIVEN), languages=each)[1] for each in given]
    assert len({tuple(v for name, v in one.items() if name != "stop_word_count") for one in metrics}) == 1
    assert [one["stop_word_count"] for one in metrics] == [3, 4, 1, 0]


def test_every_published_list_fits_and_is_not_empty() -> None:
    known = known_languages("fineweb2")
    assert known is not None
    bare = {name: set(filter(None, map(bare_word, words))) for name, words in known.stop_words.items()}
    assert {name for name, words in bare.items() if not 2 <= len(words) <= 62} == {"kdr_Latn"}  # Karaim, which has 63
