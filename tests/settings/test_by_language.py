"""What is known about each language: the published numbers, and how rules judge wanted languages."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from winnow.errors import SettingsError
from winnow.kernels.languages.identify import LanguageModel
from winnow.settings.by_language import known_languages, language_labels, language_of
from winnow.settings.kernel_settings import declared_rules, measure_settings, rules_of
from winnow.settings.load import load_settings
from winnow.settings.rules import UNSPACED, Rule

NO_WORDS = {
    "gopher_bullet_lines", "gopher_ellipsis_lines", "gopher_duplicate_lines", "gopher_duplicate_line_chars",
    "gopher_duplicate_paragraphs", "gopher_duplicate_paragraph_chars",
}  # fmt: skip
# Copied by hand from the published files cmn_Hani.yml, yue_Hani.yml, deu_Latn.yml.
PUBLISHED = {
    "zh": {"min_avg_word_length": 1, "max_avg_word_length": 5, "max_non_alpha_words_ratio": 0.735,
           "dup_line_frac": 0.287, "top_n_grams_2": 0.256, "dup_n_grams_10": 0.127, "line_punct_thr": 0.106},
    "yue": {"language_score": 0.412, "top_n_grams_2": 1.238, "dup_n_grams_5": 0.241, "new_line_ratio": 0.238},
    "de": {"max_avg_word_length": 15, "dup_n_grams_5": 0.141, "top_n_grams_4": 0.137, "line_punct_thr": 0},
}  # fmt: skip


def rules(*changes: str, recipe: str = "winnow") -> dict[str, Rule]:
    return {rule.reason: rule for rule in rules_of(load_settings(recipe, changes=list(changes)))}


def test_every_label_of_the_model_has_a_language() -> None:
    assert set(language_labels()) == set(LanguageModel(None).labels)
    assert (language_of("zh"), language_of("cmn_Hani"), language_of("sq")) == ("cmn_Hani", "cmn_Hani", "als_Latn")
    known = known_languages("fineweb2")
    assert known is not None
    assert {label for label in language_labels() if not known.says_of(label)} == {"en", "sh"}


@pytest.mark.parametrize("label", PUBLISHED)
def test_numbers_are_those_of_the_published_file(label: str) -> None:
    known = known_languages("fineweb2")
    assert known is not None
    numbers = known.numbers[language_of(label)]
    assert {name: numbers[name] for name in PUBLISHED[label]} == PUBLISHED[label]


def test_english_is_judged_by_the_rules_own_bounds() -> None:
    with_it, as_published, without = (rules(f"by_language={name}") for name in ("winnow", "fineweb2", "null"))
    assert with_it == as_published == without
    declared = declared_rules(load_settings())
    assert [rule._replace(languages=None) for rule in declared] == list(with_it.values())


def test_german_is_judged_by_published_bounds_of_the_metrics_that_they_belong_to() -> None:
    german = rules("language.wanted=[de]")
    assert german.keys() == rules().keys()
    assert german["gopher_long_words"][1:4] == ("mean_word_chars", -math.inf, 15)
    published = rules("language.wanted=[de]", "by_language=fineweb2")
    assert published["gopher_top_2_gram"][1:4] == ("top_2_gram_text_ratio", -math.inf, 0.169)
    assert published["gopher_duplicate_10_grams"][1:4] == ("repeated_10_gram_fraction", -math.inf, 0.098)
    assert german["gopher_no_stop_words"][1:4] == ("stop_word_count", 2, math.inf)
    assert german["gopher_too_few_words"] == rules()["gopher_too_few_words"]
    assert german["gopher_long_words"].means == "The page's mean_word_chars is not at most 15."
    assert {rule.languages for rule in german.values()} == {None}


def test_no_language_may_repeat_itself_less_than_gopher_allows() -> None:
    german, chinese = (rules(f"language.wanted=[{label}]") for label in ("de", "zh"))
    assert german["gopher_top_2_gram"][1:4] == ("top_2_gram_text_ratio", -math.inf, 0.2)  # published: 0.169
    assert german["gopher_duplicate_10_grams"][1:4] == ("repeated_10_gram_fraction", -math.inf, 0.1)
    assert chinese["gopher_duplicate_lines"][1:4] == ("repeated_line_fraction", -math.inf, 0.3)
    assert chinese["gopher_duplicate_10_grams"].max == 0.127
    assert chinese["gopher_long_words"].max == 5  # which is no share of repeated text


def test_rules_that_count_words_judge_no_language_that_is_cut_into_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tibetan always, Thai only if ICU is not installed. A rule that counts lines judges them."""
    wanted = ["language.wanted=[bo]", "rule_files=[gopher, fineweb]"]
    assert rules(*wanted).keys() == {
        *NO_WORDS,
        "fineweb_unpunctuated_lines",
        "fineweb_short_lines",
        "fineweb_duplicate_chars",
    }
    assert rules("language.wanted=[th]").keys() == rules().keys()
    monkeypatch.setattr("winnow.kernels.text.words.cutter_version", lambda cutter: "")
    assert rules("language.wanted=[th]").keys() == NO_WORDS
    assert [cut.cutter for cut in measure_settings(load_settings(changes=["language.wanted=[th, en]"])).words] == [
        "characters"
    ]


def test_a_rule_of_the_users_for_one_language_judges_no_other(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("rules: [{reason: mine, metric: word_count, min: 7, languages: [fr]}]")
    assert "mine" not in rules("language.wanted=[de]", f"rule_files=[{mine}]")
    assert "mine" in rules("language.wanted=[fr]", f"rule_files=[{mine}]")


def test_korean_has_no_rule_on_stop_words_that_are_parts_of_words() -> None:
    assert rules().keys() - rules("language.wanted=[ko]").keys() == {"gopher_no_stop_words"}
    assert "gopher_no_stop_words" in rules("language.wanted=[ko]", "by_language=fineweb2")


def test_chinese_line_corrections_are_there_where_chinese_is_wanted() -> None:
    english, chinese = (
        measure_settings(load_settings(changes=[f"language.wanted={wanted}"])).refinedweb
        for wanted in ("[en]", "[en, zh]")
    )
    assert english.free_counters == ()
    assert "次阅读" in chinese.free_counters
    assert chinese.end == (*english.end, *(phrase for phrase in chinese.end if phrase not in english.end))
    assert "阅读全文" in chinese.end
    published = measure_settings(load_settings("refinedweb", changes=["language.wanted=[en, zh]"])).refinedweb
    assert published == english


def test_the_label_of_another_model_is_the_language_itself() -> None:
    assert rules("language.wanted=[deu_Latn]") == rules("language.wanted=[de]")


def test_only_rules_that_count_no_words_judge_an_unknown_language() -> None:
    assert rules("language.wanted=[sh]").keys() == NO_WORDS
    both = rules("language.wanted=[sh, en]")
    assert {reason for reason, rule in both.items() if rule.is_made_for("sh")} == NO_WORDS
    assert all(rule.for_language("en") == rules()[reason] for reason, rule in both.items())


@pytest.mark.parametrize("wanted", [["de", "en"], ["zh", "fr", "sh", "en"], []])
def test_many_languages_are_judged_as_each_alone(wanted: list[str]) -> None:
    together = rules(f"language.wanted=[{', '.join(wanted)}]")
    for label in wanted or ["en", "de", "zh", "sh", "als"]:
        alone = rules(f"language.wanted=[{label}]")
        judged = {reason: rule.for_language(label) for reason, rule in together.items()}
        assert {reason: rule for reason, rule in judged.items() if rule is not None} == alone
    if not wanted:
        assert {reason for reason, rule in together.items() if rule.is_made_for("unheard")} == NO_WORDS


@pytest.mark.parametrize("recipe", ["winnow", "gopher"])
@pytest.mark.parametrize("wanted", [["de", "zh", "sh"], ["en", "th"], []])
def test_bounds_of_many_languages_are_those_of_each(recipe: str, wanted: list[str]) -> None:
    labels = [*language_labels(), "unheard", ""]
    for rule in rules(f"language.wanted=[{', '.join(wanted)}]", recipe=recipe).values():
        alone = {label: rule.for_language(label) for label in labels}
        assert rule.bounds_of(labels) == {label: one and one[1:4] for label, one in alone.items()}


def test_as_published_rules_judge_the_languages_that_they_are_made_for() -> None:
    swiss = rules("language.wanted=[als]", recipe="gopher")
    assert rules(recipe="gopher").keys() - swiss.keys() == {"gopher_no_stop_words"}
    assert swiss["gopher_long_words"].max == 10
    assert rules("language.wanted=[th]", recipe="gopher").keys() == NO_WORDS
    everyone = rules("language.wanted=[]", recipe="gopher")
    assert everyone["gopher_no_stop_words"].languages == ("en",)
    assert everyone["gopher_long_words"].languages == ("spaced",)
    assert rules("language.wanted=[th]", "rules_for_any_language=true", recipe="gopher") == rules(recipe="gopher")


def test_a_bound_for_one_language_is_a_setting() -> None:
    change = "rules.gopher_too_few_words.by_language.de.min=30"
    found = rules("language.wanted=[de, fr, en]", change)["gopher_too_few_words"]
    assert [found.for_language(label).min for label in ("de", "fr", "en")] == [30, 50, 50]  # type: ignore[union-attr]
    assert rules("language.wanted=[de]", change)["gopher_too_few_words"].min == 30
    with pytest.raises(SettingsError, match=r"by_language\.de: min 60 is above max 55"):
        rules("rules.gopher_too_few_words={max: 55, by_language: {de: {min: 60}}}")


def test_a_file_of_the_users_own(tmp_path: Path) -> None:
    (tmp_path / "mine.tsv").write_text("language\tleast\tstopwords\nswa_Latn\t2\tna ya wa\n")
    mine = tmp_path / "mine.yaml"
    mine.write_text("numbers: mine.tsv\nrules: {gopher_short_words: {min: least}}")
    settings = load_settings(changes=[f"by_language={mine}", "language.wanted=[swa_Latn, en]"])
    short = {rule.reason: rule for rule in rules_of(settings)}["gopher_short_words"]
    assert short.for_language("swa_Latn").min == 2  # type: ignore[union-attr]
    assert measure_settings(settings).stop_words == (("swa_Latn", ("na", "ya", "wa")),)


@pytest.mark.parametrize(
    ("yaml", "table", "said"),
    [
        ("[]", "", "expected `numbers:`, a table, and `rules:`"),
        ("{numbers: no.tsv, rules: {}}", "", "no.tsv: cannot be read"),
        ("{numbers: t.tsv, rules: {}}", "a\tb\n1\t2\n", "expected a tab-separated table with a column `language`"),
        ("{numbers: t.tsv, rules: {}}", "language\tleast\nx\n", "x: expected 2 columns as in the head"),
        ("{numbers: t.tsv, rules: {}}", "language\tleast\nx\tmany\n", "x: least: 'many': expected a number"),
        ("{numbers: t.tsv, rules: {r: {min: lest}}}", "language\tleast\nx\t1\n", "r: lest: no side and no column. Did"),
        (
            "{numbers: t.tsv, rules: {}, lines: {x: {ends: [a]}}}",
            "language\tl\nx\t1\n",
            "lines.x.ends: expected one of",
        ),
    ],
)
def test_problems_of_a_file_are_reported(tmp_path: Path, yaml: str, table: str, said: str) -> None:
    (tmp_path / "t.tsv").write_text(table)
    (tmp_path / "k.yaml").write_text(yaml)
    with pytest.raises(SettingsError) as refusal:
        rules(f"by_language={tmp_path / 'k.yaml'}")
    assert said in str(refusal.value)


def test_an_unknown_name_is_refused_and_known_names_are_listed() -> None:
    with pytest.raises(SettingsError, match=r"no fineweb3\. Did you mean fineweb2\?"):
        rules("by_language=fineweb3")


def test_languages_without_spaces_are_those_of_the_labels() -> None:
    assert set(language_labels()) > UNSPACED
