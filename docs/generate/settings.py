"""docs/settings.md: every setting, its values, default and sentence, and which recipe changes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import yaml

from docs.generate.markdown import code, page
from winnow.export.markdown import table
from winnow.settings.load import CONF, read_yaml
from winnow.settings.schema import Settings

_WIDEST = 2**31 - 1  # bounds from here on are those of machines, not of the setting
_INTRO = """\
`conf/base.yaml` has all settings, each with its default, its unit and its source. Later layers change it:
`conf/local.yaml`, `cluster.yaml` or `compose.yaml` (`--environment`), the recipe (`--recipe`; without it, the settings
of the warehouse, else `winnow`), a file (`--config`), and `--set section.name=value`, whose value is YAML. Unknown
names are refused, and all problems are reported at once. Brackets name the source of a default; *choice* means that no
paper has one."""


class Setting(NamedTuple):
    """A setting: its dotted name, the JSON schema of its values, its default in YAML, and what conf/base.yaml says."""

    name: str
    schema: dict[str, Any]
    default: str
    meaning: str


def settings_page() -> str:
    """The page."""
    changes = {path.stem: flat(read_yaml(path, [])) for path in sorted((CONF / "recipes").glob("*.yaml"))}
    parts = []
    known = all_settings()
    for section, meaning in _sections().items():
        mine = [one for one in known if _section_of(one.name) == section]
        rows = [(code(one.name), values(one.schema), one.default, one.meaning, _changed(one, changes)) for one in mine]
        parts += [f"## {section or 'At the top'}", meaning, table(_HEAD, rows)]
    return page("Settings", _INTRO, *parts)


_HEAD = ("setting", "values", "default", "meaning", "recipes that change it")


def all_settings() -> list[Setting]:
    """Every setting, in the order of conf/base.yaml."""
    text = (CONF / "base.yaml").read_text(encoding="utf-8")
    schema = Settings.model_json_schema()
    return [
        Setting(name, _schema_of(name, schema), _default(node), _comment(text, first, last))
        for name, node, first, last in _leaves(text)
    ]


def flat(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Settings by dotted name; `rules` and what else is a free mapping stays one value."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, dict) and f"{prefix}{name}" in _sections():
            found |= flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def values(schema: dict[str, Any]) -> str:
    """The values that a JSON schema allows, in words."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(values(one) for one in schema["anyOf"]))
    if "enum" in schema:
        return ", ".join(map(code, schema["enum"]))
    kind = schema.get("type")
    if kind == "array":
        return "list"
    if kind in ("integer", "number"):
        return _number(schema)
    return {"boolean": "`true`, `false`", "object": "mapping", "string": "text", "null": "`null`"}[kind or "object"]


def _number(schema: dict[str, Any]) -> str:
    kind = {"integer": "whole number", "number": "number"}[schema["type"]]
    least, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    most, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    if schema["type"] == "integer" and above is not None:
        least, above = above + 1, None
    bounds = [f"at least {least}" * (least is not None), f"above {above}" * (above is not None)]
    bounds += [f"at most {most}" * (most is not None and most < _WIDEST), f"below {below}" * (below is not None)]
    return ", ".join([kind, *filter(None, bounds)])


def _schema_of(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    here: dict[str, Any] = schema
    for part in name.split("."):
        if "$ref" in here:
            here = schema["$defs"][here["$ref"].rpartition("/")[2]]
        here = here["properties"][part]
    return here


def _section_of(name: str) -> str:
    return name.rpartition(".")[0]


@cache
def _sections() -> dict[str, str]:
    """The sections by dotted name, each with the comment beside it; '' is the top."""
    found: dict[str, str] = {}
    text = (CONF / "base.yaml").read_text(encoding="utf-8")
    for name, *_ in _leaves(text):
        found.setdefault(_section_of(name), "")
    for name in found:
        head = re.search(rf"^ *{name.rpartition('.')[2]}: *# (.*)$", text, re.MULTILINE) if name else None
        found[name] = f"{head[1][:1].upper()}{head[1][1:]}." if head else ""
    return dict(sorted(found.items(), key=lambda item: item[0] == ""))


def _leaves(text: str) -> Iterator[tuple[str, yaml.Node, int, int]]:
    """Each setting: name, value, its first line, and the line of the next key."""
    root = yaml.compose(text)
    assert isinstance(root, yaml.MappingNode)
    keys = list(_keys(root, ""))
    ends = [key.start_mark.line for _, key, _ in keys[1:]] + [len(text.splitlines())]
    for (name, key, value), end in zip(keys, ends, strict=True):
        if not isinstance(value, yaml.MappingNode) or not value.value:
            yield name, value, key.start_mark.line, end


def _keys(node: yaml.MappingNode, prefix: str) -> Iterator[tuple[str, yaml.Node, yaml.Node]]:
    for key, value in node.value:
        yield f"{prefix}{key.value}", key, value
        if isinstance(value, yaml.MappingNode):
            yield from _keys(value, f"{prefix}{key.value}.")


def _default(node: yaml.Node) -> str:
    if isinstance(node, yaml.SequenceNode):
        return code(f"[{', '.join(item.value for item in node.value)}]")
    return code("{}" if isinstance(node, yaml.MappingNode) else str(node.value))


def _comment(text: str, first: int, last: int) -> str:
    """The comments between two lines, up to a line without anything."""
    said = []
    for line in text.splitlines()[first:last]:
        if not line.strip():
            break
        if found := re.search(r"(?:^|\s)# ?(.*)$", line):
            said.append(found[1].strip())
    return " ".join(said)


def _changed(setting: Setting, changes: dict[str, dict[str, Any]]) -> str:
    if setting.name == "rules":
        return ", ".join(code(recipe) for recipe, mine in changes.items() if "rules" in mine)
    return ", ".join(
        f"{code(recipe)}: {code(_shown(mine[setting.name]))}"
        for recipe, mine in changes.items()
        if setting.name in mine and _shown(mine[setting.name]) != setting.default.strip("`")
    )


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_shown, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)
