"""What Gopher, C4 and FineWeb count: one small text for each metric; tests/docs has a page for each reason."""

from __future__ import annotations

import pytest

from tests.kernels.measures.measuring import measured
from tests.reference import c4
from winnow.kernels.measures.sentences import ABBREVIATIONS


@pytest.mark.parametrize(
    ("text", "metric", "value"),
    [
        ("naïve 猫", "char_count", 7),
        ("a\u00a0b\u3000c", "word_count", 3),
        ("a\r\nb\u2028\x0cc\n", "line_count", 3),
        ("ab abcd", "mean_word_chars", 3),
        ("# a ## b", "hash_to_word_ratio", 3 / 4),
        ("a... b…. ...... c", "ellipsis_to_word_ratio", 4 / 4),
        ("• a\n - b\n\n* c\nd - e", "bullet_line_fraction", 3 / 4),
        ("a... \nb…\nc..", "ellipsis_line_fraction", 2 / 3),
        ("a1 22 猫 --", "alphabetic_word_fraction", 2 / 4),
        ('The (the) THE, "be" of-of and_ with!', "stop_word_count", 3),
        ("", "mean_word_chars", 0),
        ("a lorem\nLorem Ipsum {\n{{ lorem  ipsum", "c4_lorem_ipsum_count", 1),
        ("a lorem\nLorem Ipsum {\n{{ lorem  ipsum", "c4_curly_bracket_count", 2),
        ("Darn! darned f** what the HECK", "c4_bad_word_count", 3),
        ("End.\nNo mark\nYes。 \nAll,\nEnd?", "fineweb_punctuated_line_fraction", 2 / 5),
        ("x" * 30 + "\n" + "x" * 31 + "\n\n \n", "fineweb_short_line_fraction", 1 / 2),
        ("ab\ncd\nab\n\nab ", "fineweb_duplicate_char_fraction", 2 / 9),
        ("a\n\nb c\n", "fineweb_newline_to_word_ratio", 3 / 3),
    ],
)
def test_a_metric_counts_what_its_name_says(text: str, metric: str, value: float) -> None:
    assert measured(text)[metric] == value


@pytest.mark.parametrize(
    ("line", "sentences"),
    [
        ("", 0),
        (" \t", 0),
        ("no mark at all", 1),
        ("One. Two! Three? Four", 4),
        ('He said "Stop." Then (he left.) Done.', 3),
        ("Mr. Smith met Dr. J. R. Brown of the U.S. Army.", 1),
        ("It costs 3.50 or 4.75 dollars, e.g. Today at example.com.", 1),
        ("Well... maybe. Yahoo! is one.", 2),
        ("Wait... What?! No.", 3),
        ("猫が好き。犬も好き！「本当？」はい。", 4),
        ("...", 1),
        (". . . .", 4),
    ],
)
def test_sentences_end_at_marks_before_white_space(line: str, sentences: int) -> None:
    assert measured(line)["c4_sentence_count"] == sentences


@pytest.mark.parametrize("word", sorted({*ABBREVIATIONS, *c4.ABBREVIATED.values()}))
def test_an_abbreviation_ends_no_sentence(word: str) -> None:
    """Every stop word of the kernel, and of the oracle."""
    for written in (word, word.capitalize(), word.upper()):
        line = f"So {written}. Next to it"
        assert measured(line)["c4_sentence_count"] == c4.sentence_count(line) == 1
