"""All gates: each with its name, its sentence, what decides it, its step in the funnel, and a page that it stops.

The first gate that stops a page ends its way. Gates are declared in the order in which a page meets them. Kernels use
the constants, which have a type of their own: a type checker refuses a gate that is not declared here.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple, NewType

GateName = NewType("GateName", str)
AskedOf = Literal["orders", "url", "record", "whole_text", "html", "text"]


class GateStep(StrEnum):
    """The steps of the funnel that gates belong to, in order, each named by what a page passes in it."""

    URL = "URL lists and removals"
    EXTRACTION = "reading and extraction"
    LANGUAGE = "the language gate"


class Stopped(NamedTuple):
    """A response that a gate stops: its body as a Python expression, its URL, a header field, settings it needs.

    is_cut   whether the archive ends inside its record
    """

    body: str
    url: str = "http://site.example/page"
    header: str = "Content-Type: text/html; charset=utf-8"
    settings: tuple[str, ...] = ()
    is_cut: bool = False


class Gate(NamedTuple):
    """A declared gate.

    asked_of      what decides: orders to take pages down, the URL, the record, the page's whole text, its HTML, or
                  its main text
    step          the step of the funnel that counts its pages
    means         a sentence about the pages that it stops
    example       a page that it stops, used by documentation and tests; a text if no page is known
    is_failure    whether its pages count as failures (archives.max_error_fraction)
    """

    asked_of: AskedOf
    step: GateStep
    means: str
    example: Stopped | str
    is_failure: bool = False


GATES: dict[GateName, Gate] = {}


def _declare(name: str, gate: Gate) -> GateName:
    GATES[GateName(name)] = gate
    return GateName(name)


def gates_of(asked_of: AskedOf) -> list[GateName]:
    """The gates that this decides, in their order."""
    return [name for name, gate in GATES.items() if gate.asked_of == asked_of]


def failures() -> list[GateName]:
    """The gates whose pages count as failures."""
    return [name for name, gate in GATES.items() if gate.is_failure]


OWN_LISTS = ("url.lists=conf/lists/domains", "url.categories=[adult, gambling]", "url.words=conf/lists/words")

REMOVED = _declare("removed", Gate(
    "orders", GateStep.URL, "The page was ordered to be taken down (table `removals`).",
    "`winnow remove --warehouse tables/ --url http://site.example/page`",
))  # fmt: skip

URL_DOMAIN_LISTED = _declare("url_domain_listed", Gate(
    "url", GateStep.URL, "The page's domain, or a domain above it, is in a list.",
    Stopped('""', "http://www.velvet-curtain.example/", settings=OWN_LISTS),
))  # fmt: skip
URL_LISTED = _declare("url_listed", Gate(
    "url", GateStep.URL, "The page's URL, or one above it on the same host, is in a list.",
    Stopped('""', "http://photo-host.example/galleries/after-dark/7", settings=OWN_LISTS),
))  # fmt: skip
URL_STRICT_WORD = _declare("url_strict_word", Gate(
    "url", GateStep.URL, "The URL contains a strict word, separators ignored.",
    Stopped('""', "http://site.example/mygroup-sexy", settings=OWN_LISTS),
))  # fmt: skip
URL_HARD_WORD = _declare("url_hard_word", Gate(
    "url", GateStep.URL, "The URL contains a hard word as a whole word.",
    Stopped('""', "http://site.example/old-xxx-pictures", settings=OWN_LISTS),
))  # fmt: skip
URL_SOFT_WORDS = _declare("url_soft_words", Gate(
    "url", GateStep.URL, "The URL contains several soft words, each as a whole word.",
    Stopped('""', "http://site.example/webcam-sex", settings=OWN_LISTS),
))  # fmt: skip
URL_CURATED_SOURCE = _declare("url_curated_source", Gate(
    "url", GateStep.URL, "The page belongs to a source that is left to curated corpora.",
    Stopped('""', "https://en.wikipedia.org/wiki/Web", settings=("url.curated_sources=true",)),
))  # fmt: skip

HTML_TOO_LARGE = _declare("html_too_large", Gate(
    "record", GateStep.EXTRACTION, "The decoded body is longer than archives.max_html_bytes; it was not parsed.",
    Stopped('"x" * 2_000_001'),
))  # fmt: skip
TEXT_TOO_LARGE = _declare("text_too_large", Gate(
    "record", GateStep.EXTRACTION, "The text is longer than input.max_text_bytes: it was not looked at.",
    'a row or line whose text has 10,000,001 bytes',
))  # fmt: skip
TEXT_MISSING = _declare("text_missing", Gate(
    "record", GateStep.EXTRACTION, "The text of the row or line is null, missing or no string.",
    '`{"text": null}`',
))  # fmt: skip
TEXT_UNDECODABLE = _declare("text_undecodable", Gate(
    "record", GateStep.EXTRACTION, "The bytes of the text are not UTF-8.",
    'a text in another character set, such as windows-1252',
))  # fmt: skip
BODY_UNDECODABLE = _declare("body_undecodable", Gate(
    "record", GateStep.EXTRACTION,
    "The body's content coding is unknown, nested too deeply, or does not fit its bytes.",
    Stopped('"\\x1f\\x07"', header="Content-Encoding: gzip"),
))  # fmt: skip
RECORD_DAMAGED = _declare("record_damaged", Gate(
    "record", GateStep.EXTRACTION,
    "The archive ends or breaks inside the page's record, or its gzip member fails its checksum.",
    Stopped('"<p>The last page of an archive that"', is_cut=True),
))  # fmt: skip

UNWANTED_LANGUAGE = _declare("unwanted_language_early", Gate(
    "whole_text", GateStep.LANGUAGE,
    "By its whole text, the page cannot be in a wanted language; no text was extracted.",
    Stopped('20 * "<p>Die Katze schläft den ganzen Tag unter dem Tisch.</p>"'),
))  # fmt: skip

HTML_TOO_DEEP = _declare("html_too_deep", Gate(
    "html", GateStep.EXTRACTION,
    "The page's elements are nested 256 deep or deeper, where the parser stops reading.",
    Stopped('"<html><body>" + "<div>" * 256 + "<p>Deep down.</p>"'),
))  # fmt: skip
HTML_TOO_MANY_ELEMENTS = _declare("html_too_many_elements", Gate(
    "html", GateStep.EXTRACTION,
    "The page has more elements than extract.max_elements.",
    Stopped('"<p>a" * 50_001'),
))  # fmt: skip
EXTRACT_TIMEOUT = _declare("extract_timeout", Gate(
    "html", GateStep.EXTRACTION,
    "The extractor used up its CPU seconds twice, the second time in a process of its own.",
    Stopped(
        '"<p " + " ".join(f"a{place}=1" for place in range(60_000)) + ">"', settings=("extract.max_cpu_seconds=1",)
    ),
    is_failure=True,
))  # fmt: skip
EXTRACT_CRASH = _declare("extract_crash", Gate(
    "html", GateStep.EXTRACTION,
    "The extractor's process died or ran out of memory twice, the second time with this page alone.",
    Stopped('"<p>a word</p>" * 40_000', settings=("extract.max_memory_bytes=40000000",)),
    is_failure=True,
))  # fmt: skip
EXTRACT_ERROR = _declare("extract_error", Gate(
    "html", GateStep.EXTRACTION, "The extractor raised an error.",
    "no page is known; tests/workers/test_extractor.py raises an error inside the extractor",
    is_failure=True,
))  # fmt: skip
EMPTY_TEXT = _declare("empty_text", Gate(
    "html", GateStep.EXTRACTION, "The extractor found no main text.",
    Stopped('"<html><body></body></html>"'),
))  # fmt: skip

LANGUAGE_SCORE_LOW = _declare("language_score_low", Gate(
    "text", GateStep.LANGUAGE, "No language reaches the wanted score: usually a page without natural text.",
    Stopped('"".join(f"<p>{number} {number + 7} {number + 9}" for number in range(400))'),
))  # fmt: skip
LANGUAGE_UNWANTED = _declare("language_unwanted", Gate(
    "text", GateStep.LANGUAGE, "The page's language is not a wanted one.",
    Stopped('2 * "<p>Die Katze schläft den ganzen Tag unter dem Tisch.</p>"'),
))  # fmt: skip
