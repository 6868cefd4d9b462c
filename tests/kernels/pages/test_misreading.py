"""Signs of a wrong character set: real words read with a wrong set, and texts that must not be taken for such."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.kernels.pages.misreading import is_misread, may_be_capitals_by_mistake, undo_double_encoding

TEXTS = {
    "cs": "Přístavní výbor se sešel v úterý, aby projednal, že příští zima může být těžší než letošní léto.",
    "de": "Über die Straße läuft ein müder Bär; Österreichs Wälder sind grün, und die Vögel hören früh auf.",
    "el": "Η επιτροπή του λιμανιού συνεδρίασε την Τρίτη, για να συζητήσει το νέο πρόγραμμα των έργων.",
    "es": "El niño soñó con un pingüino; mañana volverá según él, ¿o será más tarde? ¡Qué ilusión!",
    "fr": "L’été dernier, où l’on a déjà mangé à la même table, l’hôte prêta « l’œuvre » à sa sœur aînée.",
    "he": "ועדת הנמל התכנסה ביום שלישי כדי לדון בלוח הזמנים החדש של העבודות",
    "is": "Það er þó ekki víst að þau hafi séð ána þegar þau fóru yfir brúna í gær, sagði hún við bróður sinn.",
    "pl": "Komisja portu zebrała się we wtorek, aby omówić większość świeżych próśb, i zgodziła się później.",
    "pt": "As canções não são más: o coração põe a mão na razão, e ninguém vê a tradição da nação irmã.",
    "ru": "Комиссия порта собралась во вторник, чтобы Мария и Иван обсудили новый порядок работ в Одессе.",
    "tr": "Liman komisyonu salı günü çalışma takvimini görüşmek için toplandı ve ağaçların dikileceğini söyledi.",
    "vi": "Ủy ban cảng đã họp vào thứ Ba để thảo luận về lịch trình mới của các công trình trong thành phố.",
}
CODECS = {
    **{"cs": "iso-8859-2", "de": "cp1252", "el": "cp1253", "es": "cp1252", "fr": "cp1252", "he": "cp1255"},
    **{"is": "cp1252", "pl": "iso-8859-2", "pt": "cp1252", "ru": "cp1251", "tr": "cp1254"},
}


@pytest.mark.parametrize("language", TEXTS)
def test_languages_are_not_misread(language: str) -> None:
    text = TEXTS[language]
    assert not is_misread(text)
    assert not is_misread(text.upper())
    assert not is_misread(text.title())


@pytest.mark.parametrize("text", ["", "plain ASCII", "15 m² or 3 m³ at 20 °C", "l´amour", "col·lecció 1º", "½ Tasse"])
def test_signs_beside_words_are_usual(text: str) -> None:
    assert not is_misread(text * 5)


@pytest.mark.parametrize(
    ("language", "wrong"),
    [
        *((language, "cp1252") for language in ("cs", "pl", "el", "he", "ru")),
        *((language, "koi8-r") for language in ("cs", "de", "fr", "pl", "pt", "el", "ru")),
        *((language, "cp1251") for language in ("cs", "de", "fr", "pl", "pt", "tr")),
        ("el", "cp1251"),
        ("fr", "mac_roman"),
    ],
)
def test_wrong_sets_are_seen(language: str, wrong: str) -> None:
    assert is_misread(TEXTS[language].encode(CODECS[language]).decode(wrong, "replace"))


def test_two_odd_words_are_no_sign() -> None:
    assert not is_misread("zebra³a wiêksz¹")
    assert not is_misread("zebra³a zebra³a")
    assert is_misread("zebra³a zebra³a zebra³a")
    assert not is_misread("zebra³a zebra³a zebra³a" + " naïve" * 12)


def test_escapes_are_seen() -> None:
    assert is_misread("日本".encode("iso-2022-jp").decode("latin-1"))


def test_russian_in_another_cyrillic_set_seems_to_be_capitals() -> None:
    text = "комиссия порта собралась во вторник"
    assert may_be_capitals_by_mistake(text.encode("cp1251").decode("koi8-r"))
    assert not may_be_capitals_by_mistake(text)
    assert not may_be_capitals_by_mistake("РФ и ЕС")


def twice(text: str, codec: str) -> str:
    return "".join(
        bytes([byte]).decode(codec, "ignore") or chr(byte) if byte > 0x7F else chr(byte) for byte in text.encode()
    )


@pytest.mark.parametrize("codec", ["cp1252", "cp1251", "cp1250", "latin-1"])
@pytest.mark.parametrize("language", TEXTS)
def test_what_was_encoded_twice_is_decoded_twice(codec: str, language: str) -> None:
    text = TEXTS[language] + " “" + TEXTS[language] + "” – €"
    wrong = twice(text, codec)
    assert undo_double_encoding(wrong, wrong.encode()) == text


def test_what_was_encoded_three_times() -> None:
    wrong = twice(twice(TEXTS["fr"], "cp1252"), "cp1252")
    assert undo_double_encoding(wrong, wrong.encode()) == TEXTS["fr"]


@pytest.mark.parametrize("language", TEXTS)
def test_what_was_encoded_once_is_left(language: str) -> None:
    for text in (TEXTS[language], TEXTS[language].upper(), "«\xa0CAFÉ\xa0» «\xa0à\xa0» " + TEXTS[language]):
        assert undo_double_encoding(text * 20, (text * 20).encode()) == text * 20


def test_a_text_about_wrong_letters_is_left() -> None:
    text = "Where é was meant, è or ü, the page shows Ã©, Ã¨, Ã¼, as naïve programs do."
    assert undo_double_encoding(text, text.encode()) == text


def test_controls_become_punctuation() -> None:
    text = "\x93It\x92s fine\x94 \x96 na\u00efve\x85 \x81 \x8d"
    assert undo_double_encoding(text, text.encode()) == "“It’s fine” – naïve… \x81 \x8d"
    mixed = "one \u00e2\x80\x99 beside naïve été"
    assert undo_double_encoding(mixed, mixed.encode()) == "one ’ beside naïve été"


@given(st.text(alphabet=st.sampled_from("aÃ©â\x80\x99€™РџС‚Ă ³\x85\u2028\U0001f600"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text(text: str) -> None:
    undone = undo_double_encoding(text, text.encode())
    assert len(undone) <= len(text)
    assert undone.encode().decode() == undone
    assert is_misread(text) in (True, False)
    assert "".join(filter(str.isascii, text)) == "".join(filter(str.isascii, undone))


@pytest.mark.parametrize("part", ["a", "Ã", "é", "aÉ", "Ã© ", "\x99", "a³"])
def test_time_is_linear(part: str) -> None:
    text = part * (2_000_000 // len(part))
    began = time.process_time()
    is_misread(text)
    undo_double_encoding(text, text.encode())
    assert time.process_time() - began < 10


def test_capitals_of_usual_letters_are_capitals() -> None:
    assert not may_be_capitals_by_mistake(TEXTS["ru"].upper())
    assert may_be_capitals_by_mistake("ФЫЦ ЩЮЯ ЖЭХ")


def test_capitals_within_words_are_usual_where_more_words_begin_with_one() -> None:
    names = "СберБанк, ВкусВилл и РосАтом"
    assert not is_misread(f"{names}; Мария, Иван, Пётр и Анна")
    assert is_misread(f"{names}; мария, иван, пётр и анна")
