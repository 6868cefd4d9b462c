"""Fingerprints: what rows were made with, so that a changed setting redoes what follows from it and nothing else.

A target's fingerprint hashes the settings that affect its rows, the checksums of the lists and models behind them, the
versions of its kernels, and the fingerprint of its source. Cores, waves, batch sizes and roots are never in it.
"""

from __future__ import annotations

import hashlib
import json
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
from winnow.settings.rules import Rule
from winnow.settings.schema import Fuzzy, Settings
from winnow.tables import SCHEMA_VERSION


def fingerprints(settings: Settings) -> dict[str, str]:
    """The fingerprint of every target of the recipe. Raises SettingsError where a list or model is wrong.

    The fingerprint of a table's source, the table of the job before it, is part of its own: so is the jobs' order.
    """
    own: dict[str, Callable[[Settings], Any]] = {
        "pages": _pages, "measures": _measures, "verdicts": _verdicts, "near_duplicates": _near_duplicates,
        "repeated_spans": _repeated_spans, "url_duplicates": _url_duplicates,
    }  # fmt: skip
    made: dict[str, str] = {"crawls": _fingerprint("crawls", {}, None)}
    source = None
    for target in (JOBS[name].table for name in jobs_of(settings)):
        source = made[target] = _fingerprint(target, own[target](settings) if target in own else {}, source)
    made["archives"] = made["pages"]  # what is known of an archive comes from the pass that made its pages
    made["signatures"] = _fingerprint("signatures", _signatures(settings.fuzzy), None)
    return made


def measures_from(settings: Settings, pages: str) -> str:
    """The fingerprint of `measures` that are made under these settings from `pages` of this fingerprint."""
    return _fingerprint("measures", _measures(settings), pages)


def verdicts_from(rules: Sequence[Rule], measures: str) -> str:
    """The fingerprint of `verdicts` that are made by these rules from `measures` of this fingerprint."""
    return _fingerprint("verdicts", _bounds(rules), measures)


def _fingerprint(target: str, inputs: Any, source: str | None) -> str:
    return digest([SCHEMA_VERSION, target, inputs, source])


def digest(value: Any) -> str:
    """16 hex digits that name a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def _pages(settings: Settings) -> dict[str, Any]:
    gates = settings.url.model_dump(exclude={"built", "lists", "categories", "words", "exceptions"})
    return {
        "max_html_bytes": settings.archives.max_html_bytes,
        "url": {**gates, "lists": url_lists(settings.url).checksum},
        "extract": settings.extract.model_dump(exclude={"recycle_pages", "faster"}),
        "libraries": [version(name) for name in ("trafilatura", "lxml", "justext")],
        "language": {
            **settings.language.model_dump(exclude={"model", "triage"}),
            "model": model_checksum(Path(settings.language.model) if settings.language.model else None),
        },
        "triage": _triage(settings),
        "text": settings.text.model_dump(),
        "kernels": versions.PAGES,
    }


def _triage(settings: Settings) -> dict[str, Any] | None:
    """Nothing where it is off; the model is named beside it by its content."""
    used = triage_settings(settings.language)
    if used is None:
        return None
    return {**asdict(replace(used, model=None)), "library": version("resiliparse"), "kernels": versions.TRIAGE}


def _measures(settings: Settings) -> dict[str, Any]:
    """Line rules count only where they are used; bad words and own metrics by content, in every mode."""
    lines, read = settings.measure.lines, measure_settings(settings.measure)
    used = {"refinedweb": asdict(read.refinedweb), "c4": asdict(read.c4)}.get(lines)
    return {
        "lines": lines,
        "used": used,
        "bad_words": read.c4.bad_words,
        "own_text": read.own_text,
        "whole_code": read.whole_code and used is not None,
        "own": read.own.checksum if read.own else None,
        "kernels": versions.MEASURES,
    }


def _verdicts(settings: Settings) -> list[Any]:
    return _bounds(rules_of(settings))


def _bounds(rules: Sequence[Rule]) -> list[Any]:
    """Without the sentence that says what a rule means."""
    return [rule[:4] for rule in rules]


def _near_duplicates(settings: Settings) -> dict[str, Any]:
    """No threshold where nothing is verified."""
    fuzzy = settings.fuzzy
    unused = {"none": {"min_jaccard", "whole_component"}, "edges": {"whole_component"}, "survivor": set[str]()}
    return {
        **fuzzy.model_dump(exclude={"signatures", "max_component", "max_driver_edges", *unused[fuzzy.verify]}),
        "kernels": [versions.SIGNATURES, versions.NEAR_DUPLICATES],
        **_segmenter(fuzzy),
    }


def _signatures(fuzzy: Fuzzy) -> dict[str, Any]:
    """Of what near duplicates depend on, that which signatures do."""
    unit = {"unit", "shingle_size", "punctuation", "numbers", "lower_case", "remove_accents"}
    return {
        **fuzzy.model_dump(include={*unit, "bands", "rows_per_band", "seed"}),
        "kernels": versions.SIGNATURES,
        **_segmenter(fuzzy),
    }


def _segmenter(fuzzy: Fuzzy) -> dict[str, str]:
    """What cuts Chinese into words, where something does."""
    return {"jieba": version("rjieba")} if fuzzy.unit == "jieba" else {}


def _repeated_spans(settings: Settings) -> dict[str, Any]:
    """Of the words' folding only what is used, and no unused bound."""
    mine = settings.spans
    bounds = {"cut": "min_left_chars", "mask": "min_left_chars", "drop_partial": "max_repeated_fraction"}
    unused = {"min_left_chars", "max_repeated_fraction"} - {bounds.get(mine.policy)}
    return {
        **mine.model_dump(exclude={"filter_bytes", *unused}),
        "folding": asdict(token_settings(settings)) if mine.unit == "folded" else None,
        "kernels": versions.REPEATED_SPANS,
    }


def _url_duplicates(settings: Settings) -> dict[str, Any]:
    keys = {"keys": versions.URL_KEYS} if settings.url_duplicates.url_key == "canonical" else {}
    return {**settings.url_duplicates.model_dump(), "kernels": versions.URL_DUPLICATES, **keys}
