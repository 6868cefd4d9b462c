"""Changes that `tune` cannot compute: each is refused, with a hint what to do instead."""

from __future__ import annotations

import pytest

from winnow.errors import SettingsError
from winnow.settings.kernel_settings import rules_of
from winnow.settings.load import as_recipe, load_settings
from winnow.settings.rules import Rule
from winnow.tune.thresholds import changed_sides, check_changes, rules_for, saved_changes

SAME = "`winnow run` with the same change"


@pytest.mark.parametrize(
    ("change", "what_to_do"),
    [
        ("fuzzy.within=crawl", f"it applies after the rules; {SAME} finds near duplicates again"),
        ("spans.length=40", f"it applies after the rules; {SAME} finds repeated spans again"),
        ("url_duplicates.url_key=canonical", f"it applies after the rules; {SAME} repeats the URL pass"),
        ("url.strict_min=2", "it gates pages before they are measured; `winnow lists try` shows what other lists"),
        ("language.wanted=[de]", f"it needs the archives; {SAME} reads them again"),
        ("archives.num_shards=7", "it is fixed when a warehouse is made; run the crawl into a new one"),
    ],
)
def test_a_change_that_rules_cannot_make(change: str, what_to_do: str) -> None:
    with pytest.raises(SettingsError) as refused:
        check_changes(load_settings(), load_settings(changes=[change]))
    (problem,) = refused.value.problems
    assert problem.startswith(f"{change.partition('=')[0]}: tune cannot change this: {what_to_do}")


@pytest.mark.parametrize(
    "change", ["rules.gopher_too_few_words.min=30", "rules_for_any_language=true", "sources.tries=3"]
)
def test_a_change_that_tune_makes(change: str) -> None:
    check_changes(load_settings(), load_settings(changes=[change]))


SHORT, LONG, TOP = "gopher_short_words", "gopher_long_words", "gopher_top_2_gram"
WANTED = "language.wanted=[de, zh, en]"


def by_reason(rules: list[Rule]) -> dict[str, Rule]:
    return {rule.reason: rule for rule in rules}


def test_a_change_counts_for_the_language_that_is_looked_at() -> None:
    """One that names no language; the other side, the metric and other rules are those of the language."""
    changes = [f"rules.{SHORT}.min=2.5", f" rules.{TOP}.max = 0.5", "spark.batch_bytes=1000000"]
    before = rules_of(load_settings(changes=[WANTED]))
    settings = load_settings(changes=[WANTED, *changes])
    found = by_reason(rules_for("zh", rules_of(settings), settings, changed_sides(changes)))
    own = by_reason(rules_for("zh", before, settings, {}))
    assert (found[SHORT].min, found[SHORT].max) == (2.5, own[SHORT].max)
    assert own[SHORT].min != 2.5
    assert (found[TOP].max, found[TOP].metric) == (0.5, own[TOP].metric)
    assert own[TOP].metric != next(rule for rule in before if rule.reason == TOP).metric
    assert {reason: rule for reason, rule in found.items() if rule != own[reason]}.keys() == {SHORT, TOP}


def test_what_is_saved_changes_that_language_alone() -> None:
    changes = [f"rules.{SHORT}.min=2.5", f"rules.{TOP}.max=0.5", WANTED]
    settings = load_settings(changes=changes)
    rules = rules_for("zh", rules_of(settings), settings, changed_sides(changes))
    saved = load_settings(as_recipe("winnow", None, saved_changes("zh", rules, changes)))
    before = load_settings(changes=[WANTED])
    for label in ("de", "en"):
        assert rules_for(label, rules_of(saved), saved, {}) == rules_for(label, rules_of(before), before, {})
    assert [rule[:4] for rule in rules_for("zh", rules_of(saved), saved, {})] == [rule[:4] for rule in rules]


def test_a_rule_that_judges_no_page_of_the_language_cannot_be_changed_for_it() -> None:
    changes = ["rules.refinedweb_lines.max=0.1", "rules.gopher_too_few_words.min=5"]
    settings = load_settings(changes=["language.wanted=[sh, en]"])
    judged = {rule.reason for rule in rules_of(settings) if rule.for_language("sh") is None}
    assert judged
    changed = {reason: {"min"} for reason in sorted(judged)[:1]}
    with pytest.raises(SettingsError, match="--language sh: these rules judge no page of this language: "):
        rules_for("sh", rules_of(settings), settings, changed)
    assert changed_sides(changes).keys() == {"refinedweb_lines", "gopher_too_few_words"}
