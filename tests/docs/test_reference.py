"""The generated pages of docs/: they agree with the code, they are complete, and every example is true."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from docs.generate import PAGES, examples
from docs.generate.docstrings import docstrings
from docs.generate.metrics import all_metrics
from docs.generate.rules import RECIPES, recipe_rules, rule_files
from tests.docs.blocks import DOCS
from winnow.kernels.gates import GATES
from winnow.kernels.measures.measure import compile_settings, languages_of, measure_text
from winnow.kernels.measures.metrics import METRICS
from winnow.settings.kernel_settings import measure_settings
from winnow.settings.load import load_settings
from winnow.settings.rules import Rule
from winnow.settings.schema import Settings
from winnow.stages.funnel import DROP_REASONS
from winnow.tables import TABLES

PUBLISHED = {
    "gopher": "gopher", "c4": "c4", "fineweb": "fineweb", "refinedweb_lines": "refinedweb", "fineweb2": "fineweb2",
    "chinesewebtext": "chinesewebtext", "map_cc": "map_cc", "c4_zh": "c4_zh",
}  # fmt: skip


def cells(page: str, section: str = "") -> list[list[str]]:
    """The rows of the tables of a page, or of one of its sections, without their heads."""
    text = (DOCS / page).read_text(encoding="utf-8")
    if section:
        text = re.split(r"^#+ ", text.partition(f"\n{section}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]
    rows = [re.split(r"(?<!\\) \| ", line[2:-2]) for line in text.split("\n") if line.startswith("| ")]
    return [row for row, following in zip(rows, [*rows[1:], [""]], strict=True)
            if "---" not in (row[0], following[0])]  # fmt: skip


def names(page: str, section: str = "") -> list[str]:
    return [row[0].strip("`") for row in cells(page, section)]


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_up_to_date(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == PAGES[page](), "run `make docs`"


def defaults(model: BaseModel, prefix: str = "") -> dict[str, Any]:
    """Every setting by dotted name."""
    found: dict[str, Any] = {}
    for name in type(model).model_fields:
        value = getattr(model, name)
        found |= defaults(value, f"{prefix}{name}.") if isinstance(value, BaseModel) else {f"{prefix}{name}": value}
    return found


def test_every_setting_is_listed_with_its_default_and_a_meaning() -> None:
    wanted = defaults(load_settings())
    shown = {name.strip("`"): row for name, *row in cells("settings.md")}
    assert len(shown) == len(cells("settings.md"))
    assert set(shown) == set(wanted)
    for name in set(wanted) - {"archives.num_shards", "spark.config"}:  # which conf/local.yaml changes
        assert yaml.safe_load(shown[name][1].strip("`")) == wanted[name], name
    assert {name: len(row[2]) for name, row in shown.items() if len(row[2]) < 10} == {}


def test_every_column_is_listed_with_a_meaning() -> None:
    for table in TABLES.values():
        assert names("tables.md", f"## {table.name}")[: len(table.columns)] == table.columns.names
        assert all(table.meanings[name] for name in table.columns.names)
    assert set(re.findall(r"^## (\w+)$", (DOCS / "tables.md").read_text(), re.MULTILINE)) == set(TABLES)


def test_every_metric_is_defined_once_and_names_its_rules() -> None:
    assert [one.name for one in all_metrics()] == list(METRICS)
    assert names("metrics.md") == [*METRICS, "language_score", "is_language_XX"]


@pytest.mark.parametrize("page", ["README.md", *(f"docs/{path.name}" for path in DOCS.glob("*.md"))])
def test_a_page_that_counts_the_metrics_counts_all_of_them(page: str) -> None:
    said = re.findall(r"\b(\d+) metrics\b", (DOCS.parent / page).read_text(encoding="utf-8"))
    assert {int(count) for count in said} <= {len(METRICS)}
    shown = {row[0].strip("`"): row for row in cells("metrics.md")}
    for rules in recipe_rules().values():
        for rule in rules.values():
            assert f"`{rule.reason}`: {rule.bounds}" in shown[rule.metric][3]


def test_every_gate_and_reason_has_a_sentence_and_an_example() -> None:
    assert names("reasons.md", "## Gates") == list(GATES)
    assert names("reasons.md", "## Copies") == list(DROP_REASONS)
    assert [name for name, gate in GATES.items() if not gate.example] == []
    reasons = [rule.reason for file in rule_files() for rule in file.rules]
    assert sorted(examples.RULES) == sorted(reasons)
    assert [name for file in rule_files() for name in names("reasons.md", f"### {file.name}")] == reasons
    means = [
        *(gate.means for gate in GATES.values()),
        *DROP_REASONS.values(),
        *(rule.means for file in rule_files() for rule in file.rules),
    ]
    assert [said for said in means if not re.fullmatch(r"[A-Z].*\.", said)] == []


def test_every_departure_in_the_code_is_listed() -> None:
    page = (DOCS / "departures.md").read_text(encoding="utf-8")
    said = [one for one in docstrings() if "Differs" in one.text]
    assert said
    for one in said:
        assert one.section("Differs") in page
        assert f"`{one.name}`" in page.partition(f"### {one.module}\n")[2]
    found = sum(path.read_text(encoding="utf-8").count("Differs") for path in DOCS.parent.glob("lib/winnow/**/*.py"))
    assert sum(one.text.count("Differs") for one in said) == found == page.count("\n- `")


def rejected(text: str, recipe: str, tmp_path: Path) -> list[str]:
    """Reasons of a text under a recipe, with a file of bad words if the recipe has line rules of C4."""
    (tmp_path / "bad.txt").write_text(examples.BAD_WORD)
    settings: Settings = load_settings(recipe, changes=[f"measure.c4.bad_words={tmp_path / 'bad.txt'}"])
    measure, languages = measure_settings(settings), None
    if settings.language.wanted == ["zh"]:
        languages = languages_of([text], ["zh"], measure)
    metrics = measure_text(text, compile_settings(measure), languages=languages)[1]
    rules: dict[str, Rule] = recipe_rules()[recipe]
    return [rule.reason for rule in rules.values() if not rule.passes(metrics[rule.metric])]


@pytest.mark.parametrize("file", rule_files(), ids=lambda file: file.name)
def test_every_example_gives_its_reason_and_no_other(file: Any, tmp_path: Path) -> None:
    for rule in file.rules:
        text = examples.evaluate(examples.RULES[rule.reason])
        assert rejected(text, PUBLISHED[file.name], tmp_path) == [rule.reason]


@pytest.mark.parametrize("recipe", RECIPES)
def test_no_rule_rejects_the_page_that_the_examples_are_compared_with(recipe: str, tmp_path: Path) -> None:
    is_chinese = load_settings(recipe).language.wanted == ["zh"]
    control = examples.CHINESE_CONTROL if is_chinese else examples.CONTROL
    assert rejected(examples.evaluate(control), recipe, tmp_path) == []
