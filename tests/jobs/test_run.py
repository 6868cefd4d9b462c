"""Whole runs over a generated crawl: again, interrupted, with other settings, other cores and other readers."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable
from pyspark.sql import SparkSession
from winnow.jobs import extract_pages, list_archives, measure_pages

from tests.jobs.running import run, work_on
from tests.jobs.warehouse import FIRST, SECOND, TABLES, everything, rows_of
from tests.reference.spans import Span
from tests.reference.spans import cut as without
from tests.settings.test_schema import EVERY, NEEDED
from tests.sources.web_server import Fault, served
from winnow.commands.looking.explain import explain
from winnow.commands.making.remove import remove
from winnow.demo.show import disagreements
from winnow.errors import SettingsError, WinnowError
from winnow.kernels.pages.selectors import url_selector
from winnow.report.html.sides import look_at, write_report
from winnow.runs import removals
from winnow.runs.crawl import run_crawl
from winnow.runs.estimate import measure
from winnow.scopes.around import look_around
from winnow.scopes.near_duplicates import compared_pages
from winnow.settings.jobs import JOBS, dropping_jobs
from winnow.sources.named_archives import Archive, find_archives
from winnow.stages.funnel import imbalances
from winnow.terminal.progress import Progress
from winnow.warehouse import commits, delta
from winnow.warehouse.crawls import crawl_row
from winnow.warehouse.work import Work

pytestmark = pytest.mark.usefixtures("plain_plans")


def versions(warehouse: Path) -> dict[str, int]:
    return {table: DeltaTable(str(warehouse / table)).version() for table in TABLES}


def test_every_planted_page_ends_as_it_should(spark: SparkSession, clean: Path, crawls: Path) -> None:
    assert disagreements(work_on(spark, clean, FIRST), crawls / "truth.json") == []


def test_pages_are_conserved_and_ids_are_unique(both: Path) -> None:
    """Of two crawls: only in the second can a URL have been kept before."""
    pages, measures, verdicts = (rows_of(both, name) for name in ("pages", "measures", "verdicts"))
    documents = rows_of(both, "documents")
    assert len({page["page_id"] for page in pages}) == len(pages)
    assert len(pages) == sum(archive["pages"] for archive in rows_of(both, "archives"))
    ungated = {page["page_id"] for page in pages if page["gate"] is None}
    assert ungated == {row["page_id"] for row in measures} == {row["page_id"] for row in verdicts}
    kept = {row["page_id"] for row in verdicts if not row["reasons"]}
    near = {row["page_id"] for row in rows_of(both, "near_duplicates")}
    assert near
    assert near <= kept
    repeated = {row["page_id"]: row["reason"] for row in rows_of(both, "repeated_spans")}
    assert repeated
    assert repeated.keys() <= kept - near
    emptied = {page_id for page_id, reason in repeated.items() if reason is not None}
    same_url = {row["page_id"] for row in rows_of(both, "url_duplicates")}
    assert same_url
    assert same_url <= kept - near - emptied
    assert kept - near - emptied - same_url == {row["page_id"] for row in documents}
    assert len({row["url"] for row in documents}) == len(documents)
    assert all((page["text"] is None) == (page["gate"] is not None) for page in pages)


def test_a_document_has_the_place_of_its_page(clean: Path) -> None:
    pages = {page["page_id"]: page for page in rows_of(clean, "pages")}
    texts = {row["page_id"]: row["text"] for row in rows_of(clean, "measures")}
    spans = {row["page_id"]: row for row in rows_of(clean, "repeated_spans")}
    documents = rows_of(clean, "documents")
    assert documents
    assert any(document["cut_chars"] for document in documents)
    for document in documents:
        page = pages[document["page_id"]]
        shared = ("crawl", "shard", "archive_path", "record_offset", "url", "domain", "fetched_at", "language", "title")
        assert [document[name] for name in shared] == [page[name] for name in shared]
        cut = spans.get(document["page_id"], {"spans": [], "cut_chars": 0})
        whole = texts[document["page_id"]]
        assert document["text"] == without(whole, [Span(**span) for span in cut["spans"]])
        assert document["cut_chars"] == cut["cut_chars"] == len(whole) - len(document["text"])
        assert document["word_count"] == len(document["text"].split())
        assert document["char_count"] == len(document["text"])


def test_tables_are_for_any_reader(both: Path) -> None:
    for table in TABLES:
        read = DeltaTable(str(both / table))
        protocol = read.protocol()
        assert (protocol.min_reader_version, protocol.min_writer_version) == (1, 2)
        assert read.metadata().partition_columns == ([] if table == "crawls" else ["crawl", "shard"])
        rows = rows_of(both, table)
        assert rows
        assert all(row["fingerprint"] for row in rows)


def test_a_shard_is_one_file_of_each_table(both: Path) -> None:
    for table in set(TABLES) - {"crawls"}:
        files = Counter(Path(uri).parent for uri in DeltaTable(str(both / table)).file_uris())
        assert set(files.values()) == {1}


def test_a_second_run_writes_nothing(spark: SparkSession, clean: Path, crawls: Path) -> None:
    before = versions(clean)
    run(work_on(spark, clean, FIRST), crawls)
    assert versions(clean) == before


class KilledError(Exception):
    """In place of the end of the process."""


@pytest.mark.parametrize(
    ("target", "moment"),
    [("pages", "_note"), ("url_duplicates", "replace")],
)
def test_killed_between_two_writes_and_resumed(
    spark: SparkSession, clean: Path, crawls: Path, copy: Path, target: str, moment: str
) -> None:
    """An exception before the commit of the table, or before that of its note, leaves the same state as a kill."""
    spark.sql(f"DELETE FROM delta.`{copy}/commits` WHERE target = '{target}'")
    original = getattr(commits, moment)

    def kill(work: Work, table: str, *arguments: Any) -> Any:
        if table == target:
            raise KilledError
        return original(work, table, *arguments)

    work = work_on(spark, copy, FIRST)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commits, moment, kill)
        with pytest.raises(KilledError):
            run(work, crawls)
    run(work, crawls)
    assert everything(copy) == everything(clean)


def test_back_to_the_old_settings_after_a_kill_in_between(
    spark: SparkSession, clean: Path, crawls: Path, copy: Path
) -> None:
    """The note of the old rows must be deleted before new rows are written, or the old settings would accept these."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(commits, "_note", lambda *_: (_ for _ in ()).throw(KilledError))
        with pytest.raises(KilledError):
            run(work_on(spark, copy, FIRST, "rules.gopher_too_few_words.min=10"), crawls)
    run(work_on(spark, copy, FIRST), crawls)
    assert everything(copy) == everything(clean)


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ("fuzzy.within=crawl url_duplicates.url_key=canonical", "near_duplicates"),
        (
            "fuzzy.max_driver_edges=0 spans.filter_bytes=100000 spark.batch_bytes=100000 extract.recycle_pages=50"
            " extract.faster=false",
            None,
        ),
    ],
)
def test_a_changed_setting_redoes_what_follows_from_it(
    spark: SparkSession, copy: Path, crawls: Path, change: str, first: str | None
) -> None:
    """tests/settings/test_fingerprint.py checks which tables follow from which setting."""
    before = rows_of(copy, "commits", keep_all=True)
    run(work_on(spark, copy, FIRST, *change.split()), crawls)
    order = [table for table in TABLES if table not in ("crawls", "archives", "pages", "commits")]
    redone = set(order[order.index(first) :]) if first else set()
    assert {row["target"] for row in rows_of(copy, "commits", keep_all=True) if row not in before} == redone


def test_a_crawl_that_repeats_an_earlier_one_adds_nothing(
    spark: SparkSession, clean: Path, crawls: Path, copy: Path
) -> None:
    """Every page is dropped for one kept in the first crawl. Pages dropped in the first crawl are not compared."""
    work = work_on(spark, copy, "AGAIN")
    with Progress(spark) as progress:
        run_crawl(work, *find_archives([str(crawls / FIRST / "warc.paths.gz")], None), progress)
    found, alone = everything(copy), everything(clean)
    for table in TABLES:
        assert [row for row in found[table] if row["crawl"] == FIRST] == alone[table]
    assert len(found["documents"]) == len(alone["documents"])
    staying = {row["page_id"] for row in alone["documents"]}
    again = [row for row in found["near_duplicates"] if row["crawl"] == "AGAIN"]
    assert len(again) == sum(not row["reasons"] for row in alone["verdicts"])
    assert {(row["kept_crawl"], row["kept_page_id"] in staying) for row in again} == {(FIRST, True)}


def test_a_run_with_every_list_empty_and_every_optional_value_null(
    spark: SparkSession, crawls: Path, tmp_path: Path
) -> None:
    """No list, no language, no rule: everything that could be read becomes a document, unless it is a copy."""
    allowed = [one for one in EVERY if one.is_allowed and one.path not in NEEDED and not one.path.startswith("spark")]
    nothing = [f"{one.path}={one.value}" for one in allowed]
    work = work_on(spark, tmp_path, FIRST, *nothing)
    run(work, crawls)
    gates = {row["gate"] for row in rows_of(tmp_path, "pages")}
    assert not {gate for gate in gates if gate and gate.startswith(("url_", "language_unwanted", "unwanted_"))}
    verdicts = rows_of(tmp_path, "verdicts")
    assert len(verdicts) > 50
    assert {tuple(row["reasons"]) for row in verdicts} == {()}
    assert {row["language"] for row in rows_of(tmp_path, "documents")} > {"en", "de"}
    write_report([look_at(work, FIRST)], tmp_path / "report.html", examples=1, seed=0)
    assert "gopher_" not in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("survivor", ["oldest", "language_score"])
def test_a_survivor_is_chosen_by_properties_of_its_page(spark: SparkSession, clean: Path, survivor: str) -> None:
    work = work_on(spark, clean, FIRST, f"fuzzy.survivor={survivor}")
    around = look_around(work)
    preferred = {row.page_id: row.preference for row in compared_pages(work, around, around.all_shards)[0].collect()}
    pages = {row["page_id"]: row for row in rows_of(clean, "pages")}
    wanted = {
        "oldest": lambda page: page["fetched_at"].timestamp() * 1e6,
        "language_score": lambda page: -page[survivor],
    }
    kept = [row["page_id"] for row in rows_of(clean, "verdicts") if not row["reasons"]]
    assert preferred == {page_id: wanted[survivor](pages[page_id]) for page_id in kept}
    assert len(set(preferred.values())) > 1


def test_a_removed_page_leaves_all_tables_and_no_copy_comes_in_its_place(
    spark: SparkSession, clean: Path, crawls: Path, copy: Path
) -> None:
    """Removed by the URL of a page that had been dropped, with its copies; killed before it was carried out."""
    before, work = everything(clean), work_on(spark, copy, FIRST)
    documents = {row["page_id"] for row in before["documents"]}
    dropped = next(row for row in before["near_duplicates"] if row["kept_page_id"] in documents)
    kept = dropped["kept_page_id"]
    cluster = {kept, *(row["page_id"] for row in before["near_duplicates"] if row["kept_page_id"] == kept)}
    texts = {row["page_id"]: row["text"] for row in before["measures"]}
    copied = {texts[page] for page in cluster}
    gone = {page for page, text in texts.items() if text in copied}
    url = next(row["url"] for row in before["pages"] if row["page_id"] == dropped["page_id"])
    alone, whole = url_selector(f"{url}#top"), f"page_id:{kept}"
    assert removals.find(work, [alone], with_copies=False)[:2] == (1, 0)
    assert {row.page_id for row in removals.find(work, [whole], False).copies.collect()} == cluster - {kept}
    found = removals.find(work, [alone], with_copies=True)
    assert (found.pages, found.documents) == (len(gone), len(gone & documents))
    removals.order(work, [alone], "ticket 17", True, found)
    remove(str(copy))
    after = everything(copy)
    assert {row["page_id"] for row in after["pages"] if row["gate"] == "removed"} == gone
    assert not [
        row for row in after["pages"] if row["page_id"] in gone and (row["text"] or row["title"] or row["marks"])
    ]
    for table in (table for table in TABLES if table not in ("crawls", "archives", "funnel", "commits")):
        staying = [row for row in before[table] if row["page_id"] not in gone]
        assert [row for row in after[table] if table != "pages" or row["page_id"] not in gone] == staying
    stages = ("extract_pages", "judge_pages", *dropping_jobs(work.settings), "build_documents")
    assert imbalances(delta.read(work, "funnel").collect(), stages) == []
    told = [(row["selector"], row["reason"], row["with_copies"]) for row in rows_of(copy, "removals")]
    copies = [(f"page_id:{page}", "copy: ticket 17", True) for page in gone - {dropped["page_id"]}]
    assert sorted(told) == sorted([(alone, "ticket 17", True), *copies])
    with pytest.raises(WinnowError, match="there is no interrupted removal"):
        remove(str(copy))
    spark.sql(f"DELETE FROM delta.`{copy}/commits` WHERE target = 'pages'")
    run(work, crawls)
    again = everything(copy)
    assert {table: again[table] for table in ("pages", "measures", "verdicts", "near_duplicates")} == {
        table: after[table] for table in ("pages", "measures", "verdicts", "near_duplicates")
    }


def test_a_server_that_fails_and_then_serves(spark: SparkSession, clean: Path, crawls: Path, tmp_path: Path) -> None:
    """First unreachable, with its error and tries; then read; then only the list is requested."""
    listing = f"{FIRST}/warc.paths.gz"
    paths = [*(crawls / "crawl-data" / FIRST).rglob("*.warc.gz"), crawls / listing]
    work = work_on(spark, tmp_path, FIRST, "sources.tries=3", "sources.backoff_seconds=0.01")
    with served({f"/{path.relative_to(crawls)}": path.read_bytes() for path in paths}) as server:

        def listed() -> tuple[str, list[Archive]]:
            return find_archives([f"{server.url}/{listing}"], server.url + "/")

        def run_remote() -> list[dict[str, Any]]:
            with Progress(spark) as progress:
                run_crawl(work, *listed(), progress)
            return rows_of(tmp_path, "archives")

        lost = min(path for path in server.files if path.endswith("-00003.warc.gz"))
        server.always[lost] = Fault(bytes_sent=5000, reset=True)
        server.faults[lost] = [Fault(status=503)] * 6
        list_archives.run(work, *listed())
        for job in (extract_pages, measure_pages):
            job.run(work, [0, 1, 2, 3])
        first = {row["archive_path"]: row for row in rows_of(tmp_path, "archives")}
        assert Counter(row["status"] for row in first.values()) == {"read": 10, "damaged": 1, "unreachable": 1}
        told = first[lost[1:]]
        assert (told["error"], told["tries"]) == ("HTTP 503 Service Unavailable (tries: 3)", 1)
        assert not [page for page in rows_of(tmp_path, "pages") if page["archive_path"] == lost[1:]]
        server.always.clear()
        server.faults.clear()
        second = {row["archive_path"]: row for row in run_remote()}
        assert (second[lost[1:]]["status"], second[lost[1:]]["tries"]) == ("read", 2)
        assert {row["bytes"] for row in second.values()} == {path.stat().st_size for path in paths[:-1]}
        for table in ("pages", "measures", "verdicts", "documents", "funnel"):
            assert rows_of(tmp_path, table) == rows_of(clean, table)
        before, asked = versions(tmp_path), len(server.asked)
        run_remote()
        assert versions(tmp_path) == before
        assert [one.path for one in server.asked[asked:]] == [f"/{listing}"]


def test_a_page_is_explained_by_what_the_tables_say(
    spark: SparkSession, clean: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A near copy, a rejected page, a document with repeated spans, a gated page, and a page that does not exist."""
    tables = everything(clean)
    pages = {row["page_id"]: row for row in tables["pages"]}
    copy, rejected = tables["near_duplicates"][0], next(row for row in tables["verdicts"] if row["reasons"])
    documents = {row["page_id"]: row for row in tables["documents"]}
    cut = next(row for row in tables["repeated_spans"] if row["page_id"] in documents)
    gated = next(row for row in tables["pages"] if row["gate"])
    expected = {
        str(copy["page_id"]): [f"Jaccard {copy['jaccard']:.4f} to page {copy['kept_page_id']}", "its cluster has"],
        pages[rejected["page_id"]]["url"]: [f"dropped: {', '.join(rejected['reasons'])}", "FAILS"],
        str(cut["page_id"]): [f"{cut['cut_chars']:,} characters cut", f"{cut['spans'][0]['copies']:,} copies"],
        str(gated["page_id"]): [f"gate          {gated['gate']}: "],
    }
    for named, told in expected.items():
        explain(named, str(clean))
        said = capsys.readouterr().out
        assert [one for one in told if one not in said] == []
        assert ("FAILS" in said) == (named == pages[rejected["page_id"]]["url"])
    url = next(iter(documents.values()))["url"]
    with pytest.raises(WinnowError, match="The nearest URLs of its domain are:\n") as missing:
        explain(url + "x", str(clean))
    assert url in str(missing.value).splitlines()[1]


def test_a_plan_measures_every_job_and_keeps_no_table(
    spark: SparkSession, crawls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    root, archives = find_archives([str(crawls / FIRST / "warc.paths.gz")], None)
    two = sorted(archives, key=lambda archive: -(archive.bytes or 0))[:2]
    with Progress(spark) as progress:
        sample = measure(work_on(spark, tmp_path, "PLAN", "archives.num_shards=1"), root, two, progress)
    assert sample.costs.keys() == {"list_archives", *JOBS}
    assert all(cost.cpu > 0 and cost.wall > 0 for cost in sample.costs.values())
    assert 0 < sample.costs["measure_pages"].rows < sample.pages
    assert all(sample.costs[job].bytes > 0 for job in ("extract_pages", "measure_pages", "judge_pages"))
    assert sample.costs["find_near_duplicates"].shuffled > 0
    assert min(sample.peak_bytes[kind] for kind in ("extractor", "workers", "jvm")) > 50_000_000
    assert not list(tmp_path.rglob("*.parquet"))


def test_another_number_of_shards_is_refused(spark: SparkSession, clean: Path, crawls: Path) -> None:
    with pytest.raises(SettingsError, match="was made with 4 shards"):
        run(work_on(spark, clean, FIRST, "archives.num_shards=8"), crawls)


def test_a_warehouse_of_another_version_of_the_tables_is_refused(spark: SparkSession, crawls: Path, copy: Path) -> None:
    """Older or newer: refused before any of it is read or written."""
    for change, version in ((-1, 1), (+2, 3)):
        spark.sql(f"UPDATE delta.`{copy}/crawls` SET schema_version = schema_version + {change}")
        before = versions(copy)
        for attempt in (
            lambda: run(work_on(spark, copy, SECOND), crawls),
            lambda: crawl_row(work_on(spark, copy, FIRST)),
        ):
            with pytest.raises(SettingsError, match=f"tables of version {version}, but this winnow makes version 2"):
                attempt()
        assert versions(copy) == before


def test_a_table_that_an_earlier_winnow_made_without_a_column_is_refused(
    spark: SparkSession, crawls: Path, copy: Path
) -> None:
    """It is of the same version, but this winnow has added a column, or a field of one, since."""
    archives = spark.read.format("delta").load(f"{copy}/archives").drop("chosen")
    archives.write.format("delta").save(f"{copy}/before")
    shutil.rmtree(copy / "archives")
    (copy / "before").rename(copy / "archives")
    before = versions(copy)
    with pytest.raises(SettingsError, match="the table archives lacks chosen: an earlier winnow made it"):
        run(work_on(spark, copy, SECOND), crawls)
    assert versions(copy) == before


SPANS_FIRST = (
    "jobs=[extract_pages, measure_pages, judge_pages, find_repeated_spans, find_near_duplicates, find_url_duplicates, "
    "build_documents, report_funnel]"
)


def test_another_order_of_jobs_and_a_recipe_without_some_of_them(
    spark: SparkSession, clean: Path, crawls: Path, copy: Path
) -> None:
    """Judged pages are not judged again; every job drops only pages that the jobs before it kept."""
    before = everything(clean)
    run(work_on(spark, copy, FIRST, SPANS_FIRST), crawls)
    after = everything(copy)
    assert [after[table] for table in ("pages", "measures", "verdicts")] == [
        before[table] for table in ("pages", "measures", "verdicts")
    ]
    kept = {row["page_id"] for row in after["verdicts"] if not row["reasons"]}
    emptied = {row["page_id"] for row in after["repeated_spans"] if row["reason"]}
    near = {row["page_id"] for row in after["near_duplicates"]}
    assert {row["page_id"] for row in before["near_duplicates"]} & emptied  # near copies are repeated spans
    assert not near & emptied
    assert {row["page_id"] for row in after["documents"]} == kept - emptied - near
    entering = {row["stage"]: 0 for row in after["funnel"]}
    for row in after["funnel"]:
        entering[row["stage"]] += row["pages_first"] if row["reason"] == "" else 0
    assert entering["find_repeated_spans"] == len(kept)
    assert entering["find_near_duplicates"] == len(kept) - len(emptied)
    run(work_on(spark, copy, FIRST, "fuzzy.enabled=false", "spans.enabled=false"), crawls)
    less = everything(copy)
    assert less["near_duplicates"] == less["repeated_spans"] == []
    assert {row["stage"] for row in less["funnel"]} == {
        "extract_pages", "judge_pages", "find_url_duplicates", "build_documents",
    }  # fmt: skip
    assert {row["page_id"] for row in less["documents"]} == kept
    run(work_on(spark, copy, FIRST), crawls)
    assert everything(copy) == before


def test_pages_removed_in_an_older_warehouse_are_removed_in_a_new_one(
    spark: SparkSession, clean: Path, crawls: Path, copy: Path, tmp_path: Path
) -> None:
    """An order in a warehouse whose tables are of version 1; carried over twice, it is still one order."""
    document = rows_of(clean, "documents")[0]["page_id"]
    old, selectors = work_on(spark, copy, FIRST), [f"page_id:{document}"]
    removals.order(old, selectors, "ticket 18", False, removals.find(old, selectors, with_copies=False))
    spark.sql(f"UPDATE delta.`{copy}/crawls` SET schema_version = 1")
    with pytest.raises(SettingsError, match=f"NAME --warehouse NEW --removals-from {copy}"):
        crawl_row(replace(old, crawls={}))
    new = work_on(spark, tmp_path / "new", FIRST)
    assert [removals.carry_over(new, str(copy)) for _ in range(2)] == [1, 0]
    run(new, crawls)
    gone = {row["page_id"]: row["gate"] for row in rows_of(tmp_path / "new", "pages") if row["gate"] == "removed"}
    assert gone == {document: "removed"}
    assert document not in {row["page_id"] for row in rows_of(tmp_path / "new", "documents")}
    with pytest.raises(SettingsError, match="no crawl was listed here"):
        removals.carry_over(new, str(tmp_path))


def test_a_job_before_its_source_is_refused(spark: SparkSession, clean: Path) -> None:
    other = work_on(spark, clean, FIRST, "language.min_score=0.5")
    with pytest.raises(SettingsError, match="pages of DEMO-2024-10, shards 0-3: not made with these settings"):
        commits.todo(other, "measures", [0, 1, 2, 3])
