"""A slow language triage that computes every score, and gives every reason to keep a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import groupby
from unicodedata import east_asian_width, name, normalize

import fasttext

from winnow.kernels.languages.model_file import default_model_path
from winnow.kernels.languages.triage_settings import TriageSettings

_FORMULA = re.compile("MATHEMATICAL (?:BOLD|ITALIC|SCRIPT|FRAKTUR|DOUBLE-STRUCK|SANS-SERIF|MONOSPACE)")
_ENCLOSED = re.compile("(?:CIRCLED|SQUARED) LATIN (?:CAPITAL|SMALL) LETTER [A-Z]$")
_SMALL_CAPITAL = re.compile("LATIN LETTER SMALL CAPITAL ([A-Z])")
_MODEL = fasttext.load_model(str(default_model_path())).f


def all_scores(text: str) -> dict[str, float]:
    """The score of every label, in [0, 1]."""
    words = text.replace("\0", " ").replace("\xad", "").split()
    if not words:
        return {}
    found = _MODEL.predict(" ".join(words) + "\n", -1, 0.0, "strict")
    return {label.removeprefix("__label__"): min(max(score, 0.0), 1.0) for score, label in found}


def usual_forms(text: str) -> str:
    """Other forms of letters become usual ones if most letters are such; then capitals become small, if most are."""
    letters = [character for character in text if _is_letter(character)]
    others = [letter for letter in letters if _has_other_form(letter)]
    if 2 * len(others) > len(letters):
        return usual_forms("".join("".join(_usual(part)) for _, part in groupby(text, _has_other_form)))
    capitals = [letter for letter in letters if letter.isupper() and "CHEROKEE" not in name(letter)]
    return text.lower().replace("i\u0307", "i") if 2 * len(capitals) > len(letters) else text


def _is_letter(character: str) -> bool:
    return character.isalpha() or bool(_ENCLOSED.match(name(character, "")))


def _has_other_form(character: str) -> bool:
    is_wide = character != "\u3000" and character > "\uff00" and east_asian_width(character) in "FH"
    known = name(character, "")
    return is_wide or bool(_FORMULA.match(known) or _ENCLOSED.match(known) or _SMALL_CAPITAL.fullmatch(known))


def _usual(part: Iterable[str]) -> Iterator[str]:
    """A run of other forms, or of none, in usual ones."""
    run = "".join(part)
    small = "".join(found[1].lower() if (found := _SMALL_CAPITAL.fullmatch(name(one, ""))) else one for one in run)
    yield normalize("NFKC", small) if _has_other_form(run[0]) else run


def best(text: str, languages: set[str]) -> float:
    """The highest score of these languages for a text in usual forms."""
    scores = all_scores(usual_forms(text))
    return max((scores.get(language, 0.0) for language in languages), default=0.0)


def reasons_to_keep(html: str, text: str, settings: TriageSettings) -> set[str]:
    """Why a page with this whole text is kept; empty if it is skipped."""
    wanted, text = set(settings.wanted), usual_forms(text)
    han = sum(any(first <= ord(character) <= last for first, last in _HAN_BLOCKS) for character in html)
    if han < settings.min_han and "&#" not in html:
        wanted.discard("zh")
    if not wanted:
        return set()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    looked_at = spread(runs(lines, settings.run_chars), settings.max_runs)
    tests = {
        "no words": not "".join(looked_at).replace("\0", " ").split(),
        "few letters": sum(map(str.isalpha, text)) < settings.min_letters,
        "lines": _lines_speak(lines, wanted, settings),
        "whole": best("\n".join(looked_at), wanted) >= settings.min_score,
        "run": any(best(run, wanted) >= settings.min_run_score for run in looked_at if len(run) >= settings.run_chars),
    }
    return {reason for reason, holds in tests.items() if holds}


def runs(lines: list[str], run_chars: int) -> list[str]:
    """Runs of lines, or of pieces of long lines, joined until a run is long enough."""
    pieces = [line[start : start + run_chars] for line in lines for start in range(0, len(line), run_chars)]
    found = []
    while pieces:
        counts = [count for count in range(1, len(pieces) + 1) if len("\n".join(pieces[:count])) >= run_chars]
        count = counts[0] if counts else len(pieces)
        found.append("\n".join(pieces[:count]))
        pieces = pieces[count:]
    return found


def spread(found: list[str], most: int) -> list[str]:
    """All runs, or the middle run of each of `most` equal groups."""
    if len(found) <= most:
        return found
    stretch = Fraction(len(found), most)
    return [found[int(stretch * number + stretch / 2)] for number in range(most)]


def _lines_speak(lines: list[str], wanted: set[str], settings: TriageSettings) -> bool:
    distinct = sorted(set(lines), key=lambda line: (-len(line), lines.index(line)))
    longest = [line[: settings.line_chars] for line in distinct[: settings.lines]]
    speaking = [line for line in longest if best(line, wanted) >= settings.min_line_score]
    needed = settings.min_line_fraction * sum(len(line.encode()) for line in longest)
    return bool(speaking) and sum(len(line.encode()) for line in speaking) >= needed


_HAN_BLOCKS = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
