"""`measure.own` as a setting: what rules may name, how its file changes fingerprints, what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.kernels.measures.test_own_metrics import GOOD
from winnow.errors import SettingsError
from winnow.kernels.measures.metrics import METRICS
from winnow.settings.fingerprint import fingerprints
from winnow.settings.jobs import JOBS
from winnow.settings.kernel_settings import measure_settings, metrics_of, rules_of
from winnow.settings.load import load_settings
from winnow.settings.schema import Settings
from winnow.terminal.start import Given, prepare

RULE = "rules: [{reason: mine_asks, metric: own_question_ratio, min: null, max: 0.5, means: It asks a lot.}]"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a file of metrics and a rule on one of them."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(GOOD)
    (tmp_path / "mine.yaml").write_text(RULE)
    return tmp_path


def given(place: Path, *changes: str, own: str = "mine.py") -> Settings:
    return load_settings(changes=[f"measure.own={place / own}", *changes])


def test_rules_may_name_what_the_file_has(place: Path) -> None:
    settings = given(place, "rule_files=[mine.yaml]")
    assert [rule.metric for rule in rules_of(settings)] == ["own_question_ratio"]
    assert metrics_of(settings.measure) == (*METRICS, "own_question_count", "own_question_ratio")
    assert metrics_of(load_settings().measure) == METRICS


@pytest.mark.parametrize(
    ("metric", "own", "said"),
    [
        ("own_question_ratoi", True, "Did you mean own_question_ratio?"),
        ("own_question_ratio", False, "there is no such metric. Name the Python file that defines it: measure.own."),
        ("word_cuont", False, "Did you mean word_count?"),
    ],
)
def test_rules_may_name_nothing_else(place: Path, metric: str, own: bool, said: str) -> None:
    (place / "mine.yaml").write_text(RULE.replace("own_question_ratio", metric))
    settings = given(place, "rule_files=[mine.yaml]")
    settings = settings if own else load_settings(changes=["rule_files=[mine.yaml]"])
    with pytest.raises(SettingsError, match=rf"mine\.yaml: mine_asks: metric {metric}: .*{re.escape(said)}"):
        rules_of(settings)


def test_the_text_of_the_file_and_nothing_else_of_it_makes_the_fingerprint(place: Path) -> None:
    (place / "copy.py").write_text(GOOD)
    (place / "other.py").write_text(GOOD.replace("part / whole", "part / (whole + 1)"))
    none, mine, copy, other = (
        fingerprints(load_settings()),
        *(fingerprints(given(place, own=name)) for name in ("mine.py", "copy.py", "other.py")),
    )
    assert mine == copy
    tables = [JOBS[name].table for name in JOBS]
    redone = set(tables[tables.index("measures") :])
    for one, two in ((none, mine), (mine, other)):
        assert {target for target in one if one[target] != two[target]} == redone


def test_workers_get_the_text_of_the_file_and_not_its_place(place: Path) -> None:
    settings = measure_settings(given(place))
    (place / "mine.py").unlink()
    assert settings.own is not None
    assert settings.own.source == GOOD


def test_every_problem_is_reported_before_spark_starts(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each problem once, with those of other settings, although metrics, rules and fingerprint all use the file."""
    monkeypatch.setenv("JAVA_HOME", "/nowhere")
    (place / "bad.py").write_text(GOOD + "def Bare(text: str) -> float:\n    return 1.0\n")
    (place / "late.py").write_text("import no_such_module_of_mine\n" + GOOD)
    (place / "a.warc.gz").write_bytes(b"")

    def problems(own: str) -> list[str]:
        changes = [f"measure.own={own}", "rule_files=[mine.yaml, gone.yaml]", "spark.master=locl"]
        with pytest.raises(SettingsError) as refused:
            prepare(Given("C", "t", "winnow", None, changes, None, None, ["a.warc.gz"]), "test", verbose=False)
        return [problem for problem in refused.value.problems if "locl" not in problem]

    assert problems("bad.py") == [
        "measure.own: bad.py:18: Bare: expected a name of lower-case letters, digits and _",
        "measure.own: bad.py:18: Bare: has no docstring; say what it measures, and its range",
        "gone.yaml: there is no such file",
    ]
    assert problems("late.py") == [
        "gone.yaml: there is no such file",
        "measure.own: late.py:1: ModuleNotFoundError: No module named 'no_such_module_of_mine', when the file is run",
    ]
    missing, gone = problems("none.py")
    assert gone == "gone.yaml: there is no such file"
    assert missing.startswith("measure.own: none.py: cannot be read as UTF-8 text: [Errno 2]")
