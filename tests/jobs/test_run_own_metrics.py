"""A file of a user's own metrics, from the run to the report."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from winnow.jobs import judge_pages, measure_pages

from tests.jobs.running import work_on
from tests.jobs.warehouse import FIRST, rows_of
from winnow.commands.looking.explain import explain
from winnow.commands.looking.tune import tune
from winnow.errors import SettingsError, WinnowError
from winnow.report.figures import gather
from winnow.report.html.page import metrics_section
from winnow.report.html.sections import Side
from winnow.report.html.sides import look_at

SOURCE = '''
def vowel_fraction(text: str) -> float:
    """Letters that are a, e, i, o or u, of all characters; 0.0 without any."""
    return sum(map(text.count, "aeiou")) / max(len(text), 1)
'''
RULE = "rules: [{reason: mine_vowels, metric: own_vowel_fraction, min: 0.3, max: null, means: Too few vowels.}]"
SHARDS = [0, 1, 2, 3]


def vowel_fraction(text: str) -> float:
    return sum(char in "aeiou" for char in text) / max(len(text), 1)


def test_from_the_run_to_the_report(
    spark: SparkSession, copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine.py").write_text(SOURCE)
    Path("mine.yaml").write_text(RULE)
    changes = ["measure.own=mine.py", "rule_files=[gopher, refinedweb_lines, mine.yaml]"]
    before = {row["page_id"]: row for row in rows_of(copy, "measures")}
    old = {row["page_id"]: row["reasons"] for row in rows_of(copy, "verdicts")}
    work = work_on(spark, copy, FIRST, *changes)
    with pytest.raises(SettingsError, match=r"measures of .* not made with these settings"):
        judge_pages.run(work, SHARDS)
    assert measure_pages.run(work, SHARDS) == len(before)
    assert judge_pages.run(work, SHARDS) == len(before)

    after = {row["page_id"]: row for row in rows_of(copy, "measures")}
    own = {page: row["metrics"].pop("own_vowel_fraction") for page, row in after.items()}
    kept = {page: (row["text"], row["metrics"]) for page, row in after.items()}
    assert kept == {page: (row["text"], row["metrics"]) for page, row in before.items()}
    assert own == {page: vowel_fraction(row["text"]) for page, row in after.items()}
    verdicts = {row["page_id"]: row["reasons"] for row in rows_of(copy, "verdicts")}
    few = {page for page, value in own.items() if value < 0.3}
    assert 0 < len(few) < len(own)
    assert verdicts == {page: [*reasons, *(["mine_vowels"] * (page in few))] for page, reasons in old.items()}

    page = min(page for page in few if verdicts[page] == ["mine_vowels"])
    explain(str(page), str(copy), changes=changes)
    assert f"FAILS  mine_vowels: own_vowel_fraction is {own[page]:.4g}, at least 0.3" in capsys.readouterr().out
    tune(str(copy), changes=[*changes, "rules.mine_vowels.min=0"], sweeps=["mine_vowels.min=0,0.3"])
    said = capsys.readouterr().out
    assert "Sweep of mine_vowels: own_vowel_fraction, at least" in said

    figures = gather(look_at(work, None))
    bins = figures.histograms["own_vowel_fraction"]
    assert sum(kept + rejected for kept, rejected in bins) == len(own)
    assert sum(map(sum, bins[:12])) == len(few)  # 40 bins from 0 to 1
    assert "own_vowel_fraction" in metrics_section([Side(figures, {})]).markup

    plain = work_on(spark, copy, FIRST)
    assert measure_pages.run(plain, SHARDS) == len(before)
    assert {row["metrics"]["own_vowel_fraction"] for row in rows_of(copy, "measures")} == {None}
    assert judge_pages.run(plain, SHARDS) == len(before)
    assert {row["page_id"]: row["reasons"] for row in rows_of(copy, "verdicts")} == old
    with pytest.raises(WinnowError, match=rf"page {page} of {FIRST}: own_vowel_fraction was not measured"):
        explain(str(page), str(copy), changes=changes)
    assert "own_vowel_fraction" not in gather(look_at(work_on(spark, copy, FIRST), None)).histograms
