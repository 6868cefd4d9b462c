"""C4's rules from the wording of Raffel et al. 2020, section 2.2, in the order of its code, as regular expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import regex

from tests.reference.refinedweb_lines import lowered
from winnow.kernels.measures.measure_settings import C4Lines

POLICY = ("terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies")
CLOSERS = r"""["')\]}»’”›」』）】》〉］｝]"""


# Each abbreviation with its meaning, so that the list can be checked: titles, ranks, and parts of references.
ABBREVIATED = {
    "mister": "mr", "missus": "mrs", "miss": "ms", "of any gender": "mx", "doctor": "dr", "professor": "prof",
    "senior": "sr", "junior": "jr", "saint or street": "st", "reverend": "rev", "honourable": "hon", "governor": "gov",
    "senator": "sen", "representative": "rep", "president": "pres", "misters": "messrs", "madame": "mme",
    "mademoiselle": "mlle", "general": "gen", "colonel": "col", "major": "maj", "captain": "capt", "commander": "cmdr",
    "lieutenant": "lt", "sergeant": "sgt", "mount": "mt", "fort or foot": "ft", "versus": "vs", "compare": "cf",
    "about, in Latin": "ca", "approximately": "approx", "figure": "fig", "figures": "figs", "equation": "eq",
    "section": "sec", "chapter": "ch", "volume": "vol", "pages": "pp", "editors": "eds", "numbers": "nos",
    "namely": "viz",
}  # fmt: skip


@dataclass
class Cleaned:
    lines: list[str] = field(default_factory=list)
    flagged_words: int = 0
    lorem_ipsum: int = 0
    curly_bracket: int = 0

    @property
    def text(self) -> str:
        return "\n".join(self.lines).strip()


def clean(text: str, settings: C4Lines) -> Cleaned:
    cleaned = Cleaned()
    for raw in text.split("\n"):
        line = raw.strip()
        left = cleaned_line(line, settings, cleaned)
        if left is not None:
            cleaned.lines.append(left.strip())
        if left != line:
            cleaned.flagged_words += len(line.split())
    return cleaned


def cleaned_line(line: str, settings: C4Lines, cleaned: Cleaned) -> str | None:
    """The rest of a line, or None if it is dropped."""
    if any(len(word) > settings.max_word_chars for word in line.split()):
        return None
    line = re.sub(r"\[\d*\]|\[edit\]|\[citation needed\]", "", line)
    if settings.terminal_punctuation and (not line.endswith((".", "!", "?", '"')) or line.endswith("...")):
        return None
    if len(line.split()) < settings.min_line_words:
        return None
    cleaned.lorem_ipsum += "lorem ipsum" in lowered(line)
    if "javascript" in lowered(line):
        return None
    cleaned.curly_bracket += "{" in line
    return None if any(phrase in lowered(line) for phrase in POLICY) else line


def bad_word_count(text: str, bad_words: tuple[str, ...]) -> int:
    """The number of places where a bad word begins that is not a part of a longer word."""
    text, count = lowered(text), 0
    words = [re.compile(rf"(?<!\w){re.escape(lowered(word))}(?!\w)") for word in bad_words if word]
    for i in range(len(text)):
        count += any(word.match(text, i) is not None for word in words)
    return count


def sentence_count(line: str) -> int:
    """The rules of `sentences.count_sentences`, as one regular expression and three conditions."""
    line = line.replace("\x1f", " ").strip()
    ends = regex.finditer(rf"(?P<marks>[\p{{Sentence_Terminal}}…]++){CLOSERS}*+(?P<space>\s*+)(?=(?P<next>\S))", line)
    return (line != "") + sum(is_sentence_end(line, end) for end in ends)


def is_sentence_end(line: str, end: regex.Match[str]) -> bool:
    if not end["space"] and end["marks"][-1] < "\u3000":
        return False
    if end["next"].islower():
        return False
    word = re.search(r"\w*\Z", line[: end.start()])
    assert word is not None
    is_abbreviated = (len(word[0]) == 1 and word[0].isalpha()) or lowered(word[0]) in ABBREVIATED.values()
    return not (end["marks"] == "." and is_abbreviated)
