"""Texts through the recipe `dedup`: copies in two files meet, for any number of shards; an export is read again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from tests.jobs.running import planned_once
from tests.jobs.warehouse import ONE_WAVE, rows_of
from tests.texts.made import read
from winnow.commands.making.export import export
from winnow.page import Asked
from winnow.report.life import find_pages
from winnow.runs.crawl import run_crawl
from winnow.settings.fingerprint import fingerprints
from winnow.settings.load import load_settings
from winnow.sources.named_archives import find_archives
from winnow.terminal.progress import Progress
from winnow.warehouse.work import Work

CRAWL = "TEXTS"
ROWS = ("text", "url", "cut_chars", "page_id", "archive_path", "record_offset", "extra", "title")


def words(name: str, count: int) -> str:
    return " ".join(f"{name}{number}" for number in range(count))


SPAN = words("span", 60)
ALIKE = words("alike", 200)
FIRST: list[dict[str, Any]] = [
    {"id": 1, "text": ALIKE, "url": "http://a.example/1"},
    {"id": 2, "text": f"{words('one', 30)} {SPAN} {words('two', 30)}", "url": None},
    {"id": 3, "text": f"See http://c.example/ \n\n\n\n{words('three', 80)}", "url": "http://same.example/"},
    {"id": 4, "text": words("four", 90), "url": None},
    {"id": 5, "text": None, "url": None},
]
SECOND: list[dict[str, Any]] = [
    {"id": 6, "text": f"{ALIKE} more", "url": "http://a.example/2"},
    {"id": 7, "text": f"{words('five', 30)} {SPAN} {words('six', 30)}", "url": None},
    {"id": 8, "text": words("seven", 80), "url": "http://same.example/"},
    {"id": 9, "text": words("eight", 90), "url": None},
]


def run(spark: SparkSession, folder: Path, warehouse: Path, shards: int) -> Work:
    changes = [f"archives.num_shards={shards}", "input.keep=[note]", ONE_WAVE, "spark.master=local[2]"]
    settings = load_settings("dedup", changes=changes)
    work = Work(spark, settings, fingerprints(settings), str(warehouse), CRAWL, recipe="dedup")
    with planned_once(spark), Progress(spark) as progress:
        run_crawl(work, *find_archives([str(folder)], None), progress)
    return work


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("texts")
    pq.write_table(pa.Table.from_pylist([{**row, "note": "é"} for row in FIRST]), folder / "first.parquet")
    (folder / "second.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in SECOND))
    return folder


@pytest.fixture(scope="module")
def work(spark: SparkSession, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Work:
    return run(spark, folder, tmp_path_factory.mktemp("one shard") / "tables", 1)


def documents(work: Work) -> list[dict[str, Any]]:
    rows = ({name: row[name] for name in ROWS} for row in rows_of(Path(work.warehouse), "documents"))
    return sorted(rows, key=lambda row: int(row["page_id"]))


def test_copies_in_two_files_meet(work: Work) -> None:
    """Kept: one of two near copies, one of two texts with one URL, one copy of a span, and all texts without a URL."""
    found = {int(dict(row["extra"])["id"]): row for row in documents(work)}
    kept_copy, kept_url = {1, 6} & found.keys(), {3, 8} & found.keys()
    assert (len(kept_copy), len(kept_url)) == (1, 1)
    assert found.keys() == {2, 4, 7, 9} | kept_copy | kept_url
    whole = {row["id"]: row["text"] for row in FIRST + SECOND}
    cut = [number for number, row in found.items() if row["text"] != whole[number]]
    assert cut in ([2], [7])
    assert SPAN in found[9 - cut[0]]["text"]
    assert SPAN not in found[cut[0]]["text"]
    assert found[9 - cut[0]]["page_id"] < found[cut[0]]["page_id"]
    assert dict(found[2]["extra"]) == {"id": "2", "note": '"é"'}
    gated = [(row["gate"], row["url"]) for row in rows_of(Path(work.warehouse), "pages") if row["gate"]]
    assert gated == [("text_missing", None)]


def test_the_number_of_shards_does_not_matter(spark: SparkSession, folder: Path, work: Work, tmp_path: Path) -> None:
    other = run(spark, folder, tmp_path / "tables", 5)
    assert len({row["shard"] for row in rows_of(tmp_path / "tables", "pages")}) == 2
    assert documents(other) == documents(work)


def test_a_text_is_found_by_its_place(work: Work) -> None:
    for document in documents(work):
        (page,) = find_pages(work, f"{document['archive_path']}:{document['record_offset']}")
        assert page.page_id == document["page_id"]
    assert find_pages(work, "second.jsonl:1") == []


@pytest.mark.parametrize("form", ["parquet", "jsonl.zst"])
def test_what_is_exported_is_read_again(work: Work, tmp_path: Path, form: Any) -> None:
    changes = ["spark.master=local[2]", "spark.driver_memory=2g"]
    export(work.warehouse, str(tmp_path / "out"), form=form, shards=1, changes=changes)
    (path,) = (tmp_path / "out" / "data").iterdir()
    found, account = read(path, path.name, Asked(10**6, 10**6, keep=("extra",)))
    assert (account.status, account.pages) == ("read", len(found))
    expected = documents(work)
    read_again = {(page.text, page.url, page.title) for page in found}
    assert read_again == {(row["text"], row["url"], row["title"] or "") for row in expected}
    assert {page.extra["id"] for page in found if page.extra} == {
        f'"w{int(row["page_id"]) % 2**64:016x}"' for row in expected
    }
    extras = [json.loads(json.loads(page.extra["extra"])) for page in found if page.extra]
    assert sorted(extra["id"] for extra in extras) == sorted(int(dict(row["extra"])["id"]) for row in expected)


def test_an_export_that_is_run_again_gives_the_same_documents(spark: SparkSession, work: Work, tmp_path: Path) -> None:
    """Nothing is left to drop or to cut; the export's id is carried along."""
    export(work.warehouse, str(tmp_path / "out"), shards=2, changes=["spark.master=local[2]"])
    again = run(spark, tmp_path / "out", tmp_path / "tables", 1)
    columns = ("text", "url", "title")
    found = sorted((tuple(row[name] for name in columns) for row in documents(again)), key=str)
    assert found == sorted((tuple(row[name] for name in columns) for row in documents(work)), key=str)
    assert {row["cut_chars"] for row in documents(again)} == {0}
    ids = {json.loads(dict(row["extra"])["id"]) for row in documents(again)}
    assert ids == {f"w{int(row['page_id']) % 2**64:016x}" for row in documents(work)}
