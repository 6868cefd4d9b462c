"""Compares the languages that a run wants with those that its rules judge and its line corrections are made for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from winnow.errors import did_you_mean
from winnow.settings.by_language import Judging, unjudged
from winnow.settings.rules import UNSPACED, Rule
from winnow.settings.schema import C4Lines, Measure, Settings

# Languages whose sentences usually end in a mark of their own script, or without a mark (Unicode: Sentence_Terminal):
# their lines do not end in . ! ? or ". Labels of lid.176 (choice: languages of scripts with such a full stop).
OTHER_FULL_STOPS = UNSPACED | {"am", "as", "bh", "bn", "bpy", "hi", "hy", "mai", "ne", "new", "or", "pa", "sa", "ur"}


def language_problems(settings: Settings, known: Collection[str]) -> list[str]:
    """Why a wanted language would give no document; known: the labels of the language model."""
    wanted = settings.language.wanted
    unknown = [
        f"language.wanted: {label}: the language model has no such label.{did_you_mean(label, known)}"
        for label in wanted
        if label not in known
    ]
    if settings.rules_for_any_language:
        return unknown
    lines = _line_rules(settings.measure)
    names = {label: [name for name, languages in lines.items() if label in languages] for label in wanted}
    return [*unknown, *(_refusal(label, found) for label, found in names.items() if found)]


def language_notes(settings: Settings, rules: Sequence[Rule], judging: Judging) -> list[str]:
    """Notes on wanted languages whose pages some of these rules do not judge, and on line rules."""
    lines = [name for name, languages in _line_rules(settings.measure).items() if languages]
    wanted = settings.language.wanted
    found = _unjudged(wanted, rules, judging)
    said = [f"language.wanted: {', '.join(labels)}: {_told(names)}" for names, labels in found]
    if not wanted and lines and not settings.rules_for_any_language:
        said.append(
            "language.wanted: []: every language is wanted, but these are not made for all, and may drop most pages of "
            f"some: {', '.join(lines)}"
        )
    return said


def _unjudged(
    wanted: Iterable[str], rules: Sequence[Rule], judging: Judging
) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Reasons that judge no page of some wanted languages, and these languages."""
    found: dict[tuple[str, ...], list[str]] = {}
    for label in dict.fromkeys(wanted):
        found.setdefault(tuple(unjudged(rules, judging, label)), []).append(label)
    return ((names, labels) for names, labels in found.items() if names)


def _told(names: Sequence[str]) -> str:
    return f"these rules are not made for the language and judge none of its pages: {', '.join(names)}"


def _refusal(label: str, names: Sequence[str]) -> str:
    return (
        f"language.wanted: {label}: not made for this language: {', '.join(names)}. Set measure.lines to none, or keep "
        "them with --set rules_for_any_language=true"
    )


def _line_rules(measure: Measure) -> dict[str, Collection[str]]:
    """The line rules in use that drop nearly all lines of some languages, and these languages."""
    if measure.lines != "c4":
        return {}
    c4: C4Lines = measure.c4
    return {
        "measure.c4.terminal_punctuation": OTHER_FULL_STOPS if c4.terminal_punctuation else (),
        "measure.c4.min_line_words": UNSPACED if c4.min_line_words > 1 else (),
    }
