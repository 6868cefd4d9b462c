"""Pages of one site that differ only by a parameter or a route: each one is kept, and each can be removed alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.jobs.running import run, work_on
from tests.jobs.warehouse import FIRST, rows_of
from tests.kernels.pages.test_url_keys import ROUTES, SESSION, STORIES, TALKS
from winnow.commands.making.remove import remove
from winnow.errors import WinnowError
from winnow.report.life import find_pages
from winnow.runs import removals
from winnow.scopes.removals import orders

PAIR = [f"http://forum.example/viewtopic.php?t=5&sid={session}" for session in (SESSION, SESSION[::-1])]
URLS = [*STORIES, *TALKS, *ROUTES, *PAIR]
CANONICAL = "url_duplicates.url_key=canonical"


@pytest.fixture(scope="module")
def sites(spark: SparkSession, clean: Path, crawls: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse in which some documents have these URLs, deduplicated by canonical URL. Do not write to it."""
    warehouse = shutil.copytree(clean, tmp_path_factory.mktemp("sites") / "tables")
    stood_for = {row["kept_page_id"] for row in rows_of(clean, "near_duplicates")}
    alone = [row["page_id"] for row in rows_of(clean, "documents") if row["page_id"] not in stood_for]
    ids = ", ".join(map(str, sorted(alone)[: len(URLS)]))
    cases = " ".join(f"WHEN {page_id} THEN '{url}'" for page_id, url in zip(sorted(alone), URLS, strict=False))
    domain = "regexp_extract(url, '//([^/:]+)', 1)"
    spark.sql(f"UPDATE delta.`{warehouse}/pages` SET url = CASE page_id {cases} ELSE url END")
    spark.sql(f"UPDATE delta.`{warehouse}/pages` SET domain = {domain} WHERE page_id IN ({ids})")
    run(work_on(spark, warehouse, FIRST, CANONICAL), crawls)
    return warehouse


def test_only_a_session_of_one_page_is_dropped(sites: Path) -> None:
    pages = {row["page_id"]: row["url"] for row in rows_of(sites, "pages")}
    documents = {pages[row["page_id"]] for row in rows_of(sites, "documents")}
    dropped = {pages[row["page_id"]] for row in rows_of(sites, "url_duplicates")} & set(URLS)
    assert len(dropped) == 1
    assert dropped < set(PAIR)
    assert documents >= set(URLS) - dropped


def test_an_order_removes_one_page_and_its_copies_separately(sites: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = {row["url"]: row for row in rows_of(sites, "pages")}
    dropped = {row["page_id"] for row in rows_of(sites, "url_duplicates")}
    kept, copy = sorted(PAIR, key=lambda url: pages[url]["page_id"] in dropped)
    for asked in ([STORIES[1]], [TALKS[1], ROUTES[1]], [ROUTES[-1]]):
        remove(str(sites), urls=[url.replace("http://", "https://www.") for url in asked], dry_run=True, as_json=True)
        told = json.loads(capsys.readouterr().out)
        assert sorted(page["url"] for page in told["pages"]) == sorted(asked)
        assert (told["named"], told["copies"], told["documents"]) == (len(asked), 0, len(asked))
    remove(str(sites), urls=[kept + "#top"], dry_run=True)
    said = capsys.readouterr().out.splitlines()
    lines = []
    for url in (kept, copy):
        page = pages[url]
        lines += [f"  {url}", f"      page {page['page_id']} of {FIRST}; title: {page['title']}"]
        lines.append("      " + " ".join(page["text"][:200].split()[:12]))
    assert said == ["1 page matches:", *lines[:3], "1 copy would be removed with it:", *lines[3:],
                    "1 of these is a document."]  # fmt: skip
    remove(str(sites), urls=["http://forum.example/viewtopic.php?t=5&fbclid=1"], widen=True, dry_run=True, as_json=True)
    assert {page["url"] for page in json.loads(capsys.readouterr().out)["pages"]} == set(PAIR)
    assert not (sites / "removals").exists()


def test_a_name_that_matches_no_page_is_refused_with_near_names(sites: Path) -> None:
    with pytest.raises(WinnowError) as refused:
        remove(
            str(sites), urls=[STORIES[0], STORIES[0] + "9", "https://nowhere.example/"], page_ids=["7"],
            archives=[rows_of(sites, "archives")[0]["archive_path"] + "x"],
        )  # fmt: skip
    said = str(refused.value).splitlines()
    assert refused.value.exit_code == 1
    assert said[0] == f"no page matches --url {STORIES[0]}9; the nearest URLs of its domain are:"
    assert said[1:5] == [f"  {url}" for url in STORIES]
    assert said[5:7] == [
        "no page matches --url https://nowhere.example/, and the tables have no URL of its domain",
        "no page matches --page-id 7",
    ]
    assert said[8] == f"  {rows_of(sites, 'archives')[0]['archive_path']}"
    assert said[-1] == "Nothing was removed. Correct or leave out what matches no page."
    assert not (sites / "removals").exists()


def test_an_older_order_removes_no_other_page_and_restores_none(
    spark: SparkSession, sites: Path, crawls: Path, tmp_path: Path
) -> None:
    """`url:...&name=News` once named every story, and had removed one. Now it names no other story."""
    warehouse = shutil.copytree(sites, tmp_path / "tables")
    work = work_on(spark, warehouse, FIRST, CANONICAL)
    remove(str(warehouse), urls=[STORIES[1]], reason="ticket 22")
    gone = [row for row in rows_of(warehouse, "pages") if row["gate"] == "removed"]
    assert [row["url"] for row in gone] == [STORIES[1]]
    assert [row["selector"] for row in rows_of(warehouse, "removals")] == [f"url:{STORIES[1].removeprefix('http:')}"]
    old = "url:nuke.example/modules.php?file=article&name=News"
    spark.sql(f"UPDATE delta.`{warehouse}/removals` SET selector = '{old}'")
    assert removals.carry_out(work) == 1
    ordered = orders(work)
    assert ordered is not None
    assert {row.selector for row in ordered.collect()} == {old, f"page_id:{gone[0]['page_id']}"}
    new = work_on(spark, tmp_path / "new", FIRST)
    assert [removals.carry_over(new, str(warehouse)) for _ in range(2)] == [2, 0]
    assert {row["selector"] for row in rows_of(tmp_path / "new", "removals")} == {old, f"page_id:{gone[0]['page_id']}"}
    spark.sql(f"DELETE FROM delta.`{warehouse}/commits` WHERE target = 'pages'")
    run(work, crawls)
    assert [row["page_id"] for row in rows_of(warehouse, "pages") if row["gate"] == "removed"] == [gone[0]["page_id"]]


def test_a_page_is_found_by_its_own_url_first(spark: SparkSession, sites: Path) -> None:
    work = work_on(spark, sites, FIRST)
    assert [row.url for row in find_pages(work, STORIES[2].replace("http:", "https:"))] == [STORIES[2]]
    assert {row.url for row in find_pages(work, "http://forum.example/viewtopic.php?t=5")} == set(PAIR)
