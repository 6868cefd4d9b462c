"""Every list, mapping, optional value and section of the settings, tried empty and null."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import UnionType
from typing import Any, NamedTuple, Union, get_args, get_origin

import pytest
from pydantic import BaseModel
from pyspark.sql import SparkSession

from tests.stages.frames import frame, metrics
from winnow.errors import SettingsError
from winnow.kernels.measures.measure import METRICS, compile_settings, measure_text
from winnow.kernels.pages.url import gate_url
from winnow.settings.fingerprint import fingerprints
from winnow.settings.kernel_settings import (
    measure_settings,
    rules_of,
    token_settings,
    triage_settings,
    triage_warning,
    url_lists,
)
from winnow.settings.load import load_settings
from winnow.settings.schema import Settings
from winnow.stages.verdicts import judge_pages
from winnow.tables import VERDICTS

# A run and a rule need these. Without them there is one clear message, although the type allows it.
NEEDED = {"jobs", *(f"rules.gopher_too_few_words.{name}" for name in ("metric", "min"))}
TEXT = "The harbour is quiet in winter.\nShare\n\nBoats lie in the mud and wait for the tide, sign-in read more..."
# An entry that a mapping with free names may have.
ENTRIES = {"rules": "gopher_too_few_words", "sources.options": "s3", "spark.config": "spark.x"}


class Emptied(NamedTuple):
    """A setting by its dotted name, the emptiest value in JSON, and whether its type allows it."""

    path: str
    value: str
    is_allowed: bool


def emptied(model: type[BaseModel], prefix: str = "") -> Iterator[Emptied]:
    """`[]`, `{}` and null for every type with a list, a mapping, a section or an optional value."""
    for name, field in model.model_fields.items():
        yield from _emptied(field.annotation, f"{prefix}{name}")


def _emptied(kind: Any, path: str) -> Iterator[Emptied]:
    kinds = set(get_args(kind)) if get_origin(kind) in (Union, UnionType) else {kind}
    empty = {list: "[]", dict: "{}"}
    if kinds & {type(None)} or any(_is_section(one) or get_origin(one) in empty for one in kinds):
        yield Emptied(path, "null", type(None) in kinds)
    for one in kinds:
        if _is_section(one):
            yield Emptied(path, "{}", True)
            yield from emptied(one, f"{path}.")
        elif get_origin(one) in empty:
            yield Emptied(path, empty[get_origin(one)], True)
            if path in ENTRIES:
                yield from _emptied(get_args(one)[1], f"{path}.{ENTRIES[path]}")


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


EVERY = sorted(emptied(Settings))


def used(settings: Settings) -> None:
    """Everything that is made from settings before Spark starts, and the kernels that use it."""
    lists, rules = url_lists(settings.url), rules_of(settings)
    assert gate_url("http://a.example/x", lists, settings.url) is None
    assert set(fingerprints(settings)) > {"pages", "documents"}
    text, measured = measure_text(TEXT, compile_settings(measure_settings(settings)))
    assert "Boats" in text
    assert len(measured) == len(METRICS)
    assert all(rule.metric in METRICS for rule in rules)
    assert token_settings(settings)
    assert triage_settings(settings.language) is None or triage_warning(settings.language) is None


def test_the_walk_meets_every_kind_of_value() -> None:
    met = {(one.path, one.value): one.is_allowed for one in EVERY}
    assert len(met) == len(EVERY) > 50
    for path, value, is_allowed in (
        ("rule_files", "[]", True), ("rule_files", "null", False), ("rules.gopher_too_few_words", "null", True),
        ("fuzzy.max_component", "null", True), ("language.triage", "null", False), ("spark.config", "{}", True),
    ):  # fmt: skip
        assert met[path, value] == is_allowed


@pytest.mark.parametrize("one", EVERY, ids=lambda one: f"{one.path}={one.value}")
def test_an_empty_value_works_and_null_works_or_is_refused_in_a_sentence(one: Emptied) -> None:
    change = [f"{one.path}={one.value}"]
    try:
        used(load_settings(changes=change))
    except SettingsError as error:
        (problem,) = error.problems
        assert one.path.rpartition(".")[2] in problem
        assert not re.search("None|dictionary|field required", problem)
        assert not one.is_allowed or one.path in NEEDED
    else:
        assert one.is_allowed


def test_a_section_that_an_own_file_leaves_empty_is_one_problem(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("language:\n  # wanted: [de]\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(config=own, changes=["language.wanted=[fr]"])
    assert caught.value.problems == [f"{own}: language: expected settings by name, found null"]


@pytest.mark.parametrize("recipe", ["winnow", "refinedweb", "gopher", "c4", "fineweb"])
def test_no_rule_file_means_no_rule_under_every_recipe(recipe: str) -> None:
    """Only deduplication; that fineweb changes some of the rules is no obstacle."""
    assert rules_of(load_settings(recipe, changes=["rule_files=[]"])) == ()


def test_every_page_is_kept_if_there_is_no_rule(spark: SparkSession) -> None:
    """Written to a table, since Java once failed on the type of an empty array."""
    measures = frame(spark, "measures", [{"shard": 0, "page_id": 1, "metrics": metrics()}])
    verdicts = judge_pages(measures, rules_of(load_settings(changes=["rule_files=[]"])))
    assert verdicts.schema["reasons"].dataType == VERDICTS.columns["reasons"].dataType
    assert [row.reasons for row in verdicts.collect()] == [[]]
