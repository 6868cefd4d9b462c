import math
from pathlib import Path

import pytest

from winnow.errors import SettingsError
from winnow.settings.rules import load_rules
from winnow.settings.schema import RuleChange

METRICS = ("word_count", "mean_word_chars", "line_fraction")
GOOD = """
rules:
  - {reason: gopher_too_few_words, metric: word_count, min: 50, means: Fewer than 50 words.}
  - {reason: gopher_short_words, metric: mean_word_chars, min: 3, max: 10, means: Mean word length off.}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(GOOD)
    return path


def problems_of(path: Path, text: str, **changes: RuleChange | None) -> list[str]:
    path.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_rules([str(path)], changes, METRICS)
    return caught.value.problems


def test_bounds_are_inclusive_and_open_where_unnamed(file: Path) -> None:
    few, short = load_rules([str(file)], {}, METRICS)
    assert (few.min, few.max) == (50, math.inf)
    assert [few.passes(value) for value in (49, 50, 51)] == [False, True, True]
    assert [short.passes(value) for value in (2.9, 3, 10, 10.1)] == [False, True, True, False]


def test_a_change_touches_one_bound_and_none_switches_off(file: Path) -> None:
    (short,) = load_rules(
        [str(file)], {"gopher_too_few_words": None, "gopher_short_words": RuleChange(max=12)}, METRICS
    )
    assert (short.reason, short.min, short.max) == ("gopher_short_words", 3, 12)


def test_the_sentence_of_a_changed_bound_does_not_name_the_old_one(file: Path) -> None:
    """As a report and the card of an export show it."""
    before, _ = load_rules([str(file)], {}, METRICS)
    same, _ = load_rules([str(file)], {"gopher_too_few_words": RuleChange(min=50)}, METRICS)
    changed, _ = load_rules([str(file)], {"gopher_too_few_words": RuleChange(min=30)}, METRICS)
    assert before.means == same.means != changed.means
    assert changed.means == "The page's word_count is not at least 30."


def test_a_sentence_is_text_whatever_yaml_makes_of_it(file: Path) -> None:
    file.write_text("rules: [{reason: a, metric: word_count, min: 1, means: 404}]")
    assert load_rules([str(file)], {}, METRICS)[0].means == "404"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("rules: [{reason: a, metric: word_cout, min: 1}]", "no such metric. Did you mean word_count?"),
        ("rules: [{reason: a, metric: word_count, min: 5, max: 4}]", "min 5 is above max 4"),
        ("rules: [{reason: a, metric: word_count}]", "has neither min nor max"),
        ("rules: [{reason: a, metric: word_count, min: x}]", "expected a number"),
        ("rules: [{reason: a, metric: word_count, mim: 1, min: 1}]", "mim: unknown field. Did you mean"),
        ("rules: [{reason: A b, metric: word_count, min: 1}]", "expected lower-case words joined by _"),
        ("rules: 7", "expected `rules:`"),
        (
            "rules: [{reason: a, metric: word_count, min: 1, languages: en}]",
            "labels of lid.176, for example [en]",
        ),
        ("rules: [{reason: a, metric: word_count, min: 1, languages: []}]", "or spaced"),
        ("{languages: [1], rules: [{reason: a, metric: word_count, min: 1}]}", "a: languages [1]: expected"),
        ("rules: [{reason: a, metric: word_count, max: -1}]", "max -1: word_count is from 0 on; no page could pass"),
        ("rules: [{reason: a, metric: word_count, min: .inf}]", "min inf: word_count is from 0 on; no page could"),
        ("rules: [{reason: a, metric: line_fraction, min: 30}]", "line_fraction is from 0 to 1; no page could pass"),
    ],
)
def test_a_wrong_rule_is_refused(file: Path, text: str, part: str) -> None:
    (problem,) = problems_of(file, text)
    assert part in problem


def test_a_rule_has_its_own_languages_or_those_of_its_file(file: Path) -> None:
    held = {"a": "", "b": ", languages: [en, de]", "c": ", languages: null"}
    entries = [f"{{reason: {reason}, metric: word_count, min: 1{languages}}}" for reason, languages in held.items()]
    file.write_text(f"{{languages: spaced, rules: [{', '.join(entries)}]}}")
    rules = load_rules([str(file)], {}, METRICS)
    made = {label: [rule.reason for rule in rules if rule.is_made_for(label)] for label in ("en", "fr", "ja")}
    assert made == {"en": ["a", "b", "c"], "fr": ["a", "c"], "ja": ["c"]}


def test_the_same_reason_twice_and_an_unknown_change_are_reported_together(file: Path) -> None:
    entry = "{reason: gopher_few, metric: word_count, min: 1}"
    said = problems_of(file, f"rules: [{entry}, {entry}]", gopher_fev=RuleChange(min=2))
    assert len(said) == 2
    assert "declare each reason once" in said[0]
    assert "Did you mean gopher_few?" in said[1]
