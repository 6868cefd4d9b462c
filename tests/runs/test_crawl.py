"""Runs whose archives give no page: ended or continued, and what is reported about the archives."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from winnow.jobs import extract_pages, list_archives

from tests.jobs.running import work_on
from tests.warc.make_archives import page, record
from winnow.errors import WinnowError
from winnow.report.funnel import show_crawl
from winnow.report.not_read import look_at_archives
from winnow.runs.crawl import run_crawl
from winnow.sources.named_archives import find_archives
from winnow.terminal.progress import Progress
from winnow.warehouse.work import Work

TEXT = b"The harbour is quiet in winter."


@pytest.fixture
def archives(tmp_path: Path) -> Path:
    """Text, metadata and files: records that cannot become pages."""
    folder = tmp_path / "archives"
    folder.mkdir()
    for name, records in {
        "a.warc": [record(b"", b"warcinfo"), *[record(TEXT, b"continuation", Content_Type=b"text/plain")] * 3],
        "b.warc": [record(b"{}", b"metadata", Content_Type=b"application/json")] * 2,
        "c.warc": [record(TEXT, b"resource", Content_Type=b"text/plain"), record(b"x", b"resource")],
    }.items():  # fmt: skip
        (folder / name).write_bytes(b"".join(records))
    return folder


def run(work: Work, named: Path, allow_empty: bool = False) -> None:
    with Progress(work.spark) as progress:
        run_crawl(work, *find_archives([str(named)], None), progress, allow_empty=allow_empty)


def test_a_run_without_a_page_ends_after_reading_unless_it_may_be_empty(
    spark: SparkSession, archives: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = work_on(spark, tmp_path / "tables", "C")
    with pytest.raises(WinnowError) as caught:
        run(work, archives)
    assert caught.value.exit_code == 1
    first, *middle, last = str(caught.value).splitlines()
    assert first.startswith("no archive that was named gave a page")
    assert middle == [
        "Archives that gave no page: 3", "  a.warc", "  b.warc", "  c.warc",
        "Skipped records that contain or may contain text or HTML: 3 continuation, 1 resource_text",
    ]  # fmt: skip
    assert last.endswith("add --allow-empty to continue")
    assert not (tmp_path / "tables" / "measures").exists()
    capsys.readouterr()

    run(work, archives, allow_empty=True)
    show_crawl(work, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told["not_read"]["pageless"] == ["a.warc", "b.warc", "c.warc"]
    assert told["not_read"]["passed_over"] == {"continuation": 3, "resource_text": 1}
    assert told["few_kept"] is None
    show_crawl(work)
    assert "Archives that gave no page: 3" in capsys.readouterr().out


def test_one_archive_with_a_page_is_enough_and_the_others_are_listed(
    spark: SparkSession, archives: Path, tmp_path: Path
) -> None:
    whole, cut = page("one"), page("two")[:-30]
    (archives / "d.warc").write_bytes(whole + cut)
    (archives / "e.warc").write_bytes(whole)
    work = work_on(spark, tmp_path / "tables", "C")
    root, found = find_archives([str(archives)], None)
    (archives / "e.warc").unlink()
    list_archives.run(work, root, found)
    extract_pages.run(work, [0, 1, 2, 3])
    not_read = look_at_archives(work)
    assert not_read.archives == {"read": 3, "damaged": 1, "unreachable": 1}
    assert [(one.archive_path, one.status) for one in not_read.damaged] == [
        ("d.warc", "damaged"), ("e.warc", "unreachable"),
    ]  # fmt: skip
    assert (not_read.without_page, not_read.pageless) == (3, ["a.warc", "b.warc", "c.warc"])


def test_archives_that_were_named_before_do_not_count(spark: SparkSession, archives: Path, tmp_path: Path) -> None:
    (archives / "d.warc").write_bytes(page("one"))
    work = work_on(spark, tmp_path / "tables", "C")
    root, found = find_archives([str(archives)], None)
    list_archives.run(work, root, found)
    extract_pages.run(work, [0, 1, 2, 3])
    with pytest.raises(WinnowError, match="no archive that was named gave a page"):
        run(work, archives / "a.warc")
