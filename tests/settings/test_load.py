from pathlib import Path

import pytest

from winnow.errors import SettingsError
from winnow.settings.load import load_settings


def problems_of(**given: object) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(**given)  # type: ignore[arg-type]
    return caught.value.problems


def test_later_layers_win(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("extract: {favor: recall, fast: true}\n")
    assert load_settings("fineweb").extract.favor == "precision"
    assert load_settings("fineweb", config=own).extract.favor == "recall"
    changed = load_settings("fineweb", config=own, changes=["extract.favor=balanced"])
    assert (changed.extract.favor, changed.extract.fast) == ("balanced", True)


def test_a_setting_of_spark_is_one_name_with_dots() -> None:
    given = load_settings(changes=["spark.config.spark.sql.shuffle.partitions=3", "spark.config.spark.x.y=a b"])
    expected = {**load_settings().spark.config, "spark.sql.shuffle.partitions": 3, "spark.x.y": "a b"}
    assert given.spark.config == expected


def test_environment_decides_the_number_of_shards() -> None:
    assert load_settings().archives.num_shards == 4
    assert load_settings(environment="cluster").archives.num_shards == 100


def test_a_variable_names_the_environment_if_no_option_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINNOW_ENVIRONMENT", "compose")
    assert load_settings().spark.master == "spark://master:7077"
    assert load_settings(environment="local").spark.master == "local[*]"
    monkeypatch.setenv("WINNOW_ENVIRONMENT", "clouds")
    with pytest.raises(SettingsError, match="WINNOW_ENVIRONMENT clouds: expected one of local, cluster, compose"):
        load_settings()


@pytest.mark.parametrize("recipe", ["winnow", "refinedweb", "gopher", "c4", "fineweb"])
def test_every_recipe_loads(recipe: str) -> None:
    assert load_settings(recipe).rule_files


def test_norwegian_is_a_language() -> None:
    assert load_settings(changes=["language.wanted=[no, de]"]).language.wanted == ["no", "de"]


def test_an_unknown_key_names_its_file_and_the_nearest_key(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("language: {min_scor: 0.5}\n")
    assert problems_of(config=own) == [f"{own}: language.min_scor: unknown setting. Did you mean min_score?"]


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    missing = tmp_path / "missing.yaml"
    said = "\n".join(
        problems_of(recipe="fineweeb", config=missing, changes=["extract.fast=7", "no equals", "url.soft_min=0"])
    )
    for part in (
        "Did you mean fineweb?",
        f"{missing}: there is no such file",
        "extract.fast",
        "no equals",
        "url.soft_min",
    ):
        assert part in said


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("language.min_score=1.5", "less than or equal to 1"),
        ("language.wanted=de", "valid list"),
        ("archives.num_shards=0", "greater than 0"),
        ("spark.config.=x", r"spark.config.: string should match pattern '^spark\..', found ''"),
        ("spark.config.executor.memory=2g", "spark.config.executor.memory: string should match pattern"),
        ("extract.favor=speed", "'balanced', 'precision' or 'recall'"),
        ("rules.gopher_too_few_words.mim=3", "rules.gopher_too_few_words.mim"),
        ("language.wanted=[", "not valid YAML"),
        ("spans={length: 50, length: 60}", "length occurs twice"),
        ("spans.length=99999999999999999999", "less than or equal to 9223372036854775807"),
        ("archives.num_shards=3000000000", "less than or equal to 2147483647"),
        ("sources.timeout_seconds=.inf", "finite number"),
        ("language.min_score=.nan", "found nan"),
    ],
)
def test_a_wrong_value_is_refused_with_its_place(change: str, part: str) -> None:
    (problem,) = problems_of(changes=[change])
    assert problem.startswith(f"--set {change}: ")
    assert part in problem


def test_a_setting_that_stands_twice_in_a_file_is_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("spans: {length: 50}\nfuzzy: {bands: 9}\nspans: {length: 60}\n")
    (problem,) = problems_of(config=own)
    assert problem.startswith(f"{own}: cannot be read: spans occurs twice")
    assert "line 3" in problem
    own.write_text("? [a, b]\n: c\n")
    assert "unhashable key" in problems_of(config=own)[0]


def test_a_file_that_is_no_mapping(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("- a\n- b\n")
    assert problems_of(config=own) == [f"{own}: expected settings by name, found a list"]


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        load_settings().language.min_score = 0.1  # type: ignore[misc]
