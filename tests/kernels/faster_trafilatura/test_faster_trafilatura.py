"""The faster way through trafilatura gives the same text as the plain way, for any page and any settings."""

from __future__ import annotations

import importlib
import random
import warnings
from dataclasses import replace
from html import escape
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from lxml.etree import XPath

from tests.kernels.pages.html_soup import MODES, NAMES, OTHERS, SOUPS, outcomes, soup
from tests.kernels.pages.test_extract import BALANCED, pages, plain_page
from winnow.kernels.faster_trafilatura import marked_xpath, switch
from winnow.kernels.faster_trafilatura.marked_xpath import Marks, held_by_matches

MODULES = [
    importlib.import_module(f"trafilatura.{name}")
    for name in ("core", "main_extractor", "external", "htmlprocessing", "baseline", "readability_lxml", "utils")
]


@given(SOUPS, MODES)
@example(soup(342), {"favor": "balanced"})  # readability drops what it made
@example(soup(612), {"favor": "balanced"})  # jusText, and a text between two breaks
@settings(max_examples=150, deadline=None)
def test_any_page_has_the_same_text_in_every_mode(html: str, mode: dict[str, Any]) -> None:
    faster, plain = outcomes(html, replace(BALANCED, **mode))
    assert faster == plain


@pytest.mark.corpus
@pytest.mark.parametrize("folder", ["pages_gold_wcxb", "pages_docs_multilang", "pages_udhr_lid"])
def test_real_pages_have_the_same_text_whole_and_damaged(corpus: Path, folder: str) -> None:
    choice = random.Random(3)
    compared = 0
    for html in islice(pages(corpus / folder), 5, None, 97):
        parts = html.split("<")
        for _ in range(2):
            begin, favor = choice.randrange(len(parts)), choice.choice(["balanced", "precision", "recall"])
            faster, plain = outcomes("<".join(parts), replace(BALANCED, favor=favor))
            assert faster == plain
            compared += bool(plain)
            parts = parts[:begin] + parts[begin + choice.choice([1, 20, 200]) :] + parts[begin : begin + 50]
    assert compared >= 6


def contents(modules: list[ModuleType]) -> list[dict[str, Any]]:
    return [{name: value for name, value in vars(module).items() if name != "JT_STOPLIST"} for module in modules]


def test_trafilatura_is_left_as_it_was() -> None:
    before = contents(MODULES)
    outcomes(soup(1), BALANCED)
    with switch.faster(wanted=True):
        assert contents(MODULES) != before
    assert contents(MODULES) == before


def test_an_unknown_version_is_left_alone_with_one_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch, "KNOWN_VERSIONS", {"trafilatura": {"1.0"}})
    switch._replacements.cache_clear()
    before = contents(MODULES)
    try:
        with pytest.warns(UserWarning, match="trafilatura 2.* is not known"), switch.faster(wanted=True):
            assert contents(MODULES) == before
        with warnings.catch_warnings(action="error"):
            faster, plain = outcomes(plain_page(), BALANCED)
            assert faster == plain
    finally:
        switch._replacements.cache_clear()


EXPRESSIONS = [
    expression
    for group in vars(importlib.import_module("trafilatura.xpaths")).values()
    if isinstance(group, list)
    for expression in group
    if ".//*[" in expression.path
] + [importlib.import_module("trafilatura.settings").BASIC_CLEAN_XPATH]
MARKS = Marks()
REWRITTEN = [MARKS.rewritten(expression) for expression in EXPRESSIONS]
VALUES = st.lists(st.sampled_from([*NAMES, "T", " ", "-"]), max_size=4).map("".join) | st.text(max_size=5)
ATTRIBUTES = st.dictionaries(st.sampled_from(["class", "id", *(name for name, _ in OTHERS)]), VALUES, max_size=4)


@given(st.lists(st.tuples(st.sampled_from(["div", "span", "ol", "section", "h1"]), ATTRIBUTES), max_size=12))
@example([("div", {"id": "x", "class": "cookie"}), ("div", {"class": "cookie", "id": "x"})])
@example([("div", {"class": "onetru\u017ft"})])
@settings(max_examples=150, deadline=None)
def test_marked_expressions_find_what_the_expressions_find(elements: list[tuple[str, dict[str, str]]]) -> None:
    markup = ""
    for depth, (tag, attributes) in enumerate(elements):
        pairs = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        markup += f"<{tag}{pairs}>" + f"</{tag}>" * (depth % 3 == 0)
    tree = lxml_html.document_fromstring(f"<html><body>{markup}</body></html>")
    MARKS.mark(tree)
    assert [found(tree) for found in REWRITTEN] == [expression(tree) for expression in EXPRESSIONS]


def test_what_is_known_of_attributes_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marked_xpath, "MAX_KNOWN", 50)
    marks = Marks()
    find = marks.rewritten(XPath(".//*[contains(@class, 'boat')]"))
    for number in range(100):
        tree = lxml_html.fromstring(
            "<div>" + "".join(f"<p class='boat{number}-{n}'>a</p>" for n in range(20)) + "</div>"
        )
        marks.mark(tree)
        assert len(find(tree)) == 20
    assert marks._remembered.cache_info().currsize <= 50


@pytest.mark.parametrize(
    ("pattern", "held"),
    [
        ("abc", {"abc"}),
        ("abc|d(?:ef|g)hij", {"abc", "hij"}),
        ("^(?:jp-|dpsp-content)", {"jp-", "dpsp-content"}),
        (r"(^|\s)bottom|bottom(\s|$)", {"bottom"}),
        ("bread-?crumb", {"bread"}),
        ("dfp[Aa]d", {"dfp"}),
        ("(?:ab)+c*", {"ab"}),
        ("a*|b", None),
        ("", None),
    ],
)
def test_strings_that_every_match_contains(pattern: str, held: set[str] | None) -> None:
    assert held_by_matches(pattern) == held
