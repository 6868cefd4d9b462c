"""Wanted languages beside those that rules are made for: refused, accepted, warned of."""

from __future__ import annotations

import pytest

from winnow.kernels.languages.identify import LanguageModel
from winnow.settings.kernel_settings import rules_of
from winnow.settings.languages import OTHER_FULL_STOPS, any_language_warning, language_problems
from winnow.settings.load import load_settings
from winnow.settings.rules import UNSPACED

KNOWN = LanguageModel(None).labels
ANYWAY = "rules_for_any_language=true"


def problems(recipe: str, *changes: str) -> list[str]:
    settings = load_settings(recipe, changes=list(changes))
    return language_problems(settings, rules_of(settings), KNOWN)


def warning(recipe: str, *changes: str) -> str | None:
    settings = load_settings(recipe, changes=["language.wanted=[]", *changes])
    return any_language_warning(settings, rules_of(settings))


def test_the_labels_are_those_of_the_model() -> None:
    assert len(KNOWN) == 176
    assert OTHER_FULL_STOPS > UNSPACED
    assert set(KNOWN) > OTHER_FULL_STOPS


@pytest.mark.parametrize("recipe", ["winnow", "refinedweb", "gopher", "fineweb"])
def test_stop_words_are_english(recipe: str) -> None:
    """The command that the README had: fineweb, German, fewer words."""
    (problem,) = problems(recipe, "language.wanted=[de]", "rules.gopher_too_few_words.min=30")
    assert problem == (
        "language.wanted: de: not made for this language: gopher_no_stop_words. Switch such rules off (as in --set "
        "rules.gopher_no_stop_words=null), or keep them with --set rules_for_any_language=true"
    )
    assert problems(recipe, "language.wanted=[de]", "rules.gopher_no_stop_words=null") == []
    assert problems(recipe, "language.wanted=[de]", ANYWAY) == []
    assert problems(recipe, "language.wanted=[en]") == []


@pytest.mark.parametrize("label", sorted(UNSPACED))
def test_rules_that_count_words_are_not_made_for_languages_without_spaces(label: str) -> None:
    (problem,) = problems("winnow", f"language.wanted=[{label}]")
    named = {"gopher_too_few_words", "gopher_long_words", "gopher_top_2_gram", "refinedweb_flagged_lines"}
    assert named <= set(problem.replace(".", ",").replace(",", "").split())
    assert "gopher_duplicate_lines" not in problem


def test_each_language_is_told_with_its_own_rules() -> None:
    french, thai = problems("fineweb", "language.wanted=[en, fr, th]")
    assert french.startswith("language.wanted: fr: not made for this language: gopher_no_stop_words. ")
    assert "fineweb_short_lines" in thai


def test_line_rules_of_c4_are_named_too() -> None:
    assert problems("c4", "language.wanted=[de]") == []
    hindi = (
        "language.wanted: hi: not made for this language: measure.c4.terminal_punctuation. Set measure.lines to none"
    )
    assert problems("c4", "language.wanted=[hi]")[0].startswith(hindi)
    assert problems("c4", "language.wanted=[hi]", "measure.c4.terminal_punctuation=false") == []
    (japanese,) = problems("c4", "language.wanted=[ja]", "rules.c4_too_few_sentences=null")
    assert "measure.c4.min_line_words" in japanese
    off = ("rules.c4_too_few_sentences=null", "measure.c4.terminal_punctuation=false", "measure.c4.min_line_words=1")
    assert problems("c4", "language.wanted=[ja]", *off) == []


@pytest.mark.parametrize(("label", "hint"), [("english", ""), ("EN", ""), ("zh-cn", " Did you mean zh?")])
def test_a_label_that_the_model_does_not_give_would_drop_every_page(label: str, hint: str) -> None:
    wanted = f"language.wanted=[en, {label}]"
    (problem,) = problems("winnow", wanted, ANYWAY)
    assert problem.startswith(f"language.wanted: {label}: the language model has no such label.{hint}")


def test_every_language_is_only_warned_of() -> None:
    assert problems("winnow", "language.wanted=[]") == []
    assert "gopher_no_stop_words" in (warning("winnow") or "")
    assert "measure.c4.min_line_words" in (warning("c4") or "")
    assert warning("winnow", ANYWAY) is None
    assert warning("winnow", "rule_files=[]") is None
    settings = load_settings()
    assert any_language_warning(settings, rules_of(settings)) is None
