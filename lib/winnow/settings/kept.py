"""Settings as a warehouse keeps them: readable, without secrets, with the rules that they result in."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel

from winnow.settings.kernel_settings import rules_of
from winnow.settings.load import load_settings
from winnow.settings.rules import LanguageBounds, Rule
from winnow.settings.schema import Settings

_LEFT_OUT: dict[str, Any] = {"spark": True, "sources": True, "archives": {"num_shards"}}
_FILES = (
    ("url", "built"), ("url", "lists"), ("url", "words"), ("url", "exceptions"), ("language", "model"),
    ("language", "second_model"),
    ("measure", "own"), ("measure", "c4", "bad_words"),
)  # fmt: skip
_RULES = "rules_in_use"
_OPEN = {"min": -math.inf, "max": math.inf}
_NOTHING = "(not set)"
_OF_LANGUAGES = re.compile(r"^rules\.\w+\.(languages$|by_language\.)")


class Kept(NamedTuple):
    """What rows were made with.

    recipe      name of the recipe that the settings are based on
    settings    all settings by section, except `spark` and `sources`, which change no row and may contain secrets, and
                `archives.num_shards`, which belongs to the warehouse; files by their full paths
    rules       as they were then, even if their files have changed since
    """

    recipe: str
    settings: Mapping[str, Any]
    rules: tuple[Rule, ...]


def kept_of(settings: Settings, recipe: str) -> Kept:
    """What is kept of these settings. Raises SettingsError if their rules are wrong."""
    values = settings.model_dump(exclude=_LEFT_OUT, exclude_unset=True)
    for *sections, name in _FILES:
        inner = values
        for section in sections:
            inner = inner[section]
        inner[name] = _full_path(inner[name])
    if isinstance(values["language"].get("min_scores"), str):
        values["language"]["min_scores"] = _full_path(values["language"]["min_scores"])
    named = {"rule_files": [_named(name) for name in settings.rule_files], "by_language": _named(settings.by_language)}
    return Kept(recipe, {**values, **named}, rules_of(settings))


def to_yaml(kept: Kept) -> str:
    """The settings as YAML; the rules in use come last."""
    values = {**kept.settings, _RULES: [_finite(rule) for rule in kept.rules]}
    return yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=120)


def from_yaml(recipe: str, text: str) -> Kept:
    """What a warehouse keeps, read from YAML; settings that this version does not know are ignored."""
    values = yaml.safe_load(text)
    rules = tuple(Rule(**{**_OPEN, **_fields(rule)}) for rule in values.pop(_RULES))
    return Kept(recipe, _known(values, Settings), rules)


def settings_from(kept: Kept, now: Settings) -> Settings:
    """The settings that are kept; those that are not kept come from `now`."""
    made = load_settings(kept.settings)
    archives = made.archives.model_copy(update={"num_shards": now.archives.num_shards})
    return made.model_copy(update={"archives": archives, "spark": now.spark, "sources": now.sources})


def differences(old: Kept, new: Kept) -> list[str]:
    """`key: old -> new` for every setting and rule that differs, keys dotted.

    If only one side wants a language, bounds of rules for it are left out: `language.wanted` shows the difference.
    """
    before, after = _flat(old), _flat(new)
    return [
        f"{key}: {before.get(key, _NOTHING)} -> {after.get(key, _NOTHING)}"
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key) and (key in before.keys() & after.keys() or not _OF_LANGUAGES.search(key))
    ]


def _full_path(name: str | None) -> str | None:
    return None if name is None else str(Path(name).absolute())


def _named(name: str | None) -> str | None:
    """A name of a file in `conf`, or the full path of another."""
    return _full_path(name) if name is not None and name.endswith((".yaml", ".yml")) else name


def _finite(rule: Rule) -> dict[str, Any]:
    """A rule in the form of its file: without open bounds; all languages on one line, since there may be many."""
    fields = {
        **rule._asdict(),
        "languages": " ".join(rule.languages) if rule.languages else None,
        "by_language": "; ".join(" ".join(map(str, bounds)) for bounds in rule.by_language) or None,
    }
    return {name: value for name, value in fields.items() if value not in (None, -math.inf, math.inf)}


def _fields(rule: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in rule.items() if name in Rule._fields}
    languages, by_language = known.get("languages"), known.pop("by_language", "")
    if languages is not None:
        known["languages"] = tuple(languages.split() if isinstance(languages, str) else languages)
    parts = (bounds.split() for bounds in by_language.split("; ") if bounds)
    return {**known, "by_language": tuple(LanguageBounds(*part[:2], *map(float, part[2:])) for part in parts)}


def _known(values: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    found = {}
    for name, value in values.items():
        field = model.model_fields.get(name)
        if field is not None:
            inner = field.annotation
            is_section = isinstance(inner, type) and issubclass(inner, BaseModel) and isinstance(value, Mapping)
            found[name] = _known(value, inner) if is_section else value  # type: ignore[arg-type]
    return found


def _flat(kept: Kept) -> dict[str, str]:
    """Settings by dotted name, then rules by reason; changes of rules appear as the rules that they result in."""
    settings = {name: value for name, value in kept.settings.items() if name != "rules"}
    return {**dict(_leaves(settings, "")), **{key: told for rule in kept.rules for key, told in _told(rule)}}


def _told(rule: Rule) -> Iterator[tuple[str, str]]:
    """The bounds of a rule for most languages, then for each language with bounds of its own."""
    if rule.languages is not None:
        yield f"rules.{rule.reason}.languages", " ".join(rule.languages)
    yield f"rules.{rule.reason}", f"{rule.metric} {rule.bounds}"
    for own in rule.by_language:
        yield f"rules.{rule.reason}.by_language.{own.label}", f"{own.metric} {rule.judging(*own[1:]).bounds}"


def _leaves(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
