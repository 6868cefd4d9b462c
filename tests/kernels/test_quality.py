"""What Gopher, C4 and FineWeb count in a text, one small text for each metric, and one page for each reason."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.kernels.measuring import Mode, measured
from winnow.kernels.measure import METRICS

RULES = Path(__file__).parents[2] / "conf" / "rules"
FILES = {"gopher": "none", "c4": "c4", "fineweb": "c4", "refinedweb_lines": "refinedweb"}


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


def rules(name: str) -> list[dict[str, str | float]]:
    return list(yaml.safe_load((RULES / f"{name}.yaml").read_text("utf-8"))["rules"])


def reasons(name: str, text: str) -> set[str]:
    lines: Mode = FILES[name]  # type: ignore[assignment]
    metrics = measured(text, lines)
    return {
        str(rule["reason"])
        for rule in rules(name)
        if not (rule["min"] is None or metrics[str(rule["metric"])] >= float(rule["min"]))
        or not (rule["max"] is None or metrics[str(rule["metric"])] <= float(rule["max"]))
    }


def words(count: int, first: int = 0) -> str:
    """Different words, ten a line, in lines that end with a full stop."""
    found = [f"word{chr(97 + i // 26 % 26)}{chr(97 + i % 26)}{chr(97 + i // 676)}" for i in range(first, first + count)]
    return "\n".join("And to " + " ".join(found[i : i + 10]) + "." for i in range(0, count, 10))


GOOD = words(300)
RUN = "an early bird may catch many a late worm today"
PROVOKING = {
    "gopher": {
        "gopher_too_few_words": words(30),
        "gopher_too_many_words": words(90_000),
        "gopher_short_words": GOOD + " a b" * 900,
        "gopher_long_words": GOOD + (" " + "x" * 40) * 100,
        "gopher_hashes": GOOD + "#" * 60,
        "gopher_ellipses": GOOD.replace(".", "…") + "…" * 60,
        "gopher_bullet_lines": GOOD.replace("And", "- And"),
        "gopher_ellipsis_lines": GOOD.replace(".", "..."),
        "gopher_unalphabetic_words": GOOD + "".join(f" {i}{i}" for i in range(100)),
        "gopher_no_stop_words": GOOD.replace("And to ", ""),
        "gopher_duplicate_lines": GOOD + "\nx" * 20,
        "gopher_duplicate_line_chars": GOOD + "\n" + GOOD[:900],
        "gopher_duplicate_paragraphs": GOOD + "\n\nx" * 5,
        "gopher_duplicate_paragraph_chars": GOOD + "\n\n" + GOOD,
        "gopher_top_2_gram": GOOD + " longestword evermore" * 90,
        "gopher_top_3_gram": GOOD + " longestword evermore indeed" * 60,
        "gopher_top_4_gram": GOOD + " longestword evermore indeed really" * 15,
        **{f"gopher_duplicate_{n}_grams": GOOD + f"\n{RUN}" * 12 for n in range(5, 11)},
    },
    "c4": {
        "c4_too_long": "One two three four five. " * 8_000,
        "c4_too_few_sentences": "One two three four five. Six.\nSeven",
        "c4_lorem_ipsum": GOOD + "\nHere stands a Lorem ipsum of words.",
        "c4_curly_bracket": GOOD + "\nif a then b { or else c }.",
        "c4_bad_words": GOOD + "\nOh darn it is so late today.",
    },
    "fineweb": {
        "fineweb_unpunctuated_lines": "\n".join(f'{line[:-1]}"' for line in GOOD.split("\n")),
        "fineweb_duplicate_chars": GOOD + "\n" + GOOD,
        "fineweb_short_lines": "\n".join(f"Go to a b c {i}." for i in range(20)),
    },
    "refinedweb_lines": {"refinedweb_flagged_lines": GOOD + "\nHOME ABOUT CONTACT" * 8},
}


def test_a_good_page_gives_no_reason() -> None:
    assert {name: reasons(name, GOOD) for name in FILES} == {name: set() for name in FILES}


@pytest.mark.parametrize(("name", "reason"), [(name, str(rule["reason"])) for name in FILES for rule in rules(name)])
def test_each_reason_has_a_page_that_provokes_it(name: str, reason: str) -> None:
    assert reason in reasons(name, PROVOKING[name][reason])


def test_rules_name_metrics_and_each_reason_once() -> None:
    found = [rule for name in FILES for rule in rules(name)]
    assert {str(rule["metric"]) for rule in found} <= set(METRICS)
    assert len({rule["reason"] for rule in found}) == len(found)
    assert all(str(rule["means"]).endswith(".") for rule in found)
