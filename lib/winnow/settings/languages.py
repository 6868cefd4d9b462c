"""Whether rules and line corrections are made for the languages that a run wants."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from winnow.errors import did_you_mean
from winnow.settings.rules import UNSPACED, Rule
from winnow.settings.schema import C4Lines, Measure, Settings

# Languages whose sentences usually end in a mark of their own script, or without a mark (Unicode: Sentence_Terminal):
# their lines do not end in . ! ? or ". Labels of lid.176 (choice: languages of scripts with such a full stop).
OTHER_FULL_STOPS = UNSPACED | {"am", "as", "bh", "bn", "bpy", "hi", "hy", "mai", "ne", "new", "or", "pa", "sa", "ur"}


def language_problems(settings: Settings, rules: Sequence[Rule], known: Collection[str]) -> list[str]:
    """Reasons why a wanted language would give no document; known: the labels of the language model."""
    wanted = settings.language.wanted
    unknown = [
        f"language.wanted: {label}: the language model has no such label.{did_you_mean(label, known)}"
        for label in wanted
        if label not in known
    ]
    if settings.rules_for_any_language:
        return unknown
    names = {label: tuple(_not_made_for(label, settings.measure, rules)) for label in wanted if label in known}
    return [*unknown, *(_refusal(label, found) for label, found in names.items() if found)]


def any_language_warning(settings: Settings, rules: Sequence[Rule]) -> str | None:
    """A warning if every language is wanted, and some rules are made for a few; None if no rule is."""
    if settings.language.wanted or settings.rules_for_any_language:
        return None
    made = [*(rule.reason for rule in rules if rule.languages is not None)]
    made += [name for name, is_used in _line_rules(settings.measure).items() if is_used]
    if not made:
        return None
    return (
        f"language.wanted: []: every language is wanted, but these rules are not made for all of them, and may drop "
        f"most pages of some: {', '.join(made)}"
    )


def _refusal(label: str, names: Sequence[str]) -> str:
    rule = next((name for name in names if not name.startswith("measure.")), None)
    off = f"Switch such rules off (as in --set rules.{rule}=null)" if rule else "Set measure.lines to none"
    return (
        f"language.wanted: {label}: not made for this language: {', '.join(names)}. {off}, or keep them with --set "
        "rules_for_any_language=true"
    )


def _not_made_for(label: str, measure: Measure, rules: Sequence[Rule]) -> Iterator[str]:
    lines = _line_rules(measure)
    yield from (name for name, languages in lines.items() if label in languages)
    yield from (rule.reason for rule in rules if not rule.is_made_for(label))


def _line_rules(measure: Measure) -> dict[str, Collection[str]]:
    """The line rules in use that drop nearly all lines of some languages, and these languages."""
    if measure.lines != "c4":
        return {}
    c4: C4Lines = measure.c4
    return {
        "measure.c4.terminal_punctuation": OTHER_FULL_STOPS if c4.terminal_punctuation else (),
        "measure.c4.min_line_words": UNSPACED if c4.min_line_words > 1 else (),
    }
