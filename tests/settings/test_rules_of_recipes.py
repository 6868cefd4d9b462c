"""The rules of published recipes beside the numbers that were published, for each language."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pytest

from winnow.settings.kernel_settings import rules_of
from winnow.settings.load import load_settings
from winnow.settings.rules import Rule

OPEN = math.inf

# FineWeb2's configurations for cmn_Hani, yue_Hani and jpn_Jpan (huggingface/fineweb-2, folder configs).
PUBLISHED: Mapping[str, Mapping[str, tuple[float, float, float]]] = {
    "gopher_duplicate_lines": {"duplicate_line_fraction": (0.287, 0.442, 0.328)},
    "gopher_top_2_gram": {"top_2_gram_text_ratio": (0.256, 1.238, 0.239)},
    "gopher_top_3_gram": {"top_3_gram_text_ratio": (0.201, 0.854, 0.196)},
    "gopher_top_4_gram": {"top_4_gram_text_ratio": (0.171, 0.623, 0.172)},
    "gopher_duplicate_5_grams": {"repeated_5_gram_fraction": (0.198, 0.241, 0.243)},
    "gopher_duplicate_6_grams": {"repeated_6_gram_fraction": (0.182, 0.216, 0.225)},
    "gopher_duplicate_7_grams": {"repeated_7_gram_fraction": (0.167, 0.204, 0.207)},
    "gopher_duplicate_8_grams": {"repeated_8_gram_fraction": (0.154, 0.193, 0.19)},
    "gopher_duplicate_9_grams": {"repeated_9_gram_fraction": (0.14, 0.182, 0.175)},
    "gopher_duplicate_10_grams": {"repeated_10_gram_fraction": (0.127, 0.17, 0.159)},
    "fineweb_newlines": {"fineweb_newline_to_word_ratio": (0.178, 0.238, 0.13)},
    "gopher_long_words": {"mean_word_chars": (5, 5, 6)},
    "fineweb_duplicate_chars": {"fineweb_duplicate_char_fraction": (0.1, 0.1, 0.1)},
}
LEAST = {
    "fineweb_unpunctuated_lines": (0.106, 0.111, 0.096), "gopher_unalphabetic_words": (0.735, 0.765, 0.759),
    "gopher_short_words": (1, 1, 1), "gopher_no_stop_words": (2, 2, 2), "gopher_too_few_words": (50, 50, 50),
}  # fmt: skip


def judging(label: str, recipe: str = "fineweb2") -> dict[str, Rule]:
    rules = (rule.for_language(label) for rule in rules_of(load_settings(recipe)))
    return {rule.reason: rule for rule in rules if rule is not None}


@pytest.mark.parametrize(("place", "label"), list(enumerate(("zh", "yue", "ja"))))
def test_fineweb2_judges_by_the_published_numbers_of_the_language(place: int, label: str) -> None:
    rules = judging(label)
    for reason, metrics in PUBLISHED.items():
        for metric, most in metrics.items():
            assert (rules[reason].metric, rules[reason].min, rules[reason].max) == (metric, -OPEN, most[place])
    assert {reason: rules[reason].min for reason in LEAST} == {reason: least[place] for reason, least in LEAST.items()}
    assert set(rules) == {*PUBLISHED, *LEAST, *(
        "gopher_too_many_words", "gopher_hashes", "gopher_ellipses", "gopher_bullet_lines", "gopher_ellipsis_lines",
    )}  # fmt: skip


def test_fineweb2_judges_english_by_the_numbers_of_fineweb() -> None:
    english, fineweb = judging("en"), judging("en", "fineweb")
    theirs = {"gopher_duplicate_line_chars", "gopher_duplicate_paragraphs", "gopher_duplicate_paragraph_chars",
              "fineweb_short_lines"}  # fmt: skip
    shared = {reason for reason in fineweb if not reason.startswith("c4_")} - theirs
    assert {reason: english[reason][:4] for reason in shared} == {reason: fineweb[reason][:4] for reason in shared}
    assert set(english) - shared == {"fineweb_newlines"}


def test_a_c4_in_chinese_judges_repetition_by_the_bounds_for_english() -> None:
    rules = judging("zh", "c4_zh")
    bounds = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.1}
    found = {n: rules[f"gopher_duplicate_{n}_grams"] for n in bounds}
    assert {n: (rule.metric, rule.max) for n, rule in found.items()} == {
        n: (f"repeated_{n}_gram_fraction", most) for n, most in bounds.items()
    }
    assert [rules[f"gopher_top_{n}_gram"].max for n in (2, 3, 4)] == [0.2, 0.18, 0.16]
    assert set(rules) == {
        "c4_zh_too_few_lines", "c4_zh_bad_words", "gopher_duplicate_lines", "gopher_duplicate_line_chars",
        *(f"gopher_duplicate_{n}_grams" for n in bounds), *(f"gopher_top_{n}_gram" for n in (2, 3, 4)),
    }  # fmt: skip
