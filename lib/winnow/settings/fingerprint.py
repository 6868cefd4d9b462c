"""Fingerprints: what rows were made with. A changed setting redoes the tables that depend on it, and no others.

The fingerprint of a target is a hash of the settings that affect its rows, the checksums of their lists and models, the
versions of its kernels, and the fingerprint of its source. It never contains cores, waves, batch sizes or roots.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from winnow.kernels import versions
from winnow.kernels.languages.model_file import model_checksum
from winnow.settings.jobs import JOBS, jobs_of
from winnow.settings.kernel_settings import (
    measure_settings,
    rules_of,
    token_settings,
    triage_settings,
    url_lists,
)
from winnow.settings.languages import min_scores
from winnow.settings.rules import Rule
from winnow.settings.schema import Fuzzy, Settings
from winnow.tables import SCHEMA_VERSION

_NUMBER = re.compile(r"[0-9]+(?:e[0-9]+)?")


def fingerprints(settings: Settings) -> dict[str, str]:
    """The fingerprint of each target of the recipe. Raises SettingsError if a list or model is wrong.

    A fingerprint contains that of the source, which is the table of the job before: so it depends on the jobs' order.
    """
    own: dict[str, Callable[[Settings], Any]] = {
        "pages": _pages, "measures": _measures, "verdicts": _verdicts, "near_duplicates": _near_duplicates,
        "repeated_spans": _repeated_spans, "url_duplicates": _url_duplicates,
    }  # fmt: skip
    made: dict[str, str] = {"crawls": _fingerprint("crawls", {}, None)}
    source = None
    for target in (JOBS[name].table for name in jobs_of(settings)):
        source = made[target] = _fingerprint(target, own[target](settings) if target in own else {}, source)
    made["archives"] = made["pages"]  # extract_pages writes both
    made["signatures"] = _fingerprint("signatures", _signatures(settings.fuzzy), None)
    return made


def measures_from(settings: Settings, pages: str) -> str:
    """The fingerprint of `measures` made with these settings from `pages` with this fingerprint."""
    return _fingerprint("measures", _measures(settings), pages)


def verdicts_from(rules: Sequence[Rule], source: str) -> str:
    """The fingerprint of `verdicts` made with these rules from a source (`measures`, mostly) with this fingerprint."""
    return _fingerprint("verdicts", _bounds(rules), source)


def _fingerprint(target: str, inputs: Any, source: str | None) -> str:
    return digest([SCHEMA_VERSION, target, inputs, source])


def digest(value: Any) -> str:
    """A hash of a JSON value: the first 16 hex digits of its SHA-256 that readers of exports take for no number."""
    found = hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    names = (found[place : place + 16] for place in range(len(found) - 15))
    return next((name for name in names if not _NUMBER.fullmatch(name)), found[:16])


def _pages(settings: Settings) -> dict[str, Any]:
    gates = settings.url.model_dump(exclude={"built", "lists", "categories", "words", "exceptions"})
    return {
        "max_html_bytes": settings.archives.max_html_bytes,
        "input": settings.input.model_dump(),
        "url": {**gates, "lists": url_lists(settings.url).checksum},
        "extract": settings.extract.model_dump(exclude={"recycle_pages", "faster"}),
        "libraries": [version(name) for name in ("trafilatura", "lxml", "justext")],
        "language": {
            **settings.language.model_dump(include={"wanted", "min_score"}),
            "min_scores": min_scores(settings.language),
            "model": model_checksum(Path(settings.language.model) if settings.language.model else None),
            "second_model": model_checksum(Path(second)) if (second := settings.language.second_model) else None,
        },
        "triage": _triage(settings),
        "text": settings.text.model_dump(),
        "kernels": versions.PAGES,
    }


def _triage(settings: Settings) -> dict[str, Any] | None:
    """None if triage is off. The model is left out: `_pages` has its checksum."""
    used = triage_settings(settings.language)
    if used is None:
        return None
    return {**asdict(replace(used, model=None)), "library": version("resiliparse"), "kernels": versions.TRIAGE}


def _measures(settings: Settings) -> dict[str, Any]:
    """Line rules only if they are used; bad words and own metrics always, by their content."""
    lines, read = settings.measure.lines, measure_settings(settings)
    used = {"refinedweb": asdict(read.refinedweb), "c4": asdict(read.c4)}.get(lines)
    return {
        "lines": lines,
        "used": used,
        "bad_words": read.c4.bad_words,
        "own_text": read.own_text,
        "whole_code": read.whole_code and lines != "none",
        "own": read.own.checksum if read.own else None,
        "stop_words": read.stop_words,
        "words": read.words,
        "kernels": versions.MEASURES,
    }


def _verdicts(settings: Settings) -> list[Any]:
    return _bounds(rules_of(settings))


def _bounds(rules: Sequence[Rule]) -> list[Any]:
    """The bounds of rules, without their sentences; with languages only if a rule does not judge all alike."""
    return [[*rule[:4], *([rule.languages, rule.by_language] if rule[5:] != (None, ()) else [])] for rule in rules]


def _near_duplicates(settings: Settings) -> dict[str, Any]:
    """Without the thresholds that this kind of verification does not use; `by_language` only where it is on."""
    fuzzy = settings.fuzzy
    unused = {"none": {"min_jaccard", "whole_component"}, "edges": {"whole_component"}, "survivor": set[str]()}
    every = set[str]() if fuzzy.by_language else {"by_language"}
    return {
        **fuzzy.model_dump(exclude={"signatures", "max_component", "max_driver_edges", *unused[fuzzy.verify], *every}),
        "kernels": [versions.SIGNATURES, versions.NEAR_DUPLICATES],
        **_segmenter(fuzzy),
    }


def _signatures(fuzzy: Fuzzy) -> dict[str, Any]:
    """The settings of near duplicates that signatures depend on."""
    unit = {"unit", "shingle_size", "punctuation", "numbers", "lower_case", "remove_accents", "simplify"}
    return {
        **fuzzy.model_dump(include={*unit, "bands", "rows_per_band", "seed"}),
        "kernels": versions.SIGNATURES,
        **_segmenter(fuzzy),
    }


def _segmenter(fuzzy: Fuzzy) -> dict[str, str]:
    """The version of the segmenter for Chinese, if one is used."""
    return {"jieba": version("rjieba")} if fuzzy.unit == "jieba" else {}


def _repeated_spans(settings: Settings) -> dict[str, Any]:
    """Without bounds that the policy does not use; folding only for folded tokens."""
    mine = settings.spans
    unused = set() if mine.policy in ("cut", "mask") else {"min_left_chars"}
    return {
        **mine.model_dump(exclude={"filter_bytes", *unused}),
        "folding": asdict(token_settings(settings)) if mine.unit == "folded" else None,
        "kernels": versions.REPEATED_SPANS,
    }


def _url_duplicates(settings: Settings) -> dict[str, Any]:
    keys = {"keys": versions.URL_KEYS} if settings.url_duplicates.url_key == "canonical" else {}
    return {**settings.url_duplicates.model_dump(), "kernels": versions.URL_DUPLICATES, **keys}
