"""Two crawls in which captures that the crawler cut meet whole ones: by their text, by a part of it, by their URL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from winnow.jobs import find_repeated_spans

from tests.jobs.running import planned_once, work_on
from tests.jobs.warehouse import rows_of
from tests.warc.make_archives import HTML, http, member, record
from winnow.demo.prose import paragraphs
from winnow.runs.crawl import run_crawl
from winnow.sources.named_archives import find_archives
from winnow.terminal.progress import Progress
from winnow.warehouse import commits
from winnow.warehouse.work import Work

PROSE = paragraphs()[:70]  # no two share five consecutive words
HARBOUR, MARKET, TOWER, FIRST, SECOND = (
    sorted(PROSE[place : place + 14], key=len, reverse=True) for place in range(0, 70, 14)
)


def capture(name: str, content: list[str], cut: bytes = b"") -> bytes:
    html = "<html><body>" + "".join(f"<p>{text}</p>\n" for text in content)
    body = html.encode() + (b"<p>&eacu" if cut else b"</body></html>")
    return record(http(body, HTML), WARC_Target_URI=f"http://{name}".encode(), WARC_Truncated=cut)


def crawl(spark: SparkSession, folder: Path, name: str, records: list[bytes]) -> None:
    archive = folder / name / "a.warc.gz"  # one shard in both crawls
    archive.parent.mkdir()
    archive.write_bytes(b"".join(map(member, records)))
    work = work_on(spark, folder / "tables", name)
    with planned_once(spark), Progress(spark) as progress:
        run_crawl(work, *find_archives([str(archive)], None), progress)


@pytest.fixture(scope="module")
def tables(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cut")
    crawl(spark, folder, "A", [
        *(capture(f"harbour.example/{cut}", HARBOUR[:-1], b"length") for cut in range(3)),
        capture("harbour.example/whole", HARBOUR),
        capture("market.example/cut", MARKET[:7], b"time"),
        capture("market.example/whole", MARKET),
        capture("tower.example/", TOWER[:-1], b"disconnect"),
        *(capture("news.example/today", FIRST[place : place + 4], b"length") for place in (0, 4, 8)),
        capture("news.example/today", SECOND),
    ])  # fmt: skip
    crawl(spark, folder, "B", [
        capture("tower.example/", TOWER),
        capture("market.example/again", MARKET[:7], b"length"),
    ])  # fmt: skip
    return folder / "tables"


def by_url(tables: Path, table: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """The rows of a table by crawl and URL."""
    urls = {row["page_id"]: row["url"].removeprefix("http://") for row in rows_of(tables, "pages")}
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows_of(tables, table):
        found.setdefault((row["crawl"], urls[row["page_id"]]), []).append(row)
    return found


def test_a_cut_page_is_marked_and_its_text_is_a_beginning(tables: Path) -> None:
    pages = by_url(tables, "pages")
    told = {url: sorted({str(row["truncated"]) for row in rows}) for url, rows in pages.items()}
    assert told["A", "harbour.example/0"] == ["length"]
    assert told["A", "market.example/cut"] == ["time"]
    assert told["A", "tower.example/"] == ["disconnect"]
    assert told["A", "news.example/today"] == ["None", "length"]
    assert told["A", "market.example/whole"] == told["B", "tower.example/"] == ["None"]
    (cut,), (whole,) = pages["A", "market.example/cut"], pages["A", "market.example/whole"]
    assert whole["text"].startswith(cut["text"])
    assert len(cut["text"]) > 500


def test_a_cut_capture_is_never_preferred_and_is_no_copy_for_others(tables: Path) -> None:
    documents = by_url(tables, "documents")
    assert {place: len(rows) for place, rows in documents.items()} == {
        ("A", "harbour.example/whole"): 1, ("A", "market.example/whole"): 1, ("A", "tower.example/"): 1,
        ("A", "news.example/today"): 1, ("B", "tower.example/"): 1,
    }  # fmt: skip
    measured = {row["page_id"]: row["text"] for row in rows_of(tables, "measures")}
    for (document,) in documents.values():
        assert document["text"] == measured[document["page_id"]]
    assert documents["A", "news.example/today"][0]["text"].startswith(SECOND[0][:40])


def test_cut_captures_are_counted(tables: Path) -> None:
    spans = by_url(tables, "repeated_spans")
    reasons = {place: rows[0]["reason"] for place, rows in spans.items()}
    assert reasons == {("A", "market.example/cut"): "cut_capture"}
    near = by_url(tables, "near_duplicates")
    assert {url for _, url in near} == {*(f"harbour.example/{cut}" for cut in range(3)), "market.example/again"}
    lines = {(row["crawl"], row["reason"]): row["pages_first"] for row in rows_of(tables, "funnel")}
    assert lines["A", "cut_capture"] == 1
    assert lines["A", "url_duplicate"] == 3


def test_nothing_is_held_after_a_commit_that_fails(
    spark: SparkSession, tables: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_work: Work, _target: str, rows: DataFrame, *_: object) -> int:
        assert rows.count()
        assert len(held(spark) - before) == 2  # windows and captures
        raise OSError("No space left on device")

    before = held(spark)
    monkeypatch.setattr(commits, "commit", failing)
    with pytest.raises(OSError, match="No space left"):
        find_repeated_spans.run(work_on(spark, tables, "A", "spans.length=40"), [0, 1, 2, 3])
    assert held(spark) <= before


def held(spark: SparkSession) -> set[int]:
    """What a session keeps on disk alone, as stages do; Delta keeps its own in memory."""
    rdds = spark.sparkContext._jsc.getPersistentRDDs()
    return {number for number in rdds if not rdds[number].getStorageLevel().useMemory()}
