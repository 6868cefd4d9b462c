"""Settings of metrics and line rules, as values that need no Numba."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from winnow.kernels.measures.own_metrics import OwnMetrics


@dataclass(frozen=True, slots=True)
class RefinedWebLines:
    """Settings of `lines: refinedweb`; phrases ignore case.

    free_counters   as counters, but before or behind the number, and with no white space between
    """

    upper_fraction: float
    short_words: int
    counters: tuple[str, ...]
    begin: tuple[str, ...]
    end: tuple[str, ...]
    anywhere: tuple[str, ...]
    free_counters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class C4Lines:
    """Settings of `lines: c4`, and the phrases of `c4_bad_word_count` and the `bad_word_*` metrics."""

    terminal_punctuation: bool
    min_line_words: int
    max_word_chars: int
    bad_words: tuple[str, ...]


class WordCutter(NamedTuple):
    """What cuts pages of a language into words: its label, its name in ISO 639-3 and script, see `words.word_breaks`.

    version   of the package that the cutter needs
    """

    label: str
    language: str
    cutter: str
    version: str


@dataclass(frozen=True, slots=True)
class MeasureSettings:
    """The settings `measure:`, with the contents of the files that they name.

    stop_words  labels of languages, each with the words that stop_word_count counts in pages of this language; in
                pages of other languages it counts English ones
    words       cutters for languages that are written without white space between words
    """

    lines: Literal["none", "refinedweb", "c4", "c4_zh"]
    whole_code: bool
    own_text: bool
    refinedweb: RefinedWebLines
    c4: C4Lines
    own: OwnMetrics | None = None
    stop_words: tuple[tuple[str, tuple[str, ...]], ...] = ()
    words: tuple[WordCutter, ...] = ()
