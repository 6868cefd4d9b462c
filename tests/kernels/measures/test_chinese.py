"""What the metrics of recipes for Chinese count, one small text for each; the oracles are in test_measure."""

from __future__ import annotations

import math

import pytest

from tests.kernels.measures.measuring import corrected, measured
from winnow.kernels.measures.chinese import is_traditional
from winnow.kernels.measures.metrics import Chinese

TWENTY = "".join(map(chr, range(0x4E00, 0x4E14)))


@pytest.mark.parametrize(
    ("text", "metric", "value"),
    [
        ("一龥龦a", "han_char_fraction", 2 / 4),
        ("這裏着乾後", "traditional_char_count", 2),
        ("一二三\n\n四\n", "mean_line_chars", 7 / 4),
        (TWENTY * 2, "copied_13_char_fraction", 16 / 28),
        (f"{TWENTY[:12]} a\n{TWENTY[:12]}\u3000A", "copied_13_char_fraction", 2 / 14),
        (TWENTY[:12], "copied_13_char_fraction", 0),
        ("猫猫猫咪 Darned darn\n一\n", "bad_word_to_line_ratio", 3 / 3),
        ("猫猫猫咪 Darned darn", "bad_word_char_ratio", (3 + 3 + 8) / 16),
        ("一【二三】四【五【六】七【八\n九】", "bracketed_char_fraction", 5 / 17),
        ("一。二？！ ……“三”\n；四", "map_cc_sentence_count", 4),
        ("今天 don't，好 ——", "mean_bare_word_chars", (2 + 5) / 2),
        ("#一##＃", "hash_run_to_char_ratio", 2 / 5),
        ("一…… ..。 . …", "ellipsis_run_to_char_ratio", 3 / 11),
        ("一1２，² ", "digit_char_fraction", 3 / 5),
        ("一更多\n展开。\n二ReadMore\n", "more_line_fraction", 2 / 3),
        ("●一\n ○二\n–三\n* 四", "map_cc_bullet_line_fraction", 2 / 4),
        ("一二二一", "distinct_char_fraction", 2 / 4),
        ("一二二一", "char_entropy", math.log(2)),
        ("一一", "char_entropy", 0),
        ("一\n\n \n二\n", "corrected_line_count", 2),
        ("one\ntwo", "corrected_line_count", 2),
    ],
)
def test_a_metric_counts_what_its_name_says(text: str, metric: str, value: float) -> None:
    assert measured(text)[metric] == pytest.approx(value, abs=1e-12)


def test_a_long_text_needs_many_different_characters() -> None:
    """MAP-CC's bound of a tenth: of 10,000 characters, 1,000 different ones are just enough."""
    thousand = "".join(map(chr, range(0x4E00, 0x4E00 + 1000)))
    assert measured(thousand * 10)["distinct_char_fraction"] == 0.1
    assert measured(thousand[:999] * 10 + "一" * 10)["distinct_char_fraction"] == 0.0999


def test_a_text_without_chinese_measures_nothing() -> None:
    found = measured("これはかなだ。##【a】…… more 1234\n" * 3)
    assert {name for name in Chinese._fields if found[name]} == {"corrected_line_count"}


@pytest.mark.parametrize(("chars", "wanted"), [("這裏龍學", True), ("乾著後於一瞭藉", False), ("aあ", False)])
def test_a_character_is_traditional_if_simplified_chinese_lacks_it(chars: str, wanted: bool) -> None:
    assert {is_traditional(char) for char in chars} == {wanted}


@pytest.mark.parametrize(
    ("line", "is_kept"),
    [
        ("今天天气。", True), (" \u3000今天天气！ ", True), ("他说：“你好！”", True), ("内容如下：", True),
        ("等一等……", True),
        ("今天天气真的很好", False), ("你好吗？", False), ("等一等一等…", False), ("今天天气很好.", False), ("", False),
        ("今天□天气。", False), ("今天\ue003天气。", False), ("今天\ue7a4天气。", False), ("今天\ufffd天气。", False),
        ("今天\ue002天气。", True), ("今天\ue7a5天气。", True), ("………………", True),
    ],
)  # fmt: skip
def test_a_line_is_kept_if_it_ends_like_a_sentence(line: str, is_kept: bool) -> None:
    rest = "第一行在这里。"
    assert corrected(f"{line}\n{rest}", "c4_zh") == (f"{line.strip()}\n{rest}" if is_kept else rest)


def test_words_of_lines_that_are_dropped_are_flagged() -> None:
    found = measured("一 二 三\n四 五 六 七。\n八", "c4_zh")
    assert found["flagged_word_fraction"] == found["removed_word_fraction"] == 4 / 8
    assert found["corrected_line_count"] == 1
