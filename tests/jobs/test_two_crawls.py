"""One warehouse with both generated crawls, and questions to it: verdicts under other rules, reports."""

from __future__ import annotations

import json
import re
import runpy
import shutil
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from winnow.jobs import judge_pages

from tests.jobs.running import work_on
from tests.jobs.warehouse import FIRST, SECOND, STORED, everything, rows_of
from winnow.commands.looking.explain import explain
from winnow.commands.looking.report import report
from winnow.commands.looking.tune import tune
from winnow.demo.show import demo_settings, disagreements
from winnow.demo.truth import read_truth
from winnow.errors import SettingsError
from winnow.report.funnel import show_crawl
from winnow.scopes.around import look_around
from winnow.scopes.near_duplicates import compared_pages, sign_own, stored_signatures
from winnow.settings.kernel_settings import rules_of
from winnow.settings.load import load_settings
from winnow.tune import thresholds as tuning
from winnow.warehouse.commits import Todo
from winnow.warehouse.made_with import rules_stand
from winnow.warehouse.work import Work

CHANGES = [
    "rules.gopher_too_few_words.min=120", "rules.gopher_hashes=null", "rules.gopher_bullet_lines.max=1",
    "rules.gopher_short_words.min=4.4",
]  # fmt: skip


def test_a_second_crawl_leaves_the_first_as_it_was(spark: SparkSession, clean: Path, crawls: Path, both: Path) -> None:
    before, after = everything(clean), everything(both)
    for table in after:
        assert [row for row in after[table] if row["crawl"] == FIRST] == before[table]
    assert {row["crawl"]: row["position"] for row in after["crawls"]} == {FIRST: 0, SECOND: 1}
    assert disagreements(work_on(spark, both, SECOND), crawls / "truth.json") == []
    assert missed_copies(after, crawls / "truth.json") == []


def test_stored_signatures_are_not_made_again(spark: SparkSession, both: Path, tmp_path: Path) -> None:
    work = work_on(spark, shutil.copytree(both, tmp_path / "copy"), SECOND, STORED)
    signed = rows_of(both, "signatures")
    assert {(row["crawl"], len(row["bands"])) for row in signed} == {(FIRST, 3600), (SECOND, 3600)}
    around, shards = look_around(work), {0: "made from this", 1: "made from that"}
    pages, _ = compared_pages(work, around, list(shards))
    ready = Todo(shards, False)
    sign_own(work, ready, pages)
    unsigned, known = stored_signatures(work, around, ready, pages)
    assert known is not None
    assert unsigned.count() == 0
    assert {row.crawl for row in known.select("crawl").distinct().collect()} == {FIRST, SECOND}
    unfinished = around._replace(done={key: note for key, note in around.done.items() if key[0] != FIRST})
    pages, _ = compared_pages(work, unfinished, list(shards))
    sign_own(work, ready, pages)
    _, known = stored_signatures(work, unfinished, ready, pages)
    assert known is not None
    assert {row.crawl for row in known.select("crawl").distinct().collect()} == {SECOND}


def missed_copies(tables: dict[str, list[dict[str, Any]]], truth: Path) -> list[str]:
    """Exact copies that are kept although their original is kept in the same shard of some crawl."""
    pages = {(page["crawl"], page["archive_path"], page["record_offset"]): page for page in tables["pages"]}
    staying = {row["page_id"] for row in tables["documents"]}
    planted = {page.name: page for page in read_truth(truth).pages}
    return [
        page.name
        for page in planted.values()
        if page.exact_copy_of
        and (one := pages[page.key])["shard"] == (other := pages[planted[page.exact_copy_of].key])["shard"]
        and {one["page_id"], other["page_id"]} <= staying
    ]


def test_tuning_shows_what_a_run_with_these_rules_decides(
    spark: SparkSession, copy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The saved recipe is run; every number of before, after and the sweep is counted again from verdicts."""
    saved, before = tmp_path / "saved.yaml", rows_of(copy, "verdicts")
    tune(str(copy), changes=CHANGES, sweeps=["gopher_too_few_words.min=80:160:40"], save=saved)
    said, told = capsys.readouterr()
    given, recipe = load_settings(changes=CHANGES), load_settings(str(saved))
    assert (recipe.rules, recipe.rule_files) == (given.rules, given.rule_files)
    work = Work(spark, recipe, {}, str(copy), "")
    rules, swept = rules_of(recipe), tuning.Sweep("gopher_too_few_words", "min", (80.0, 120.0))
    assert rules_stand(work, rules_of(load_settings()))
    assert not rules_stand(work, rules)
    standing = rules_of(load_settings())
    tuned, steps = tuning.tune(work, standing, rules, examples=20), tuning.sweep(work, standing, rules, swept)

    changed = work_on(spark, copy, FIRST, *CHANGES)
    assert judge_pages.run(changed, [0, 1, 2, 3]) == len(before)
    after = {row["page_id"]: row["reasons"] for row in rows_of(copy, "verdicts")}
    words = {row["page_id"]: int(row["metrics"]["corrected_word_count"]) for row in rows_of(copy, "measures")}
    was = {row["page_id"]: row["reasons"] for row in before}

    def total(pages: set[int]) -> tuning.Total:
        return tuning.Total(len(pages), sum(words[page] for page in pages))

    gained = {page for page in was if was[page] and not after[page]}
    lost = {page for page in was if after[page] and not was[page]}
    assert min(len(gained), len(lost)) > 0
    assert (tuned.gained, tuned.lost) == (total(gained), total(lost))
    for examples, pages in ((tuned.gained_examples, gained), (tuned.lost_examples, lost)):
        shown = {example.page_id for example in examples}
        assert shown <= pages
        assert len(shown) == len(examples) >= min(len(pages), 5)
    assert all(list(example.after) == after[example.page_id] for example in tuned.lost_examples)
    assert tuned.before == total({page for page in was if not was[page]})
    assert tuned.after == total({page for page in after if not after[page]})
    for place, verdicts in enumerate((was, after)):
        hits = Counter(reason for reasons in verdicts.values() for reason in reasons)
        only = Counter(reasons[0] for reasons in verdicts.values() if len(reasons) == 1)
        found = {reason: hits_of[place] for reason, hits_of in tuned.reasons.items()}
        assert {reason: hit.pages for reason, hit in found.items() if hit.pages} == hits
        assert {reason: hit.only for reason, hit in found.items() if hit.only} == only
    assert [step.value for step in steps] == [80.0, 120.0]
    assert steps[1][1:] == (tuned.after, tuned.gained, tuned.lost)
    assert steps[0].kept.pages > tuned.after.pages
    assert f"Gained: {len(gained):,} pages" in said
    assert f"Lost: {len(lost):,} pages" in said
    assert f"{saved}: winnow run" in told


REFUSED = [
    (
        {"changes": ["measure.lines=none"]},
        "measured with other settings than these (for example, measure.lines is none here",
    ),
    ({"recipe": "fineweb"}, "measured with other settings than these (for example, measure.lines is c4 here"),
    ({"changes": ["fuzzy.within=crawl"]}, "fuzzy.within: tune cannot change this: it applies after"),
    ({"changes": ["language.wanted=[de]"]}, "language.wanted: tune cannot change this: it needs the archives"),
    ({"changes": ["rules.gopher_to_few_words.min=3"]}, "Did you mean gopher_too_few_words?"),
    ({"sweeps": ["gopher_too_few_words.mean=10:20:1"]}, "expected REASON.min=FIRST:LAST:STEP"),
    ({"sweeps": ["gopher_too_few_words.min=20:10:1"]}, "0 values; expected 1 to 100"),
    ({"sweeps": ["gopher_too_few_words.min=1:1000:1"]}, "101 values; expected 1 to 100"),
    ({"sweeps": ["gopher_too_few_words.min=nan"]}, "expected REASON.min=FIRST:LAST:STEP"),
    ({"sweeps": ["gopher_few_words.min=1"]}, "no rule in use has the reason gopher_few_words."),
    ({"crawl": "DEMO"}, "there is no crawl DEMO; run list_archives first"),
    ({"save": Path("x.txt")}, "--save x.txt: a recipe's name ends in .yaml"),
    ({"save": Path("/nowhere/x.yaml")}, "--save /nowhere/x.yaml: name a file in a folder that exists"),
]


@pytest.mark.parametrize(("arguments", "said"), REFUSED, ids=str)
def test_what_tune_cannot_answer_is_refused_in_a_sentence(
    spark: SparkSession, clean: Path, arguments: dict[str, object], said: str
) -> None:
    with pytest.raises(SettingsError) as refused:
        tune(str(clean), **arguments)  # type: ignore[arg-type]
    assert said in str(refused.value)


def test_a_report_of_two_crawls_says_what_the_tables_say(spark: SparkSession, both: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    report(str(both), file, against=FIRST)
    page, tables = file.read_text(), everything(both)
    levels = [int(level) for level in re.findall("<h([1-6])", page)]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for crawl in (FIRST, SECOND):
        documents = [row for row in tables["documents"] if row["crawl"] == crawl]
        assert f"<dt>documents</dt><dd>{len(documents):,}</dd>" in page
        assert f"<dt>words</dt><dd>{sum(row['word_count'] for row in documents):,}</dd>" in page
    reasons = Counter(reason for row in tables["verdicts"] if row["crawl"] == SECOND for reason in row["reasons"])
    gates = Counter(row["gate"] for row in tables["pages"] if row["crawl"] == SECOND and row["gate"])
    for reason, hits in (reasons + gates).items():
        start = page.index(f'id="example-{SECOND}-{reason}"')
        examples = page[start : page.index("</details>", start)]
        assert examples.count('<p class="url">') == min(10, hits)
    damaged = [row for row in tables["archives"] if row["crawl"] == SECOND and row["status"] == "damaged"]
    assert damaged
    assert all(f'<th scope="row">{row["archive_path"]}</th><td>damaged</td>' in page for row in damaged)
    assert page.count("<mark>") > 100
    assert "were made with other rules" not in page
    others = rules_of(demo_settings(["rules.gopher_hashes=null"]))
    assert not rules_stand(work_on(spark, both, SECOND), others)


def test_the_life_of_a_near_copy_as_a_page(spark: SparkSession, both: Path, tmp_path: Path) -> None:
    copy = next(row for row in rows_of(both, "near_duplicates") if row["jaccard"] < 1)
    file = tmp_path / "life.html"
    explain(str(copy["page_id"]), str(both), html=file)
    page = file.read_text()
    assert f"Jaccard {copy['jaccard']:.4f} to page {copy['kept_page_id']}" in page
    assert page.count("<del>") > 1


def test_answers_for_programs(spark: SparkSession, both: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [row for row in rows_of(both, "near_duplicates") if row["jaccard"] < 1]
    explain(str(rows[0]["page_id"]), str(both), as_json=True)
    (life,) = json.loads(capsys.readouterr().out)
    assert life["page"]["page_id"] == str(rows[0]["page_id"])
    assert life["copy_of"]["row"]["jaccard"] == rows[0]["jaccard"]
    assert life["judged"][0]["rule"]["reason"] == rules_of(demo_settings())[0].reason
    tune(str(both), changes=CHANGES, sweeps=["gopher_too_few_words.min=10,50"], crawl=SECOND, as_json=True)
    told = json.loads(capsys.readouterr().out)
    verdicts = [row for row in rows_of(both, "verdicts") if row["crawl"] == SECOND]
    assert told["tuned"]["measured"]["pages"] == len(verdicts)
    assert told["tuned"]["before"]["pages"] == sum(row["reasons"] == [] for row in verdicts)
    assert [step["value"] for step in told["sweeps"][0]["steps"]] == [10, 50]


def test_a_funnel_for_programs(spark: SparkSession, both: Path, capsys: pytest.CaptureFixture[str]) -> None:
    show_crawl(work_on(spark, both, SECOND), as_json=True)
    told = json.loads(capsys.readouterr().out)
    rows = [row for row in rows_of(both, "funnel") if row["crawl"] == SECOND]
    assert (told["crawl"], told["funnel"][0]["stage"]) == (SECOND, "extract_pages")
    for step in told["funnel"]:
        same = [row for row in rows if (row["stage"], row["reason"]) == (step["stage"], step["reason"])]
        assert step["pages_any"] == sum(row["pages_any"] for row in same)


NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.py"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_defines_nothing(
    spark: SparkSession, both: Path, monkeypatch: pytest.MonkeyPatch, notebook: Path
) -> None:
    monkeypatch.setenv("WINNOW_WAREHOUSE", str(both))
    held = runpy.run_path(str(notebook))
    assert not [name for name, value in held.items() if getattr(value, "__module__", None) == "<run_path>"]


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) == 5
