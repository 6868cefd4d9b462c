"""The rules of every recipe, as the reference pages show them."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from docs.generate.markdown import code
from winnow.kernels.measures.metrics import METRICS
from winnow.settings.kernel_settings import rules_of
from winnow.settings.load import CONF, load_settings, read_yaml
from winnow.settings.rules import Rule, load_rules

RECIPES = tuple(sorted(path.stem for path in (CONF / "recipes").glob("*.yaml")))


class RuleFile(NamedTuple):
    """A file of conf/rules: its name, the comment at its head, its source, and its rules as they stand in it."""

    name: str
    comment: str
    source: str
    rules: tuple[Rule, ...]


@cache
def rule_files() -> tuple[RuleFile, ...]:
    """Every file of conf/rules."""
    return tuple(_rule_file(path.stem) for path in sorted((CONF / "rules").glob("*.yaml")))


@cache
def recipe_rules() -> dict[str, dict[str, Rule]]:
    """The rules of each recipe by reason."""
    return {name: {rule.reason: rule for rule in rules_of(load_settings(name))} for name in RECIPES}


def used(rule: Rule) -> str:
    """The recipes that use a rule, each with what it changes of it."""
    shown = []
    for recipe, rules in recipe_rules().items():
        if (mine := rules.get(rule.reason)) is not None:
            other = [code(mine.metric)] * (mine.metric != rule.metric) + [mine.bounds] * (mine.bounds != rule.bounds)
            shown.append(code(recipe) + (f" ({' '.join(other)})" if other else ""))
    return ", ".join(shown)


def users(metric: str) -> str:
    """The rules that read a metric, each with its bounds, and with its recipes where others have it otherwise."""
    found: dict[tuple[str, str], list[str]] = {}
    for recipe, rules in recipe_rules().items():
        for rule in rules.values():
            if rule.metric == metric:
                found.setdefault((rule.reason, rule.bounds), []).append(recipe)
    shown = []
    for (reason, bounds), recipes in found.items():
        everywhere = [recipe for recipe, rules in recipe_rules().items() if reason in rules]
        only = "" if recipes == everywhere else f" ({', '.join(map(code, recipes))})"
        shown.append(f"{code(reason)}: {bounds}{only}")
    return "<br>".join(shown)


def head_comment(text: str) -> str:
    """The comment at the head of a YAML file, as one line."""
    lines = text.split("\n")
    last = next(place for place, line in enumerate([*lines, ""]) if not line.startswith("#"))
    return " ".join(line.removeprefix("#").strip() for line in lines[:last])


def _rule_file(name: str) -> RuleFile:
    path = CONF / "rules" / f"{name}.yaml"
    content: dict[str, Any] = read_yaml(path, [])
    comment = head_comment(path.read_text(encoding="utf-8"))
    return RuleFile(name, comment, content["source"], load_rules([name], {}, METRICS))
