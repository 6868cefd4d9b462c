"""All metrics and the corrected text of pages, in one pass over an Arrow buffer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.kernels.measures import quality
from winnow.kernels.measures.c4_lines import C4Rules, compile_c4, correct_c4, correct_c4_zh
from winnow.kernels.measures.chinese import compile_more, compile_sets, measure_chinese
from winnow.kernels.measures.measure_settings import C4Lines, MeasureSettings, RefinedWebLines, WordCutter
from winnow.kernels.measures.metrics import C4_PAGE, CHINESE, CORRECTIONS, GOPHER, METRICS
from winnow.kernels.measures.numbering import Numbers
from winnow.kernels.measures.own_text import (
    MarkArrays,
    WholeLines,
    decide_code,
    find_lines,
    leave_out_marks,
    move_breaks,
    no_marks,
    put_marks_back,
)
from winnow.kernels.measures.phrases import Phrases, compile_phrases
from winnow.kernels.measures.quality import measure_c4, measure_fineweb, measure_gopher
from winnow.kernels.measures.refinedweb_lines import (
    JUDGED,
    RefinedWebRules,
    Sources,
    compile_refinedweb,
    correct_refinedweb,
)
from winnow.kernels.measures.repetition import Pieces, measure_repetition
from winnow.kernels.measures.sentences import compile_abbreviations
from winnow.kernels.measures.stop_words import ENGLISH, StopWords, compile_stop_words, count_stop_words, numbers_of
from winnow.kernels.pages.marks import KINDS, Mark
from winnow.kernels.text.characters import (
    Characters,
    Lines,
    Words,
    characters,
    count_words,
    decode,
    encode,
    jit,
    read_only,
    split,
)
from winnow.kernels.text.words import word_breaks

_NONE, _REFINEDWEB, _C4_LINES, _C4_ZH = range(4)
_NO_BREAKS = np.zeros(0, np.int32)
_MODES = {"none": _NONE, "refinedweb": _REFINEDWEB, "c4": _C4_LINES, "c4_zh": _C4_ZH}


class Compiled(NamedTuple):
    """MeasureSettings as Numba reads them."""

    mode: int
    whole_code: bool
    own_text: bool
    tables: Characters
    refinedweb: RefinedWebRules
    c4: C4Rules
    phrases: tuple[Phrases, Phrases, Phrases]
    stop_words: StopWords
    chinese: tuple[NDArray[np.uint8], tuple[Phrases, Phrases]]


class PageLanguages(NamedTuple):
    """What the languages of n pages say of their words.

    numbers   int32, shape (n,): whose stop words count, see `number_languages`
    bounds    int64, shape (n + 1,): the breaks of page i are breaks[bounds[i]:bounds[i + 1]]
    breaks    int32: see `words.word_breaks`
    """

    numbers: NDArray[np.int32]
    bounds: NDArray[np.int64]
    breaks: NDArray[np.int32]


class Scratch(NamedTuple):
    """Space for the largest page of a buffer. All pages use its beginning, which keeps small pages in the cache."""

    chars: NDArray[np.uint32]
    breaks: NDArray[np.int32]
    words: Words
    lines: Lines
    out: NDArray[np.uint32]
    out_lines: Lines
    own: NDArray[np.uint32]
    written: NDArray[np.uint32]
    whole: WholeLines
    sources: Sources
    numbers: Numbers
    pieces: Pieces
    grams: NDArray[np.int32]
    sums: NDArray[np.int32]


def compile_settings(settings: MeasureSettings) -> Compiled:
    """The arrays that the kernels read; made once for a run."""
    notices = quality.compile_notices()
    bad_words = compile_phrases(dict.fromkeys(settings.c4.bad_words, 1))
    return Compiled(
        mode=_MODES[settings.lines],
        whole_code=settings.whole_code,
        own_text=settings.own_text,
        tables=characters(),
        refinedweb=compile_refinedweb(settings.refinedweb),
        c4=compile_c4(settings.c4, notices),
        phrases=(notices, bad_words, compile_abbreviations()),
        stop_words=compile_stop_words(settings.stop_words),
        chinese=(compile_sets(), (bad_words, compile_more())),
    )


def languages_of(texts: Sequence[str | None], labels: Sequence[str | None], settings: MeasureSettings) -> PageLanguages:
    """What the languages of these pages say of their words; only texts of languages without spaces are looked at."""
    numbers, cutters = numbers_of(settings.stop_words), {cut.label: cut for cut in settings.words}
    found = [_breaks(text or "", cutters.get(label or "")) for text, label in zip(texts, labels, strict=True)]
    return PageLanguages(
        np.array([numbers.get(label or "", ENGLISH) for label in labels], np.int32),
        np.concatenate(([0], np.cumsum([len(breaks) for breaks in found]))).astype(np.int64),
        np.concatenate([_NO_BREAKS, *found]),
    )


def needs_texts(labels: Sequence[str | None], settings: MeasureSettings) -> bool:
    """Whether some page is of a language without spaces between words."""
    return not {cut.label for cut in settings.words}.isdisjoint(labels)


def _breaks(text: str, cut: WordCutter | None) -> NDArray[np.int32]:
    return _NO_BREAKS if cut is None else word_breaks(text, cut.cutter, cut.language)


def measure_buffer(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    compiled: Compiled,
    marks: MarkArrays | None = None,
    languages: PageLanguages | None = None,
) -> tuple[NDArray[np.uint8], NDArray[np.int64], NDArray[np.float64]]:
    """Corrected texts and metrics of the n pages of an Arrow string buffer.

    `data` holds UTF-8, page i from offsets[i] to offsets[i + 1]. Returns the corrected texts in the same form, offsets
    from 0, and float64 metrics of shape (n, len(METRICS)), none of them NaN or infinite. The corrected text has "\\n"
    for every line separator; with `lines: none` that is all that changes. With `own_text` everything is measured and
    corrected without list and cell marks; the corrected text has them, where a line was cut its list mark alone. With
    `whole_code` line rules keep or drop blocks of code whole. `languages` is what `languages_of` gives; None: all pages
    are English.

    `metrics` has the names of the columns, and their definitions; metrics are 0.0 if their denominator is empty.
    Memory: about 100 bytes for each byte of the largest page, touched only as far as a page needs.
    """
    data, offsets = read_only(data), read_only(offsets)
    size = int(np.diff(offsets).max(initial=0))
    out_data = np.empty(int(offsets[-1] - offsets[0]), np.uint8)
    out_offsets = np.zeros(len(offsets), np.int64)
    metrics = np.zeros((len(offsets) - 1, len(METRICS)))
    given = marks or no_marks(len(metrics))
    given = MarkArrays(read_only(given.bounds), read_only(given.start), read_only(given.end), read_only(given.kind))
    said = languages or _all_english(len(metrics))
    of_pages = PageLanguages(read_only(said.numbers), read_only(said.bounds), read_only(said.breaks))
    _measure_pages(data, offsets, compiled, given, of_pages, _make_scratch(size), out_data, out_offsets, metrics)
    return out_data[: out_offsets[-1]], out_offsets, metrics


def measure_text(
    text: str, compiled: Compiled, marks: Sequence[Mark] = (), languages: PageLanguages | None = None
) -> tuple[str, dict[str, float]]:
    """The corrected text and the metrics of one text, by name; see `measure_buffer`."""
    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8)
    start, end = (np.array([mark[i] for mark in marks], np.int64) for i in range(2))
    kinds = np.array([KINDS.index(mark.kind) for mark in marks], np.uint8)
    given = MarkArrays(np.array([0, len(marks)], np.int64), start, end, kinds)
    corrected, _, metrics = measure_buffer(data, np.array([0, len(data)], np.int64), compiled, given, languages)
    return corrected.tobytes().decode("utf-8", "surrogatepass"), dict(zip(METRICS, metrics[0].tolist(), strict=True))


def _all_english(pages: int) -> PageLanguages:
    return PageLanguages(np.zeros(pages, np.int32), np.zeros(pages + 1, np.int64), _NO_BREAKS)


def warm() -> None:
    """Compiles all kernels, or loads them from Numba's cache on disk."""
    nothing = RefinedWebLines(upper_fraction=1.0, short_words=0, counters=(), begin=(), end=(), anywhere=())
    c4 = C4Lines(terminal_punctuation=False, min_line_words=0, max_word_chars=0, bad_words=())
    measure_text(
        "", compile_settings(MeasureSettings("none", whole_code=False, own_text=False, refinedweb=nothing, c4=c4))
    )


def _make_scratch(size: int) -> Scratch:
    """Scratch space for pages of up to `size` bytes."""
    room = size + 2

    def ints() -> NDArray[np.int32]:
        return np.empty(room, np.int32)

    def chars() -> NDArray[np.uint32]:
        return np.empty(room, np.uint32)

    slots = np.empty(max(4, 1 << (2 * room - 1).bit_length()), np.int32)
    return Scratch(
        chars=chars(),
        breaks=ints(),
        words=Words(ints(), ints(), np.empty(room, np.uint8)),
        lines=Lines(ints(), ints(), ints(), ints()),
        out=chars(),
        out_lines=Lines(ints(), ints(), ints(), ints()),
        own=chars(),
        written=chars(),
        whole=WholeLines(ints(), ints(), ints(), ints()),
        sources=Sources(np.zeros(room, np.uint8), ints(), np.zeros(1, np.bool_)),
        numbers=Numbers(ints(), ints(), ints(), np.empty(room, np.uint64), slots),
        pieces=Pieces(ints(), ints()),
        grams=ints(),
        sums=ints(),
    )


@jit
def _measure_pages(
    data: NDArray[np.uint8],
    offsets: NDArray[np.int64],
    compiled: Compiled,
    marks: MarkArrays,
    languages: PageLanguages,
    scratch: Scratch,
    out_data: NDArray[np.uint8],
    out_offsets: NDArray[np.int64],
    metrics: NDArray[np.float64],
) -> None:
    """All pages of a buffer, one after the other."""
    for page in range(len(offsets) - 1):
        size = decode(data, offsets[page], offsets[page + 1], scratch.chars)
        chars, first, last = scratch.chars[:size], marks.bounds[page], marks.bounds[page + 1]
        own, left_out = chars, first
        if compiled.own_text and last > first:
            own, left_out = scratch.own[: leave_out_marks(chars, marks, first, last, scratch.own)], last
        given = languages.breaks[languages.bounds[page] : languages.bounds[page + 1]]
        breaks = scratch.breaks[: move_breaks(given, size, marks, first, left_out, scratch.breaks)]
        scratch.sources.has_breaks[0] = len(breaks) > 0
        words, lines = split(own, compiled.tables.properties, breaks, scratch.words, scratch.lines)
        _measure_before(own, compiled, words, lines, scratch, metrics[page])
        if languages.numbers[page] != ENGLISH:
            number, lists = languages.numbers[page], compiled.stop_words
            metrics[page, GOPHER.stop_word_count] = count_stop_words(own, words, number, lists, compiled.tables)
        if last > first:
            find_lines(chars, marks, first, last, scratch.whole)
        has_code = compiled.whole_code and last > first
        corrected, left = _correct(own, compiled, len(words.start), lines, scratch, has_code, metrics[page])
        if len(own) < size:
            corrected = _with_marks(chars, own, lines, corrected, left, compiled, scratch, metrics[page])
        out_offsets[page + 1] = encode(corrected, out_data, out_offsets[page])


@jit
def _with_marks(
    chars: NDArray[np.uint32],
    own: NDArray[np.uint32],
    lines: Lines,
    corrected: NDArray[np.uint32],
    left: Lines,
    compiled: Compiled,
    scratch: Scratch,
    metrics: NDArray[np.float64],
) -> NDArray[np.uint32]:
    """The corrected text with its marks, which are included in its characters and words."""
    written = chars
    if compiled.mode != _NONE:
        sources = scratch.sources.lines
        size = put_marks_back(chars, scratch.whole, own, lines, corrected, left, sources, scratch.written)
        written = scratch.written[:size]
    metrics[CORRECTIONS.corrected_char_count] = len(written)
    properties = compiled.tables.properties
    of_marks = count_words(written, 0, len(written), properties) - count_words(corrected, 0, len(corrected), properties)
    metrics[CORRECTIONS.corrected_word_count] += of_marks
    return written


@jit
def _measure_before(
    chars: NDArray[np.uint32],
    compiled: Compiled,
    words: Words,
    lines: Lines,
    scratch: Scratch,
    metrics: NDArray[np.float64],
) -> None:
    """The metrics before line corrections."""
    room, tables = (scratch.numbers, scratch.pieces, scratch.grams, scratch.sums), compiled.tables
    measure_gopher(chars, tables, words, lines, metrics)
    measure_repetition(chars, tables.properties, words, lines, room, metrics)
    sets, phrases = compiled.chinese
    own_room = scratch.numbers, scratch.pieces, scratch.out
    measure_chinese(chars, tables, words, lines, sets, phrases, own_room, metrics)


@jit
def _correct(
    chars: NDArray[np.uint32],
    compiled: Compiled,
    word_count: int,
    lines: Lines,
    scratch: Scratch,
    has_code: bool,
    metrics: NDArray[np.float64],
) -> tuple[NDArray[np.uint32], Lines]:
    """The characters and lines after line corrections, and their metrics."""
    fates, before = scratch.sources.fates, lines
    fates[: len(lines.start)] = JUDGED
    chars_left, lines, flagged, lorem, curly = _apply_rules(chars, compiled, before, scratch)
    if has_code and compiled.mode != _NONE and decide_code(scratch.whole, before, lines, scratch.sources.lines, fates):
        chars_left, lines, flagged, lorem, curly = _apply_rules(chars, compiled, before, scratch)
    left = lines.words.sum()
    metrics[CORRECTIONS.flagged_word_fraction] = flagged / max(word_count, 1)
    metrics[CORRECTIONS.removed_word_fraction] = (word_count - left) / max(word_count, 1)
    metrics[CORRECTIONS.corrected_char_count] = len(chars_left)
    metrics[CORRECTIONS.corrected_word_count] = left
    measure_c4(chars_left, compiled.tables, lines, compiled.phrases, metrics)
    if compiled.mode == _C4_LINES:
        metrics[C4_PAGE.c4_lorem_ipsum_count] = lorem
        metrics[C4_PAGE.c4_curly_bracket_count] = curly
    properties = compiled.tables.properties
    measure_fineweb(chars_left, properties, lines, scratch.numbers, scratch.pieces, metrics)
    metrics[CHINESE.corrected_line_count] = (lines.words > 0).sum()
    return chars_left, lines


@jit
def _apply_rules(
    chars: NDArray[np.uint32], compiled: Compiled, lines: Lines, scratch: Scratch
) -> tuple[NDArray[np.uint32], Lines, int, int, int]:
    """The characters and lines after line rules, flagged words, and C4's two counts of lines."""
    tables, out, out_lines, sources = compiled.tables, scratch.out, scratch.out_lines, scratch.sources
    size, flagged, lorem, curly = len(chars), 0, 0, 0
    if compiled.mode == _REFINEDWEB:
        size, lines, flagged = correct_refinedweb(chars, tables, lines, compiled.refinedweb, out, out_lines, sources)
        chars = out[:size]
    elif compiled.mode == _C4_LINES:
        size, lines, flagged, lorem, curly = correct_c4(chars, tables, lines, compiled.c4, out, out_lines, sources)
        chars = out[:size]
    elif compiled.mode == _C4_ZH:
        size, lines, flagged = correct_c4_zh(chars, tables, lines, out, out_lines, sources)
        chars = out[:size]
    return chars, lines, flagged, lorem, curly
