import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession

from tests.sources.web_server import Fault, Server, served
from tests.stages.frames import rows_of
from winnow.demo.crawl import CRAWLS
from winnow.demo.show import demo_settings
from winnow.kernels.gates import UNWANTED_LANGUAGE, GateName
from winnow.page import Account, Asked, Page
from winnow.settings.kernel_settings import url_lists
from winnow.settings.schema import Settings
from winnow.sources.formats import FORMATS, ReadArchive
from winnow.sources.named_archives import find_archives
from winnow.stages.pages import ARCHIVE_SCHEMA, archives_of, pages_of, read_archives
from winnow.workers.shared_lists import share_lists


@pytest.fixture(scope="module")
def crawl(crawls: Path) -> list[Path]:
    """The archives of a generated crawl. Python's version decides which of them contains a page, and also its text."""
    return sorted((crawls / "crawl-data" / next(iter(CRAWLS))).rglob("*.warc.gz"))


@pytest.fixture(scope="module")
def archives(crawl: list[Path]) -> list[Path]:
    """One intact archive, and one that ends inside a page."""
    return [path for path in crawl if path.name.endswith(("-00004.warc.gz", "-00005.warc.gz"))]


def read(spark: SparkSession, archives: list[Path], parts: int, *changes: str) -> DataFrame:
    settings: Settings = demo_settings(list(changes))
    tasks: list[tuple[Any, ...]] = [
        (0, path.name, path.stat().st_size, "e", 1, str(path), part, parts)
        for path in archives
        for part in range(parts)
    ]
    frame = spark.createDataFrame(spark.sparkContext.parallelize(tasks, len(tasks)), ARCHIVE_SCHEMA)
    return read_archives(frame, settings, share_lists(spark, url_lists(settings.url)))


@pytest.fixture(scope="module")
def whole(spark: SparkSession, archives: list[Path]) -> tuple[list[Any], list[Any]]:
    rows = read(spark, archives, 1)
    return rows_of(pages_of(rows, "A")), rows_of(archives_of(rows))


def test_archives_and_pages_come_from_one_pass(whole: tuple[list[Any], list[Any]]) -> None:
    pages, archives = whole
    assert [(row[1][-13:], row[4]) for row in archives] == [("00004.warc.gz", "read"), ("00005.warc.gz", "damaged")]
    assert len(pages) > 10
    assert len({row[-1] for row in pages}) == len(pages)


@pytest.mark.parametrize(("parts", "changes"), [(3, []), (1, ["spark.batch_bytes=1000"])])
def test_tasks_and_batches_do_not_matter(
    spark: SparkSession, archives: list[Path], whole: tuple[list[Any], list[Any]], parts: int, changes: list[str]
) -> None:
    rows = read(spark, archives, parts, *changes)
    assert (rows_of(pages_of(rows, "A")), rows_of(archives_of(rows))) == whole


def test_a_page_that_triage_stops_has_the_language_of_its_text(spark: SparkSession, crawl: list[Path]) -> None:
    """German, French, Spanish and Italian pages; without triage they are dropped one step later."""
    stopped = [row for row in pages_of(read(spark, crawl, 1), "A").collect() if row.gate == UNWANTED_LANGUAGE]
    assert len(stopped) >= 2
    assert {row.language for row in stopped} <= {"de", "fr", "es", "it"}
    assert all(row.language_score > 0.9 and row.charset and row.text is None for row in stopped)
    off = pages_of(read(spark, crawl, 1, "language.triage.enabled=false"), "A").collect()
    later = {row.page_id: row for row in off if row.gate == "language_unwanted"}
    assert UNWANTED_LANGUAGE not in {row.gate for row in off}
    assert {later[row.page_id].language == row.language for row in stopped} == {True}


def test_a_page_that_triage_need_not_parse_has_no_language(spark: SparkSession, archives: list[Path]) -> None:
    rows = pages_of(read(spark, archives, 1, "language.wanted=[zh]"), "A").where("language IS NULL")
    stopped = rows.where(f"gate = '{UNWANTED_LANGUAGE}'").collect()
    assert len(stopped) > 2
    assert {(row.language_score, row.text) for row in stopped} == {(None, None)}


def test_an_archive_that_is_not_there_is_unreachable(spark: SparkSession, archives: list[Path]) -> None:
    gone = archives[0].with_name("gone.warc.gz")
    task = [(0, "gone.warc.gz", 5, "e", 2, str(gone), 0, 1)]
    settings = demo_settings()
    lists = share_lists(spark, url_lists(settings.url))
    rows = read_archives(spark.createDataFrame(task, ARCHIVE_SCHEMA), settings, lists)
    (warc,) = archives_of(rows).collect()
    assert (warc.status, warc.error, warc.tries) == ("unreachable", "No such file or directory", 2)
    assert pages_of(rows, "A").count() == 0


def read_remote(spark: SparkSession, server: Server, parts: int) -> tuple[list[Any], list[Any]]:
    """Pages and archives of a server, in blocks so small that pages are given before the last block arrives."""
    settings = demo_settings()
    hasty = {"read_ahead_bytes": 8192, "tries": 3, "backoff_seconds": 0.01}
    settings = settings.model_copy(update={"sources": settings.sources.model_copy(update=hasty)})
    tasks = [
        (0, path[1:], None, None, 1, server.url + path, part, parts) for path in server.files for part in range(parts)
    ]
    frame = spark.createDataFrame(spark.sparkContext.parallelize(tasks, len(tasks)), ARCHIVE_SCHEMA)
    rows = read_archives(frame, settings, share_lists(spark, url_lists(settings.url))).persist()
    try:
        return rows_of(pages_of(rows, "A")), rows_of(archives_of(rows))
    finally:
        rows.unpersist()


@pytest.mark.parametrize("parts", [1, 2])
def test_a_server_gives_the_same_rows_as_a_disk(
    spark: SparkSession, archives: list[Path], whole: tuple[list[Any], list[Any]], parts: int
) -> None:
    with served({f"/{path.name}": path.read_bytes() for path in archives}) as server:
        server.faults = {path: [Fault(bytes_sent=3000), Fault(status=503)] for path in server.files}
        pages, archives = read_remote(spark, server, parts)
    assert pages == whole[0]
    assert [row[:3] + row[4:] for row in archives] == [row[:3] + row[4:] for row in whole[1]]
    assert all(row[3].startswith('"') for row in archives)


@pytest.mark.parametrize("parts", [1, 3])
def test_an_archive_whose_server_fails_half_way_leaves_no_pages(
    spark: SparkSession, archives: list[Path], parts: int
) -> None:
    """With three parts, two may read to the end; even then nothing of such an archive is kept."""
    with served({"/lost.warc.gz": archives[0].read_bytes()}) as server:
        server.faults = {"/lost.warc.gz": [Fault()] * 3}
        server.always = {"/lost.warc.gz": Fault(status=503)}
        pages, archives = read_remote(spark, server, parts)
    assert pages == []
    assert [(row[4], row[5]) for row in archives] == [("unreachable", "HTTP 503 Service Unavailable (tries: 3)")]


def test_parts_of_an_archive_that_changes_between_them_are_no_archive(
    spark: SparkSession, archives: list[Path]
) -> None:
    data = archives[0].read_bytes()
    settings = demo_settings()
    with served({"/old.warc.gz": data, "/new.warc.gz": data + data}) as server:
        tasks = [
            (0, "a.warc.gz", None, None, 1, f"{server.url}/{name}.warc.gz", part, 2)
            for part, name in enumerate(("old", "new"))
        ]
        frame = spark.createDataFrame(spark.sparkContext.parallelize(tasks, 2), ARCHIVE_SCHEMA)
        rows = read_archives(frame, settings, share_lists(spark, url_lists(settings.url))).persist()
        (warc,) = archives_of(rows).collect()
        assert (warc.status, warc.error) == ("unreachable", "the archive was changed while it was read")
        assert (warc.records, warc.skipped, warc.tries) == (None, None, 1)
        assert pages_of(rows, "A").count() == 0
        rows.unpersist()


def test_a_page_id_is_a_hash_of_the_place_of_its_page(spark: SparkSession, archives: list[Path]) -> None:
    (row, *_) = pages_of(read(spark, archives[:1], 1), "A").collect()
    sql = f"SELECT xxhash64('A', '{row.archive_path}', CAST({row.record_offset} AS BIGINT)) AS id"
    assert spark.sql(sql).first().id == row.page_id  # type: ignore[union-attr]


def line_reader() -> ReadArchive:
    """A form of archives: a line is a URL and a text, or a comment. Made here, so that workers get it whole."""

    class Lines:
        def __init__(self, file: BinaryIO, _asked: Asked, stride: tuple[int, int]) -> None:
            self.file, self.stride, self.account = file, stride, Account()

        def __iter__(self) -> Iterator[Page]:
            account, offset = self.account, 0
            for line in self.file:
                account.records += 1
                if line.startswith(b"#"):
                    account.skipped["comment"] += 1
                else:
                    if account.pages % self.stride[1] == self.stride[0]:
                        url, _, text = line.decode().partition("\t")
                        gate = GateName("not_declared") if "undeclared" in url else None
                        yield Page(offset, len(line), url, None, "text/plain", None, b"", None, gate, text, "A line")
                    account.pages += 1
                offset += len(line)

    return Lines


ENGLISH_LINE = "The quiet river carries the small boat to the old mill. See http://site.example/ for more of it."
LINES = {
    "http://site.example/1": ENGLISH_LINE,
    "http://velvet-curtain.example/": ENGLISH_LINE,
    "http://site.example/2": "http://site.example/",
    "http://site.example/3": "Die Katze schläft den ganzen Tag unter dem Tisch, und niemand weckt sie auf.",
}


@pytest.mark.parametrize("parts", [1, 2])
def test_a_form_of_archives_is_added_by_its_reader(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, parts: int
) -> None:
    monkeypatch.setitem(FORMATS, ".lines", line_reader())
    lines = "".join(f"{url}\t{text}\n" for url, text in LINES.items())
    (tmp_path / "a.lines").write_text("# four pages\n" + lines)
    _, (found,) = find_archives([str(tmp_path)], None)
    settings = demo_settings()
    tasks = [(0, *found, 1, str(tmp_path / found.archive_path), part, parts) for part in range(parts)]
    frame = spark.createDataFrame(spark.sparkContext.parallelize(tasks, parts), ARCHIVE_SCHEMA)
    rows = read_archives(frame, settings, share_lists(spark, url_lists(settings.url)), FORMATS).persist()
    pages = sorted(pages_of(rows, "A").collect(), key=lambda row: row.record_offset)
    (archive,) = archives_of(rows).collect()
    rows.unpersist()
    assert [row.url for row in pages] == list(LINES)
    assert [row.gate for row in pages] == [None, "url_domain_listed", "empty_text", "language_unwanted"]
    first = pages[0]
    assert first.text == "The quiet river carries the small boat to the old mill. See for more of it."
    assert (first.title, first.language, first.content_type) == ("A line", "en", "text/plain")
    assert (first.charset, first.html_bytes, first.record_offset) == (None, None, len("# four pages\n"))
    assert (archive.status, archive.records, archive.pages, archive.skipped) == ("read", 5, 4, {"comment": 1})


@pytest.mark.parametrize("parts", [1, 3])
def test_texts_of_every_form_are_pages_like_those_of_archives(spark: SparkSession, tmp_path: Path, parts: int) -> None:
    """Each part counts its own pages; a text without a URL passes the URL gate, and still has a place."""
    texts = [ENGLISH_LINE, LINES["http://site.example/3"], "", None, ENGLISH_LINE]
    urls = ["http://site.example/1", "http://site.example/2", None, None, "http://velvet-curtain.example/"]
    rows = [{"id": n, "text": text, "url": url} for n, (text, url) in enumerate(zip(texts, urls, strict=True))]
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet", row_group_size=2)
    (tmp_path / "b.jsonl").write_text(lines + "no JSON\n")
    (tmp_path / "c.warc.wat.gz").write_bytes(b"")
    (tmp_path / "dataset_info.json").write_text("{}")
    notes: list[str] = []
    _, found = find_archives([f"{tmp_path}/*"], None, notes=notes)
    assert notes == [f"{tmp_path}/*: skipped 1 hidden file, for example {tmp_path}/dataset_info.json"]
    settings = demo_settings()
    tasks = [(0, *one, 1, str(tmp_path / one.archive_path), part, parts) for one in found for part in range(parts)]
    frame = spark.createDataFrame(spark.sparkContext.parallelize(tasks, len(tasks)), ARCHIVE_SCHEMA)
    read = read_archives(frame, settings, share_lists(spark, url_lists(settings.url))).persist()
    pages = sorted(pages_of(read, "A").collect(), key=lambda row: (row.archive_path, row.record_offset))
    archives = sorted(archives_of(read).collect(), key=lambda row: row.archive_path)
    read.unpersist()
    gates = [None, "language_unwanted", "empty_text", "text_missing", "url_domain_listed"]
    assert [(row.url, row.gate) for row in pages] == list(zip(urls, gates, strict=True)) * 2
    assert [(row.domain, row.extra) for row in pages[1:3]] == [("site.example", {"id": "1"}), (None, {"id": "2"})]
    assert [row.record_offset for row in pages[:5]] == list(range(5))
    assert len({row.page_id for row in pages}) == 10
    assert [(one.status, one.error, one.records, one.pages, one.skipped) for one in archives] == [
        ("read", None, 5, 5, {}),
        ("damaged", "a line is not JSON", 6, 5, {"malformed": 1}),
        ("damaged", "a WAT file has no text; name the WARC or WET files of the crawl", 0, 0, {}),
    ]  # fmt: skip
    assert archives[1].error_offset == len(lines)


def test_a_gate_that_is_not_declared_ends_the_job(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "a.lines").write_text("http://undeclared.example/\ttext\n")
    settings = demo_settings()
    task = [(0, "a.lines", 1, "e", 1, str(tmp_path / "a.lines"), 0, 1)]
    lists = share_lists(spark, url_lists(settings.url))
    rows = read_archives(spark.createDataFrame(task, ARCHIVE_SCHEMA), settings, lists, {".lines": line_reader()})
    with pytest.raises(Exception, match=r"not_declared: this gate is not declared.*http://undeclared.example/"):
        rows.collect()
