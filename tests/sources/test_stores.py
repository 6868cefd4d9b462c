"""Stores that fsspec reaches, tried with its store in memory; missing packages for other stores are reported."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from random import Random
from typing import Any

import fsspec
import pytest

from winnow.errors import SettingsError
from winnow.settings.load import load_settings
from winnow.sources.blocks import AroundRecords
from winnow.sources.named_archives import find_archives
from winnow.sources.remote_file import RemoteFile
from winnow.sources.retry import Patience, TransientError, fetch
from winnow.sources.stores import StoreSource

SETTINGS = load_settings().sources.model_copy(update={"read_ahead_bytes": 1000})
DATA = Random(1).randbytes(4321)
URL = "memory://bucket/crawl-data/a.warc.gz"


@pytest.fixture
def store() -> Iterator[Any]:
    store = fsspec.filesystem("memory")
    store.pipe(URL, DATA)
    store.pipe("memory://bucket/crawl-data/deep/b.warc", b"x")
    store.pipe("memory://bucket/crawl-data/notes.html", b"y")
    yield store
    store.rm("memory://bucket", recursive=True)


def read(url: str) -> bytes | str:
    with RemoteFile(StoreSource(url, SETTINGS), SETTINGS, [].append) as file:
        try:
            return file.read()
        except OSError as error:
            return str(error.strerror)


def test_a_file_is_read_in_blocks(store: Any) -> None:
    assert read(URL) == DATA
    assert read("memory://bucket/nowhere.warc.gz") == "there is no such file in the store"


def test_what_passes_is_tried_again_and_the_rest_fetched(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    source, waits, failures = StoreSource(URL, SETTINGS), [], [ValueError("odd"), None, ConnectionError("gone"), None]
    original = source._store.open

    class Failing:
        def __init__(self, *arguments: Any, **options: Any) -> None:
            self.file = original(*arguments, **options)
            self.seek, self.close = self.file.seek, self.file.close

        def read(self, size: int) -> bytes:
            failure = failures.pop(0) if failures else None
            if failure is not None:
                raise failure
            return bytes(self.file.read(size if size > 500 else size // 2 or size))

    monkeypatch.setattr(source._store, "open", Failing)
    with RemoteFile(source, SETTINGS, waits.append) as file:
        assert file.read() == DATA
    assert len(waits) >= 2


def test_a_file_that_is_replaced_is_not_spliced(store: Any) -> None:
    source = StoreSource(URL, SETTINGS)
    data = bytearray()
    source.transfer(0, 1000, data)
    store.pipe(URL, DATA[::-1])
    source.close()
    with pytest.raises(OSError, match="changed in its store"):
        source.transfer(1000, 1000, data)
    assert data == DATA[:1000]


def test_fewer_bytes_than_there_are(store: Any) -> None:
    source = StoreSource(URL, SETTINGS)
    source.transfer(0, 10, bytearray())
    store.store["/bucket/crawl-data/a.warc.gz"].truncate(2000)
    data = bytearray()
    with pytest.raises(TransientError, match="fewer bytes"):
        source.transfer(1000, 2000, data)
    assert data == DATA[1000:2000]


def test_folders_globs_and_files_of_a_store(store: Any) -> None:
    keys = ["crawl-data/a.warc.gz", "crawl-data/deep/b.warc"]
    for named in (["memory://bucket/crawl-data/"], [URL, "memory://bucket/crawl-data/deep/*.warc"]):
        root, archives = find_archives(named, "memory://bucket")
        assert (root, [archive.archive_path for archive in archives]) == ("memory://bucket", keys)
        assert [archive.bytes for archive in archives] == [len(DATA), 1]
        assert all(archive.etag for archive in archives)
    assert find_archives(["memory://bucket/crawl-data/"], None)[0] == "memory://bucket/crawl-data"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("s3://bucket/a.warc.gz", r"s3:// is not installed; pip install s3fs"),
        ("hdfs://name:8020/a.warc.gz", r"hdfs:// .*; pip install hdfs-native"),
        ("nfs5://host/a.warc.gz", r"nfs5:// is not supported"),
        ("memory://bucket/nowhere.warc", r"there is no such file in the store"),
        ("memory://bucket/nowhere/", r"no archives in this folder; names of archives end in"),
    ],
)
def test_what_cannot_be_used_is_reported(name: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for package in ("s3fs", "hdfs_native.fsspec"):  # as if they were not installed
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SettingsError, match=told) as caught:
        find_archives([name], None)
    assert len(caught.value.problems) == 1


def test_fetching_needs_nothing_but_transfer() -> None:
    class Halves:
        def transfer(self, start: int, size: int, into: bytearray) -> None:
            into += DATA[start : start + (size // 2 or size)]
            if size > 1:
                raise TransientError("half")

    settings = SETTINGS.model_copy(update={"tries": 50})
    assert fetch(Halves(), 7, 300, Patience(settings, [].append)) == DATA[7:307]


def test_hidden_files_of_a_store_are_passed_over(store: Any) -> None:
    for name in ("._a.warc.gz", "deep/__MACOSX/b.warc", ".Trashes/c.warc"):
        store.pipe(f"memory://bucket/crawl-data/{name}", b"x")
    for named in ("memory://bucket/crawl-data/", "memory://bucket/crawl-data/**/*.warc*"):
        notes: list[str] = []
        keys = [archive.archive_path for archive in find_archives([named], "memory://bucket", SETTINGS, notes)[1]]
        assert keys == ["crawl-data/a.warc.gz", "crawl-data/deep/b.warc"]
        assert [note.split(", for example")[0] for note in notes] == [f"{named}: skipped 3 hidden files"]


def test_a_delta_table_of_a_store_is_refused(store: Any) -> None:
    for name in ("_delta_log/0.json", "shard=1/a.parquet"):
        store.pipe(f"memory://bucket/tables/documents/{name}", b"x")
    for named in ("memory://bucket/tables/", "memory://bucket/tables/**"):
        with pytest.raises(SettingsError, match="memory://bucket/tables/documents: is a Delta table, whose files also"):
            find_archives([named], None)


def test_records_of_a_store_cost_their_bytes_alone(store: Any) -> None:
    asked: list[tuple[int, int]] = []

    class Counting(StoreSource):
        def transfer(self, start: int, size: int, into: bytearray) -> None:
            asked.append((start, size))
            super().transfer(start, size, into)

    records = [(10, 90), (150, 50), (4000, 100)]
    cut = AroundRecords(records, gap_bytes=50, most_bytes=SETTINGS.read_ahead_bytes)
    with RemoteFile(Counting(URL, SETTINGS), SETTINGS, [].append, cut) as file:
        for offset, length in records:
            file.seek(offset)
            assert file.read(length) == DATA[offset : offset + length]
    assert asked == [(10, 190), (4000, 100)]
