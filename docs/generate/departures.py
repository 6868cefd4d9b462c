"""docs/departures.md: where winnow differs from the papers, formats and programs that it follows."""

from __future__ import annotations

from itertools import groupby

from docs.generate.docstrings import Docstring, docstrings
from docs.generate.markdown import code, page
from docs.generate.rules import RECIPES, head_comment, rule_files
from docs.generate.settings import all_settings
from winnow.export.markdown import table
from winnow.settings.load import CONF

_INTRO = """\
Where winnow differs from what is published, and what it had to choose because nothing is published. This page is
collected from docstrings, from comments of rules and recipes, and from settings that are marked as a choice.
[reasons.md](reasons.md) has each rule with its source, [metrics.md](metrics.md) each metric."""


def departures_page() -> str:
    """The page."""
    rules = table(("rules", "notes"), ((code(file.name), file.comment) for file in rule_files()))
    recipes = table(("recipe", "notes"), ((code(name), _recipe_comments(name)) for name in RECIPES))
    choices = [one for one in all_settings() if "(choice)" in one.meaning]
    chosen = table(
        ("setting", "chosen", "meaning"),
        ((code(one.name), one.default, one.meaning.replace(" (choice)", "")) for one in choices),
    )
    found = [one for one in docstrings() if one.section("Differs")]
    parts = [_module(module, list(ones)) for module, ones in groupby(found, key=lambda one: one.module)]
    return page(
        "Departures", _INTRO, "## Recipes", recipes, "## Rules", rules, "## Settings without a source", chosen,
        "## In the code", *parts,
    )  # fmt: skip


def _module(module: str, found: list[Docstring]) -> str:
    return f"### {module}\n\n" + "\n".join(_departure(one) for one in found)


def _departure(one: Docstring) -> str:
    differs = one.section("Differs")
    source = f" Source: {one.section('Source')}" if one.section("Source") else ""
    return f"- {code(one.name)}: {differs}{source}"


def _recipe_comments(name: str) -> str:
    """The comment at the head of a recipe, and the comments at its settings."""
    text = (CONF / "recipes" / f"{name}.yaml").read_text(encoding="utf-8")
    said, section = [head_comment(text)], ""
    for line in text.split("\n"):
        setting, _, comment = map(str.strip, line.partition("#"))
        if setting and not line.startswith(" "):
            section = setting.partition(":")[0]
        if comment and line.startswith(" ") and setting:
            said.append(f"{code(f'{section}.{setting}')}: {comment}")
        elif comment and not line.startswith("#"):
            said.append(f"{code(section)}: {comment}")
    return "<br>".join(said)
