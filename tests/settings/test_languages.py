"""Wanted languages that rules are not made for: reported, accepted, refused."""

from __future__ import annotations

from pathlib import Path

import fasttext
import pytest

from winnow.errors import SettingsError
from winnow.kernels.languages.identify import LanguageModel
from winnow.settings.kernel_settings import declared_rules, judging, rules_of
from winnow.settings.languages import (
    OTHER_FULL_STOPS,
    language_notes,
    language_problems,
    min_scores,
    wanted_labels,
)
from winnow.settings.load import load_settings
from winnow.settings.rules import UNSPACED
from winnow.settings.schema import Language

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


def language(**changes: object) -> Language:
    return load_settings().language.model_copy(update=changes)


@pytest.mark.parametrize(
    ("wanted", "labels"),
    [
        (["en", "zh"], ("en", "zh")),
        (["cmn_Hani"], ("cmn_Hani", "zh")),
        (["zho_Hans"], ("zho_Hans", "zh")),
        (["unheard"], ("unheard",)),
    ],
)
def test_languages_are_wanted_by_any_name(wanted: list[str], labels: tuple[str, ...]) -> None:
    assert wanted_labels(language(wanted=wanted)) == labels


def test_a_model_with_labels_of_its_own_is_asked_for_the_languages_that_are_wanted(tmp_path: Path) -> None:
    """By rules too: English has the numbers of the rules themselves, Chinese has FineWeb2's."""
    lines, path = tmp_path / "lines.txt", tmp_path / "flores.bin"
    texts = {"zho_Hans": "安静", "zho_Hant": "安靜", "eng_Latn": "the river", "deu_Latn": "der Fluss"}
    lines.write_text("".join(f"__label__{label} {text}\n" * 3 for label, text in texts.items()))
    given = {"dim": 4, "epoch": 1, "minCount": 1, "bucket": 100, "thread": 1, "verbose": 0}
    fasttext.train_supervised(str(lines), loss="softmax", **given).save_model(str(path))
    changes = [f"language.model={path}", "language.wanted=[en, zh]", "language.min_scores={zh: 0.5}"]
    settings = load_settings(changes=changes)
    assert wanted_labels(settings.language) == ("en", "eng_Latn", "zh", "cmn_Hani")
    assert min_scores(settings.language) == {"zh": 0.5, "cmn_Hani": 0.5}
    rules = {rule.reason: rule for rule in rules_of(settings)}
    for reason, rule in {rule.reason: rule for rule in rules_of(load_settings(changes=changes[1:2]))}.items():
        assert rules[reason].for_language("eng_Latn") == rule.for_language("en")
        assert rules[reason].for_language("cmn_Hani") == rule.for_language("zh")
    known = LanguageModel(path).labels
    assert set(known) == {"cmn_Hani", "eng_Latn", "deu_Latn"}
    assert language_problems(settings, known) == []
    wrong = load_settings(changes=[changes[0], "language.wanted=[fr]"])
    assert language_problems(wrong, known)[0].startswith("language.wanted: fr: the language model has no such label.")


@pytest.mark.parametrize("content", ["[1, 2]", "de: x", "de: 1.5", "de: true", "de:\n  - 1", "- de", "7"])
def test_a_file_of_bounds_is_a_mapping_of_scores(tmp_path: Path, content: str) -> None:
    path = tmp_path / "scores.yaml"
    path.write_text(content)
    with pytest.raises(SettingsError, match=r"language.min_scores: .*scores.yaml: expected scores from 0 to 1"):
        min_scores(language(min_scores=str(path)))


def test_a_file_of_bounds(tmp_path: Path) -> None:
    path = tmp_path / "scores.yaml"
    path.write_text("de: 0.7  # a remark\nno: 1\n")
    assert min_scores(language(min_scores=str(path))) == {"de": 0.7, "no": 1.0}
    assert min_scores(language(min_scores=None)) == min_scores(language(min_scores={})) == {}
    with pytest.raises(SettingsError, match=r"language.min_scores: .*there is no such file"):
        min_scores(language(min_scores=str(tmp_path / "none.yaml")))
