"""Shares of repeated text, on published vectors and on hostile texts."""

from __future__ import annotations

import time

import pytest

from tests.kernels.measures.measuring import measured

LETTERS = "a b c d e f g h a b c d e f g h"
CAT = "the cat sat on the mat the cat sat on the mat"
DISTINCT = " ".join(f"w{i}" for i in range(20))


@pytest.mark.parametrize(
    ("text", "sizes", "later", "every"),
    [
        (LETTERS, (2, 3, 4), (0.1935, 0.3226, 0.4516), (0.25, 0.375, 0.5)),
        (LETTERS, (5, 6, 7, 8, 9), (0.1613, 0.1935, 0.2258, 0.2581, 0), (1, 1, 1, 1, 0)),
        (CAT, (5, 6), (0.3111, 0.3778), (1, 1)),
        (DISTINCT, (2, 3, 4), (0.0725, 0.1159, 0.1594), (0, 0, 0)),
        (" ".join("x" * 12), (2, 3, 4), (1.435, 2.174, 2.739), (1.833, 2.5, 3.0)),
    ],
)
def test_both_families_give_the_published_vectors(
    text: str, sizes: tuple[int, ...], later: tuple[float, ...], every: tuple[float, ...]
) -> None:
    metrics = measured(text)
    later_name = "top_{}_gram_text_ratio" if sizes[0] == 2 else "repeated_{}_gram_fraction"
    every_name = "top_{}_gram_ratio" if sizes[0] == 2 else "duplicate_{}_gram_fraction"
    assert [metrics[later_name.format(n)] for n in sizes] == pytest.approx(later, abs=6e-4)
    assert [metrics[every_name.format(n)] for n in sizes] == pytest.approx(every, abs=6e-4)


@pytest.mark.parametrize(
    ("text", "later", "every"),
    [
        ("a\nb\na\na", 2 / 4, 3 / 4),
        ("\nx\n", 1 / 3, 0),
        ("a\n\n\nb\na", 1 / 3, 2 / 3),
        ("a \na", 0, 1),
        ("one line", 0, 0),
        ("", 0, 0),
    ],
)
def test_duplicate_lines_leave_the_first_copy_out_and_copied_lines_do_not(
    text: str, later: float, every: float
) -> None:
    metrics = measured(text)
    assert metrics["duplicate_line_fraction"] == later
    assert metrics["copied_line_fraction"] == every


def test_empty_lines_separate_paragraphs() -> None:
    metrics = measured("\n\na\nb\n\nc\n\n\na\nb\n")
    assert metrics["duplicate_paragraph_fraction"] == 1 / 3
    assert metrics["duplicate_paragraph_char_fraction"] == 3 / 15
    assert metrics["copied_paragraph_fraction"] == 2 / 3


def test_the_longest_of_equally_frequent_grams_is_the_top_one() -> None:
    assert measured("a b a b . ccc ddd ccc ddd")["top_2_gram_ratio"] == 12 / 17
    assert measured("a b a b . ccc ddd ccc ddd")["top_2_gram_text_ratio"] == 6 / 25


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "x " * 500_000,
        "x\n" * 500_000,
        "\n" * 1_000_000,
        "\n".join(f"line {i} of many" for i in range(60_000)),
        " ".join(f"{i}" for i in range(150_000)),
        "ab " * 100_000 + "ba " * 100_000,
        "#." * 500_000,
        "[1" * 500_000,
    ],
    ids=lambda text: repr(text[:12]),
)
@pytest.mark.parametrize("lines", ["refinedweb", "c4"])
def test_time_grows_with_the_text_alone(text: str, lines: str) -> None:
    measured("", lines)
    began = time.process_time()
    measured(text, lines)
    assert time.process_time() - began < 5  # quadratic work would take minutes
