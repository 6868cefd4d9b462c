"""Changes to the tree of a page before extraction: readings of ruby, raised text, layout tables."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from lxml import html as lxml_html

from tests.kernels.pages.hostile_html import SENTENCE, page
from tests.kernels.pages.html_soup import SOUPS
from tests.kernels.pages.test_extract import BALANCED, PRECISION
from winnow.kernels.page_trees.layout_tables import find_layout_tables, unfold
from winnow.kernels.page_trees.raised import Style, mark_raised
from winnow.kernels.page_trees.ruby import drop_readings
from winnow.kernels.pages.extract import ExtractSettings, extract_page
from winnow.kernels.pages.marks import CODE

PROSE = "The owner of the orchard sells pears by the basket on each market day of the year. " * 5
OTHER = "A boat lies at the mill, and nobody has asked for it since the ice went in spring. " * 5

LONG = "Pears ripen on straw in the loft, and the windows are shut on the coldest nights. " * 5
LAST = "Whoever wants plums has to come before the starlings do, early in the last week. " * 5


def text_with(markup: str, settings: ExtractSettings = BALANCED) -> str:
    return extract_page(page(markup), settings, "NFC").text


RUBIES = [
    "<ruby>漢字<rt>かんじ</rt></ruby>",
    "<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字<rp>(</rp><rt>じ</rt><rp>)</rp></ruby>",
    "<ruby><rb>漢</rb><rt>かん</rt><rb>字</rb><rt>じ</rt></ruby>",
    "<ruby>漢<rp>(<rt>かん<rp>)</ruby><ruby>字<rt>じ</ruby>",
    "<ruby>漢<rt>かん<rb>字<rt>じ</ruby>",
    "<ruby>\n  漢<rt>かん</rt>\n  字<rt>じ</rt>\n</ruby>",
    "<ruby><rbc><rb>漢</rb><rb>字</rb></rbc><rtc><rt>かん</rt><rt>じ</rt></rtc></ruby>",
    "<ruby><b>漢字</b><rt><i>かんじ</i></rt></ruby>",
]
FRAMES_OF_PATHS = {
    "main": "<article><p>{}</p><p>" + SENTENCE * 20 + "</p></article>",
    "readability": "<div>" + "<div>{}<br>" + SENTENCE * 12 + "</div>" * 1 + "</div>",
    "justext": "<article><p>{}</p></article>",
    "baseline": "<span>{}</span>",
}

EVERY_WAY = [BALANCED, PRECISION, replace(BALANCED, favor="recall"), replace(BALANCED, fast=True)]


@pytest.mark.parametrize("markup", RUBIES)
@pytest.mark.parametrize("path", FRAMES_OF_PATHS)
@pytest.mark.parametrize(
    "settings", [BALANCED, PRECISION, replace(BALANCED, favor="recall"), replace(BALANCED, fast=True)]
)
def test_every_extractor_keeps_the_base_text_of_ruby(path: str, markup: str, settings: ExtractSettings) -> None:
    text = text_with(FRAMES_OF_PATHS[path].format(f"彼は{markup}を書く。" + "長い文が続く。" * 12), settings)
    assert "彼は漢字を書く。" in text
    assert "かん" not in text


def test_a_reading_without_ruby_is_no_text() -> None:
    tree = lxml_html.document_fromstring("<p>漢<rt>かん</rt>字</p>")
    drop_readings(tree)
    assert tree.text_content() == "漢字"


@pytest.mark.parametrize("tag", ["rp", "rt", "ruby", "rtc"])
def test_a_reading_that_is_never_closed_does_not_take_the_rest_of_the_page(tag: str) -> None:
    text = text_with(f"<article><p>{PROSE}</p><{tag}><p>{OTHER}</p><p>{LAST}</p></article>")
    assert OTHER.strip() in text
    assert LAST.strip() in text


@pytest.mark.parametrize("tag", ["embed", "source", "keygen", "bgsound", "track", "wbr", "image"])
def test_what_has_no_end_tag_in_html_does_not_take_the_rest_of_the_page(tag: str) -> None:
    text = text_with(f'<article><p>{PROSE}</p><{tag} src="film.swf"><p>{OTHER}</p><p>{LAST}</p></article>')
    assert OTHER.strip() in text
    assert LAST.strip() in text


@pytest.mark.parametrize("settings", EVERY_WAY)
def test_a_template_is_shown_nowhere(settings: ExtractSettings) -> None:
    text = text_with(f"<article><p>{PROSE}</p><template><p>{OTHER}</p></template><p>{LAST}</p></article>", settings)
    assert OTHER.strip() not in text
    assert LAST.strip() in text


@pytest.mark.parametrize("start", ["<template>", "<template><template></template>", '<template shadowrootmode="open">'])
def test_a_template_that_is_never_closed_or_that_browsers_show_is_kept(start: str) -> None:
    text = text_with(f"<article><p>{PROSE}</p>{start}<p>{OTHER}</p><p>{LAST}</p></article>")
    assert OTHER.strip() in text
    assert LAST.strip() in text


HIGHLIGHTED = [
    '<pre><span class="k">if</span> x:\n    <span class="n">y</span>()\n<span class="p">}</span></pre>',
    '<pre><span class="line"><b>if</b> x:</span><br>    <a href="#y">y</a>()<br>}</pre>',
    '<pre>\n<span class="line"><span class="k">if</span> x:</span>\n<span class="line">    y()</span>\n}</pre>',
    "<pre>if x:<br>    y()<br>}</pre>",
    "<pre><b>if</b> x:\n    y()\n}</pre>",
]


@pytest.mark.parametrize("markup", HIGHLIGHTED)
@pytest.mark.parametrize("settings", [BALANCED, PRECISION])
def test_highlighted_code_is_a_block_of_code(markup: str, settings: ExtractSettings) -> None:
    found = extract_page(page(f"<article><p>{PROSE}</p>{markup}<p>{OTHER}</p></article>"), settings, "NFC")
    (code,) = (found.text[mark.start : mark.end] for mark in found.marks if mark.kind == CODE)
    assert code == "if x:\n    y()\n}"


@pytest.mark.parametrize(
    ("markup", "unicode", "caret"),
    [
        ("5.97 × 10<sup>24</sup> kg", "5.97 × 10²⁴ kg", "5.97 × 10^24 kg"),
        ("1.6 × 10<sup>−19</sup> C", "1.6 × 10⁻¹⁹ C", "1.6 × 10^−19 C"),
        ("<i>n</i><sup>2</sup>, O(n<sup>3</sup>)", "n², O(n³)", "n^2, O(n^3)"),
        ("E = mc<sup>2</sup>", "E = mc²", "E = mc^2"),
        ("2<sup>n+1</sup> and 10<sup>n</sup>", "2ⁿ⁺¹ and 10ⁿ", "2^(n+1) and 10^n"),
        ("e<sup>-x</sup>, A<sup>T</sup>", "e^(-x), A^T", "e^(-x), A^T"),
        ("80 km<sup>2</sup>, 3 kg m<sup>-3</sup>", "80 km², 3 kg m⁻³", "80 km^2, 3 kg m^-3"),
        ("H<sub>2</sub>O, Fe<sub>2</sub>O<sub>3</sub>", "H₂O, Fe₂O₃", "H_2O, Fe_2O_3"),
        ("SO<sub>4</sub><sup>2−</sup>, Na<sup>+</sup>", "SO₄²⁻, Na⁺", "SO_4^2−, Na^+"),
        ("x<sub>i</sub>, V<sub>max</sub>, a<sub>n+1</sub>", "xᵢ, V_max, aₙ₊₁", "x_i, V_max, a_(n+1)"),
        ("log<sub>2</sub>8", "log₂8", "log_(2)8"),
        ("2<sup>2<sup>3</sup></sup> = 256", "2^(2³) = 256", "2^(2^3) = 256"),
        ("x<sup>y<sub>1</sub></sup>, e<sup>-x<sup>2</sup></sup>", "x^(y₁), e^(-x²)", "x^(y_1), e^(-x^2)"),
        ("10<span><sup>6</sup></span>, 10<sup><b>24</b></sup>", "10⁶, 10²⁴", "10^6, 10^24"),
        ('10<span style="font-size: 8px; vertical-align: super">24</span> kg', "10²⁴ kg", "10^24 kg"),
        ('H<small style="VERTICAL-ALIGN:sub">2</small>O', "H₂O", "H_2O"),
        ("in 1998<sup><a href='#3'>3</a></sup>", "in 1998³", "in 1998^3"),
        ("2<sup>1</sup>/<sub>2</sub> cups", "2¹/₂ cups", "2^1/_2 cups"),
        ("sin<sup>2</sup> x", "sin² x", "sin^2 x"),
        ("$19<sup>99</sup>", "$19⁹⁹", "$19^99"),
    ],
)
def test_raised_and_lowered_text_that_carries_meaning_is_marked(markup: str, unicode: str, caret: str) -> None:
    frame = f"<article><p>{PROSE}</p><p>{{}}</p><p>{OTHER}</p></article>"
    for style, shown in (("unicode", unicode), ("caret", caret)):
        assert f"\n{shown}\n" in text_with(frame.format(markup), replace(BALANCED, raised=style))


@pytest.mark.parametrize(
    "markup",
    [
        "the 1<sup>st</sup>, 2<sup>nd</sup>, 2<sup>e</sup>", "1<sup>er</sup>", "M<sup>me</sup>, n<sup>o</sup> 4",
        "a note<sup>12</sup>", "the end.<sup>3</sup>", "Tunes<sup>+</sup>", "Mill<sup>TM</sup>", "1998<sup>[3]</sup>",
        "7<sup>h</sup>30", "a <sup>raised sentence of many words</sup>", "3 <sup>1</sup>/<sub>2</sub>", "x<sup></sup>",
    ],
)  # fmt: skip
@pytest.mark.parametrize("style", ["unicode", "caret"])
def test_other_raised_text_is_left_alone(markup: str, style: Style) -> None:
    tree = lxml_html.document_fromstring(f"<p>{markup}</p>")
    plain = tree.text_content()
    mark_raised(tree, style)
    assert tree.text_content() == plain


def test_raised_text_may_be_left_as_trafilatura_gives_it() -> None:
    markup = f"<article><p>{PROSE} 10<sup>24</sup> kg</p></article>"
    assert "1024 kg" in text_with(markup, replace(BALANCED, raised="plain"))
    assert "10<sup>24</sup> kg" in text_with(markup, replace(BALANCED, include_formatting=True))


NAVIGATION = "<td class=side><a href=/>Home</a><br><a href=/a>Archive</a><br><a href=/c>Contact us</a></td>"
LAYOUTS = [
    f"<table><tr>{NAVIGATION}<td><h1>Pears</h1><p>{PROSE}<p>{OTHER}</td></tr></table>",
    f"<table><tr><td colspan=2>Pears</td></tr><tr>{NAVIGATION}<td>{PROSE}<br><br>{OTHER}</td></tr></table>",
    f"<table border=0><tr><td><table><tr>{NAVIGATION}</tr></table></td><td><table><tr><td>{PROSE}<br> <br>{OTHER}"
    "</td></tr></table></td></tr></table>",
    f"<center><table><tr><td><font size=2>{PROSE}</font><p><font size=2>{OTHER}</font></p></td></tr></table></center>",
    f"<table><tr>{NAVIGATION}<td><ul><li>{PROSE}</li><li>{OTHER}</li></ul></td></tr></table>",
]


@pytest.mark.parametrize("markup", LAYOUTS)
@pytest.mark.parametrize("settings", [BALANCED, PRECISION], ids=["balanced", "precision"])
def test_a_layout_table_becomes_paragraphs(markup: str, settings: ExtractSettings) -> None:
    lines = [line.strip("- ") for line in text_with(markup, settings).split("\n")]
    assert PROSE.strip() in lines
    assert OTHER.strip() in lines
    assert not [line for line in lines if "|" in line or "Archive" in line]


DATA = [
    "<table><tr><th>Fruit</th><th>Price</th></tr><tr><td>pear</td><td>2</td></tr></table>",
    "<table><tr><td>pear</td><td>2</td></tr><tr><td>plum</td><td>3</td></tr></table>",
    f"<table><caption>Fruit</caption><tr><td>pear</td><td><p>{LONG}</p><p>{LAST}</p></td></tr></table>",
    f"<table><thead><tr><td>pear</td><td><p>{LONG}</p><p>{LAST}</p></td></tr></thead></table>",
]


@pytest.mark.parametrize("markup", DATA)
def test_a_table_of_data_keeps_its_rows(markup: str) -> None:
    frame = f"<article><p>{PROSE}</p>{markup}<p>{OTHER}</p></article>"
    assert "| pear | " in text_with(frame)
    assert text_with(frame) == text_with(frame, replace(BALANCED, layout_tables="rows"))


def test_a_table_of_data_in_a_layout_table_keeps_its_rows() -> None:
    text = text_with(f"<table><tr>{NAVIGATION}<td><p>{PROSE}</p>{DATA[0]}<p>{OTHER}</p></td></tr></table>")
    assert [line.strip() for line in text.split("\n")][1:-1] == ["| Fruit | Price |", "|---|---|", "| pear | 2 |"]


def test_code_beside_line_numbers_keeps_its_lines() -> None:
    code = "def f(n):\n    return n\n\nprint(f(2))"
    numbers = "<pre><span>1</span>\n<span>2</span>\n<span>3</span>\n<span>4</span></pre>"
    table = f"<table class=highlight><tr><td>{numbers}</td><td><pre><code>{code}</code></pre></td></tr></table>"
    text = text_with(f"<article><p>{PROSE}</p>{table}<p>{OTHER}</p></article>")
    assert "\ndef f(n):\n    return n\nprint(f(2))\n" in text
    assert "2\n3" not in text


def test_a_table_of_links_is_left_to_trafilatura() -> None:
    links = "<a href=/a>from the north of the orchard</a>, <a href=/b>or the loft</a>"
    leaf = f"<table><tr><td>Pears {{0}}: {links}</td></tr></table>"
    rows = "".join(f"<tr><td>{leaf.format(number)}</td></tr>" for number in range(40))
    text = text_with(f"<article><p>{PROSE}</p><table>{rows}</table><p>{OTHER}</p></article>")
    assert "the loft" not in text


def test_rows_are_a_setting() -> None:
    assert text_with(LAYOUTS[0], replace(BALANCED, layout_tables="rows")).startswith("| Home Archive")


@given(SOUPS)
@settings(max_examples=100, deadline=None)
def test_unfolding_and_marking_lose_no_text_of_any_page(html: str) -> None:
    tree = lxml_html.document_fromstring(f"<html>{html}".replace("&#", ""))
    words = tree.text_content().split()
    unfold(find_layout_tables(tree))
    mark_raised(tree, "caret")
    left = tree.text_content()
    assert "".join(left.split()).translate(MARKS) == "".join(words).translate(MARKS)


MARKS = str.maketrans("", "", "^_()")
