"""Wanted languages that rules are not made for: reported, accepted, refused."""

from __future__ import annotations

import pytest

from winnow.kernels.languages.identify import LanguageModel
from winnow.settings.kernel_settings import declared_rules, judging
from winnow.settings.languages import OTHER_FULL_STOPS, language_notes, language_problems
from winnow.settings.load import load_settings
from winnow.settings.rules import UNSPACED

KNOWN = LanguageModel(None).labels
ANYWAY = "rules_for_any_language=true"


def problems(recipe: str, *changes: str) -> list[str]:
    return language_problems(load_settings(recipe, changes=list(changes)), KNOWN)


def notes(recipe: str, *changes: str) -> list[str]:
    settings = load_settings(recipe, changes=list(changes))
    return language_notes(settings, declared_rules(settings), judging(settings))


def test_the_labels_are_those_of_the_model() -> None:
    assert len(KNOWN) == 176
    assert OTHER_FULL_STOPS > UNSPACED
    assert set(KNOWN) > OTHER_FULL_STOPS


@pytest.mark.parametrize("recipe", ["refinedweb", "gopher", "fineweb"])
def test_stop_words_of_published_recipes_are_english(recipe: str) -> None:
    (note,) = notes(recipe, "language.wanted=[de, en, fr]")
    assert note == (
        "language.wanted: de, fr: these rules are not made for the language and judge none of its pages: "
        "gopher_no_stop_words"
    )
    assert problems(recipe, "language.wanted=[de]") == []
    assert notes(recipe, "language.wanted=[de]", "rules.gopher_no_stop_words=null") == []
    assert notes(recipe, "language.wanted=[de]", ANYWAY) == []
    assert notes(recipe, "language.wanted=[en]") == []


def test_the_default_knows_other_languages_and_reports_unknown_ones() -> None:
    assert notes("winnow", "language.wanted=[en, de, fr, hi]") == []
    (note,) = notes("winnow", "language.wanted=[de, sh]")
    assert note.startswith("language.wanted: sh: these rules are not made for the language")
    told = set(note.split(": ")[-1].split(", "))
    assert {"gopher_too_few_words", "gopher_no_stop_words", "refinedweb_flagged_lines"} <= told
    assert "gopher_duplicate_lines" not in told


@pytest.mark.parametrize("label", sorted(UNSPACED))
def test_rules_that_count_words_are_not_made_for_languages_without_spaces(label: str) -> None:
    (note,) = notes("gopher", f"language.wanted=[{label}]")
    named = {"gopher_too_few_words", "gopher_long_words", "gopher_top_2_gram"}
    assert named <= set(note.replace(",", "").split())
    assert "gopher_duplicate_lines" not in note


def test_line_rules_of_c4_are_refused() -> None:
    assert problems("c4", "language.wanted=[de]") == []
    assert problems("c4", "language.wanted=[hi]") == [
        "language.wanted: hi: not made for this language: measure.c4.terminal_punctuation. Set measure.lines to none, "
        "or keep them with --set rules_for_any_language=true"
    ]
    assert problems("c4", "language.wanted=[hi]", "measure.c4.terminal_punctuation=false") == []
    assert problems("c4", "language.wanted=[hi]", ANYWAY) == []
    (japanese,) = problems("c4", "language.wanted=[ja]")
    assert "measure.c4.min_line_words" in japanese
    off = ("measure.c4.terminal_punctuation=false", "measure.c4.min_line_words=1")
    assert problems("c4", "language.wanted=[ja]", *off) == []


@pytest.mark.parametrize(("label", "hint"), [("english", ""), ("EN", ""), ("zh-cn", " Did you mean zh?")])
def test_a_label_that_the_model_does_not_give_would_drop_every_page(label: str, hint: str) -> None:
    wanted = f"language.wanted=[en, {label}]"
    (problem,) = problems("winnow", wanted, ANYWAY)
    assert problem.startswith(f"language.wanted: {label}: the language model has no such label.{hint}")


def test_if_every_language_is_wanted_only_line_rules_are_reported() -> None:
    assert problems("winnow", "language.wanted=[]") == []
    assert notes("winnow", "language.wanted=[]") == []
    (note,) = notes("c4", "language.wanted=[]")
    assert "measure.c4.min_line_words" in note
    assert notes("c4", "language.wanted=[]", ANYWAY) == []
