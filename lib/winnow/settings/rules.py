"""Rules: bounds of metrics that a page must keep to, read from `conf/rules/*.yaml`.

rules:
  - reason: gopher_too_few_words      what is wrong with a page that fails; each reason is declared only once
    metric: word_count                a name of measures.metrics.METRICS, or own_NAME for a function of `measure.own`
    min: 50                           a page passes if min <= metric <= max; one of them may be missing
    means: The page has fewer than 50 words.
    languages: spaced                 languages whose pages it judges: labels of lid.176, such as [en], or `spaced`: all
                                      that separate words by white space; missing: any. At the top: of all rules
    by_language: {de: {min: 40}}      other bounds for pages of a language, and another metric; missing: those of the
                                      setting `by_language`
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from winnow.errors import SettingsError, did_you_mean
from winnow.kernels.measures.own_metrics import OWN_PREFIX
from winnow.kernels.text.words import is_unspaced
from winnow.settings.load import named_file, read_yaml
from winnow.settings.schema import RuleChange
from winnow.settings.values import is_value

_FIELDS = {"reason", "metric", "min", "max", "means", "languages", "by_language"}
SPACED = "spaced"
# Labels of lid.176 whose languages are written without white space between words.
UNSPACED = frozenset({"bo", "ja", "km", "lo", "my", "th", "wuu", "yue", "zh"})


class LanguageBounds(NamedTuple):
    """How pages of one language, a label of the language model, are judged by a rule."""

    label: str
    metric: str
    min: float
    max: float


class Rule(NamedTuple):
    """A judgement of one metric; bounds are inclusive, an open bound is infinite.

    languages     labels of the languages whose pages it judges; ("spaced",): all that separate words; None: any. Pages
                  of other languages pass
    by_language   bounds for single languages, sorted by label
    """

    reason: str
    metric: str
    min: float
    max: float
    means: str
    languages: tuple[str, ...] | None = None
    by_language: tuple[LanguageBounds, ...] = ()

    def is_made_for(self, label: str) -> bool:
        """Whether the rule judges pages of a language, a label of the language model."""
        if self.languages == (SPACED,):
            return label not in UNSPACED and not is_unspaced(label)
        return self.languages is None or label in self.languages

    def for_language(self, label: str) -> Rule | None:
        """The rule with its bounds for a language; None if it does not judge pages of the language."""
        bounds = self.bounds_of([label])[label]
        return self.judging(*bounds) if bounds else None

    def bounds_of(self, labels: Iterable[str]) -> dict[str, tuple[str, float, float] | None]:
        """For each language the metric that is judged, the minimum and the maximum; None if its pages are not judged.

        The languages that the rule names are gone through once, however many labels are asked for.
        """
        own = {bounds.label: (bounds.metric, bounds.min, bounds.max) for bounds in self.by_language}
        named, any_other = frozenset(self.languages or ()), (self.metric, self.min, self.max)
        is_listed = self.languages not in (None, (SPACED,))
        return {
            label: own.get(label, any_other) if (label in named if is_listed else self.is_made_for(label)) else None
            for label in labels
        }

    def judging(self, metric: str, low: float, high: float) -> Rule:
        """The same reason with other bounds, for pages of any language. A sentence with the old bounds is replaced."""
        new = self._replace(metric=metric, min=low, max=high, languages=None, by_language=())
        is_same = (metric, low, high) == (self.metric, self.min, self.max)
        return new if is_same else new._replace(means=new.usual_sentence)

    @property
    def metrics(self) -> list[str]:
        """What the rule judges in pages of some language, the metric of all first."""
        return [*dict.fromkeys((self.metric, *(bounds.metric for bounds in self.by_language)))]

    @property
    def usual_sentence(self) -> str:
        """What is wrong with a page, for a rule without a sentence of its own."""
        return f"The page's {self.metric} is not {self.bounds}."

    def passes(self, value: float) -> bool:
        """Whether a page with this value is kept by this rule."""
        return self.min <= value <= self.max

    @property
    def bounds(self) -> str:
        """The bounds in words, for example `at least 3 and at most 10`."""
        least = f"at least {self.min:g}" if self.min != -math.inf else ""
        most = f"at most {self.max:g}" if self.max != math.inf else ""
        return " and ".join(filter(None, (least, most)))


def load_rules(
    files: Iterable[str], changes: Mapping[str, RuleChange | None], metrics: Collection[str]
) -> tuple[Rule, ...]:
    """The rules of these files in their order, with the user's changes.

    A change of None switches a rule off. Without files, there are no rules, and changes are ignored. Raises
    SettingsError with all problems: unknown metrics or fields, a reason declared twice, min above max, a change of a
    reason that no file has.
    """
    problems: list[str] = []
    files = list(files)
    found = [
        (path, entry)
        for path in (named_file(name, "rules", problems) for name in files)
        for entry in _entries(path, problems)
    ]
    raw = _by_reason(found, problems)
    for reason in changes:
        if files and reason not in raw:
            problems.append(f"rules.{reason}: no rule file in use has this reason.{did_you_mean(reason, raw)}")
    rules = [
        _checked(path, _changed(entry, changes.get(reason)), metrics, problems)
        for reason, (path, entry) in raw.items()
        if changes.get(reason, entry) is not None
    ]
    if problems:
        raise SettingsError(problems)
    return tuple(rules)


def _entries(path: Path, problems: list[str]) -> list[dict[str, Any]]:
    content = read_yaml(path, problems)
    if content is None:
        return []
    entries = content.get("rules") if isinstance(content, dict) else None
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        problems.append(f"{path}: expected `rules:`, a list of entries with reason, metric, min, max, means")
        return []
    of_all = {"languages": content["languages"]} if "languages" in content else {}
    return [{**of_all, **entry} for entry in entries]


def _by_reason(found: list[tuple[Path, dict[str, Any]]], problems: list[str]) -> dict[str, tuple[Path, dict[str, Any]]]:
    raw: dict[str, tuple[Path, dict[str, Any]]] = {}
    for path, entry in found:
        reason = entry.get("reason")
        if not isinstance(reason, str) or not re.fullmatch(r"[a-z][a-z0-9_]*", reason):
            problems.append(f"{path.name}: reason {reason!r}: expected lower-case words joined by _")
        elif reason in raw:
            problems.append(f"{path.name}: {reason}: also declared in {raw[reason][0].name}; declare each reason once")
        else:
            raw[reason] = (path, entry)
    return raw


def _changed(entry: dict[str, Any], change: RuleChange | None) -> dict[str, Any]:
    """The rule with the user's changes. If the rule changes, its sentence is removed, since it names the old bound."""
    changes = change.model_dump(exclude_unset=True) if change else {}
    by_language = {**(entry.get("by_language") or {}), **(changes.pop("by_language", None) or {})}
    new = {**entry, **changes}
    return {**(new if new == entry else {**new, "means": None}), "by_language": by_language}


def _checked(path: Path, entry: dict[str, Any], metrics: Collection[str], problems: list[str]) -> Rule:
    where = f"{path.name}: {entry['reason']}"
    for field in sorted(set(map(str, entry)) - _FIELDS):
        problems.append(f"{where}: {field}: unknown field.{did_you_mean(field, _FIELDS)}")
    metric = str(entry.get("metric") or "null")
    if metric not in metrics and not is_value(metric):
        problems.append(f"{where}: metric {metric}: there is no such metric.{_hint(metric, metrics)}")
    low = _bound(where, "min", entry.get("min"), -math.inf, problems)
    high = _bound(where, "max", entry.get("max"), math.inf, problems)
    if low > high:
        problems.append(f"{where}: min {low:g} is above max {high:g}: no page could pass")
    if entry.get("min") is None and entry.get("max") is None:
        problems.append(f"{where}: has neither min nor max; `rules.{entry['reason']}: null` switches a rule off")
    _check_reach(where, metric, low, high, problems)
    languages = _languages(where, entry.get("languages"), problems)
    rule = Rule(entry["reason"], metric, low, high, str(entry.get("means") or ""), languages)
    rule = rule if rule.means else rule._replace(means=rule.usual_sentence)
    return rule._replace(
        by_language=tuple(_by_language(where, rule, entry.get("by_language") or {}, metrics, problems))
    )


def _by_language(
    where: str, rule: Rule, value: Any, metrics: Collection[str], problems: list[str]
) -> Iterator[LanguageBounds]:
    """The bounds of single languages; a side that none is named for is that of all."""
    if not isinstance(value, Mapping) or not all(
        isinstance(sides, Mapping) and set(sides) <= {"metric", "min", "max"} for sides in value.values()
    ):
        problems.append(f"{where}: by_language: expected min and max by label, as in {{de: {{min: 2}}}}")
        return
    for label, sides in sorted(value.items(), key=lambda item: str(item[0])):
        at = f"{where}: by_language.{label}"
        low = _bound(at, "min", sides.get("min", rule.min), -math.inf, problems)
        high = _bound(at, "max", sides.get("max", rule.max), math.inf, problems)
        if low > high:
            problems.append(f"{at}: min {low:g} is above max {high:g}: no page could pass")
        metric = str(sides.get("metric") or rule.metric)
        if metric not in metrics and not is_value(metric):
            problems.append(f"{at}: metric {metric}: there is no such metric.{_hint(metric, metrics)}")
        yield LanguageBounds(str(label), metric, low, high)


def _hint(metric: str, metrics: Collection[str]) -> str:
    if not metric.startswith(OWN_PREFIX):
        return did_you_mean(metric, metrics)
    own = [name for name in metrics if name.startswith(OWN_PREFIX)]
    return did_you_mean(metric, own) if own else " Name the Python file that defines it: measure.own."


def _languages(where: str, value: Any, problems: list[str]) -> tuple[str, ...] | None:
    if value in (None, SPACED):
        return None if value is None else (SPACED,)
    if isinstance(value, list) and value and all(isinstance(label, str) for label in value):
        return tuple(value)
    problems.append(f"{where}: languages {value!r}: expected labels of lid.176, for example [en], or {SPACED}")
    return None


def _check_reach(where: str, metric: str, low: float, high: float, problems: list[str]) -> None:
    """Notes bounds that no page could pass: metrics are finite and from 0 on, fractions to 1; own metrics are free."""
    most = 1.0 if metric.endswith("_fraction") or is_value(metric) else math.inf
    if metric.startswith(OWN_PREFIX):
        return
    if high < 0 or low > most or low == math.inf:
        bound = f"max {high:g}" if high < 0 else f"min {low:g}"
        problems.append(f"{where}: {bound}: {metric} is from 0{' to 1' if most == 1 else ' on'}; no page could pass")


def _bound(where: str, name: str, value: Any, open_side: float, problems: list[str]) -> float:
    if value is None:
        return open_side
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value):
        problems.append(f"{where}: {name} {value!r}: expected a number")
        return open_side
    return float(value)
