"""Lines that are dropped, cut and kept, and the words that are flagged."""

from __future__ import annotations

import pytest

from tests.kernels.measures.measuring import corrected, measured

LONG = "a line of eleven words stays as it is, items too"


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("HELLO World", None),
        ("HELLo world", "HELLo world"),
        ("123 456", "123 456"),
        ("3 likes", None),
        ("★ 1,234.5K Likes!", None),
        ("1 like", None),
        ("12 people like this", None),
        ("3 likes it", "3 likes it"),
        ("1,,000 likes", "1,,000 likes"),
        ("3likes here", "3likes here"),
        ("١٢ likes", None),
        ("Menu", None),
        ("阅读 (1,234)", None),
        ("阅读: 1.2万 次阅读", None),
        ("- 3 条评论 !", None),
        ("3 条评论 好", "3 条评论 好"),
        ("阅读 赞", "阅读 赞"),
        ("12 万", "12 万"),
        ("阅读" + " " * 19 + "123", None),
        ("阅读" + " " * 20 + "123", "阅读" + " " * 20 + "123"),
        ("   ", None),
        ("", ""),
        ("Sign-in to read it", "to read it"),
        ("please sign-in to read", "please sign-in to read"),
        ("The whole story Read more...", "The whole story"),
        ("The whole story Read moreish", "The whole story Read moreish"),
        ("You have 3 Items In Cart today", "You have 3 today"),
        ("items in cart items", None),
        (LONG, LONG),
        (LONG.removeprefix("a "), "line of eleven words stays as it is, too"),
        ("  spaces   stay  ", "  spaces   stay  "),
    ],
)
def test_refinedweb_drops_or_cuts_a_line(line: str, left: str | None) -> None:
    between = "One line before it\n{}One line after it"
    assert corrected(between.format(line + "\n"), "refinedweb") == between.format("" if left is None else left + "\n")


def test_a_cut_line_is_flagged_whole_and_removed_in_part() -> None:
    metrics = measured("One two three four\nSign-in to read", "refinedweb")
    assert metrics["flagged_word_fraction"] == 3 / 7
    assert metrics["removed_word_fraction"] == 1 / 7


@pytest.mark.parametrize("text", ["MENU", "", "\n", "Menu\nHome", "Sign-in items in cart"])
def test_nothing_left_is_an_empty_text(text: str) -> None:
    assert corrected(text, "refinedweb").strip() == ""


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("  One two three four five. ", "One two three four five."),
        ("One two three four five", None),
        ('She said "one two three."', 'She said "one two three."'),
        ("One two three four five...", None),
        ("One two three four.", None),
        ("One two[1] three[] four five[citation needed].", "One two three four five."),
        ("One two three four five. [1]", None),
        ("[edit] One two three four five.", "One two three four five."),
        ("One two three [12]. ", None),
        ("One two three four [Edit].", "One two three four [Edit]."),
        ("One two three four five " + "x" * 1001 + ".", None),
        ("One two three four JavaScript.", None),
        ("Read our Privacy Policy now please.", None),
        ("One two {three} lorem ipsum five.", "One two {three} lorem ipsum five."),
    ],
)
def test_c4_drops_or_cuts_a_line(line: str, left: str | None) -> None:
    between = "One line stands before it.\n{}One line stands after it."
    assert corrected(between.format(line + "\n"), "c4") == between.format("" if left is None else left + "\n")


def test_c4_counts_page_rules_where_its_code_looks() -> None:
    text = "Lorem ipsum {\nLorem ipsum is javascript here now {.\nLorem ipsum uses cookies here {."
    metrics = measured(text, "c4")
    assert (metrics["c4_lorem_ipsum_count"], metrics["c4_curly_bracket_count"]) == (2, 1)
    assert metrics["corrected_char_count"] == 0


def test_fineweb_takes_c4_lines_of_three_words_without_end_mark() -> None:
    changes = {"terminal_punctuation": False, "min_line_words": 3}
    assert corrected("One two three\nOne two\n\nFour five six seven", "c4", **changes) == (
        "One two three\nFour five six seven"
    )


def test_without_line_rules_only_newlines_change() -> None:
    assert corrected(" a \r\nb\rc\u2028\u0085d\x0b\n", "none") == " a \nb\nc\n\nd\n\n"
