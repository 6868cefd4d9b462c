"""How settings are read: five layers of YAML become one frozen, checked value.

    conf/base.yaml < conf/local.yaml, cluster.yaml or compose.yaml < recipe < --config file < --set key=value

All problems of all layers are reported at once, before Spark starts.
"""

from __future__ import annotations

import copy
import importlib.resources
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import BaseModel, ValidationError

from winnow.errors import SettingsError, did_you_mean
from winnow.settings.jobs import order_problems
from winnow.settings.schema import Settings
from winnow.settings.text_lists import decode_text

DEFAULT_RECIPE = "winnow"
ENVIRONMENTS = ("local", "cluster", "compose")
CONF = Path(str(importlib.resources.files("winnow.conf")))

_VARIABLE = "WINNOW_ENVIRONMENT"


class _Layer(NamedTuple):
    source: str
    values: dict[str, Any]


class _Loader(yaml.CSafeLoader):
    """YAML, read by libyaml. Only `true` and `false` are Booleans, so that `[no]` means Norwegian.

    A name that occurs twice in a mapping is an error: YAML itself would take the last one.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping as a dictionary."""
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value} occurs twice", problem_mark=key.start_mark)
            seen.add(key.value)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


_Loader.yaml_implicit_resolvers = {
    first: [(tag, regex) for tag, regex in resolvers if tag != "tag:yaml.org,2002:bool" or first in "tTfF"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load_settings(
    recipe: str | Mapping[str, Any] = DEFAULT_RECIPE,
    environment: str | None = None,
    config: Path | None = None,
    changes: list[str] | None = None,
) -> Settings:
    """The settings of one run.

    `recipe` is a name in `conf/recipes`, the path of a YAML file, or the values of such a file; `changes` are
    `key=value` strings with dotted keys and values in YAML; `environment` is one of ENVIRONMENTS, or None: then the
    variable WINNOW_ENVIRONMENT names it, else it is local. Raises SettingsError with all problems.
    """
    problems: list[str] = []
    layers = [_read(CONF / "base.yaml", problems), _read(_environment_file(environment, problems), problems)]
    layers.append(_recipe(recipe, problems))
    if config is not None:
        layers.append(_read(config, problems))
    layers += [_parse_change(change, problems) for change in changes or []]
    merged: dict[str, Any] = {}
    sources: dict[str, str] = {}
    for layer in layers:
        _merge(merged, layer.values, Settings, layer.source, "", sources, problems)
    settings = _validate(merged, sources, problems)
    problems += order_problems(settings.jobs) if settings is not None else []
    if problems or settings is None:
        raise SettingsError(problems)
    return settings


def _environment_file(name: str | None, problems: list[str]) -> Path:
    source, name = ("--environment", name) if name else (_VARIABLE, os.environ.get(_VARIABLE) or "local")
    if name not in ENVIRONMENTS:
        problems.append(f"{source} {name}: expected one of {', '.join(ENVIRONMENTS)}")
        name = "local"
    return CONF / f"{name}.yaml"


def as_recipe(recipe: str | Mapping[str, Any], config: Path | None, changes: list[str] | None) -> dict[str, Any]:
    """The content of a recipe file that replaces a recipe, a --config file and changes together.

    `spark` and `sources`, which change no row, are left out. Raises SettingsError if a layer cannot be read.
    """
    problems: list[str] = []
    layers = [_recipe(recipe, problems)]
    layers += [_read(config, problems)] if config is not None else []
    layers += [_parse_change(change, problems) for change in changes or []]
    merged: dict[str, Any] = {}
    for layer in layers:
        _merge(merged, layer.values, Settings, layer.source, "", {}, problems)
    if problems:
        raise SettingsError(problems)
    return {name: value for name, value in merged.items() if name not in ("spark", "sources")}


def named_file(name: str, folder: str, problems: list[str]) -> Path:
    """The file that `name` means: a YAML file of `conf/<folder>`, or a path that ends in .yaml or .yml."""
    if name.endswith((".yaml", ".yml")):
        return Path(name)
    known = sorted(path.stem for path in (CONF / folder).glob("[!.]*.yaml"))
    if name not in known:
        problems.append(f"conf/{folder}: there is no {name}.{did_you_mean(name, known)} Known are: {', '.join(known)}")
    return CONF / folder / f"{name}.yaml"


def read_yaml(path: Path, problems: list[str]) -> Any:
    """The content of a YAML file; None, with a problem noted, if it cannot be read."""
    try:
        return yaml.load(decode_text(path.read_bytes()), Loader=_Loader)
    except FileNotFoundError:
        if path.parent.parent != CONF:  # names that are not in conf were reported before
            problems.append(f"{path}: there is no such file")
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        problems.append(f"{path}: cannot be read: {' '.join(str(error).split())}")
    return None


def _recipe(recipe: str | Mapping[str, Any], problems: list[str]) -> _Layer:
    if isinstance(recipe, str):
        return _read(named_file(recipe, "recipes", problems), problems)
    return _Layer("the settings of the warehouse", copy.deepcopy(dict(recipe)))


def _read(path: Path, problems: list[str]) -> _Layer:
    source = str(Path("conf") / path.relative_to(CONF)) if path.is_relative_to(CONF) else str(path)
    values = read_yaml(path, problems) or {}
    if not isinstance(values, dict):
        problems.append(f"{source}: expected settings by name, found a {type(values).__name__}")
        values = {}
    return _Layer(source, values)


def _parse_change(change: str, problems: list[str]) -> _Layer:
    key, equals, text = change.partition("=")
    if not equals or not key.strip():
        problems.append(f"--set {change}: expected key=value, as in language.wanted=[de]")
        return _Layer("--set", {})
    try:
        value = yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        problems.append(f"--set {change}: the value is not valid YAML: {' '.join(str(error).split())}")
        return _Layer("--set", {})
    for name in reversed(_names(key.strip())):
        value = {name: value}
    return _Layer(f"--set {change}", value)


def _names(key: str) -> list[str]:
    """The parts of a dotted key; the name of a setting of Spark itself, which contains dots, is one part."""
    sparks_own = key.removeprefix("spark.config.")
    return ["spark", "config", sparks_own] if sparks_own != key else key.split(".")


def _merge(
    into: dict[str, Any],
    values: Mapping[str, Any],
    model: type[BaseModel] | None,
    source: str,
    prefix: str,
    sources: dict[str, str],
    problems: list[str],
) -> None:
    """Merge `values` into `into`, record the source of each, and note keys that the model does not have."""
    for name, value in values.items():
        path = f"{prefix}{name}"
        if model is not None and name not in model.model_fields:
            problems.append(f"{source}: {path}: unknown setting.{did_you_mean(str(name), model.model_fields)}")
            continue
        sources[path] = source
        inner = _inner_model(model, str(name))
        if inner is not None and not isinstance(value, Mapping):
            problems.append(f"{source}: {path}: expected settings by name, found {_shown(value)}")
            continue
        if isinstance(value, Mapping) and (inner is not None or isinstance(into.get(name), dict)):
            below = into.get(name)
            into[name] = below = below if isinstance(below, dict) else {}
            _merge(below, value, inner, source, f"{path}.", sources, problems)
        else:
            into[name] = value


def _inner_model(model: type[BaseModel] | None, name: str) -> type[BaseModel] | None:
    annotation = model.model_fields[name].annotation if model is not None else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def _validate(merged: dict[str, Any], sources: Mapping[str, str], problems: list[str]) -> Settings | None:
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        for problem in error.errors():
            problems.append(_describe(problem["loc"], problem["msg"], problem.get("input"), sources))
    return None


def _describe(location: tuple[int | str, ...], message: str, value: Any, sources: Mapping[str, str]) -> str:
    path = ".".join(str(part) for part in location if part != "[key]")
    source = next((sources[near] for near in _ancestors(path) if near in sources), "conf/base.yaml")
    said = message.replace("dictionary", "mapping of names to values")
    return f"{source}: {path}: {said[0].lower()}{said[1:]}, found {_shown(value)}"


def _shown(value: Any) -> str:
    """A value as YAML writes it."""
    return json.dumps(value) if value is None or isinstance(value, bool) else repr(value)


def _ancestors(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition(".")[0]
