"""Pages that cannot end in a wanted language, told from their whole text before the main text is sought."""

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
    """The likeliest language of a skipped page's whole text and its score in [0, 1]; None where it was not parsed."""

    language: str | None
    score: float | None


def triage_page(
    html: str, model: LanguageModel, settings: TriageSettings, read_text: Callable[[str], str] = whole_text
) -> Unwanted | None:
    """None for a page whose main text may be in a wanted language; what its whole text is in, for one to skip.

        language    likeliest label of the whole text; None where the page was not parsed
        score       of that label, in [0, 1]; None where the page was not parsed
    A page is kept where one of these holds; bounds count as reached, scores are of a wanted language, any of several:
        it has no words, or fewer than min_letters letters, which are no evidence
        of its longest distinct lines, cut to line_chars, those that score min_line_score hold min_line_fraction of
        their bytes
        the whole text scores min_score
        a run of whole lines, of run_chars or more, scores min_run_score
    Of a text with more than max_runs runs so many stand for the whole, evenly spread; a line longer than run_chars
    goes into runs in pieces. With fewer than min_han Han characters in the markup, and no numeric character reference,
    which may stand for one, no text can be Chinese: then the other wanted languages decide, and where there are none,
    nothing is parsed. The whole text, a line and a run are looked at in usual forms (`letter_forms.usual_forms`): each
    in small letters where it is in capitals. read_text is whole_text, wherever it runs.

    Source: nothing is published; `benchmarks/triage.py` shows what is skipped and what is lost.
    Differs from Penedo et al. 2023 (RefinedWeb), section 3.1, where the language is that of the extracted text: a page
    whose main text is a few words amid another language can be lost. The text is that of resiliparse, with what stands
    in `noscript`, where some forums are: its parse and text cost less than a walk over the tree that trafilatura needs
    of the pages that are kept, and that tree is not made of the others.
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
    """Lines, longer ones in pieces, joined until they have run_chars; the last run may have fewer."""
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
