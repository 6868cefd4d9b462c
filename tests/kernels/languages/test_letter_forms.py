"""Capitals and full-width letters are identified like usual letters, whole and in triage; nothing else changes."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks.triage import corpus_pages
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.languages.test_triage import ENGLISH_WANTED
from tests.kernels.pages.hostile_html import page
from tests.reference import triage as slow
from winnow.demo.texts import FRENCH, GERMAN
from winnow.kernels.languages.identify import shared_model
from winnow.kernels.languages.letter_forms import usual_forms
from winnow.kernels.languages.triage import triage_page
from winnow.kernels.pages.html import whole_text

MODEL = shared_model(None)
WIDE = {ord(" "): "\u3000", **{point: chr(point + 0xFEE0) for point in range(0x21, 0x7F)}}
TEXTS = {
    "en": "The quiet river carries the small boat towards the old mill, and nobody there is in a hurry. " * 4,
    "de": "\n".join(GERMAN),
    "fr": "\n".join(FRENCH),
    "ru": "Тихая река несёт маленькую лодку к старой мельнице, и никто никуда не спешит. " * 4,
    "el": "Το ήσυχο ποτάμι πηγαίνει τη μικρή βάρκα προς τον παλιό μύλο, και κανείς δεν βιάζεται. " * 4,
    "zh": "安静的河流把小船带到古老的磨坊，没有人着急，孩子们在岸边看着水面上的落叶。HTTP CPU" * 4,
    "tr": "Sessiz ırmak küçük tekneyi eski değirmene doğru taşıyor ve kimsenin acelesi yok. " * 4,
}


def wide(text: str) -> str:
    return text.translate(WIDE)


@pytest.mark.parametrize("language", TEXTS)
def test_a_text_is_identified_like_its_small_letters_of_usual_width(language: str) -> None:
    text = TEXTS[language]
    label, score = MODEL.identify(text)
    assert label == language
    assert score > 0.65
    for other in (text.upper(), wide(text), wide(text.upper())):
        found = MODEL.identify(other)
        assert found[0] == language
        assert found[1] > 0.65
    if language in ("en", "ru"):
        assert MODEL.identify(text.upper()) == MODEL.identify(text.lower())
        assert MODEL.identify(wide(TEXTS["en"])) == MODEL.identify(TEXTS["en"])


CAPITALS, SMALL = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"


def letters_from(first: int) -> str:
    return "".join(map(chr, range(first, first + 26)))


OTHER_FORMS = {
    "bold": str.maketrans(CAPITALS + SMALL, letters_from(0x1D400) + letters_from(0x1D41A)),
    "sans": str.maketrans(CAPITALS + SMALL, letters_from(0x1D5A0) + letters_from(0x1D5BA)),
    "circled": str.maketrans(CAPITALS + SMALL, letters_from(0x24B6) + letters_from(0x24D0)),
    "squared": str.maketrans(CAPITALS + SMALL, letters_from(0x1F130) * 2),
    "small capitals": str.maketrans(CAPITALS + SMALL, "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘǫʀꜱᴛᴜᴠᴡxʏᴢ" * 2),
}


@pytest.mark.parametrize("form", OTHER_FORMS)
@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_letters_in_other_forms_are_identified_as_usual_ones(language: str, form: str) -> None:
    label, score = MODEL.identify(TEXTS[language].translate(OTHER_FORMS[form]))
    assert label == language
    assert score > 0.65


@pytest.mark.parametrize("language", ["en", "de", "fr", "ru"])
def test_soft_hyphens_change_no_language(language: str) -> None:
    divided = "".join(letter + "\xad" * (place % 4 == 3) for place, letter in enumerate(TEXTS[language]))
    assert MODEL.identify(divided) == MODEL.identify(TEXTS[language])
    wanted = replace(ENGLISH_WANTED, wanted=(language,))
    assert triage_page(page(f"<p>{divided}</p>"), MODEL, wanted) is None


@pytest.mark.parametrize("language", TEXTS)
def test_usual_text_is_left(language: str) -> None:
    text = TEXTS[language] + " NASA ＡＢＣ ﾊﾟ"
    assert usual_forms(text) is text


@pytest.mark.parametrize(
    ("text", "usual"),
    [
        ("ABc", "abc"),
        ("ABcd", "ABcd"),
        ("A", "a"),
        ("Ab", "Ab"),
        ("ABC 漢字語", "ABC 漢字語"),
        ("ABCD 漢字語", "abcd 漢字語"),
        ("ΣΟΦΟΣ 12", "σοφος 12"),
        ("ÜBER Äß", "über äß"),
        ("İSTANBUL", "istanbul"),
        ("ＡＢｃｄ！", "ABcd!"),
        ("ＡＢＣ！", "abc!"),
        ("ＡＢab漢", "ＡＢab漢"),
        ("ﾊﾟﾝ", "パン"),
        ("漢字，ＯＫ", "漢字，ＯＫ"),
        ("ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ", "ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ"),
        ("", ""),
        ("12 — !", "12 — !"),
        ("\ud800A", "\ud800a"),
    ],
)
def test_forms(text: str, usual: str) -> None:
    assert usual_forms(text) == usual == slow.usual_forms(text)


LETTERS = "AbCdÜßΣςДжƏǅⅧªᏣ漢カﾊﾟＡｂ，１ \u3000\ud800\U00010400\U00010428İ𝐀𝐛𝟏Ⓐⓑ①🄲ᴅɪǫ"


@given(st.text(alphabet=st.sampled_from(LETTERS), max_size=30))
@settings(max_examples=500, deadline=None)
def test_any_text_agrees_with_the_slow_twin(text: str) -> None:
    assert usual_forms(text) == slow.usual_forms(text)


def is_kept(text: str, language: str) -> bool:
    html = page("".join(f"<p>{line}</p>" for line in text.splitlines()))
    return triage_page(html, MODEL, replace(ENGLISH_WANTED, wanted=(language,))) is None


@pytest.mark.parametrize("language", ["en", "de", "fr", "ru", "el", "zh"])
def test_triage_keeps_capitals_and_full_width_letters_of_a_wanted_language(language: str) -> None:
    other = "de" if language == "en" else "en"
    for text in (TEXTS[language].upper(), wide(TEXTS[language]), wide(TEXTS[language].upper())):
        assert is_kept(text, language)
        assert not is_kept(text, other)


@pytest.mark.parametrize("form", [str.upper, wide])
def test_the_score_of_a_skipped_page_is_that_of_usual_forms(form: object) -> None:
    assert callable(form)
    text = form(TEXTS["de"])
    html = page("".join(f"<p>{line}</p>" for line in text.splitlines()))
    assert triage_page(html, MODEL, ENGLISH_WANTED) == MODEL.identify(text)


@pytest.mark.parametrize("form", [str.upper, wide])
def test_triage_sees_a_run_in_capitals_amid_small_letters(form: object) -> None:
    assert callable(form)
    english = "\n".join(form(sentence) for sentence in [TEXTS["en"]] * 2)
    german = "\n".join(GERMAN * 2)
    assert usual_forms(german + english) == german + english
    assert is_kept(german + "\n" + english, "en")
    assert not is_kept(german, "en")


MIN_RIGHT_SHARE = 0.95
LANGUAGES = ("en", "de", "fr", "ru", "el", "zh")


@pytest.mark.corpus
def test_pages_in_capitals_and_full_width_letters(corpus: Path) -> None:
    """Pages are identified as before; a few scores are lower because lower case alone changes them."""
    texts = {whole_text(html) for _, html in list(corpus_pages(corpus, "pages_docs_multilang"))[::5]}
    found, right = Counter[str](), Counter[tuple[str, str]]()
    for text in texts:
        language, score = MODEL.identify(text)
        if language not in LANGUAGES or score < 0.65:
            continue
        found[language] += 1
        for form, other in {"capitals": text.upper(), "wide": wide(text)}.items():
            label, score = MODEL.identify(other)
            right[language, form] += label == language and score >= 0.65
    assert set(found) == set(LANGUAGES)
    assert all(count >= MIN_RIGHT_SHARE * found[language] for (language, _), count in right.items()), right


@pytest.mark.corpus
def test_pages_that_are_not_in_capitals_are_left(corpus: Path) -> None:
    texts = [whole_text(html) for _, html in list(corpus_pages(corpus, "pages_udhr_lid"))]
    changed = [text for text in texts if usual_forms(text) != text]
    assert len(changed) == 1  # Fula, which that page writes in capitals
    assert all(usual_forms(text) == slow.usual_forms(text) for text in texts[::10])
