"""Pages that cannot be in a wanted language, recognised by their whole text, before extraction."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from heapq import nlargest
from itertools import islice
from typing import NamedTuple

from winnow.kernels.languages.identify import LanguageModel, one_line
from winnow.kernels.languages.letter_forms import usual_forms
from winnow.kernels.languages.triage_settings import TriageSettings
from winnow.kernels.pages.html import whole_text

CHINESE = "zh"  # the label of lid.176
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Unwanted(NamedTuple):
    """The most likely language of a gated page's whole text, and its score in [0, 1]; None if it was not parsed."""

    language: str | None
    score: float | None


def triage_page(
    html: str, model: LanguageModel, settings: TriageSettings, read_text: Callable[[str], str] = whole_text
) -> Unwanted | None:
    """None if the main text of a page may be in a wanted language; else the language of its whole text.

        language    most likely label of the whole text; None if the page was not parsed
        score       score of that label, in [0, 1]; None if the page was not parsed
    A page is kept if one of these is true. Scores are those of any wanted language; a score equal to a bound counts.
        it has no words, or fewer than min_letters letters: too little evidence
        of the bytes of its longest different lines, cut to line_chars, at least min_line_fraction is in lines that
        score min_line_score
        the whole text scores min_score
        a run of whole lines, with run_chars or more, scores min_run_score
    A text with more than max_runs runs is represented by max_runs of them, evenly spread; a line longer than run_chars
    is split into runs. If the markup has fewer than min_han Han characters and no numeric character reference, the text
    cannot be Chinese: then only the other wanted languages count, and if there are none, nothing is parsed. The whole
    text, lines and runs are scored in usual forms (`letter_forms.usual_forms`). read_text gives the whole text.

    Source: nothing is published; `benchmarks/triage.py` measures which pages are gated and which are lost.
    Differs from Penedo et al. 2023 (RefinedWeb), section 3.1, which uses the language of the extracted text: a page
    whose main text is a few words among another language can be lost. The whole text is made by resiliparse and
    includes `noscript`, which contains the posts of some forums. Making it costs less than walking the tree that
    trafilatura needs, and gated pages then need no such tree.
    """
    wanted = frozenset(settings.wanted)
    if CHINESE in wanted and not _may_hold_han(html, settings.min_han):
        wanted = wanted - {CHINESE}
        if not wanted:
            return Unwanted(None, None)
    text = usual_forms(read_text(html))
    if not _has_letters(text, settings.min_letters):
        return None
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    if _longest_lines_speak_for_it(lines, model, wanted, settings):
        return None
    runs = _evenly_spread(list(_runs(lines, settings.run_chars)), settings.max_runs)
    whole = b" ".join(map(one_line, runs))
    likely = model.likelihoods(whole, settings.min_score)
    if not whole or any(label in wanted for label, _ in likely):
        return None
    for run in runs:
        if len(run) >= settings.run_chars and _speaks_for(run, model, wanted, settings.min_run_score):
            return None
    return Unwanted(*(likely or model.likelihoods(whole, 0.0))[0])


def _may_hold_han(html: str, min_han: int) -> bool:
    return "&#" in html or (not html.isascii() and _count(_HAN.finditer(html), min_han) >= min_han)


def _has_letters(text: str, least: int) -> bool:
    return _count((None for character in text if character.isalpha()), least) >= least


def _count(found: Iterator[object], most: int) -> int:
    return sum(1 for _ in islice(found, most))


def _longest_lines_speak_for_it(
    lines: Sequence[str], model: LanguageModel, wanted: Collection[str], settings: TriageSettings
) -> bool:
    longest = [line[: settings.line_chars] for line in nlargest(settings.lines, dict.fromkeys(lines), key=len)]
    sizes = [len(line.encode()) for line in longest]
    needed, left, speaking = settings.min_line_fraction * sum(sizes), sum(sizes), 0
    for line, size in zip(longest, sizes, strict=True):
        if speaking + left < needed:
            return False
        left -= size
        if _speaks_for(line, model, wanted, settings.min_line_score):
            speaking += size
            if speaking >= needed:
                return True
    return False


def _speaks_for(text: str, model: LanguageModel, wanted: Collection[str], min_score: float) -> bool:
    return any(label in wanted for label, _ in model.likelihoods(one_line(usual_forms(text)), min_score))


def _runs(lines: Sequence[str], run_chars: int) -> Iterator[str]:
    """Lines, longer ones in pieces, joined until they have run_chars; the last run may be shorter."""
    run: list[str] = []
    chars = 0
    for line in lines:
        for start in range(0, len(line), run_chars):
            piece = line[start : start + run_chars]
            run.append(piece)
            chars += len(piece) + 1
            if chars > run_chars:
                yield "\n".join(run)
                run, chars = [], 0
    if run:
        yield "\n".join(run)


def _evenly_spread(runs: list[str], most: int) -> list[str]:
    if len(runs) <= most:
        return runs
    return [runs[(2 * number + 1) * len(runs) // (2 * most)] for number in range(most)]
