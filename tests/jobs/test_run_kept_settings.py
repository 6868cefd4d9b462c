"""A warehouse that was made with its own settings: later commands use them without being given them again."""

from __future__ import annotations

from pathlib import Path
from shutil import copytree

import pytest
import yaml
from pyspark.sql import SparkSession

from tests.jobs.running import run as whole
from tests.jobs.running import work_on
from tests.jobs.warehouse import FIRST, demo_flags, everything, rows_of
from winnow.commands.looking.explain import explain
from winnow.commands.looking.report import report
from winnow.commands.making.export import export
from winnow.commands.making.remove import remove
from winnow.commands.making.run import run
from winnow.errors import SettingsError
from winnow.notebook import open_crawl
from winnow.settings.jobs import JOBS
from winnow.warehouse.made_with import rules_at_hand

OWN = ["rules.gopher_too_few_words.min=120", "rules.gopher_hashes=null", "spans.enabled=false"]
FLAGS = [flag for flag in demo_flags() if flag != "--set"]


@pytest.fixture(scope="module")
def own(spark: SparkSession, clean: Path, crawls: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse whose run had its own rules and no spans. Do not write to it."""
    warehouse = copytree(clean, tmp_path_factory.mktemp("own") / "tables")
    whole(work_on(spark, warehouse, FIRST, *OWN), crawls)
    return warehouse


def test_each_table_says_what_it_was_made_with(clean: Path, own: Path) -> None:
    """One row for each table and fingerprint; of the second run, only those that the first did not have."""
    kept = {(row["target"], row["fingerprint"]): row for row in rows_of(own, "settings")}
    assert len(kept) == len(rows_of(own, "settings"))
    for table in (*(job.table for job in JOBS.values()), "crawls"):
        marks = {row["fingerprint"] for row in rows_of(own, table)} or {None}
        for mark in marks - {None}:
            settings = yaml.safe_load(kept[table, mark]["settings"])
            assert kept[table, mark]["recipe"] == "winnow"
            assert settings.keys().isdisjoint({"spark", "sources"})
            has_hashes = "gopher_hashes" in {rule["reason"] for rule in settings["rules_in_use"]}
            assert has_hashes == (table in ("pages", "measures"))
    before = {(row["target"], row["fingerprint"]) for row in rows_of(clean, "settings")}
    assert {target for target, _ in kept.keys() - before} == {
        "verdicts", "near_duplicates", "url_duplicates", "documents", "funnel", "crawls",
    }  # fmt: skip


def test_commands_that_read_take_its_own_settings(
    spark: SparkSession, own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the folder is given: rules, card and thresholds are those of the run."""
    verdicts = {row["page_id"]: row["reasons"] for row in rows_of(own, "verdicts")}
    words = {row["page_id"]: row["metrics"]["word_count"] for row in rows_of(own, "measures")}
    kept = next(page for page, reasons in verdicts.items() if not reasons)
    short = next(page for page, reasons in verdicts.items() if reasons == ["gopher_too_few_words"] and words[page] > 50)
    for page, told in ((kept, "kept by every rule"), (short, "dropped: gopher_too_few_words")):
        explain(str(page), str(own))
        said = capsys.readouterr()
        assert ("FAILS" in said.out) == (page == short)
        assert told in said.out
        assert "gopher_hashes" not in said.out
        assert "under other settings" not in said.out
        assert said.err == ""
    export(str(own), str(tmp_path / "out"))
    card = (tmp_path / "out" / "README.md").read_text()
    assert "\n| `gopher_too_few_words` | `word_count` | at least 120 |" in card
    assert "gopher_hashes`" not in card
    assert "contains no settings" not in capsys.readouterr().err
    report(str(own), tmp_path / "report.html")
    assert "were made with other rules" not in (tmp_path / "report.html").read_text()
    work = open_crawl(str(own))
    assert work.settings.spans.enabled is False
    assert {rule.reason: rule.min for rule in rules_at_hand(work)}["gopher_too_few_words"] == 120


def test_what_is_given_is_compared_with_its_own(
    spark: SparkSession, own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = next(row["page_id"] for row in rows_of(own, "verdicts") if not row["reasons"])
    explain(str(kept), str(own), changes=["rules.gopher_too_few_words.min=100000", "spark.batch_bytes=9999"])
    said = capsys.readouterr()
    assert said.err.splitlines() == [
        f"winnow: {own}: the newest crawl was made with other settings than those given, which are used here "
        "(old -> new):",
        "  rules.gopher_too_few_words: word_count at least 120 -> word_count at least 100000",
    ]
    assert "FAILS  gopher_too_few_words" in said.out
    assert "as the tables were made, under other settings than these: kept" in said.out
    explain(str(kept), str(own), changes=["spark.batch_bytes=9999"])
    assert capsys.readouterr().err == ""


def test_a_run_goes_on_with_its_own_settings_and_asks_before_it_redoes(
    spark: SparkSession, own: Path, crawls: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without options nothing is done. With other options nothing is written without --yes."""
    copy, archives = copytree(own, tmp_path / "copy"), [str(crawls / FIRST / "warc.paths.gz")]
    before, log = everything(copy), sorted((copy / "commits" / "_delta_log").iterdir())
    run(FIRST, str(copy), archives)
    assert everything(copy) == before
    assert sorted((copy / "commits" / "_delta_log").iterdir()) == log
    capsys.readouterr()
    with pytest.raises(SettingsError) as refused:
        run(FIRST, str(copy), archives, recipe="winnow", changes=FLAGS)
    assert refused.value.problems[1:-1] == [
        "  spans.enabled: false -> true",
        "  rules.gopher_too_few_words: word_count at least 120 -> word_count at least 50",
        "  rules.gopher_hashes: (not set) -> hash_to_word_ratio at most 0.1",
        "redone: verdicts (4 shards), near_duplicates (4 shards), url_duplicates (4 shards), documents (4 shards), "
        "funnel (4 shards)",
    ]
    assert everything(copy) == before
    assert len(rows_of(copy, "settings")) == len(rows_of(own, "settings"))
    assert not list((copy / ".at_work").glob("*"))
    run(FIRST, str(copy), archives, changes=["spans.enabled=true"], yes=True)
    assert "winnow:   spans.enabled: false -> true" in capsys.readouterr().err
    assert len(rows_of(copy, "repeated_spans")) > 0


def test_a_funnel_is_counted_again_by_the_recipe_of_its_crawl(spark: SparkSession, own: Path, tmp_path: Path) -> None:
    """After a removal, a recipe without spans still has no such stage."""
    copy = copytree(own, tmp_path / "copy")
    page = rows_of(copy, "documents")[0]
    remove(str(copy), page_ids=[str(page["page_id"])], recipe="winnow")
    stages = {row["stage"] for row in rows_of(copy, "funnel") if row["shard"] == page["shard"]}
    assert stages == {"extract_pages", "judge_pages", "find_near_duplicates", "find_url_duplicates", "build_documents"}
