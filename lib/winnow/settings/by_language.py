"""What is known about each language: a file of `conf/languages` with bounds of rules and stop words by language.

source: where the numbers come from
numbers: fineweb2.tsv                 a table in the same folder: tab-separated, with a head, one row for each language;
                                      column `language`: ISO 639-3 and script; `stopwords`: words separated by spaces
own: [en]                             labels of the languages that the rules' own numbers are made for
lines:                                phrases of `lines: refinedweb` by language, added to those of the settings; also
  cmn_Hani: {end: [阅读全文]}         `free_counters`: words directly before or after a number, without white space
rules:
  gopher_short_words:                 a reason; ignored if no rule in use has it
    min: min_avg_word_length          the column with the language's bound; without min and max: the rule's own bounds
    metric: ...                       the metric that is judged instead; missing: the rule's metric
    or_own: true                      the looser one of that bound and the rule's own bound
    not_for: [kor_Hang]               the rule does not judge pages of these languages, whatever the table says
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from winnow.errors import SettingsError, did_you_mean
from winnow.kernels.languages.labels import usual_label
from winnow.kernels.text.words import CHARACTERS, cutter_of
from winnow.settings.load import CONF, named_file, read_yaml
from winnow.settings.rules import SPACED, LanguageBounds, Rule

STOP_WORDS = "stopwords"
LINE_LISTS = ("counters", "begin", "end", "anywhere", "free_counters")
_LANGUAGE, _ANY_OTHER = "language", ""
_SIDES, _NOT_FOR, _OR_OWN = {"min", "max"}, "not_for", "or_own"
_COUNTS_LINES = "_line_fraction"  # a metric of this name counts no words


class Known(NamedTuple):
    """The contents of a file of `conf/languages`.

    own         labels of the languages that the rules' own numbers are made for
    columns     by reason: the metric that is judged, and the column of each bound
    not_for     by reason: languages whose pages the rule does not judge
    or_own      reasons of rules whose own bound holds where it is looser
    numbers     by language, then by column
    stop_words  by language
    lines       phrases of line corrections by language, then by list
    table       name of the file that the numbers are from
    """

    own: frozenset[str]
    columns: Mapping[str, Mapping[str, str]]
    not_for: Mapping[str, frozenset[str]]
    or_own: frozenset[str]
    numbers: Mapping[str, Mapping[str, float]]
    stop_words: Mapping[str, tuple[str, ...]]
    lines: Mapping[str, Mapping[str, tuple[str, ...]]]
    table: str

    def says_of(self, label: str) -> bool:
        """Whether there are numbers for a language."""
        return language_of(label) in self.numbers

    def words_of(self, label: str) -> tuple[str, ...]:
        """The stop words of a language; none for a language that uses the kernel's own."""
        return () if label in self.own else self.stop_words.get(language_of(label), ())


@cache
def language_labels() -> Mapping[str, str]:
    """ISO 639-3 and script of each label of lid.176."""
    return {row["label"]: row[_LANGUAGE] for row in _rows(CONF / "languages" / "labels.tsv")}


@cache
def language_names() -> Mapping[str, str]:
    """The English name of the language of each label of lid.176."""
    return {row["label"]: row["name"] for row in _rows(CONF / "languages" / "labels.tsv")}


def language_of(label: str) -> str:
    """ISO 639-3 and script of a label of lid.176 or another model; an unknown label is taken to be in this form."""
    return language_labels().get(label) or usual_label(label)


def is_same_language(label: str, other: str) -> bool:
    """Whether two labels, of whatever model, mean one language."""
    return label == other or language_of(label) == language_of(other)


def is_among(label: str, labels: Iterable[str]) -> bool:
    """Whether a language is among others, by whatever labels they are named."""
    return any(is_same_language(label, other) for other in labels)


def is_made_for(rule: Rule, label: str) -> bool:
    """Whether a rule, as its file has it, is made for a language, by whatever label either is named."""
    return rule.is_made_for(label) or is_among(label, rule.languages or ())


def has_words(label: str) -> bool:
    """Whether texts of a language can be cut into words here: at white space, or by an installed package."""
    return cutter_of(language_of(label)) != CHARACTERS


def known_languages(name: str | None) -> Known | None:
    """The file that `by_language` names; None if it names no file. Raises SettingsError with all its problems."""
    return None if name is None else _read(name)


@cache
def _read(name: str) -> Known:
    problems: list[str] = []
    path = named_file(name, "languages", problems)
    content = read_yaml(path, problems)
    if problems:
        raise SettingsError(problems)
    if not isinstance(content, dict) or not isinstance(content.get("rules"), dict) or "numbers" not in content:
        raise SettingsError([f"{path}: expected `numbers:`, a table, and `rules:` with columns by reason"])
    rows = _rows(path.parent / str(content["numbers"]))
    known = rows[0].keys() if rows else set()
    rules = content["rules"].items()
    columns = {str(reason): _columns(path, reason, entry, known, problems) for reason, entry in rules}
    not_for = {str(reason): frozenset(map(str, _not_for(entry))) for reason, entry in rules}
    or_own = frozenset(str(reason) for reason, entry in rules if isinstance(entry, dict) and entry.get(_OR_OWN) is True)
    numbers = {row[_LANGUAGE]: _numbers(path, row, problems) for row in rows}
    lines = _lines(path, content.get("lines") or {}, problems)
    if problems:
        raise SettingsError(problems)
    stop_words = {row[_LANGUAGE]: tuple((row.get(STOP_WORDS) or "").split()) for row in rows}
    own = frozenset(map(str, content.get("own") or ()))
    return Known(own, columns, not_for, or_own, numbers, stop_words, lines, str(content["numbers"]))


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        raise SettingsError([f"by_language: {path}: cannot be read as UTF-8 text: {error}"]) from error
    head = lines[0].split("\t") if lines else []
    rows = [dict(zip(head, line.split("\t"), strict=False)) for line in lines[1:]]
    if not rows or _LANGUAGE not in head:
        raise SettingsError([f"by_language: {path}: expected a tab-separated table with a column `{_LANGUAGE}`"])
    short = next((row for row in rows if len(row) < len(head)), None)
    if short is not None:
        raise SettingsError([f"by_language: {path}: {short[_LANGUAGE]}: expected {len(head)} columns as in the head"])
    return rows


def _columns(path: Path, reason: object, entry: Any, known: Collection[str], problems: list[str]) -> dict[str, str]:
    others = (_NOT_FOR, _OR_OWN)
    fields = {name: value for name, value in entry.items() if name not in others} if isinstance(entry, Mapping) else {}
    wrong = [str(field) for field in fields if field not in {*_SIDES, "metric"}]
    wrong += [str(column) for side, column in fields.items() if side in _SIDES and column not in known]
    for name in wrong:
        problems.append(f"{path}: rules.{reason}: {name}: no side and no column.{did_you_mean(name, known)}")
    return {str(name): str(value) for name, value in fields.items()}


def _not_for(entry: Any) -> Sequence[Any]:
    languages = entry.get(_NOT_FOR) if isinstance(entry, Mapping) else None
    return languages if isinstance(languages, list) else ()


def _lines(path: Path, given: Any, problems: list[str]) -> dict[str, dict[str, tuple[str, ...]]]:
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for language, lists in given.items() if isinstance(given, Mapping) else ():
        for name, phrases in lists.items() if isinstance(lists, Mapping) else ():
            if name not in LINE_LISTS or not isinstance(phrases, list):
                wanted = f"expected one of {', '.join(LINE_LISTS)}, and phrases"
                problems.append(f"{path}: lines.{language}.{name}: {wanted}")
            else:
                found.setdefault(str(language), {})[str(name)] = tuple(map(str, phrases))
    return found


def _numbers(path: Path, row: Mapping[str, str], problems: list[str]) -> dict[str, float]:
    numbers = {}
    for name, text in row.items():
        if name not in (_LANGUAGE, STOP_WORDS):
            try:
                numbers[name] = float(text)
            except ValueError:
                problems.append(f"{path}: {row[_LANGUAGE]}: {name}: {text!r}: expected a number")
    return numbers


class Judging(NamedTuple):
    """How rules are applied to languages: by what is known about each, or every rule to every language."""

    known: Known | None
    to_any: bool

    def bounds(self, rule: Rule, label: str) -> LanguageBounds | None:
        """The bounds of a rule for pages of a language; None if the rule does not judge them."""
        own = next((bounds for bounds in rule.by_language if is_same_language(bounds.label, label)), None)
        if own is not None:
            return own._replace(label=label)
        columns = self.known.columns.get(rule.reason) if self.known else None
        if self.known is None or label in self.known.own or not self.known.says_of(label):
            return _own_bounds(rule, label) if self._judges_by_own(rule, label) else None
        if not self.to_any and not _means_something(rule, label, columns is not None):
            return None
        if language_of(label) in self.known.not_for.get(rule.reason, ()):
            return None
        if columns is None:
            return _own_bounds(rule, label)
        bounds = _published_bounds(rule, label, columns, self.known.numbers[language_of(label)])
        return _no_stricter(bounds, rule) if rule.reason in self.known.or_own else bounds

    def source(self, rule: Rule, label: str) -> str:
        """Where the bounds come from by which a rule judges pages of a language; empty: they are those of all."""
        if is_among(label, (bounds.label for bounds in rule.by_language)):
            return f"of {label}, by rules.{rule.reason}.by_language"
        known, found = self.known, self.bounds(rule, label)
        if found is None or known is None or label in known.own or not known.says_of(label):
            return ""
        columns = known.columns.get(rule.reason)
        if not columns:
            return ""
        published = _published_bounds(rule, label, columns, known.numbers[language_of(label)])
        looser = "" if found == published else ", or the rule's own where that is looser"
        return f"of {language_of(label)}, by {known.table}{looser}"

    def _judges_by_own(self, rule: Rule, label: str) -> bool:
        """Whether a rule judges pages of a language that the file says nothing about."""
        if self.to_any or rule.languages is None:
            return True
        is_for_all = self.known is None or label in self.known.own
        return is_made_for(rule, label) and (is_for_all or rule.languages != (SPACED,))


def _means_something(rule: Rule, label: str, is_published: bool) -> bool:
    """Whether a rule makes sense for a language that numbers are published for."""
    if rule.languages is None:
        return True
    are_counted = has_words(label) or rule.metric.endswith(_COUNTS_LINES)
    return are_counted and (is_published or rule.languages == (SPACED,) or is_made_for(rule, label))


def _own_bounds(rule: Rule, label: str) -> LanguageBounds:
    return LanguageBounds(label, rule.metric, rule.min, rule.max)


def _published_bounds(
    rule: Rule, label: str, columns: Mapping[str, str], numbers: Mapping[str, float]
) -> LanguageBounds:
    metric = columns.get("metric", rule.metric)
    low = numbers[columns["min"]] if "min" in columns else rule.min
    high = numbers[columns["max"]] if "max" in columns else rule.max
    return LanguageBounds(label, metric, max(low, 0.0) if "min" in columns else low, high)


def _no_stricter(bounds: LanguageBounds, rule: Rule) -> LanguageBounds:
    return bounds._replace(min=min(bounds.min, rule.min), max=max(bounds.max, rule.max))


def judged_by(rules: Iterable[Rule], judging: Judging, labels: Sequence[str], is_all: bool) -> tuple[Rule, ...]:
    """The rules that judge pages of these languages: each once, with other bounds for languages that have their own.

    is_all: pages may be in other languages too. A rule that judges no page is left out.
    """
    return tuple(filter(None, (_judged(rule, judging, labels, is_all) for rule in rules)))


def _judged(rule: Rule, judging: Judging, labels: Sequence[str], is_all: bool) -> Rule | None:
    found = {label: judging.bounds(rule, label) for label in (*labels, *([_ANY_OTHER] if is_all else []))}
    judged = {label: bounds for label, bounds in found.items() if bounds is not None}
    different = {bounds[1:] for bounds in judged.values()}
    if not judged:
        return None
    if len(judged) == len(found) and len(different) == 1:
        return rule.judging(*different.pop())
    is_as_said = all(rule.is_made_for(label) == (label in judged) for label in found)
    languages = None if len(judged) == len(found) else tuple(sorted(judged))
    own = (rule.metric, rule.min, rule.max)
    others = tuple(sorted(bounds for bounds in judged.values() if bounds[1:] != own))
    return rule._replace(languages=rule.languages if is_as_said and is_all else languages, by_language=others)


def unjudged(rules: Iterable[Rule], judging: Judging, label: str) -> Iterator[str]:
    """The reasons of the rules that judge no page of a language."""
    return (rule.reason for rule in rules if judging.bounds(rule, label) is None)
