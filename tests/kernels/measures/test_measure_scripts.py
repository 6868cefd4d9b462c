"""Metrics of text in every script of Unicode, and what each does with marks that only some scripts have."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.kernels.measures.measuring import MODES, Mode, compiled, differences, measured, settings
from winnow.kernels.measures.metrics import METRICS
from winnow.kernels.text.words import CHARACTERS, ICU, JIEBA, word_breaks

MARKS = "\u200b\u200c\u200d\u200e\u200f\u202b\u202c\u2060\u2066\u2069\ufeff\u061c\u180e"  # without width
SPACES = " \u00a0\u2003\u202f\u3000\u1680"
NEWLINES = "\n\r\u0085\u2028\u2029"
SIGNS = ".,!?؟۔।॥。！？…«»„“”「」『』•·・-*#()（）0１٣३๓"
MIN_LETTERS = 10


@cache
def scripts() -> dict[str, str]:
    """Letters, combining marks and digits by the first word of their Unicode names, which tells their script."""
    found: dict[str, list[str]] = defaultdict(list)
    for char in map(chr, range(0x40000)):
        if unicodedata.category(char)[0] in "LMN" and (name := unicodedata.name(char, "")):
            found[name.split()[0]].append(char)
    return {name: "".join(chars) for name, chars in found.items() if len(chars) >= MIN_LETTERS}


@st.composite
def texts_of_a_script(draw: st.DrawFn) -> str:
    letters = scripts()[draw(st.sampled_from(sorted(scripts())))]
    words = st.text(st.sampled_from(letters) | st.sampled_from(MARKS + SIGNS), min_size=1, max_size=6)
    between = st.sampled_from((*SPACES, *NEWLINES, *SIGNS, "", "\n• ", "\n\u200f- "))
    return "".join(draw(words) + draw(between) for _ in range(draw(st.integers(0, 12))))


def test_the_scripts_are_there() -> None:
    assert {"LATIN", "ARABIC", "DEVANAGARI", "CJK", "THAI", "TIBETAN", "CYRILLIC", "ADLAM", "HANGUL"} <= set(scripts())
    assert len(scripts()) > 150


@pytest.mark.parametrize("lines", MODES)
@given(text=texts_of_a_script())
@examples(max_examples=250, deadline=None)
def test_metrics_of_every_script_are_those_of_the_oracles(lines: Mode, text: str) -> None:
    assert differences(text, compiled(settings(lines)), settings(lines)) == {}
    metrics = measured(text, lines)
    assert tuple(metrics) == METRICS
    assert all(np.isfinite(value) and value >= 0 for value in metrics.values())
    assert [name for name, value in metrics.items() if name.endswith("_fraction") and value > 1] == []


@pytest.mark.parametrize("cutter", [JIEBA, ICU, CHARACTERS])
@given(text=texts_of_a_script())
@examples(max_examples=120, deadline=None)
def test_breaks_between_words_of_every_script_ascend_within_the_text(cutter: str, text: str) -> None:
    plain = text.replace("\r\n", "\n")
    breaks = word_breaks(text, cutter, "tha_Thai").tolist()
    assert breaks == sorted({at for at in breaks if 0 <= at < len(plain)})


@pytest.mark.parametrize("mark", [*".!?", "؟", "۔", "।", "॥", "。", "！", "？", "։", "။", "።", "។", "᠃", "꓿"])
def test_marks_of_all_scripts_end_a_line(mark: str) -> None:
    assert measured(f"x y{mark}\nx y")["fineweb_punctuated_line_fraction"] == 0.5


@pytest.mark.parametrize("end", ["。”", "。」", "。\u200f", "。 ", "།", "ฯ", ";", "、"])
def test_what_hides_the_end_of_a_line_or_is_none(end: str) -> None:
    assert measured(f"x y{end}")["fineweb_punctuated_line_fraction"] == 0


@pytest.mark.parametrize(
    ("text", "sentences"),
    [("یہ ہے۔ وہ ہے۔", 2), ("هل؟ نعم", 2), ("यह है। वह है।", 2), ("他来了。她走了。", 2), ("“他来了。”她走了。", 2),
     ("သူ။ သူ", 2), ("እሱ። እሷ", 2), ("เขามา เธอไป", 1), ("བོད། ཡིག", 1), ("यह है।वह है।", 1)],
)  # fmt: skip
def test_sentences_of_other_scripts(text: str, sentences: int) -> None:
    assert measured(text)["c4_sentence_count"] == sentences


@pytest.mark.parametrize(
    ("text", "words"),
    [(f"a{space}b", 2) for space in SPACES]
    + [(f"a{mark}b", 1) for mark in MARKS]
    + [("क्षि त्रि", 2), ("e\u0301 n\u0303", 2)],
)
def test_spaces_that_are_none_do_not_separate_words(text: str, words: int) -> None:
    metrics = measured(text)
    assert (metrics["word_count"], metrics["char_count"]) == (words, len(text))


@pytest.mark.parametrize(
    ("text", "share"),
    [("١٢ ३४ ５６ ①", 0.0), ("\u093f \u064e", 0.0), ("हिन्दी العَرَبِيَّة", 1.0), ("ⅳ 一二", 0.5), ("\u200fabc 12", 0.5)],
)
def test_words_with_a_letter_in_other_scripts(text: str, share: float) -> None:
    assert measured(text)["alphabetic_word_fraction"] == share


@pytest.mark.parametrize(
    ("line", "is_bullet"),
    [
        ("• نص هنا", True),
        ("- यह है", True),
        ("· 中文", False),
        ("・日本", False),
        ("\u200f• نص", False),
        ("\u3000• 中", True),
    ],
)
def test_bullets_before_other_scripts(line: str, is_bullet: bool) -> None:
    assert measured(line)["bullet_line_fraction"] == is_bullet


@pytest.mark.parametrize(
    ("line", "of_text", "of_lines"), [("等等……", 2, 1), ("等等。。。", 0, 0), ("جدا...", 1, 1), ("جدا…\u200f", 1, 0)]
)
def test_ellipses_of_other_scripts(line: str, of_text: int, of_lines: int) -> None:
    metrics = measured(line)
    assert (metrics["ellipsis_to_word_ratio"], metrics["ellipsis_line_fraction"]) == (of_text, of_lines)


@pytest.mark.parametrize(
    ("line", "is_dropped"),
    [("١٢٣", True), ("१२३", True), ("１２３", True), ("ΑΒΓ ΔΕ", True), ("БОЛЬШЕ НЕТ", True), ("العربية لغة", False),
     ("हिन्दी भाषा", False), ("١٢ likes", True), ("一二 三四", False)],
)  # fmt: skip
def test_lines_of_other_scripts_that_are_no_text(line: str, is_dropped: bool) -> None:
    assert measured(line, "refinedweb")["flagged_word_fraction"] == is_dropped


def test_text_is_compared_code_point_by_code_point() -> None:
    assert measured("واحد اثنان\nواحد اثنان")["duplicate_line_fraction"] == 0.5
    for other in ("واحد اثنان\u200f", "واحد\u00a0اثنان"):
        assert measured(f"واحد اثنان\n{other}")["duplicate_line_fraction"] == 0
    assert measured("１２ 回\n12 回")["copied_line_fraction"] == 0
