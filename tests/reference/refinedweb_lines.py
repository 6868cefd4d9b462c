"""RefinedWeb's line corrections from the wording of Penedo et al. 2023, appendix G.2, with regular expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass

from winnow.kernels.measures.measure_settings import RefinedWebLines


@dataclass
class Corrected:
    text: str
    flagged_words: int


def lowered(text: str) -> str:
    """Lower case, character by character, so that the length does not change."""
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)


def any_of(phrases: tuple[str, ...]) -> str:
    """A group that matches the longest phrase; it never matches if there is no phrase."""
    longest_first = sorted((lowered(phrase) for phrase in phrases if phrase), key=len, reverse=True)
    return "(?:" + ("|".join(map(re.escape, longest_first)) or "(?!)") + ")"


def correct(text: str, settings: RefinedWebLines) -> Corrected:
    kept, flagged = [], 0
    for line in text.split("\n"):
        new = line if line == "" else corrected_line(line, settings)
        if new != line:
            flagged += len(line.split())
        if new is not None:
            kept.append(new)
    return Corrected("\n".join(kept), flagged)


def corrected_line(line: str, settings: RefinedWebLines) -> str | None:
    """The corrected line, or None if it is dropped."""
    if sum(map(str.isupper, line)) / len(line) > settings.upper_fraction:
        return None
    if all(map(str.isdigit, line)):
        return None
    number = r"\d+(?:[.,]\d+)*[kmb]?"
    if re.search(rf"^\W*{number}\s+{any_of(settings.counters)}\W*\Z", lowered(line)):
        return None
    if is_free_counter(line, settings.free_counters) or len(line.split()) < 2:
        return None
    if len(line.split()) > settings.short_words:
        return line
    return cut(line, settings) or None


def is_free_counter(line: str, names: tuple[str, ...]) -> bool:
    """A number with a name before or after it; each part is read once, from the left, as long as possible."""
    if not names or len(line) > 24:
        return False
    rest, found = re.sub(r"^\W+", "", lowered(line)), 0
    for step in (f"{any_of(names)}", r"\d+(?:[.,]\d+)*[kmb]?[万亿萬億w]?", f"{any_of(names)}"):
        match = re.match(step, rest)
        if match is None and "d+" in step:
            return False
        found += match is not None and "d+" not in step
        rest = re.sub(r"^\W+", "", rest[match.end() :] if match else rest)
    return found > 0 and not rest


def cut(line: str, settings: RefinedWebLines) -> str:
    """The line without its phrases; unchanged if it has none."""
    stripped = line.strip()
    left = without(stripped, rf"\s?{any_of(settings.anywhere)}").strip()
    left = without(left, rf"{any_of(settings.end)}\Z").strip()
    left = without(left, rf"\A{any_of(settings.begin)}").strip()
    return line if left == stripped else left


def without(line: str, pattern: str) -> str:
    """The line without what the pattern matches in its lower-case form."""
    pieces, at = [], 0
    for match in re.finditer(pattern, lowered(line)):
        pieces.append(line[at : match.start()])
        at = match.end()
    return "".join(pieces) + line[at:]
