"""Near duplicates before the rules, over all shards of all crawls: rows, funnel, resume, removals and messages."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from tests.conftest import unless_there
from tests.jobs.running import planned_once, run, work_on
from tests.jobs.warehouse import FIRST, SECOND, demo_flags, everything, rows_of, winnow
from tests.reference import near_duplicates as reference
from winnow.commands.looking.explain import explain
from winnow.commands.making.remove import remove
from winnow.report.figures import gather
from winnow.report.html.sides import look_at, write_report
from winnow.runs import removals
from winnow.stages.funnel import imbalances
from winnow.warehouse import commits, delta
from winnow.warehouse.made_with import check_measured
from winnow.warehouse.work import Work

pytestmark = pytest.mark.usefixtures("plain_plans")

ORDER = (
    "extract_pages", "measure_pages", "find_near_duplicates", "judge_pages", "find_repeated_spans",
    "find_url_duplicates", "build_documents", "report_funnel",
)  # fmt: skip
STAGES = [name for name in ORDER if name not in ("measure_pages", "report_funnel")]
# Bands so weak that every two pages with a few shingles in common share one; a rule that rejects some planted copies.
CHANGES = (
    f"jobs=[{', '.join(ORDER)}]", "fuzzy.within=all", "fuzzy.by_language=true", "fuzzy.bands=100",
    "fuzzy.rows_per_band=1", "rules.gopher_too_few_words.min=136",
)  # fmt: skip


@pytest.fixture(scope="module")
def turned(spark: SparkSession, both: Path, crawls: Path, shared: Path) -> Path:
    """Both crawls with near duplicates first; never to be written."""
    warehouse = shared / "near duplicates first"
    with unless_there(warehouse) as missing:
        if missing:
            shutil.copytree(both, warehouse)
            with planned_once(spark):
                for crawl in (FIRST, SECOND):
                    run(work_on(spark, warehouse, crawl, *CHANGES), crawls)
    return warehouse


@pytest.fixture
def copy(turned: Path, tmp_path: Path) -> Path:
    return shutil.copytree(turned, tmp_path / "copy")


def expected(rows: list[dict[str, Any]], cut: set[int], kept_before: set[int]) -> dict[int, int]:
    """The dropped page -> the kept page, by plain Python over the measured pages of all shards."""
    sets = {row["page_id"]: reference.shingles(row["text"], simplify=True) for row in rows}
    first: dict[tuple[int, ...], int] = {}
    whole = {tuple(sets[row["page_id"]]) for row in rows if row["page_id"] not in cut}
    order = sorted(
        sets, key=lambda one: (tuple(sets[one]) not in whole, one not in kept_before, one in cut, one)
    )  # fmt: skip
    node = {one: first.setdefault(tuple(sets[one]), one) for one in order if sets[one]}
    nodes = [one for one in order if node.get(one) == one]
    pairs = {
        (one, other)
        for place, one in enumerate(nodes)
        for other in nodes[:place]
        if reference.jaccard(sets[one], sets[other]) > 0
    }
    elected = reference.elect(
        nodes, sets, {(min(pair), max(pair)) for pair in pairs}, "survivor", 0.8, 2000, frozenset(kept_before)
    )
    stays = {one: elected[node[one]] for one in node}
    return {one: other for one, other in stays.items() if one != other and one not in kept_before}


def test_pages_that_rules_reject_are_compared_too_in_all_shards_and_crawls(turned: Path) -> None:
    tables = everything(turned)
    cut = {row["page_id"] for row in tables["pages"] if row["truncated"]}
    of_first = [row for row in tables["measures"] if row["crawl"] == FIRST]
    near = {
        crawl: {row["page_id"]: row["kept_page_id"] for row in tables["near_duplicates"] if row["crawl"] == crawl}
        for crawl in (FIRST, SECOND)
    }
    assert near[FIRST] == expected(of_first, cut, set())
    survivors = [row for row in of_first if row["page_id"] not in near[FIRST]]
    second = [row for row in tables["measures"] if row["crawl"] == SECOND]
    assert near[SECOND] == expected(survivors + second, cut, {row["page_id"] for row in survivors})
    rejected = {row["page_id"] for row in tables["verdicts"] if row["reasons"]}
    assert rejected & near[FIRST].keys()
    assert rejected & set(near[FIRST].values())
    shard = {row["page_id"]: (row["crawl"], row["shard"]) for row in tables["pages"]}
    assert {shard[one][0] for one in near[SECOND].values()} == {FIRST, SECOND}
    assert any(shard[one][1] != shard[other][1] for one, other in near[SECOND].items())


def test_a_document_is_what_no_job_drops(turned: Path) -> None:
    tables = everything(turned)
    kept = {row["page_id"] for row in tables["verdicts"] if not row["reasons"]}
    assert {row["page_id"] for row in tables["verdicts"]} == {row["page_id"] for row in tables["measures"]}
    dropped = {row["page_id"] for table in ("near_duplicates", "url_duplicates") for row in tables[table]}
    dropped |= {row["page_id"] for row in tables["repeated_spans"] if row["reason"] is not None}
    assert {row["page_id"] for row in tables["documents"]} == kept - dropped
    near = {row["page_id"] for row in tables["near_duplicates"]}
    assert not near & {row["page_id"] for row in tables["repeated_spans"]}


def test_an_earlier_crawl_is_left_as_it_was(spark: SparkSession, turned: Path, both: Path, crawls: Path) -> None:
    """The first crawl does not change when the second is added; pages and measures are those of the default recipe."""
    before, after = everything(both), everything(turned)
    for table in ("pages", "measures", "archives"):
        assert after[table] == before[table]
    alone = {row["page_id"]: row["kept_crawl"] for row in after["near_duplicates"] if row["crawl"] == FIRST}
    assert set(alone.values()) == {FIRST}


def test_the_funnel_is_counted_in_this_order(spark: SparkSession, turned: Path, tmp_path: Path) -> None:
    for crawl in (FIRST, SECOND):
        work = work_on(spark, turned, crawl, *CHANGES)
        rows = delta.read(work, "funnel").collect()
        assert imbalances(rows, STAGES) == []
        entering = [sum(row.pages_first for row in rows if (row.stage, row.reason) == (one, "")) for one in STAGES]
        assert entering == sorted(entering, reverse=True)
        figures = gather(look_at(work, crawl))
        assert figures.stages == STAGES
        assert figures.measured.first == len([row for row in rows_of(turned, "measures") if row["crawl"] == crawl])
        check_measured(work)
        assert figures.rules_stand
    write_report([look_at(work, SECOND)], tmp_path / "report.html", examples=1, seed=0)
    assert "after near duplicates" in (tmp_path / "report.html").read_text(encoding="utf-8")


class KilledError(Exception):
    """Stands for a process that ends here."""


def test_killed_between_near_duplicates_and_the_rules_and_resumed(
    spark: SparkSession, turned: Path, copy: Path, crawls: Path
) -> None:
    spark.sql(f"DELETE FROM delta.`{copy}/commits` WHERE target = 'near_duplicates' AND crawl = '{SECOND}'")
    original = commits.replace

    def kill(work: Work, table: str, *arguments: Any) -> Any:
        if table == "verdicts":
            raise KilledError
        return original(work, table, *arguments)

    work = work_on(spark, copy, SECOND, *CHANGES)
    spark.sql(f"DELETE FROM delta.`{copy}/commits` WHERE target = 'verdicts' AND crawl = '{SECOND}'")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commits, "replace", kill)
        with pytest.raises(KilledError):
            run(work, crawls)
    run(work, crawls)
    assert everything(copy) == everything(turned)


def test_another_number_of_cores_gives_the_same_rows(copy: Path, turned: Path, crawls: Path) -> None:
    settings = [part for change in ("spark.master=local[1]", *CHANGES) for part in ("--set", change)]
    again = ["--again", "find_near_duplicates", "--again", "judge_pages", "--yes"]
    tables = ("--crawl", SECOND, "--warehouse", copy)
    before = [row for row in rows_of(copy, "commits", keep_all=True) if row["crawl"] == SECOND]
    winnow("run", crawls / SECOND / "warc.paths.gz", *tables, *demo_flags(), *settings, *again)
    after = rows_of(copy, "commits", keep_all=True)
    assert {row["target"] for row in after if row not in before and row["crawl"] == SECOND} >= {
        "near_duplicates", "verdicts",
    }  # fmt: skip
    assert everything(copy) == everything(turned)


def test_a_removed_page_takes_its_copies_with_it(spark: SparkSession, copy: Path) -> None:
    before, work = everything(copy), work_on(spark, copy, FIRST, *CHANGES)
    rejected = {row["page_id"] for row in before["verdicts"] if row["reasons"]}
    kept = next(row["kept_page_id"] for row in before["near_duplicates"] if row["kept_page_id"] in rejected)
    copies = {row["page_id"] for row in before["near_duplicates"] if row["kept_page_id"] == kept}
    found = removals.find(work, [f"page_id:{kept}"], with_copies=False)
    removals.order(work, [f"page_id:{kept}"], "ticket", False, found)
    remove(str(copy))
    after = everything(copy)
    assert {row["page_id"] for row in after["pages"] if row["gate"] == "removed"} >= {kept, *copies}
    for crawl in (FIRST, SECOND):
        assert imbalances(delta.read(work_on(spark, copy, crawl, *CHANGES), "funnel").collect(), STAGES) == []


def test_a_near_copy_is_explained_before_the_rules(
    spark: SparkSession, turned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rejected = {row["page_id"] for row in rows_of(turned, "verdicts") if row["reasons"]}
    near = rows_of(turned, "near_duplicates")
    copy = next(row for row in near if row["page_id"] in rejected)
    explain(str(copy["page_id"]), str(turned))
    said = capsys.readouterr().out
    assert f"dropped: Jaccard {copy['jaccard']:.4f}" in said
    assert "verdict" not in said
    kept = next(row["page_id"] for row in rows_of(turned, "documents") if row["page_id"] in
                {one["kept_page_id"] for one in near})  # fmt: skip
    explain(str(kept), str(turned))
    said = capsys.readouterr().out
    assert said.index("near copies") < said.index("kept by every rule")
