"""What an export says about how its documents were made. Contents of tables are given to `Work` as already read."""

from __future__ import annotations

from typing import Any

import pytest

from winnow.export.contents import Contents, Made
from winnow.export.run import _recipe
from winnow.settings.fingerprint import fingerprints
from winnow.settings.kept import kept_of
from winnow.settings.load import load_settings
from winnow.warehouse.work import Work

NOTHING: Any = None  # a session and documents, which are not used
KEPT = kept_of(load_settings("gopher", changes=["rules.gopher_too_few_words.min=30"]), "recipes/mine.yaml")
DEFAULT = fingerprints(load_settings())["documents"]


@pytest.mark.parametrize(
    ("marks", "told", "least"),
    [
        (["gopher's", "gopher's"], "mine", 30),
        ([DEFAULT], "winnow", 50),  # of an older winnow: the current settings have this fingerprint
        (["gopher's", DEFAULT], None, None),
        (["unknown"], None, None),
    ],
)
def test_the_settings_of_all_documents_or_none(marks: list[str], told: str | None, least: int | None) -> None:
    made = {f"C{number}": Made(mark, "") for number, mark in enumerate(marks)}
    settings = load_settings()
    work = Work(NOTHING, settings, {}, "tables", "", kept={("documents", "gopher's"): KEPT})
    found = _recipe(work, Contents(NOTHING, made, 0, [], {}))
    assert (found.name if found else None) == told
    rules = {rule.reason: rule.min for rule in found.rules} if found else {}
    assert rules.get("gopher_too_few_words") == least
    assert found is None or found.settings.spark == settings.spark
