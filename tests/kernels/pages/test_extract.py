"""The extraction kernel: what trafilatura gets, what is done to its text, what is gated before it."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import trafilatura
from fastwarc.warc import ArchiveIterator, WarcRecordType
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.kernels.pages.hostile_html import SENTENCE, many_elements, nested, page, plain_page
from winnow.kernels.gates import gates_of
from winnow.kernels.page_trees.shown import flatten_code
from winnow.kernels.pages.extract import ExtractSettings, clean_text, extract_page, remove_urls

BALANCED = ExtractSettings(
    from_html="trafilatura",
    from_text="as_it_is",
    favor="balanced",
    fast=False,
    include_tables=True,
    include_comments=False,
    include_links=False,
    include_images=False,
    include_formatting=False,
    layout_tables="unfolded",
    raised="unicode",
    max_newlines=2,
    remove_urls=True,
    max_cpu_seconds=5,
    max_memory_bytes=1 << 30,
    recycle_pages=100,
    max_elements=50_000,
    faster=True,
)
PRECISION = replace(BALANCED, favor="precision")
UNCHANGED = replace(BALANCED, remove_urls=False, max_newlines=1_000_000, layout_tables="rows", raised="plain")
TEXT = SENTENCE.strip()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("see http://example.org/a?b=c#d now", "see now"),
        ("see https://example.org.", "see ."),
        ("see HTTPS://EXAMPLE.ORG/A", "see"),
        ("ftp://example.org/file and www.example.org", "and"),
        ("(www.example.org/a_(b))", "()"),
        ("[http://example.org/a]", "[]"),
        ("http://[::1]:80/ is home", "is home"),
        ("is it http://example.org/a?!", "is it ?!"),
        ('"http://example.org"', '""'),
        ("a\nhttp://example.org/\nb", "a\n\nb"),
        ("a http://example.org/\nb", "a\nb"),
        ("a\nhttp://example.org/ b", "a\nb"),
        ("http://a.org/ http://b.org/ c http://d.org/ http://e.org/", "c"),
        ("a, http://a.org/ http://b.org/ c", "a, c"),
        ("http://a.org,http://b.org", ""),
        ("见http://example.org/路径。下一句", "见路径。下一句"),
        ("见 www.example.org。", "见 。"),
        ("见www.example.org。", "见。"),
        ("éwww.example.org", "éwww.example.org"),
        ("https://de.example.org/wiki/Köln ist", "ist"),
        ("http://пример.рф/путь — сайт", "— сайт"),
        ("write to name@example.org or name@www.example.org", "write to name@example.org or name@www.example.org"),
        ("README.md, example.org/a, //cdn.example.org/a", "README.md, example.org/a, //cdn.example.org/a"),
        ("http:// and https://! and www. and awww.example", "http:// and https://! and www. and awww.example"),
        ("two  spaces  stay", "two  spaces  stay"),
        ("", ""),
    ],
)
def test_urls_are_removed(text: str, left: str) -> None:
    assert remove_urls(text) == left


FRAGMENTS = st.sampled_from(
    [
        "http://",
        "https://a.org",
        "www.",
        "www.b.org/c",
        "ftp://d",
        " ",
        "\n",
        ".",
        ")",
        "(",
        "]",
        "e",
        "字",
        "@",
        "/",
        "é",
    ]
)


@given(st.one_of(st.text(), st.lists(FRAGMENTS).map("".join)))
@example("ht https://a.org tp://b")
@settings(max_examples=300, deadline=None)
def test_removing_urls_again_changes_nothing(text: str) -> None:
    left = remove_urls(text)
    assert remove_urls(left) == left
    assert left.count("\n") == text.count("\n")
    assert "https://a" not in left


@pytest.mark.parametrize(
    "unit", ["http://a", "http://", "www.", "www.a ", "http://a.org) ", "a)]", ".", ")", "http://(((", "&"]
)
def test_removing_urls_takes_linear_time(unit: str) -> None:
    started = time.process_time()
    remove_urls("http://a" + unit * 400_000)
    assert time.process_time() - started < 5  # a quadratic pass over two million characters takes hours


@pytest.mark.parametrize(
    ("text", "changes", "cleaned"),
    [
        ("a\n\nb\n\n\nc", {}, "a\n\nb\n\nc"),
        ("a\n\n\n\nb", {}, "a\n\nb"),
        ("a\n\n\n\nb", {"max_newlines": 1}, "a\nb"),
        ("a\n\nhttp://example.org/\n\nb", {}, "a\n\nb"),
        ("a\nhttp://example.org/", {"remove_urls": False}, "a\nhttp://example.org/"),
        ("\n a\0b\ud800 \n", {}, "ab\ufffd"),
        ("\ud83d\ude00", {}, "\U0001f600"),
    ],
)
def test_text_is_cleaned(text: str, changes: dict[str, int], cleaned: str) -> None:
    assert clean_text(text, replace(BALANCED, **changes), "NFC") == cleaned


@pytest.mark.parametrize(("normalization", "cleaned"), [("NFC", "é"), ("none", "e\u0301")])
def test_normalisation_is_a_setting(normalization: str, cleaned: str) -> None:
    assert clean_text("e\u0301", BALANCED, normalization) == cleaned


@given(st.text(alphabet=st.characters(), max_size=200))
@settings(max_examples=200, deadline=None)
def test_cleaning_is_total_and_idempotent(text: str) -> None:
    cleaned = clean_text(text, BALANCED, "NFC")
    assert clean_text(cleaned, BALANCED, "NFC") == cleaned
    assert "\0" not in cleaned.encode().decode()


@pytest.mark.parametrize(
    "start",
    [
        "<html><head>",
        '<html><head><meta charset="shift_jis">',
        '<?xml version="1.0" encoding="euc-jp"?><html><head>',
        '<?xml version="1.0" encoding="x"?><html><head><meta http-equiv="content-type" content="text/html;charset=x">',
    ],
)
@pytest.mark.parametrize("word", ["café", "汉字", "слово", "\U0001f600"])
def test_declared_character_sets_are_not_believed(start: str, word: str) -> None:
    html = f"{start}<title>{word}</title></head><body><p>{word} {SENTENCE * 10}</p></body></html>"
    gate, text, title, _ = extract_page(html, BALANCED, "NFC")
    assert (gate, text.split()[0], title) == (None, word, word)


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title> A\n\t title &amp; more </title>", "A title & more"),
        ("<title></title><title>second</title>", "second"),
        ("<title>" + "word " * 1_000 + "</title>", ("word " * 200).rstrip()),
        ("<title>a \ud800 b</title>", "a \ufffd b"),
        ("", ""),
    ],
)
def test_title(head: str, title: str) -> None:
    svg = "<svg><title>a drawing</title></svg>"
    assert extract_page(page(f"{svg}<p>{SENTENCE * 10}</p>", head), BALANCED, "NFC").title == title


@pytest.mark.parametrize(
    ("html", "gate"),
    [
        ("", "empty_text"),
        ("\0\0", "empty_text"),
        ("no markup at all", "empty_text"),
        (page(""), "empty_text"),
        (page("<p>http://example.org/</p>"), "empty_text"),
        (page("<p>http://example.org/ is a link</p>"), None),
        (nested(255), None),
        (nested(256), "html_too_deep"),
        (nested(256, "b"), "html_too_deep"),
        (nested(100_000), "html_too_deep"),
        (page("<p>" + "a paragraph without an end<p>" * 1_000), None),
        (many_elements(50_000), None),
        (many_elements(50_001), "html_too_many_elements"),
        (page(f"<p>{SENTENCE}</p><script>{'<' * 60_000}</script>"), None),
    ],
)
def test_gates(html: str, gate: str | None) -> None:
    extracted = extract_page(html, replace(BALANCED, fast=True), "NFC")
    assert extracted.gate == gate
    assert bool(extracted.text) == (gate is None)
    assert gate is None or gate in gates_of("html")


def test_how_many_elements_a_page_may_have_is_a_setting() -> None:
    settings = replace(BALANCED, fast=True, max_elements=30)
    assert [extract_page(many_elements(count), settings, "NFC").gate for count in (30, 31)] == [
        None,
        "html_too_many_elements",
    ]


@pytest.mark.parametrize("reference", ["&#1;", "&#x1F;", "&#008", "&#xfffe;", "\x01"])
def test_control_characters_do_not_cost_the_page(reference: str) -> None:
    html = page(f"<p>{SENTENCE * 10}<b>&#8220;bold{reference}&#123;&#x1F600;</b></p>")
    assert extract_page(html, BALANCED, "NFC").text.endswith("“bold{\U0001f600")


@pytest.mark.parametrize("settings", [BALANCED, PRECISION], ids=["balanced", "precision"])
def test_text_depends_on_no_earlier_page(settings: ExtractSettings) -> None:
    pages = [page(f"<article><p>{SENTENCE * 5}{n}</p><p>{SENTENCE * 4}</p></article>") for n in range(6)]
    alone = [" ".join([TEXT] * 5) + f" {n}\n" + " ".join([TEXT] * 4) for n in range(6)]
    order = list(range(6)) * 6
    random.Random(7).shuffle(order)
    assert [extract_page(pages[i], settings, "NFC").text for i in order] == [alone[i] for i in order]


@given(st.text(max_size=300), st.sampled_from([BALANCED, PRECISION]))
@settings(max_examples=60, deadline=None)
def test_any_text_is_a_page(html: str, settings: ExtractSettings) -> None:
    for content in (html, page(f"<p>{html}</p>")):
        gate, text, title, _ = extract_page(content, settings, "NFC")
        assert (gate == "empty_text") == (text == "")
        assert "\0" not in (text + title).encode().decode()


@pytest.mark.parametrize(
    ("flag", "markup", "shown"),
    [
        ("include_tables", "<table><tr><td>a cell</td><td>b</td></tr></table>", "a cell"),
        ("include_comments", "<div class='comments'><p>A reader writes this.</p></div>", "A reader writes"),
        ("include_formatting", "<p>some <b>bold</b> words</p>", "**bold**"),
        ("include_images", "<p>a <img src='http://example.org/river.jpg' alt='river'> picture</p>", "![river]"),
        ("include_links", "<p>a <a href='http://example.org/'>link</a> here</p>", "[link]"),
    ],
)
def test_every_flag_reaches_trafilatura(flag: str, markup: str, shown: str) -> None:
    html = page(f"<article><p>{SENTENCE * 10}</p>{markup}<p>{SENTENCE * 10}</p></article>")
    found = [shown in extract_page(html, replace(BALANCED, **{flag: value}), "NFC").text for value in (True, False)]
    assert found == [True, False]


@pytest.mark.parametrize(
    ("setting", "flag", "body"),
    [
        ({"favor": "precision"}, "favor_precision", f"<div class=teaser><p>{SENTENCE}</p></div><p>{SENTENCE * 2}</p>"),
        ({"favor": "recall"}, "favor_recall", f"<div>{SENTENCE * 6}</div><form><p>{SENTENCE * 30}</p></form>"),
        ({"fast": True}, "fast", f"<article><p>{SENTENCE * 8}</p></article><p>{SENTENCE * 40}</p>"),
    ],
)
def test_every_mode_reaches_trafilatura(setting: dict[str, str], flag: str, body: str) -> None:
    html = page(body)
    text = extract_page(html, replace(BALANCED, **setting), "NFC").text
    assert text == trafilatura.extract(html, include_comments=False, **{flag: True})
    assert text != extract_page(html, BALANCED, "NFC").text


@pytest.mark.corpus
@pytest.mark.parametrize("folder", ["pages_gold_wcxb", "pages_docs_multilang", "pages_zh_oiwiki"])
@pytest.mark.parametrize("favor", ["balanced", "precision"])
def test_text_equals_trafilaturas_own(corpus: Path, folder: str, favor: str) -> None:
    """Of the page as trafilatura reads it, once highlighted code is code there too."""
    settings = replace(UNCHANGED, favor=favor)
    compared = 0
    for html in islice(pages(corpus / folder), 0, None, 29):
        flags = {"favor_precision": favor == "precision", "include_comments": False}
        tree = trafilatura.load_html(html)
        flatten_code(tree)
        direct = trafilatura.extract(tree, output_format="txt", **flags)
        assert extract_page(html, settings, "NFC").text == (direct or "").strip()
        compared += direct is not None
    assert compared >= 4


def pages(folder: Path) -> Iterator[str]:
    (archive,) = folder.glob("*.warc.gz")
    with archive.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response):
            yield record.reader.read().decode("utf-8", "replace")


def test_plain_page() -> None:
    assert extract_page(plain_page(20), BALANCED, "NFC")[:3] == (None, " ".join([TEXT] * 20), "A hostile page")
