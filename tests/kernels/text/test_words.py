"""Words of scripts without spaces: where they begin, what they are, and that nothing else is cut."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
import rjieba
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from winnow.kernels.text.chinese import separate_words
from winnow.kernels.text.words import CHARACTERS, ICU, JIEBA, cutter_of, cutter_version, word_breaks

HAN = "[\u3400-\u4dbf\u4e00-\u9fff]"
OF_ICU = ("jpn_Jpan", "tha_Thai", "lao_Laoo", "khm_Khmr", "mya_Mymr")
PIECES = (
    *("我来到北京清华大学", "東京都に住んでいる", "ภาษาไทย", "々", "𠀀", "😀", "。", "，"),
    *("Python3", "a", "123", " ", "\r\n", "\n"),
)
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=3)).map("".join)


def pieces(text: str, cutter: str, language: str = "") -> list[str]:
    """The words between breaks and white space."""
    breaks = word_breaks(text, cutter, language).tolist()
    text = text.replace("\r\n", "\n")
    cuts = [0, *breaks, len(text)]
    assert cuts == sorted(cuts)
    return [word for start, end in pairwise(cuts) for word in text[start:end].split()]


@pytest.mark.parametrize(
    ("language", "cutter"),
    [("cmn_Hani", JIEBA), ("yue_Hani", JIEBA), ("lzh_Hani", JIEBA), *((name, ICU) for name in OF_ICU),
     ("bod_Tibt", CHARACTERS), ("shn_Mymr", CHARACTERS), ("deu_Latn", ""), ("kor_Hang", ""), ("", "")],
)  # fmt: skip
def test_what_cuts_a_language(language: str, cutter: str) -> None:
    assert cutter_of(language) == cutter
    assert bool(cutter_version(cutter)) == (cutter in (JIEBA, ICU))


@pytest.mark.parametrize(
    ("text", "cutter", "language", "words"),
    [
        ("我来到北京清华大学。Python3很好\r\n学习 机器", JIEBA, "cmn_Hani",
         "我 来到 北京 清华大学 。Python3 很 好 学习 机器"),
        ("東京都に住んでいるabc人は多いです。", ICU, "jpn_Jpan", "東京 都 に 住 んで いる abc 人 は 多い です 。"),
        ("ภาษา😀ไทยเป็นภาษา hello ในประเทศ", ICU, "tha_Thai", "ภาษา 😀 ไทย เป็น ภาษา hello ใน ประเทศ"),
        ("ພາສາລາວເປັນພາສາ", ICU, "lao_Laoo", "ພາສາ ລາວ ເປັນ ພາສາ"),
        ("ລາວabc 日本語", CHARACTERS, "", "ລ າ ວ abc 日 本 語"),
        ("naïve text", ICU, "jpn_Jpan", "naïve text"),
        ("我来到", "", "eng_Latn", "我来到"),
    ],
)  # fmt: skip
def test_words_of_a_text(text: str, cutter: str, language: str, words: str) -> None:
    assert pieces(text, cutter, language) == words.split()


@given(text=texts)
@example(text="\ud800我\udfff")
@examples(max_examples=150, deadline=None)
def test_chinese_words_are_those_of_jieba_run_by_run(text: str) -> None:
    """The twin: cuts each run of Han characters separately, and joins the words with spaces."""
    plain = text.replace("\r\n", "\n")
    spaced = re.sub(f"{HAN}+", lambda run: f" {' '.join(rjieba.cut(run[0]))} ", plain)
    assert pieces(text, JIEBA) == spaced.split()


@given(text=texts)
@example(text="我来到北京abc清华大学")
@examples(max_examples=100, deadline=None)
def test_separated_words_are_those_of_the_breaks(text: str) -> None:
    assert separate_words(text).split() == pieces(text, JIEBA)
    assert "".join(separate_words(text).split()) == "".join(text.split())


@pytest.mark.parametrize("cutter", [JIEBA, ICU, CHARACTERS])
@given(text=texts, language=st.sampled_from(OF_ICU))
@examples(max_examples=60, deadline=None)
def test_nothing_is_lost_and_words_of_spaced_scripts_are_not_cut(cutter: str, text: str, language: str) -> None:
    found = pieces(text, cutter, language)
    assert "".join(found) == "".join(text.split())
    alone = re.findall(r"(?<!\S)[ -~]+(?!\S)", text)
    assert [word for word in " ".join(alone).split() if word not in found] == []
