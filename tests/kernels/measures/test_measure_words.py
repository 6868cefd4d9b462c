"""Metrics of pages in scripts without white space between words, compared with the oracles and a list of words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.kernels.measures.measuring import SETTINGS, compiled
from tests.kernels.text.test_words import pieces
from tests.reference import gopher
from winnow.kernels.measures.measure import languages_of, measure_text
from winnow.kernels.measures.measure_settings import MeasureSettings, WordCutter
from winnow.kernels.pages.marks import Mark

WORDS = (WordCutter("zh", "cmn_Hani", "jieba", ""), WordCutter("x", "x", "characters", ""))
CHINESE = replace(SETTINGS, words=WORDS, stop_words=(("zh", ("的", "是", "机器")),), own_text=True)
PIECES = ("我来到北京清华大学", "机器学习的研究", "。", "，", "AI是", " ", "\n", "\n\n", "12 likes", "的的", "- ")
texts = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)


def measured(
    text: str, label: str, settings: MeasureSettings = CHINESE, marks: tuple[Mark, ...] = ()
) -> tuple[str, dict[str, float]]:
    return measure_text(text, compiled(settings), marks, languages_of([text], [label], settings))


@pytest.mark.parametrize(("label", "cutter"), [("zh", "jieba"), ("x", "characters"), ("en", "")])
@given(text=texts)
@examples(max_examples=80, deadline=None)
def test_every_metric_of_words_counts_these_words(label: str, cutter: str, text: str) -> None:
    words = pieces(text, cutter)
    expected = {**gopher.quality(text, words), **gopher.repetition(text, words)}
    metrics = measured(text, label)[1]
    if label == "zh":
        expected["stop_word_count"] = len({"的", "是", "机器"} & set(words))
    assert {name: metrics[name] for name in expected} == expected
    assert metrics["corrected_word_count"] == len(words)


def test_marks_move_breaks_and_count_as_words() -> None:
    """The same words as without the mark; only the corrected text contains the mark, as one more word."""
    text, plain = "我来到北京\n- 机器学习 |的研究", "我来到北京\n机器学习 的研究"
    marks = (Mark(6, 8, "list_mark"), Mark(13, 14, "cell_mark"))
    given, without = measured(text, "zh", marks=marks)[1], measured(plain, "zh")[1]
    different = {name for name in without if given[name] != without[name]}
    assert different == {"corrected_char_count", "corrected_word_count"}
    assert given["corrected_word_count"] == without["corrected_word_count"] + 1


@pytest.mark.parametrize("label", ["zh", "x"])
def test_a_cut_line_loses_words_in_proportion_to_its_characters(label: str) -> None:
    settings = replace(CHINESE, lines="refinedweb", refinedweb=replace(CHINESE.refinedweb, end=("阅读更多",)))
    line = "机器学习 阅读更多"
    text, metrics = measured(f"我来到北京清华大学\n{line}", label, settings)
    assert text == "我来到北京清华大学\n机器学习"
    words = len(pieces(line, "jieba" if label == "zh" else "characters"))
    left = math.floor(words * 4 / len(line) + 0.5)
    first = len(pieces("我来到北京清华大学", "jieba" if label == "zh" else "characters"))
    assert metrics["corrected_word_count"] == first + left
    assert metrics["flagged_word_fraction"] == words / (first + words)


def test_a_line_of_one_chinese_word_is_dropped_a_longer_one_is_kept() -> None:
    text, _ = measured("首页\n机器学习的研究", "zh", replace(CHINESE, lines="refinedweb"))
    assert text == "机器学习的研究"
    assert measured("首页\n机器学习的研究", "en", replace(CHINESE, lines="refinedweb"))[0] == ""
