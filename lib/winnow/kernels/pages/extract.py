"""The main text of an HTML page, by trafilatura, without URLs."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, NamedTuple

import trafilatura
from lxml.etree import XPath, _Element
from trafilatura.core import determine_returnstring
from trafilatura.settings import Document, Extractor

from winnow.kernels.faster_trafilatura.switch import faster
from winnow.kernels.gates import EMPTY_TEXT, HTML_TOO_DEEP, HTML_TOO_MANY_ELEMENTS, GateName
from winnow.kernels.page_trees.layout_tables import drop_navigation, find_layout_tables, numbers_lines, unfold
from winnow.kernels.page_trees.raised import mark_raised
from winnow.kernels.page_trees.ruby import drop_readings
from winnow.kernels.page_trees.shown import drop_templates, empty_void_elements, flatten_code
from winnow.kernels.pages.html import without_surrogates
from winnow.kernels.pages.marked_text import write_text
from winnow.kernels.pages.marks import Mark, Marked, Range, joined, normalized, settled, stripped, without_ranges
from winnow.kernels.pages.markup import MAX_TITLE_CHARS, is_whole_page, split_at_ends, without_frames

Normalization = Literal["NFC", "none"]

MAX_DEPTH = 256  # libxml2's own
NO_TEXT = Marked("", ())
MIN_UNFOLDED_FRACTION = 0.97  # share of a page's letters, or of those with rows of layout tables
MIN_PART_CHARS = 250  # least text of a page inside a page; trafilatura does not take less as main text

_reaches_max_depth = XPath(f"boolean({'/*' * MAX_DEPTH})")
_element_count = XPath("count(//*)")
_texts = XPath("//text()[not(parent::script or parent::style)]", smart_strings=False)

# References to characters that XML does not allow; trafilatura gives up pages with one.
_CONTROL_REFERENCE = re.compile(
    r"(?i)&#(?:0*(?:[1-8]|1[1-24-9]|2[0-9]|3[01])(?![0-9])|x0*(?:[1-8bcef]|1[0-9a-f]|fff[ef])(?![0-9a-f]));?"
)
_URL = re.compile(
    r"(?:(?i:https?|ftp)://|(?<![0-9A-Za-z_\u00c0-\u052f.@/-])(?i:www)\.)"
    r"(?=[0-9A-Za-z\u00c0-\u052f\[])"
    r"[0-9A-Za-z\u00c0-\u052f\-._~:/?#\[\]@!$&'()*+,;=%]+"
)
_CLOSING = {")": "(", "]": "["}


@dataclass(frozen=True)
class ExtractSettings:
    """The section `extract` of the settings: extractors, options of trafilatura, changes of texts, limits.

    from_html and from_text are names in kernels/pages/extractors. max_cpu_seconds is for one page; max_memory_bytes is
    address space in addition to that of the started process.
    """

    from_html: str
    from_text: str
    favor: Literal["balanced", "precision", "recall"]
    fast: bool
    include_tables: bool
    include_comments: bool
    include_links: bool
    include_images: bool
    include_formatting: bool
    layout_tables: Literal["unfolded", "rows"]
    raised: Literal["unicode", "caret", "plain"]
    max_newlines: int
    remove_urls: bool
    max_cpu_seconds: float
    max_memory_bytes: int
    recycle_pages: int
    max_elements: int
    faster: bool


class Extracted(NamedTuple):
    """The result for one page: a gate and an empty text, or None and a text with its marks."""

    gate: GateName | None
    text: str
    title: str
    marks: tuple[Mark, ...] = ()


class ExtractionError(Exception):
    """trafilatura or lxml raised an exception; the message names it."""


def extract_page(html: str, settings: ExtractSettings, normalization: Normalization) -> Extracted:
    """Main text and title of a decoded page; the character set that its markup declares is ignored.

        gate    html_too_deep, html_too_many_elements, empty_text, or None
        text    valid Unicode without NUL or lone surrogates, no white space around it; empty if gated
        marks   list and cell marks, which trafilatura added, and blocks of code, in order; none if it wrote Markdown
                (include_formatting), or if the text is by jusText
        title   the `<title>`, white space collapsed, at most 1,000 characters; empty if missing or gated
    Raises ExtractionError for any exception of trafilatura, and MemoryError.

    Source: Penedo et al. 2023 (RefinedWeb), section 3.1: trafilatura, runs of newlines capped, URLs removed.
    Differs: the paper names no options; datatrove and FineWeb use `favor: precision`. Text is not compared with earlier
    pages (`deduplicate=False`), so that a text depends only on its page. Pages that are nested too deep are gated;
    libxml2 would silently leave out the rest of the page. References to control characters (`&#1;`) are dropped;
    trafilatura would find no text. With `normalization: none`, text that trafilatura changed to NFC is not changed
    back. Content after `</body>` or `</html>` is read as part of the body. If a page contains several pages, their main
    texts are joined if that is longer. Before trafilatura reads a page, readings of ruby are removed, raised text is
    marked, and layout tables are unfolded.
    """
    try:
        with faster(settings.faster):
            parts = split_at_ends(without_frames(without_surrogates(html)))
            tree = _parse("".join(parts))
            gate = EMPTY_TEXT if tree is None else _tree_gate(html, tree, settings.max_elements)
            title, marked = ("", NO_TEXT) if gate else (_title(tree), _main_text(tree, settings))
            if len(parts) > 1 and not gate:
                marked = _longer(marked, _text_of_parts(parts, settings))
    except MemoryError:
        raise
    except Exception as error:  # parsers raise anything
        raise ExtractionError(f"{type(error).__name__}: {error}") from error
    text, marks = _cleaned(marked, settings, normalization)
    return Extracted(gate, text, title, marks) if text or gate else Extracted(EMPTY_TEXT, "", "")


def clean_text(text: str, settings: ExtractSettings, normalization: Normalization) -> str:
    """The text without URLs, then without long runs of newlines, then normalised. Total on any `str`."""
    return _cleaned(Marked(text, ()), settings, normalization).text


def _cleaned(marked: Marked, settings: ExtractSettings, normalization: Normalization) -> Marked:
    text, marks = marked
    valid = without_surrogates(text).replace("\0", "")
    marked = Marked(valid, marks if valid == text else ())
    if settings.remove_urls:
        marked = without_ranges(marked, _url_ranges(marked.text))
    marked = without_ranges(marked, _surplus_newlines(marked.text, settings.max_newlines))
    return settled(stripped(normalized(marked) if normalization == "NFC" else marked))


def _surplus_newlines(text: str, most: int) -> list[Range]:
    if most >= len(text) or "\n" * (most + 1) not in text:
        return []
    return [(run.start() + most, run.end()) for run in re.finditer(rf"\n{{{most + 1},}}", text)]


def remove_urls(text: str) -> str:
    """A text without URLs, which begin with http://, https://, ftp:// or www.; linear in its length.

    Punctuation at the end of a URL is kept; a closing bracket only if the URL did not open it. A space that would then
    begin or end the line, or follow another space, is removed with the URL.

    Source: Penedo et al. 2023 (RefinedWeb), section 3.1: "remove all URLs"; the pattern is not published.
    Differs from DCLM's pattern: names without scheme or www. (`README.md`, `name@example.org`) and newlines around a
    URL are kept. A URL ends at the first character that is neither ASCII nor of an alphabet with spaces (Latin, Greek,
    Cyrillic), so that Chinese text after a URL is kept.
    """
    return without_ranges(Marked(text, ()), _url_ranges(text)).text


def _url_ranges(text: str) -> list[Range]:
    """The ranges of URLs in a text, with the spaces to remove with them, in order."""
    if "://" not in text and "www." not in text.lower():
        return []
    ranges: list[Range] = []
    position = 0
    for match in _URL.finditer(text):
        start, end = match.start(), _url_end(match)
        after, before = text[end : end + 1], text[max(position, start - 1) : start]
        if before == " " and after in {"", "\n", " "}:
            start -= 1
        elif before in {"", "\n"} and after == " ":
            end += 1
        ranges.append((start, end))
        position = end
    return ranges


def _url_end(match: re.Match[str]) -> int:
    url, end = match[0], match.end()
    surplus = {closing: url.count(closing) - url.count(opening) for closing, opening in _CLOSING.items()}
    for character in reversed(url):
        if character in surplus and surplus[character] > 0:
            surplus[character] -= 1
        elif character not in ".,;:!?'*":
            break
        end -= 1
    return end


def _tree_gate(html: str, tree: _Element, max_elements: int) -> GateName | None:
    if _reaches_max_depth(tree):
        return HTML_TOO_DEEP
    if html.count("<") > max_elements and _element_count(tree) > max_elements:
        return HTML_TOO_MANY_ELEMENTS
    return None


def _parse(html: str) -> _Element | None:
    """The tree of a page; None if it is not a page, for example JSON."""
    html = _CONTROL_REFERENCE.sub("", html)
    tree = trafilatura.load_html(html)
    if tree is None and is_whole_page(html):
        tree = trafilatura.load_html(f"<html>{html}")
    if tree is not None:
        empty_void_elements(tree)
        drop_templates(tree, html)
    return tree


def _text_of_parts(parts: list[str], settings: ExtractSettings) -> Marked:
    """The main texts of a page's parts, each read as a page, without texts that are too short."""
    strict = replace(settings, favor="precision")
    trees = [_parse(f"<html>{part}") for part in parts]
    texts = [_main_text(tree, strict) for tree in trees if tree is not None]
    return joined(marked for marked in texts if len(marked.text) >= MIN_PART_CHARS)


def _longer(marked: Marked, other: Marked) -> Marked:
    """The text, or the other one if it is longer by at least a main text."""
    return other if len(other.text) >= len(marked.text) + MIN_PART_CHARS else marked


def _main_text(tree: _Element, settings: ExtractSettings) -> Marked:
    drop_readings(tree)
    if not settings.include_formatting:  # which marks raised text by tags
        mark_raised(tree, settings.raised)
        flatten_code(tree)
    tables = find_layout_tables(tree) if settings.layout_tables == "unfolded" else []
    numbered = list(filter(numbers_lines, tables))
    drop_navigation(tables)
    unfold(numbered)
    others = [table for table in tables if table not in numbered]
    return _unfolded_text(tree, others, settings) if others else _extract(tree, settings)


def _unfolded_text(tree: _Element, tables: list[_Element], settings: ExtractSettings) -> Marked:
    """The main text with layout tables unfolded; with rows instead if that gives clearly more text.

    Rows are not tried if the text has nearly all letters of the page.
    """
    before, of_page = deepcopy(tree), _letters("".join(_texts(tree)))
    unfold(tables)
    unfolded = _extract(tree, settings)
    if _letters(unfolded.text) >= MIN_UNFOLDED_FRACTION * of_page:
        return unfolded
    rows = _extract(before, settings)
    return unfolded if _letters(unfolded.text) >= MIN_UNFOLDED_FRACTION * _letters(rows.text) else rows


def _letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def _extract(tree: _Element, settings: ExtractSettings) -> Marked:
    document = trafilatura.bare_extraction(tree, options=_options(settings))
    if not isinstance(document, Document):
        return NO_TEXT
    if settings.include_formatting:
        return Marked(determine_returnstring(document, _options(settings)), ())
    return write_text(document)


@cache
def _options(settings: ExtractSettings) -> Extractor:
    return Extractor(
        output_format="txt",
        precision=settings.favor == "precision",
        recall=settings.favor == "recall",
        fast=settings.fast,
        tables=settings.include_tables,
        comments=settings.include_comments,
        links=settings.include_links,
        images=settings.include_images,
        formatting=settings.include_formatting,
        dedup=False,
        with_metadata=False,
    )


def _title(tree: _Element) -> str:
    for title in tree.getroottree().iter("title"):
        words = "".join(title.itertext()).split()
        if words and title.getparent().tag != "svg":
            return without_surrogates(" ".join(words)[:MAX_TITLE_CHARS].rstrip())
    return ""
