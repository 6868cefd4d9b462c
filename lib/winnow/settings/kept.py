"""Settings as a warehouse keeps them: readable, without secrets, with the rules that they result in."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel

from winnow.settings.kernel_settings import rules_of
from winnow.settings.load import load_settings
from winnow.settings.rules import Rule
from winnow.settings.schema import Settings

_LEFT_OUT: dict[str, Any] = {"spark": True, "sources": True, "archives": {"num_shards"}}
_FILES = (
    ("url", "built"), ("url", "lists"), ("url", "words"), ("url", "exceptions"), ("language", "model"),
    ("measure", "own"), ("measure", "c4", "bad_words"),
)  # fmt: skip
_RULES = "rules_in_use"
_OPEN = {"min": -math.inf, "max": math.inf}
_NOTHING = "(not set)"


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
    files = [_full_path(name) if name.endswith((".yaml", ".yml")) else name for name in settings.rule_files]
    return Kept(recipe, {**values, "rule_files": files}, rules_of(settings))


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
    """`key: old -> new` for each setting and rule that differs, with dotted keys."""
    before, after = _flat(old), _flat(new)
    return [
        f"{key}: {before.get(key, _NOTHING)} -> {after.get(key, _NOTHING)}"
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    ]


def _full_path(name: str | None) -> str | None:
    return None if name is None else str(Path(name).absolute())


def _finite(rule: Rule) -> dict[str, Any]:
    """A rule as in its file: without open bounds."""
    return {name: value for name, value in rule._asdict().items() if value not in (None, -math.inf, math.inf)}


def _fields(rule: Mapping[str, Any]) -> dict[str, Any]:
    known = {name: value for name, value in rule.items() if name in Rule._fields}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in known.items()}


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
    rules = {f"rules.{rule.reason}": f"{rule.metric} {rule.bounds}" for rule in kept.rules}
    return {**dict(_leaves(settings, "")), **rules}


def _leaves(values: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
