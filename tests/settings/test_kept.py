"""Settings as a warehouse stores them: what is read back, what is left out, what differs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from winnow.settings.fingerprint import fingerprints
from winnow.settings.kept import differences, from_yaml, kept_of, settings_from, to_yaml
from winnow.settings.load import CONF, load_settings

RECIPES = sorted(path.stem for path in (CONF / "recipes").glob("*.yaml"))
PLAIN = ["language.wanted=[no, de]", "text.normalization=none"]
# In German and Norwegian, rules on repetition read metrics that leave the first copy out (conf/languages/winnow.yaml).
OF_LANGUAGES = [
    "rules.gopher_duplicate_lines: duplicate_line_fraction at most 0.3 -> repeated_line_fraction at most 0.3",
    "rules.gopher_top_3_gram: top_3_gram_ratio at most 0.18 -> top_3_gram_text_ratio at most 0.18",
    "rules.gopher_top_4_gram: top_4_gram_ratio at most 0.16 -> top_4_gram_text_ratio at most 0.16",
    *(
        f"rules.gopher_duplicate_{n}_grams: duplicate_{n}_gram_fraction at most {most} -> "
        f"repeated_{n}_gram_fraction at most {most}"
        for n, most in ((5, 0.15), (6, 0.14), (7, 0.13), (8, 0.12), (9, 0.11), (10, 0.1))
    ),
]
CHANGES = [*PLAIN, "rules.gopher_hashes=null", "rules.gopher_too_few_words.min=30"]


@pytest.mark.parametrize("recipe", RECIPES)
def test_what_is_kept_makes_the_same_rows(recipe: str) -> None:
    """Also with another environment: what it changes is not stored."""
    made = load_settings(recipe, changes=[*PLAIN, "measure.c4.bad_words=conf/lists/words/hard.txt"])
    kept = kept_of(made, recipe)
    again = from_yaml(recipe, to_yaml(kept))
    assert again == kept
    now = load_settings("winnow", environment="cluster")
    back = settings_from(again, now)
    assert fingerprints(back) == fingerprints(made)
    assert (back.spark, back.sources, back.archives.num_shards) == (now.spark, now.sources, 100)
    assert differences(kept, kept_of(back, recipe)) == []


def test_rules_of_many_languages_come_back() -> None:
    made = load_settings(changes=["language.wanted=[en, de, zh, sh]"])
    kept = kept_of(made, "winnow")
    assert any(rule.by_language for rule in kept.rules)
    assert any(rule.languages for rule in kept.rules)
    assert from_yaml("winnow", to_yaml(kept)) == kept


def test_a_bound_of_one_language_differs_alone() -> None:
    one, other = (
        kept_of(load_settings(changes=["language.wanted=[en, de, fr]", *changes]), "winnow")
        for changes in ([], ["rules.gopher_long_words.by_language.de.max=16"])
    )
    assert differences(one, other) == [
        "rules.gopher_long_words.by_language.de: mean_word_chars at most 15 -> mean_word_chars at most 16"
    ]


def test_no_secret_is_kept() -> None:
    secrets = ["sources.options.s3.secret=HUSH-1", "spark.config.spark.hadoop.fs.s3a.secret.key=HUSH-2"]
    text = to_yaml(kept_of(load_settings(changes=secrets), "winnow"))
    assert "HUSH" not in text
    assert yaml.safe_load(text).keys() >= {"language", "fuzzy", "rules_in_use"}


def test_files_are_found_from_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.yaml").write_text("rules: [{reason: too_short, metric: word_count, min: 7}]")
    monkeypatch.chdir(tmp_path)
    kept = kept_of(load_settings(changes=["rule_files=[mine.yaml, gopher]", "url.lists=lists"]), "winnow")
    assert kept.settings["rule_files"] == [str(tmp_path / "mine.yaml"), "gopher"]
    assert kept.settings["url"]["lists"] == str(tmp_path / "lists")
    assert kept.settings["url"]["built"] is None


def test_rules_are_kept_as_they_were(tmp_path: Path) -> None:
    """Also after changes of their file; a change is reported like any other difference."""
    file = tmp_path / "mine.yaml"
    file.write_text("rules: [{reason: too_short, metric: word_count, min: 7}]")
    made = load_settings(changes=[f"rule_files=[{file}]"])
    kept = kept_of(made, "winnow")
    file.write_text("rules: [{reason: too_short, metric: word_count, min: 9}]")
    assert differences(kept, kept_of(made, "winnow")) == [
        "rules.too_short: word_count at least 7 -> word_count at least 9"
    ]
    file.unlink()
    (rule,) = from_yaml("winnow", to_yaml(kept)).rules
    assert (rule.reason, rule.min, rule.passes(6), rule.passes(1e9)) == ("too_short", 7, False, True)


def test_differences_are_reported_by_dotted_keys() -> None:
    one, other = (kept_of(load_settings(changes=changes), "winnow") for changes in ([], CHANGES))
    assert differences(one, other) == [
        'language.wanted: ["en"] -> ["no", "de"]',
        "text.normalization: NFC -> none",
        "rules.gopher_too_few_words: word_count at least 50 -> word_count at least 30",
        "rules.gopher_hashes: hash_to_word_ratio at most 0.1 -> (not set)",
        *OF_LANGUAGES,
    ]


def test_settings_of_another_version_are_read() -> None:
    """A setting that this version does not know is ignored; a setting that is missing has its default."""
    kept = kept_of(load_settings("fineweb"), "fineweb")
    values = yaml.safe_load(to_yaml(kept))
    del values["text"]
    values["extract"]["gone"] = values["gone"] = values["rules_in_use"][0]["gone"] = 7
    older = from_yaml("fineweb", yaml.safe_dump(values))
    assert settings_from(older, load_settings()).text == load_settings().text
    assert differences(older, kept) == ["text.normalization: (not set) -> NFC"]


def test_changed_settings_do_not_change_the_stored_ones() -> None:
    kept = kept_of(load_settings(changes=CHANGES), "winnow")
    changed = load_settings(kept.settings, changes=["rules.gopher_too_few_words.min=40"])
    assert changed.language.wanted == ["no", "de"]
    assert {rule.reason: rule.min for rule in kept_of(changed, "winnow").rules}["gopher_too_few_words"] == 40
    assert kept == kept_of(load_settings(changes=CHANGES), "winnow")
