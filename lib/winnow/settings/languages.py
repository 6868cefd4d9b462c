"""Compares the languages that a run wants with those that its rules judge and its line corrections are made for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from winnow.errors import SettingsError, did_you_mean
from winnow.kernels.languages.labels import usual_label
from winnow.kernels.languages.model_file import model_labels
from winnow.settings.by_language import Judging, is_among, is_same_language, language_labels, unjudged
from winnow.settings.load import read_yaml
from winnow.settings.rules import UNSPACED, Rule
from winnow.settings.schema import C4Lines, Language, Measure, Settings

# Languages whose sentences usually end in a mark of their own script, or without a mark (Unicode: Sentence_Terminal):
# their lines do not end in . ! ? or ". Labels of lid.176 (choice: languages of scripts with such a full stop).
OTHER_FULL_STOPS = UNSPACED | {"am", "as", "bh", "bn", "bpy", "hi", "hy", "mai", "ne", "new", "or", "pa", "sa", "ur"}


def labels_of(given: Language) -> tuple[str, ...]:
    """The labels that the language model gives; none where its file cannot be read, which a run reports."""
    if given.model is None:
        return tuple(language_labels())
    try:
        return tuple(dict.fromkeys(map(usual_label, model_labels(Path(given.model)))))
    except SettingsError:
        return ()


def wanted_labels(given: Language) -> tuple[str, ...]:
    """The languages that are wanted, as named, and as the model names them: for GlotLID, `zh` is `cmn_Hani`."""
    known = labels_of(given)
    return tuple(dict.fromkeys(label for name in given.wanted for label in _labels_for(name, known)))


def min_scores(given: Language) -> dict[str, float]:
    """The bounds of `language.min_scores` by label of the language model, sorted; a file of them is read.

    Raises SettingsError where the file is not a YAML mapping of languages to numbers from 0 to 1.
    """
    named = _read_min_scores(given.min_scores) if isinstance(given.min_scores, str) else given.min_scores or {}
    known = labels_of(given) if named else ()
    return dict(sorted((label, score) for name, score in named.items() for label in _labels_for(name, known)))


def _labels_for(name: str, known: Collection[str]) -> list[str]:
    return [name, *([] if name in known else (label for label in known if is_same_language(label, name)))]


def _read_min_scores(path: str) -> dict[str, float]:
    problems: list[str] = []
    found = read_yaml(Path(path), problems)
    if not problems and not (isinstance(found, Mapping) and all(map(_is_score, found.values()))):
        problems = [f"{path}: expected scores from 0 to 1 by language, as in `de: 0.7`, one on each line"]
    if problems or not isinstance(found, Mapping):
        raise SettingsError([f"language.min_scores: {problem}" for problem in problems])
    return {str(name): float(score) for name, score in found.items()}


def _is_score(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def language_problems(settings: Settings, known: Collection[str]) -> list[str]:
    """Why a wanted language would get no document; known: the labels of the language model."""
    wanted = settings.language.wanted
    unknown = [
        f"language.wanted: {label}: the language model has no such label.{did_you_mean(label, known)}"
        for label in wanted
        if not is_among(label, known)
    ]
    if settings.rules_for_any_language:
        return unknown
    lines = _line_rules(settings.measure)
    names = {label: [name for name, languages in lines.items() if is_among(label, languages)] for label in wanted}
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
