"""The table of simplified Chinese characters, compared with Unicode's."""

from __future__ import annotations

from tests.reference.simplified_forms import FORMS
from winnow.kernels.text.folding import simplified
from winnow.kernels.text.simplified import SIMPLIFIED, TRADITIONAL

# Characters for which OpenCC and Unicode choose different simplified forms: OpenCC's, then Unicode's.
DIFFERENT = {
    "噁": "恶𫫇", "穭": "穞稆", "薴": "苎苧", "襬": "摆䙓", "諮": "咨谘",
    "逕": "径迳", "鉅": "巨钜", "鏇": "旋镟", "钁": "镢䦆", "麴": "曲麹",
}  # fmt: skip


def test_the_table_agrees_with_unicode() -> None:
    both = set(TRADITIONAL) & set(FORMS)
    different = {char: simplified(char) + FORMS[char] for char in both if simplified(char) != FORMS[char]}
    assert different == DIFFERENT
    assert len(both) > 0.92 * len(TRADITIONAL)
    assert len(both) > 0.96 * len(FORMS)


def test_forms_that_unicode_does_not_have_are_not_traditional() -> None:
    alone = [char for char in TRADITIONAL if char not in FORMS]
    assert [char for char in alone if simplified(char) in FORMS] == []


def test_every_character_has_one_form_that_is_not_simplified_further() -> None:
    assert len(set(TRADITIONAL)) == len(TRADITIONAL) == len(SIMPLIFIED)
    assert [char for char in TRADITIONAL if simplified(char) in TRADITIONAL] == []
