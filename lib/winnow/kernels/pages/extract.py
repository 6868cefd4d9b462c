"""The main text of an HTML page, by trafilatura, without URLs."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal, NamedTuple

import trafilatura
from lxml.etree import XPath, _Element
from trafilatura.settings import Extractor

from winnow.kernels.faster_trafilatura.switch import faster
from winnow.kernels.gates import EMPTY_TEXT, HTML_TOO_DEEP, HTML_TOO_MANY_ELEMENTS, GateName
from winnow.kernels.pages.html import without_surrogates

Normalization = Literal["NFC", "none"]

MAX_DEPTH = 256  # libxml2's own
MAX_TITLE_CHARS = 1_000

_reaches_max_depth = XPath(f"boolean({'/*' * MAX_DEPTH})")
_element_count = XPath("count(//*)")

# Character references to what XML does not allow; trafilatura gives up a page that holds one.
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
    """The section `extract` of the settings: extractors, trafilatura's flags, what is done to text, a process's limits.

    from_html and from_text are names in kernels/pages/extractors. max_cpu_seconds is for one page; max_memory_bytes is
    address space beyond what the started process has.
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
    max_newlines: int
    remove_urls: bool
    max_cpu_seconds: float
    max_memory_bytes: int
    recycle_pages: int
    max_elements: int
    faster: bool


class Extracted(NamedTuple):
    """What was made of one page: a gate with empty text, or None with a text that is not empty."""

    gate: GateName | None
    text: str
    title: str


class ExtractionError(Exception):
    """What trafilatura or lxml raised on a page; the message names it."""


def extract_page(html: str, settings: ExtractSettings, normalization: Normalization) -> Extracted:
    """Main text and title of a decoded page, whatever character set its markup declares.

        gate    html_too_deep, html_too_many_elements, empty_text, or None
        text    valid Unicode without NUL or lone surrogates, no white space around it; empty where gated
        title   the `<title>`, white space collapsed, at most 1,000 characters; empty where there is none or gated
    Raises ExtractionError for whatever trafilatura raises, and MemoryError.

    Source: Penedo et al. 2023 (RefinedWeb), section 3.1: trafilatura, runs of newlines capped, URLs removed.
    Differs: the paper names no flags; `favor: precision` is what datatrove and FineWeb use. Text is compared with no
    earlier page (`deduplicate=False`), so that a page's text depends on that page alone. Pages nested too deep are
    gated, where libxml2 would leave out the rest of the page without a word. References to control characters (`&#1;`)
    are dropped, where trafilatura would find no text. Under `normalization: none` text is in NFC too where trafilatura
    put it so.
    """
    try:
        with faster(settings.faster):
            tree = trafilatura.load_html(_CONTROL_REFERENCE.sub("", without_surrogates(html)))
            gate = EMPTY_TEXT if tree is None else _tree_gate(html, tree, settings.max_elements)
            title, text = ("", "") if gate else (_title(tree), _main_text(tree, settings))
    except MemoryError:
        raise
    except Exception as error:  # the boundary to parsers that raise anything
        raise ExtractionError(f"{type(error).__name__}: {error}") from error
    text = clean_text(text, settings, normalization)
    return Extracted(gate, text, title) if text or gate else Extracted(EMPTY_TEXT, "", "")


def clean_text(text: str, settings: ExtractSettings, normalization: Normalization) -> str:
    """An extractor's text with URLs removed first, then newlines capped, then normalised; total on any `str`."""
    text = without_surrogates(text).replace("\0", "")
    if settings.remove_urls:
        text = remove_urls(text)
    newlines = settings.max_newlines
    text = re.sub(rf"\n{{{newlines + 1},}}", "\n" * newlines, text)
    return (unicodedata.normalize("NFC", text) if normalization == "NFC" else text).strip()


def remove_urls(text: str) -> str:
    """A text without what begins with http://, https://, ftp:// or www.; linear in its length.

    Punctuation that ends a URL stays, a closing bracket only where the URL did not open it. A space that would then
    begin or end the line, or double another, goes with the URL.

    Source: Penedo et al. 2023 (RefinedWeb), section 3.1: "remove all URLs"; the pattern is not published.
    Differs from DCLM's pattern: names without scheme or www. stay (`README.md`, `name@example.org`), and so do the
    newlines around a URL. URLs end at the first character that is neither ASCII nor of an alphabet that sets spaces
    (Latin, Greek, Cyrillic), so that Chinese text after a URL stays.
    """
    if "://" not in text and "www." not in text.lower():
        return text
    pieces: list[str] = []
    position = 0
    for match in _URL.finditer(text):
        kept, end = text[position : match.start()], _url_end(match)
        after = text[end : end + 1]
        if kept.endswith(" ") and after in {"", "\n", " "}:
            kept = kept[:-1]
        elif kept[-1:] in {"", "\n"} and after == " ":
            end += 1
        pieces.append(kept)
        position = end
    return "".join([*pieces, text[position:]])


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


def _main_text(tree: _Element, settings: ExtractSettings) -> str:
    return trafilatura.extract(tree, options=_options(settings)) or ""


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
