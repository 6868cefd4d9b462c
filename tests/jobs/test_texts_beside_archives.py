"""A warehouse with archives and texts: texts are judged against a crawl that does not change, by every command."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from tests.jobs.running import planned_once, work_on
from tests.jobs.warehouse import FIRST, TABLES, everything, rows_of
from winnow.commands.looking.explain import explain
from winnow.commands.looking.tune import tune
from winnow.commands.making.export import export
from winnow.commands.making.remove import remove
from winnow.report.funnel import show_crawl
from winnow.report.html.sides import look_at, write_report
from winnow.runs.crawl import run_crawl
from winnow.settings.jobs import dropping_jobs
from winnow.sources.named_archives import find_archives
from winnow.stages.funnel import imbalances
from winnow.terminal.progress import Progress
from winnow.warehouse import delta
from winnow.warehouse.work import Work

TEXTS = "TEXTS"
GERMAN = "Die alte Brücke über den Fluss wurde im vergangenen Jahr erneuert, und die Bewohner freuen sich darüber. " * 9
Rows = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def texts(spark: SparkSession, clean: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Rows]:
    """A warehouse to which texts were added, and what each of these is, by its id.

    Near duplicates and spans meet within a shard: one document of the texts' own shard is taken as it is, and with a
    further word, one gives a span; one of another shard lends a text that is new here.
    """
    folder = tmp_path_factory.mktemp("beside")
    file = folder / "texts.jsonl"
    shard = int(spark.sql("SELECT pmod(xxhash64('texts.jsonl'), 4) AS shard").first().shard)  # type: ignore[union-attr]
    prose = [row for row in rows_of(clean, "documents") if "|" not in row["text"]]  # in no need of marks of tables
    documents = sorted(prose, key=lambda row: -row["word_count"])
    here = [row for row in documents if row["shard"] == shard]
    held = "\n".join(row["text"] for row in here)
    there = [row for row in documents if row["shard"] != shard and row["text"][100:300] not in held]
    copied, lender = here[0], here[1]
    span = " ".join(lender["text"].split()[10:90])
    made: Rows = {
        "copy": {"text": copied["text"], "url": "http://texts.example/copy"},
        "near": {"text": f"{copied['text']} Moreover.", "url": None},
        "span": {"text": f"{there[0]['text']}\n{span}", "url": "http://texts.example/span"},
        "known url": {"text": there[1]["text"], "url": there[2]["url"]},
        "new": {"text": there[3]["text"], "url": None},
        "german": {"text": GERMAN, "url": None},
        "short": {"text": "The weather in the north was as fine as it had been in years before the war.", "url": None},
        "no text": {"text": 5, "url": None},
    }
    file.write_text("".join(f"{json.dumps({'id': name, **row})}\n" for name, row in made.items()), encoding="utf-8")
    made["copy"]["kept"] = made["near"]["kept"] = copied["page_id"]
    made["known url"]["kept"] = there[2]["page_id"]
    made["span"]["span"] = span
    return file, made


@pytest.fixture(scope="module")
def both_forms(
    spark: SparkSession, clean: Path, texts: tuple[Path, Rows], tmp_path_factory: pytest.TempPathFactory
) -> Work:
    """Never to be written."""
    warehouse = tmp_path_factory.mktemp("forms") / "tables"
    shutil.copytree(clean, warehouse)
    work = work_on(spark, warehouse, TEXTS)
    with planned_once(spark), Progress(spark) as progress:
        run_crawl(work, *find_archives([str(texts[0])], None), progress)
    return work


def pages_by_id(warehouse: Path) -> Rows:
    rows = (row for row in rows_of(warehouse, "pages") if row["crawl"] == TEXTS)
    return {json.loads(dict(row["extra"])["id"]): row for row in rows}


def test_each_text_ends_as_it_should(both_forms: Work, texts: tuple[Path, Rows]) -> None:
    warehouse, made = Path(both_forms.warehouse), texts[1]
    tables, pages = everything(warehouse), pages_by_id(warehouse)
    names = {row["page_id"]: name for name, row in pages.items()}
    gates = {name: row["gate"] for name, row in pages.items() if row["gate"]}
    assert gates == {"german": "language_unwanted", "no text": "text_missing"}
    reasons = {names[row["page_id"]]: row["reasons"] for row in tables["verdicts"] if row["page_id"] in names}
    assert {name for name, found in reasons.items() if found} == {"short"}
    near = {names[row["page_id"]]: row for row in tables["near_duplicates"] if row["page_id"] in names}
    assert {name: (row["kept_page_id"], row["kept_crawl"]) for name, row in near.items()} == {
        name: (made[name]["kept"], FIRST) for name in ("copy", "near")
    }
    by_url = {names[row["page_id"]]: row for row in tables["url_duplicates"] if row["page_id"] in names}
    assert {name: (row["kept_page_id"], row["kept_crawl"]) for name, row in by_url.items()} == {
        "known url": (made["known url"]["kept"], FIRST)
    }
    spans = {names[row["page_id"]]: row["reason"] for row in tables["repeated_spans"] if row["page_id"] in names}
    assert spans == {"span": None}
    documents = {names[row["page_id"]]: row for row in tables["documents"] if row["page_id"] in names}
    assert documents.keys() == {"span", "new"}
    assert made["span"]["span"][20:-20] not in documents["span"]["text"]
    assert documents["span"]["cut_chars"] >= len(made["span"]["span"]) - 40
    stages = ("extract_pages", "judge_pages", *dropping_jobs(both_forms.settings), "build_documents")
    assert imbalances(delta.read(both_forms, "funnel").collect(), stages) == []


def test_the_crawl_before_is_not_changed(both_forms: Work, clean: Path) -> None:
    after, before = everything(Path(both_forms.warehouse)), everything(clean)
    for table in TABLES:
        assert [row for row in after[table] if row["crawl"] == FIRST] == before[table], table


def test_commands_look_at_both(
    both_forms: Work, texts: tuple[Path, Rows], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = both_forms.warehouse
    place = pages_by_id(Path(warehouse))["near"]["record_offset"]
    explain(f"texts.jsonl:{place}", warehouse)
    said = capsys.readouterr().out
    assert f"to page {texts[1]['near']['kept']}" in said
    show_crawl(both_forms, as_json=False)
    assert TEXTS in capsys.readouterr().out
    tune(warehouse, changes=["rules.gopher_too_few_words=null"], as_json=True)
    tuned = json.loads(capsys.readouterr().out)
    assert tuned
    write_report([look_at(both_forms, TEXTS)], tmp_path / "report.html", examples=2, seed=0)
    report = (tmp_path / "report.html").read_text("utf-8")
    assert "texts.example" in report or "texts.jsonl" in report


def test_an_export_has_both(both_forms: Work, tmp_path: Path) -> None:
    export(both_forms.warehouse, str(tmp_path / "out"), shards=1, changes=["spark.master=local[2]"])
    found = pq.read_table(tmp_path / "out" / "data").to_pylist()
    documents = rows_of(Path(both_forms.warehouse), "documents")
    assert sorted(row["text"] for row in found) == sorted(row["text"] for row in documents)
    assert {row["crawl"] for row in documents} == {FIRST, TEXTS}


def test_what_is_removed_is_removed_from_both(
    spark: SparkSession, both_forms: Work, texts: tuple[Path, Rows], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A page of the archives is removed with the texts that are its copies; a text without a URL, by its page_id."""
    warehouse = shutil.copytree(both_forms.warehouse, tmp_path / "tables")
    pages = pages_by_id(warehouse)
    named = [texts[1]["copy"]["kept"], pages["new"]["page_id"]]
    remove(str(warehouse), page_ids=[*map(str, named)], with_copies=True, as_json=True)
    assert json.loads(capsys.readouterr().out)
    gone = {row["page_id"] for row in rows_of(warehouse, "pages") if row["gate"] == "removed"}
    assert {texts[1]["copy"]["kept"], *(pages[name]["page_id"] for name in ("copy", "near", "new"))} <= gone
    left = {row["page_id"] for row in rows_of(warehouse, "documents")}
    assert not gone & left
    assert pages["span"]["page_id"] in left
    kept = [(row["text"], row["extra"]) for row in rows_of(warehouse, "pages") if row["gate"] == "removed"]
    assert set(kept) == {(None, None)}
