"""The parts of a page's text that make it fail a rule."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from winnow.kernels.measures.metrics import BULLETS, SHORT_LINE_CHARS, STOP_WORDS
from winnow.kernels.measures.own_metrics import OWN_PREFIX
from winnow.settings.rules import Rule

Range = tuple[int, int]

_CONTEXT, _EXCERPT, _LONGEST = 60, 600, 240
_ELLIPSIS = r"(?:\.\.\.|…)"
_PATTERNS = {
    "hash_to_word_ratio": "#",
    "ellipsis_to_word_ratio": _ELLIPSIS,
    "ellipsis_line_fraction": rf"(?m){_ELLIPSIS}(?=[^\S\n]*$)",
    "bullet_line_fraction": rf"(?m)^[^\S\n]*[{re.escape(BULLETS)}].*",
    "c4_lorem_ipsum_count": "(?i)lorem ipsum",
    "c4_curly_bracket_count": r"\{",
    "stop_word_count": rf"(?i)\b(?:{'|'.join(STOP_WORDS)})\b",
    "fineweb_newline_to_word_ratio": r"\n+",
}
_LINES, _PARAGRAPHS = re.compile(r"[^\n]+"), re.compile(r"[^\n]+(?:\n[^\n]+)*")
_ENDS = (".", "!", "?", "。", "！", "？", "…", '"', "”", "'")


def offending(rule: Rule, value: float, text: str, corrected: str) -> tuple[str, list[Range]]:
    """The text that a rule's metric is measured on, and the ranges [start, end) of it that make it fail.

    text, corrected: before and after line corrections. There is no range if the whole text is the cause, as with too
    few words, or if no part is.
    """
    if rule.metric.startswith(("c4_", "fineweb_", "corrected_", OWN_PREFIX)):
        text = corrected
    kept = set(corrected.split("\n"))
    finder = _finder(rule, value, kept) if not rule.metric.startswith(OWN_PREFIX) else None
    return text, _merged(finder(text)) if finder else []


def excerpt(text: str, ranges: Sequence[Range]) -> list[tuple[str, bool]]:
    """The text around its first ranges in pieces, each with whether it is in a range; dots replace omitted text."""
    pieces: list[tuple[str, bool]] = []
    at, room = 0, _EXCERPT
    for start, end in ranges:
        if room <= 0:
            break
        begin = max(at, start - _CONTEXT)
        pieces += [(" ... ", False)] if begin > at or (not pieces and begin) else []
        shown_end = min(end, start + _LONGEST)
        pieces += [(text[begin:start], False), (text[start:shown_end], True)]
        pieces += [(" ... ", False)] if shown_end < end else []
        room -= shown_end - begin
        at = end
    if not ranges:
        return [(text[: _EXCERPT // 2], False), *([(" ...", False)] if len(text) > _EXCERPT // 2 else [])]
    after = text[at : at + _CONTEXT]
    return [*pieces, (after, False), *([(" ...", False)] if at + _CONTEXT < len(text) else [])]


def _finder(rule: Rule, value: float, kept: set[str]) -> Callable[[str], Iterator[Range]] | None:
    metric = rule.metric
    grams = re.fullmatch(r"(top|duplicate|repeated)_(\d+)_gram_.*", metric)
    if metric in _PATTERNS:
        return lambda text: (match.span() for match in re.finditer(_PATTERNS[metric], text))
    if grams:
        return lambda text: _grams(text, int(grams[2]), grams[1] == "top")
    if "paragraph" in metric:
        return lambda text: _repeated(text, _PARAGRAPHS)
    if metric.startswith(("duplicate_line", "copied_line", "repeated_line", "fineweb_duplicate")):
        return lambda text: _repeated(text, _LINES)
    tests: dict[str, tuple[re.Pattern[str], Callable[[str], bool]]] = {
        "mean_word_chars": (re.compile(r"\S+"), lambda word: not rule.passes(len(word))),
        "alphabetic_word_fraction": (re.compile(r"\S+"), lambda word: not any(map(str.isalpha, word))),
        "flagged_word_fraction": (_LINES, lambda line: line not in kept),
        "removed_word_fraction": (_LINES, lambda line: line not in kept),
        "fineweb_short_line_fraction": (_LINES, lambda line: len(line) <= SHORT_LINE_CHARS),
        "fineweb_punctuated_line_fraction": (_LINES, lambda line: not line.rstrip().endswith(_ENDS)),
    }
    if metric not in tests:
        return None
    pattern, at_fault = tests[metric]
    return lambda text: (match.span() for match in pattern.finditer(text) if at_fault(match[0]))


def _repeated(text: str, pattern: re.Pattern[str]) -> Iterator[Range]:
    """Pieces equal to an earlier one."""
    seen: set[str] = set()
    for match in pattern.finditer(text):
        piece = match[0].strip()
        if piece in seen:
            yield match.span()
        seen.add(piece)


def _grams(text: str, size: int, only_top: bool) -> Iterator[Range]:
    """Word n-grams that occur more than once, or the most frequent one alone."""
    words = [match.span() for match in re.finditer(r"\S+", text)]
    grams = [tuple(text[start:end] for start, end in words[at : at + size]) for at in range(len(words) - size + 1)]
    counts = Counter(grams)
    if only_top:
        top = max(counts, key=lambda gram: (counts[gram], sum(map(len, gram))), default=None)
        counts = Counter({top: counts[top]}) if top is not None else Counter()
    for at, gram in enumerate(grams):
        if counts[gram] > 1:
            yield words[at][0], words[at + size - 1][1]


def _merged(ranges: Iterator[Range]) -> list[Range]:
    merged: list[Range] = []
    for start, end in ranges:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
