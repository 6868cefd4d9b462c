"""Other thresholds on measured pages: what they would keep and drop, without a run."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import reduce
from itertools import islice
from typing import Any, Literal, NamedTuple

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from winnow.errors import SettingsError, did_you_mean
from winnow.scopes.page_names import page_name_expr
from winnow.settings.rules import Rule
from winnow.settings.schema import Settings
from winnow.settings.values import value_of
from winnow.spark.session import compiled
from winnow.tune.counts import (
    Chosen,
    Numbers,
    count_failures,
    count_steps,
    crawl_and_shard,
    failed_numbers,
    fails,
    pages_and_words,
)
from winnow.warehouse import commits, delta
from winnow.warehouse.work import Work

MAX_STEPS = 100
_SWEEP = re.compile(r"(?:rules\.)?(?P<reason>[a-z0-9_]+)\.(?P<bound>min|max)=(?P<values>.+)")
_CHANGE = re.compile(r"\s*rules\.(?P<reason>[a-z0-9_]+)\.(?P<side>metric|min|max)\s*=")
_EXPECTED = "expected REASON.min=FIRST:LAST:STEP, or values as in REASON.max=0.1,0.2"
# `made_with.check_measured` checks `measure`.
_FREE = {"rules", "rule_files", "rules_for_any_language", "spark", "sources", "measure"}
_REDO = {
    "fuzzy": "it applies after the rules; `winnow run` with the same change finds near duplicates again",
    "spans": "it applies after the rules; `winnow run` with the same change finds repeated spans again",
    "url_duplicates": "it applies after the rules; `winnow run` with the same change repeats the URL pass",
    "url": "it gates pages before they are measured; `winnow lists try` shows what other lists would gate",
}
_FIXED = {"archives.num_shards": "it is fixed when a warehouse is made; run the crawl into a new one"}
_REREAD = "it needs the archives; `winnow run` with the same change reads them again"


class Sweep(NamedTuple):
    """A bound of one rule, `min` or `max`, and the values to try for it."""

    reason: str
    bound: Literal["min", "max"]
    values: tuple[float, ...]


class Example(NamedTuple):
    """A page whose verdict changes: its URL, its reasons before and after, and its metrics by name."""

    page_id: int
    crawl: str
    url: str
    language: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    metrics: dict[str, float]


class Total(NamedTuple):
    """Pages, and their words after line corrections."""

    pages: int
    words: int


class Step(NamedTuple):
    """A value of a sweep: what it keeps, and what it gains and loses compared with the rules before."""

    value: float
    kept: Total
    gained: Total
    lost: Total


class Hits(NamedTuple):
    """The number of pages with a reason, of pages with only this reason, and of words of the latter."""

    pages: int
    only: int
    only_words: int


@dataclass(frozen=True)
class Tuned:
    """What other rules change; `reasons` maps each reason, old or new, to its hits before and after.

    gained     pages that only the new rules keep
    lost       pages that only the old rules keep
    """

    measured: Total
    before: Total
    after: Total
    gained: Total
    lost: Total
    reasons: dict[str, tuple[Hits, Hits]]
    gained_examples: list[Example]
    lost_examples: list[Example]


class _Group(NamedTuple):
    """Some pages with the same reasons before and the same after; either before or after there are none."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    examples: list[dict[str, int]]


class _Groups:
    """The rows of `count_failures` as columns, since there may be nearly as many as pages."""

    def __init__(self, counted: pa.Table, rules: Sequence[Rule]) -> None:
        self._counts = pages_and_words(counted)
        self._numbers = failed_numbers(counted)
        self._fails = {rule: fails(self._numbers, place) for place, rule in enumerate(rules)}
        self._examples = counted.column("examples")

    def failed(self, rules: Sequence[Rule]) -> Numbers:
        """The number of these rules that each group fails."""
        failed = np.zeros(len(self._counts[0]), np.int64)
        for rule in rules:
            failed += self._fails[rule]
        return failed

    def total(self, chosen: Chosen) -> Total:
        return _total(self._counts, chosen)

    def hits(self, rules: Sequence[Rule]) -> dict[str, Hits]:
        alone = self.failed(rules) == 1
        return {
            rule.reason: Hits(self.total(failing).pages, *self.total(failing & alone))
            for rule in rules
            for failing in (self._fails[rule],)
        }

    def largest(self, chosen: Chosen, count: int, before: Sequence[Rule], after: Sequence[Rule]) -> list[_Group]:
        """The `count` groups with the most pages, in a fixed order."""
        places = np.flatnonzero(chosen)
        order = np.lexsort([*(number[places] for number in self._numbers), -self._counts[0][places]])
        return [
            _Group(self._reasons(before, place), self._reasons(after, place), self._examples[int(place)].as_py())
            for place in places[order[:count]]
        ]

    def _reasons(self, rules: Sequence[Rule], place: int) -> tuple[str, ...]:
        return tuple(rule.reason for rule in rules if self._fails[rule][place])


def check_changes(base: Settings, changed: Settings) -> None:
    """Raises SettingsError for each change that `tune` cannot compute, with what to do instead."""
    one, other = base.model_dump(), changed.model_dump()
    problems = [
        f"{key}: tune cannot change this: {_FIXED.get(key) or _REDO.get(key.partition('.')[0], _REREAD)}"
        for key in _differences(one, other)
        if key.partition(".")[0] not in _FREE
    ]
    if problems:
        raise SettingsError(problems)


def parse_sweep(text: str, rules: Sequence[Rule]) -> Sweep:
    """The sweep in a text such as `REASON.min=10:100:10` or `REASON.max=0.1,0.2`. Raises SettingsError."""
    match = _SWEEP.fullmatch(text.strip())
    if match is None:
        raise SettingsError([f"--sweep {text}: {_EXPECTED}"])
    reason, known = match["reason"], [rule.reason for rule in rules]
    if reason not in known:
        raise SettingsError([f"--sweep {text}: no rule in use has the reason {reason}.{did_you_mean(reason, known)}"])
    try:
        values = tuple(map(float, _values(match["values"])))
        if not all(map(math.isfinite, values)):
            raise ValueError
    except (InvalidOperation, ValueError):
        raise SettingsError([f"--sweep {text}: {_EXPECTED}"]) from None
    if not 0 < len(values) <= MAX_STEPS:
        raise SettingsError([f"--sweep {text}: {len(values)} values; expected 1 to {MAX_STEPS}"])
    return Sweep(reason, "min" if match["bound"] == "min" else "max", values)


def rules_for(
    language: str, rules: Sequence[Rule], settings: Settings, changed: Mapping[str, Collection[str]]
) -> list[Rule]:
    """The rules with their bounds for a language; a change of a rule that names no language applies to this one.

    changed: by reason, the sides of a rule that --set changes. Raises SettingsError where such a rule judges no page of
    the language.
    """
    found = {rule.reason: rule.for_language(language) for rule in rules}
    missing = [reason for reason in changed if found.get(reason) is None]
    if missing:
        names = ", ".join(missing)
        raise SettingsError([f"--language {language}: these rules judge no page of this language: {names}"])
    own = {reason: rule for reason, rule in found.items() if rule is not None}
    for reason, sides in changed.items():
        change, rule = settings.rules[reason], own[reason]
        given = {side: getattr(change, side) for side in sides}
        low, high = (given.get(side, getattr(rule, side)) for side in ("min", "max"))
        own[reason] = rule.judging(
            given.get("metric") or rule.metric, -math.inf if low is None else low, math.inf if high is None else high
        )
    return list(own.values())


def changed_sides(changes: Iterable[str]) -> dict[str, set[str]]:
    """By reason, the sides of a rule that texts such as `rules.REASON.min=30` change."""
    found: dict[str, set[str]] = {}
    for match in filter(None, map(_CHANGE.match, changes)):
        found.setdefault(match["reason"], set()).add(match["side"])
    return found


def saved_changes(language: str, rules: Sequence[Rule], changes: Iterable[str]) -> list[str]:
    """The changes in the form of a recipe, for one language only: rules.REASON.by_language."""
    sides, texts = changed_sides(changes), [text for text in changes if not _CHANGE.match(text)]
    for rule in rules:
        if rule.reason in sides:
            bounds = {"min": rule.min, "max": rule.max}
            shown = {side: bound if math.isfinite(bound) else None for side, bound in bounds.items()}
            texts.append(f"rules.{rule.reason}.by_language={json.dumps({language: {'metric': rule.metric, **shown}})}")
    return texts


def check_language(work: Work, language: str) -> None:
    """Raises SettingsError if no measured page has this language."""
    found = [row.language for row in _rows(work, "measures").select("language").distinct().collect()]  # of one model
    if language not in found:
        known = ", ".join(sorted(found))
        raise SettingsError([f"--language {language}: no measured page has this language. Known here: {known}"])


def tune(
    work: Work, before: Sequence[Rule], after: Sequence[Rule], examples: int = 5, language: str | None = None
) -> Tuned:
    """What the rules `before` and `after` keep of the measured pages of a crawl, or of all if work.crawl is ''.

    language: only pages of this language count; the rules are then those of `rules_for`.
    Exact: the reasons are those that judge_pages would write. There are at most `examples` gained and `examples` lost
    pages as examples, the same in each call.
    """
    rules = [*after, *(rule for rule in before if rule not in after)]
    crawls = [work.crawl] if work.crawl else sorted({crawl for crawl, _, _ in commits.notes(work)})
    with compiled(work.spark, commits.noted_rows(work, "measures")):
        counted = count_failures(_measures(work, language), crawls, rules, before, after, examples).toArrow()
    groups = _Groups(counted, rules)
    was, now = groups.failed(before), groups.failed(after)
    gained, lost = (was > 0) & (now == 0), (was == 0) & (now > 0)
    hits, none = (groups.hits(before), groups.hits(after)), Hits(0, 0, 0)
    turns = [_in_turn(groups.largest(changed, examples, before, after), examples) for changed in (gained, lost)]
    shown = _examples(work, crawls, [*turns[0], *turns[1]], [rule.metric for rule in rules])
    return Tuned(
        measured=groups.total(was >= 0),
        before=groups.total(was == 0),
        after=groups.total(now == 0),
        gained=groups.total(gained),
        lost=groups.total(lost),
        reasons={rule.reason: (hits[0].get(rule.reason, none), hits[1].get(rule.reason, none)) for rule in rules},
        gained_examples=shown[: len(turns[0])],
        lost_examples=shown[len(turns[0]) :],
    )


def sweep(
    work: Work, before: Sequence[Rule], after: Sequence[Rule], swept: Sweep, language: str | None = None
) -> list[Step]:
    """For each value of the sweep, what is kept, gained and lost; the other rules are those of `after`.

    language: as in `tune`.
    """
    mine = next(rule for rule in after if rule.reason == swept.reason)
    others = [rule for rule in after if rule != mine]
    steps = [mine._replace(min=value) if swept.bound == "min" else mine._replace(max=value) for value in swept.values]
    with compiled(work.spark, commits.noted_rows(work, "measures")):
        counted = count_steps(_measures(work, language), steps, before, others).toArrow()  # about 4 rows for each step
    counts, numbers = pages_and_words(counted), failed_numbers(counted)
    was, rest = (counted.column(name).to_numpy() for name in ("before", "others"))
    found = []
    for place, value in enumerate(swept.values):
        kept = rest & ~fails(numbers, place)
        found.append(Step(value, *(_total(counts, chosen) for chosen in (kept, kept & ~was, was & ~kept))))
    return found


def _total(counts: tuple[Numbers, Numbers], chosen: Chosen) -> Total:
    pages, words = (int(count[chosen].sum()) for count in counts)
    return Total(pages, words)


def _measures(work: Work, language: str | None) -> DataFrame:
    rows = _rows(work, "measures")
    return rows if language is None else rows.where(F.col("language") == language)


def _rows(work: Work, table: str) -> DataFrame:
    return delta.read(work, table) if work.crawl else delta.read_all(work, table)


def _differences(one: dict[str, Any], other: dict[str, Any], prefix: str = "") -> list[str]:
    """The dotted keys whose values differ."""
    found = []
    for key, value in one.items():
        if isinstance(value, dict) and isinstance(other[key], dict) and value.keys() == other[key].keys():
            found += _differences(value, other[key], f"{prefix}{key}.")
        elif value != other[key]:
            found.append(f"{prefix}{key}")
    return found


def _values(text: str) -> list[Decimal]:
    if ":" not in text:
        return [Decimal(part) for part in text.split(",")]
    first, last, step = map(Decimal, text.split(":"))
    if step <= 0 or not (last - first).is_finite():
        raise ValueError
    return [first + place * step for place in range(min(int((last - first) / step) + 1, MAX_STEPS + 1))]


def _taken(page: Row, judged: Iterable[str]) -> dict[str, float]:
    """The metrics of a page that are not null, and the values that rules judge."""
    named = dict.fromkeys((*page.metrics.asDict(), *judged))
    return {name: value for name in named if (value := value_of(page, name)) is not None}


def _in_turn(groups: list[_Group], count: int) -> list[tuple[dict[str, int], _Group]]:
    """Pages with their group, from all groups in turn, so that different changes are shown first."""
    turns = ((group.examples[turn], group) for turn in range(count) for group in groups if turn < len(group.examples))
    return list(islice(turns, count))


def _examples(
    work: Work, crawls: Sequence[str], turns: list[tuple[dict[str, int], _Group]], judged: Iterable[str]
) -> list[Example]:
    if not turns:
        return []
    mine = (
        (F.col("crawl") == crawl) & (F.col("shard") == shard) & (F.col("page_id") == page["page_id"])
        for page, _ in turns
        for crawl, shard in (crawl_and_shard(crawls, page["place"]),)
    )
    here, keys = reduce(lambda one, other: one | other, mine), ["crawl", "shard", "page_id"]
    urls = F.broadcast(_rows(work, "pages").where(here).select(*keys, page_name_expr()))
    rows = _rows(work, "measures").where(here).drop("text", "fingerprint").join(urls, keys).collect()
    known = {row.page_id: row for row in rows}
    return [
        Example(page.page_id, page.crawl, page.url, page.language, group.before, group.after, _taken(page, judged))
        for turn, group in turns
        for page in (known[turn["page_id"]],)
    ]
