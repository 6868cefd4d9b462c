"""Language triage: each step at its bound, several wanted languages, Chinese, any HTML, and a slow twin."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.pages.hostile_html import attribute_soup, many_elements, nested, page, regex_trap
from tests.kernels.pages.html_soup import SOUPS
from tests.reference import triage as slow
from winnow.demo.texts import FRENCH, GERMAN
from winnow.kernels.gates import UNWANTED_LANGUAGE, gates_of
from winnow.kernels.languages.identify import shared_model
from winnow.kernels.languages.triage import Unwanted, triage_page
from winnow.kernels.languages.triage_settings import TriageSettings
from winnow.kernels.pages.html import whole_text
from winnow.settings.kernel_settings import triage_settings
from winnow.settings.load import load_settings

MODEL = shared_model(None)
found = triage_settings(load_settings().language)
assert found is not None
ENGLISH_WANTED: TriageSettings = found
# No step keeps a page, except the step that a test is about.
NOTHING_KEEPS = replace(
    ENGLISH_WANTED, min_letters=0, min_score=1.01, min_line_score=1.01, min_run_score=1.01, min_line_fraction=0.0
)

CHINESE = "安静的河流把小船带到古老的磨坊，没有人着急，孩子们在岸边看着水面上的落叶。"
JAPANESE = "静かな川が小さな船を古い水車小屋へと運び、誰も急いでいません。"
ENGLISH = (
    "The quiet river carries the small boat towards the old mill, and nobody is in a hurry.",
    "Every spring the neighbours meet at the gate to decide who will paint the long wooden fence this year.",
    "When the shop on the corner closed, its owner gave the last of the bread to the people who were waiting.",
)


def paragraphs(*texts: str) -> str:
    return page("".join(f"<p>{text}</p>" for text in texts))


def triage(html: str, wanted: TriageSettings = ENGLISH_WANTED) -> Unwanted | None:
    return triage_page(html, MODEL, wanted)


def score_of(text: str, language: str) -> float:
    return slow.all_scores(text)[language]


def above(score: float) -> float:
    return math.nextafter(score, 2)


def is_kept(html: str, **changes: object) -> bool:
    return triage(html, replace(NOTHING_KEEPS, **changes)) is None  # type: ignore[arg-type]


def test_pages_in_other_languages_are_skipped_with_their_scores() -> None:
    for language, texts in {"de": GERMAN, "fr": FRENCH, "ja": (JAPANESE * 5,)}.items():
        assert triage(paragraphs(*texts)) == MODEL.identify("\n".join(texts))
        assert MODEL.identify("\n".join(texts))[0] == language


@pytest.mark.parametrize(
    ("wanted", "texts", "keeps"),
    [
        (("en",), ENGLISH, True),
        (("en",), GERMAN, False),
        (("de", "en"), GERMAN, True),
        (("de", "en"), ENGLISH, True),
        (("de", "en"), FRENCH, False),
        (("fr",), ENGLISH, False),
        (("zh",), (CHINESE * 4,), True),
        (("zh",), ENGLISH, False),
        (("en", "zh"), ENGLISH, True),
        (("fr", "zh"), ENGLISH, False),
        (("fr", "zh"), (CHINESE * 4,), True),
        (("zh",), (JAPANESE * 5,), False),
    ],
)
def test_a_page_is_skipped_if_no_wanted_language_keeps_it(
    wanted: tuple[str, ...], texts: tuple[str, ...], keeps: bool
) -> None:
    assert (triage(paragraphs(*texts), replace(ENGLISH_WANTED, wanted=wanted)) is None) == keeps


@pytest.mark.parametrize(("letters", "keeps"), [(99, True), (100, False)])
def test_few_letters_are_no_evidence(letters: int, keeps: bool) -> None:
    words = " ".join(GERMAN).split()
    text, left = "", letters
    for word in words:
        text += word[:left] + " 12, "
        left -= sum(map(str.isalpha, word[:left]))
        if left <= 0:
            break
    assert sum(map(str.isalpha, text)) == letters
    assert (triage(paragraphs(text)) is None) == keeps


def test_the_whole_text_keeps_a_page_by_its_score() -> None:
    html = paragraphs(*GERMAN[:2], *ENGLISH)
    score = score_of("\n".join([*GERMAN[:2], *ENGLISH]), "en")
    assert 0.01 < score < 0.9
    assert is_kept(html, min_score=score)
    assert not is_kept(html, min_score=above(score))


def test_a_line_keeps_a_page_by_its_score() -> None:
    html = paragraphs(*GERMAN[:2], ENGLISH[0] * 3)
    score = score_of(ENGLISH[0] * 3, "en")
    assert is_kept(html, min_line_score=score)
    assert not is_kept(html, min_line_score=above(score))


def test_lines_keep_a_page_by_their_share_of_the_bytes() -> None:
    """Each umlaut of the German line counts as two bytes."""
    german, english = "ü" * 50 + " ist kein Wort, aber eine Zeile", ENGLISH[0] * 2
    share = len(english.encode()) / (len(english.encode()) + len(german.encode()))
    html = paragraphs(german, english)
    assert is_kept(html, min_line_score=0.8, min_line_fraction=share)
    assert not is_kept(html, min_line_score=0.8, min_line_fraction=share + 0.001)
    assert share + 0.001 < len(english) / len(english + german)


def test_lines_may_keep_a_page_together() -> None:
    html = paragraphs(*ENGLISH[:2], GERMAN[0] + GERMAN[1])
    one = max(len(line) for line in ENGLISH[:2]) / len((GERMAN[0] + GERMAN[1] + "".join(ENGLISH[:2])).encode())
    assert is_kept(html, min_line_score=0.8, min_line_fraction=one + 0.01)
    assert not is_kept(html, min_line_score=0.8, min_line_fraction=2 * one)


def test_the_longest_distinct_lines_are_looked_at() -> None:
    repeated = paragraphs(*[GERMAN[0]] * 9, *GERMAN[1:2], ENGLISH[0])
    assert is_kept(repeated, min_line_score=0.8)
    assert not is_kept(paragraphs(*GERMAN[:3], ENGLISH[0]), min_line_score=0.8)
    assert is_kept(paragraphs(*GERMAN[:3], ENGLISH[0]), min_line_score=0.8, lines=4)


def test_a_long_line_is_cut() -> None:
    html = paragraphs(GERMAN[0] + ENGLISH[0] * 50)
    assert is_kept(html, min_line_score=0.8, line_chars=5_000)
    assert not is_kept(html, min_line_score=0.8, line_chars=len(GERMAN[0]))


def test_a_run_of_whole_lines_keeps_a_page_by_its_score_and_length() -> None:
    english = ENGLISH[:2]
    run = "\n".join(english)
    html = paragraphs(*english, *GERMAN)
    score, chars = score_of(run, "en"), len(run)
    assert is_kept(html, min_run_score=score, run_chars=chars)
    assert not is_kept(html, min_run_score=above(score), run_chars=chars)
    assert not is_kept(paragraphs(*english), min_run_score=score, run_chars=chars + 1)
    assert is_kept(paragraphs(*english, ENGLISH[2]), min_run_score=score, run_chars=chars + 1)


def test_a_longer_line_goes_into_runs_in_pieces() -> None:
    html = paragraphs(ENGLISH[0] * 3 + " ".join(GERMAN))
    assert is_kept(html, min_run_score=0.9, run_chars=len(ENGLISH[0]) * 3)
    assert not is_kept(html, min_run_score=0.9, run_chars=10_000)


@pytest.mark.parametrize(("place", "keeps"), [(2, True), (17, True), (27, True), (0, False), (15, False), (29, False)])
def test_of_a_long_text_evenly_spread_runs_are_looked_at(place: int, keeps: bool) -> None:
    """The middle ones of six groups of five."""
    lines = [f"{2 * GERMAN[number % 8]}"[:199] + "." for number in range(30)]
    lines[place] = (3 * ENGLISH[0])[:199] + "."
    assert is_kept(paragraphs(*lines), min_run_score=0.9, run_chars=200, max_runs=30)
    assert is_kept(paragraphs(*lines), min_run_score=0.9, run_chars=200, max_runs=6) == keeps


@pytest.mark.parametrize(
    ("html", "parsed"),
    [
        (paragraphs("漢" * 20, *GERMAN), True),
        (paragraphs("漢" * 19, *GERMAN), False),
        (paragraphs("漢" * 19 + "&#28450;", *GERMAN), True),
        (paragraphs(*GERMAN), False),
        (paragraphs(*ENGLISH), False),
        (paragraphs("𠀀" * 20, *GERMAN), True),
        (paragraphs("\u3400" * 10 + "\uf900" * 10, *GERMAN), True),
        (paragraphs("あ" * 200, *GERMAN), False),
    ],
)
def test_a_page_without_han_is_not_parsed_for_chinese(html: str, parsed: bool) -> None:
    unwanted = triage(html, replace(ENGLISH_WANTED, wanted=("zh",)))
    assert unwanted is not None
    assert (unwanted != Unwanted(None, None)) == parsed
    both = triage(html, replace(ENGLISH_WANTED, wanted=("fr", "zh")))
    assert (both != Unwanted(None, None)) if both else ENGLISH[0] in html


def test_references_may_be_all_that_is_chinese() -> None:
    html = paragraphs("".join(f"&#{ord(character)};" for character in CHINESE * 4))
    assert html.isascii()
    assert triage(html, replace(ENGLISH_WANTED, wanted=("zh",))) is None


def test_text_for_browsers_without_scripts_counts() -> None:
    html = page(f"<p>{GERMAN[0]}</p><noscript>{''.join(f'<p>{text}</p>' for text in ENGLISH)}</noscript>")
    assert triage(html) is None
    assert triage(html.replace("noscript>", "script>")) is not None


def test_lone_surrogates_are_replaced() -> None:
    assert triage(paragraphs("ein \ud800 Zeichen", *GERMAN)) == triage(paragraphs("ein \ufffd Zeichen", *GERMAN))
    assert triage(paragraphs("ein \ud800 Zeichen", *GERMAN)) is not None


def test_a_page_without_words_is_kept() -> None:
    assert triage(page(""), replace(ENGLISH_WANTED, min_letters=0)) is None


def test_a_text_that_no_language_claims_has_the_score_of_the_likeliest() -> None:
    digits = " ".join(map(str, range(40, 400)))
    unwanted = triage(paragraphs(digits), replace(NOTHING_KEEPS, min_score=0.99))
    assert unwanted == MODEL.identify(digits)


def test_the_gate_is_declared() -> None:
    assert gates_of("whole_text") == [UNWANTED_LANGUAGE]


LINES = st.lists(
    st.one_of(
        st.sampled_from([*GERMAN, *FRENCH, *ENGLISH, CHINESE, CHINESE[:12], JAPANESE, "Home", "2 > 1", "Impressum"]),
        st.text(max_size=40),
    ),
    max_size=30,
)
CHANGES = st.fixed_dictionaries(
    {
        "wanted": st.sampled_from([("en",), ("de",), ("zh",), ("de", "zh"), ("en", "fr", "zh")]),
        "min_letters": st.sampled_from([0, 100]),
        "lines": st.sampled_from([1, 3]),
        "line_chars": st.sampled_from([50, 1000]),
        "min_line_fraction": st.sampled_from([0.0, 0.25, 0.6]),
        "min_line_score": st.sampled_from([0.5, 0.8, 1.01]),
        "min_score": st.sampled_from([0.01, 0.1, 0.5, 1.01]),
        "run_chars": st.sampled_from([60, 400]),
        "max_runs": st.sampled_from([1, 3, 12]),
        "min_run_score": st.sampled_from([0.7, 0.9]),
    }
)


@given(LINES, CHANGES)
@settings(max_examples=300, deadline=None)
def test_the_slow_twin_agrees(lines: list[str], changes: dict[str, object]) -> None:
    wanted = replace(ENGLISH_WANTED, **changes)  # type: ignore[arg-type]
    html = paragraphs(*lines)
    assert (triage(html, wanted) is None) == bool(slow.reasons_to_keep(html, whole_text(html), wanted))


@given(st.one_of(st.text(alphabet=st.characters(categories=None), max_size=400), SOUPS), st.booleans())
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_page(html: str, chinese: bool) -> None:
    wanted = replace(ENGLISH_WANTED, wanted=("zh",) if chinese else ("en",), min_letters=0)
    unwanted = triage(html, wanted)
    assert unwanted == triage(html, wanted)
    if unwanted and unwanted.score is not None:
        assert 0.0 <= unwanted.score <= 1.0
        assert unwanted.language


@pytest.mark.parametrize(
    "html",
    [nested(100_000), many_elements(50_000), attribute_soup(3_000), regex_trap(10_000), "<" * 200_000, "&#" * 50_000],
    ids=["depth", "elements", "attributes", "regex", "less", "references"],
)
def test_hostile_pages_have_an_answer(html: str) -> None:
    assert triage(html) == triage(html)
