"""Marks: where trafilatura put them, where they are after cleaning, and how metrics and line rules treat them."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
import trafilatura
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.kernels.measures.measuring import MODES, Mode, compiled
from tests.kernels.measures.measuring import settings as measure_with
from tests.kernels.pages.hostile_html import SENTENCE, page
from tests.kernels.pages.html_soup import SOUPS
from tests.kernels.pages.test_extract import BALANCED
from winnow.kernels.faster_trafilatura.switch import faster
from winnow.kernels.measures.measure import measure_text
from winnow.kernels.pages import extract
from winnow.kernels.pages.extract import extract_page
from winnow.kernels.pages.marked_text import write_text
from winnow.kernels.pages.marks import KINDS, Mark, Marked, normalized, stripped, without_ranges
from winnow.settings.load import load_settings
from winnow.workers.extractor_child import pack_marks, unpack_marks

LONG = SENTENCE * 6
PRE = "int f(int n) {\n    if (n) {\n        return 1;\n    }\n    else\n    {\n        return 0;\n    }\n}"


def marks_of(body: str, **changes: Any) -> list[tuple[str, str]]:
    """Kind and text of each mark of a page."""
    html = page(f"<article><p>{LONG}</p>{body}<p>{LONG}</p></article>")
    made = extract_page(html, replace(BALANCED, **changes), "NFC")
    return [(mark.kind, made.text[mark.start : mark.end]) for mark in made.marks]


ITEM, CELL, END = ("list_mark", "- "), ("cell_mark", "| "), ("cell_mark", " | ")


@pytest.mark.parametrize(
    ("body", "marks"),
    [
        ("<ul><li>one pear</li><li>two pears</li></ul>", [ITEM, ITEM]),
        ("<ul><li>one<ul><li>a pear</li></ul></li></ul>", [ITEM, ("list_mark", "  - ")]),
        ("<ol><li><p>one pear</p></li></ol><dl><dt>pear</dt><dd>a fruit</dd></dl>", [ITEM, ITEM, ITEM]),
        ("<ul><li>www.example.org pears</li><li>https://example.org/ plums</li></ul>", [ITEM, ITEM]),
        ("<ul><li>Ange\u0301lique has a pear</li><li>e\u0301</li></ul>", [ITEM, ITEM]),
        ("<p>- <code>f(1)</code> is typed by hand</p><p>a | b | c</p>", []),
        ("<table><tr><td>a pear</td><td>| 2</td></tr></table>", [CELL, CELL, END]),
        (
            "<table><tr><th>Fruit</th><th>Price</th></tr><tr><td>pear</td><td>2</td></tr></table>",
            [CELL, CELL, END, ("cell_mark", "|---|---|"), CELL, CELL, END],
        ),
        (f"<pre><code>{PRE}\n</code></pre>", [("code", PRE)]),
        (f"<pre>\n    {PRE}</pre>", [("code", f"    {PRE}")]),
        ("<p>call <code>f(1)</code> twice</p>", []),
        (f"<ul><li>one</li></ul><pre>{PRE}</pre><ul><li>two</li></ul>", [ITEM, ("code", PRE), ITEM]),
    ],
)
@pytest.mark.parametrize("is_faster", [True, False])
def test_marks_of_a_page(body: str, marks: list[tuple[str, str]], is_faster: bool) -> None:
    assert marks_of(body, faster=is_faster) == marks


def test_marks_are_those_of_the_text_that_is_kept() -> None:
    """For several pages in one, for a page with comments, and no marks in Markdown."""
    items = f"<article><p>{LONG}</p><ul><li>a pear</li></ul></article>"
    made = extract_page(
        f"<html><body>{items}</body></html><html><body>{items.replace('mill', 'bridge')}", BALANCED, "NFC"
    )
    assert [made.text[mark.start : mark.end + 6] for mark in made.marks] == ["- a pear"] * 2
    assert marks_of("<ul><li>a pear</li></ul>", include_comments=True) == [ITEM]
    assert marks_of("<ul><li>a pear</li></ul>", include_formatting=True) == []


@given(SOUPS, st.sampled_from(["balanced", "precision", "recall"]), st.booleans(), st.booleans())
@settings(max_examples=150, deadline=None)
def test_the_text_is_trafilaturas_own(html: str, favor: Any, comments: bool, is_faster: bool) -> None:
    options = extract._options(replace(BALANCED, favor=favor, include_comments=comments))
    html = f"<html>{html}".replace("&#", "")
    with faster(is_faster):
        text = trafilatura.extract(trafilatura.load_html(html), options=options)
        document = trafilatura.bare_extraction(trafilatura.load_html(html), options=options)
        marked = write_text(document) if document else None
    assert (marked and marked.text) == text
    for mark in marked.marks if marked else ():
        held = marked.text[mark.start : mark.end] if marked else ""
        assert held.strip(" |-") == "" if mark.kind != "code" else held.strip("\n") == held


TEXTS = st.text(st.sampled_from("ab \n|-e\u0301\u0338"), max_size=40)
PLACES = st.lists(st.integers(0, 40), max_size=8).map(sorted)


def marked_of(text: str, places: list[int]) -> Marked:
    ends = [min(place, len(text)) for place in places[: len(places) // 2 * 2]]
    pairs = zip(ends[::2], ends[1::2], strict=True)
    return Marked(text, tuple(Mark(start, end, KINDS[start % 3]) for start, end in pairs if start < end))


@given(TEXTS, PLACES, PLACES)
@settings(max_examples=300, deadline=None)
def test_a_mark_covers_the_rest_of_its_characters_after_cleaning(text: str, places: list[int], gone: list[int]) -> None:
    marked = marked_of(text, places)
    ranges = [mark[:2] for mark in marked_of(text, gone).marks]
    kept = [i for i in range(len(text)) if not any(start <= i < end for start, end in ranges)]
    moved = without_ranges(marked, ranges)
    assert moved.text == "".join(text[i] for i in kept)
    expected = [[kept.index(i) for i in range(mark.start, mark.end) if i in kept] for mark in marked.marks]
    assert [list(range(mark.start, mark.end)) for mark in moved.marks] == [places for places in expected if places]


@given(TEXTS, PLACES)
@example("xe\u0301y - z", [4, 6])
@settings(max_examples=300, deadline=None)
def test_normalising_moves_marks_with_their_text(text: str, places: list[int]) -> None:
    marked = marked_of(text, places)
    moved = normalized(marked)
    assert moved.text == unicodedata.normalize("NFC", text)
    last = 0
    for mark in moved.marks:
        assert last <= mark.start < mark.end <= len(moved.text)
        last = mark.end
    if not any(unicodedata.combining(text[i]) for mark in marked.marks for i in mark[:2] if i < len(text)):
        held = [unicodedata.normalize("NFC", text[start:end]) for start, end, _ in marked.marks]
        assert [moved.text[start:end] for start, end, _ in moved.marks] == held


def test_marks_at_the_ends_are_stripped_with_the_text() -> None:
    assert stripped(Marked(" - a | ", (Mark(1, 3, "list_mark"), Mark(4, 7, "cell_mark")))) == Marked(
        "- a |", (Mark(0, 2, "list_mark"), Mark(3, 5, "cell_mark"))
    )


def test_marks_pass_the_pipe() -> None:
    marks = (Mark(0, 2, "list_mark"), Mark(70_000, 2_000_000, "code"), Mark(3_000_000, 3_000_002, "cell_mark"))
    assert unpack_marks(pack_marks(marks)) == marks


ROWS = [
    "the old bridge and the river", "| bread | the good meal |", "- Sign-in a second pear is ripe", "- Read more...",
    "- 12 likes", "- ONE PEAR", "|---|---|", "- He has [1] pears.", "| a | b", "", "- the last of it, with a stop.",
]  # fmt: skip


@given(st.lists(st.sampled_from(ROWS), max_size=8), st.sampled_from(MODES))
@example([ROWS[0], ROWS[2], ROWS[7], ROWS[9], ROWS[1]], "c4")
@settings(max_examples=200, deadline=None)
def test_own_text_is_measured_as_if_there_were_no_marks(rows: list[str], mode: Mode) -> None:
    text, marks = "\n".join(rows), []
    for start, row in zip(starts(rows), rows, strict=True):
        marks += [Mark(start, start + 2, "list_mark")] if row.startswith("- ") else cell_marks(start, row)
    own = without_ranges(Marked(text, tuple(marks)), [mark[:2] for mark in marks]).text
    wanted = replace(measure_with(mode), own_text=True)
    corrected, metrics = measure_text(text, compiled(wanted), marks)
    of_own, expected = measure_text(own, compiled(measure_with(mode)))
    assert metrics | {"corrected_char_count": 0, "corrected_word_count": 0} == expected | {
        "corrected_char_count": 0,
        "corrected_word_count": 0,
    }
    assert (metrics["corrected_char_count"], metrics["corrected_word_count"]) == (
        len(corrected),
        len(corrected.split()),
    )
    bare = [line[2:] if line.startswith("- ") else line for line in corrected.split("\n")]
    assert [words(line) for line in bare] == [words(line) for line in of_own.split("\n")]
    assert mode != "none" or corrected == text


def words(line: str) -> list[str]:
    return [word for word in line.split() if word.strip("|-")]


def starts(rows: list[str]) -> list[int]:
    return [sum(len(row) + 1 for row in rows[:i]) for i in range(len(rows))]


def cell_marks(start: int, row: str) -> list[Mark]:
    if set(row) == {"|", "-"}:
        return [Mark(start, start + len(row), "cell_mark")]
    places = [i for i, character in enumerate(row) if character == "|"]
    return [Mark(start + i - (i + 1 == len(row)), start + min(i + 2, len(row)), "cell_mark") for i in places]


def test_without_own_text_marks_count() -> None:
    text = "- a pear\n- a plum"
    marks = [Mark(0, 2, "list_mark"), Mark(9, 11, "list_mark")]
    counts = [
        measure_text(text, compiled(replace(measure_with("none"), own_text=own)), marks)[1]["bullet_line_fraction"]
        for own in (True, False)
    ]
    assert counts == [0, 1]


CODE_PAGE = f"The mill has a wheel of oak, and it turns.\n{PRE}\nThe river has not been so high for years."
CODE_MARK = [Mark(CODE_PAGE.index(PRE), CODE_PAGE.index(PRE) + len(PRE), "code")]


@pytest.mark.parametrize("own_text", [True, False])
def test_code_is_kept_whole(own_text: bool) -> None:
    wanted = replace(measure_with("refinedweb"), whole_code=True, own_text=own_text)
    corrected, metrics = measure_text(CODE_PAGE, compiled(wanted), CODE_MARK)
    assert corrected == CODE_PAGE
    assert metrics["flagged_word_fraction"] == 0
    assert PRE not in measure_text(CODE_PAGE, compiled(replace(wanted, whole_code=False)), CODE_MARK)[0]


def test_code_is_dropped_if_rules_leave_less_than_half_of_it() -> None:
    wanted = replace(measure_with("c4", terminal_punctuation=False, min_line_words=4), whole_code=True)
    corrected, metrics = measure_text(CODE_PAGE, compiled(wanted), CODE_MARK)
    assert corrected == CODE_PAGE.replace(f"{PRE}\n", "")
    assert metrics["flagged_word_fraction"] == len(PRE.split()) / len(CODE_PAGE.split())
    assert "int f(int n) {" in measure_text(CODE_PAGE, compiled(replace(wanted, whole_code=False)), CODE_MARK)[0]


def test_each_block_of_code_has_a_fate_of_its_own() -> None:
    menu = "one\ntwo\nthree"
    text = f"{PRE}\n{menu}\nThe river has not been so high for years."
    marks = [Mark(0, len(PRE), "code"), Mark(len(PRE) + 1, len(PRE) + 1 + len(menu), "code")]
    wanted = replace(measure_with("refinedweb"), whole_code=True)
    assert measure_text(text, compiled(wanted), marks)[0] == text.replace(f"{menu}\n", "")


def test_the_default_judges_what_the_author_wrote_and_published_recipes_do_as_published() -> None:
    found = {name: load_settings(name).measure for name in ("winnow", "refinedweb", "gopher", "c4", "fineweb")}
    assert {name: (one.own_text, one.code) for name, one in found.items()} == {
        "winnow": (True, "whole"), **dict.fromkeys(("refinedweb", "gopher", "c4", "fineweb"), (False, "lines"))
    }  # fmt: skip
