"""Index files as a user names them, and where the archives are that they list."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pytest

from tests.records.made import write_index
from tests.sources.web_server import served
from winnow.errors import SettingsError
from winnow.records.index_files import COMMON_CRAWL, Index, find_index, read_rows
from winnow.settings.load import load_settings

SOURCES = load_settings().sources.model_copy(update={"tries": 1})
ROW: dict[str, Any] = {"warc_filename": "crawl-data/CC/a.warc.gz", "warc_record_offset": 5, "warc_record_length": 9}


def found(*named: object, root: str | None = None) -> Index:
    return find_index([str(name) for name in named], None, root, SOURCES, [])


def test_files_folders_patterns_and_servers_name_an_index(tmp_path: Path) -> None:
    files = [write_index(tmp_path / name, [ROW]) for name in ("a.parquet", "b.csv", "deep/c.csv.gz")]
    (tmp_path / "_SUCCESS").write_text("")
    (tmp_path / "notes.txt").write_text("")
    assert found(tmp_path).files == tuple(map(str, files))
    assert found(tmp_path / "*.parquet").files == (str(files[0]),)
    assert found(f"file://{files[1]}").files == (str(files[1]),)
    with served({"/a.parquet": files[0].read_bytes()}) as server:
        index = found(f"{server.url}/a.parquet")
        assert index.files == (f"{server.url}/a.parquet",)
        assert index.columns == found(files[0]).columns
        rows = [row for batch in read_rows(index.files[0], index.wanted(), SOURCES) for row in batch.to_pylist()]
    assert rows == [ROW]
    store = fsspec.filesystem("memory")
    store.pipe("memory://index/x/a.parquet", files[0].read_bytes())
    assert found("memory://index/x/").files == ("memory://index/x/a.parquet",)
    store.rm("memory://index", recursive=True)


def test_the_root_is_named_or_above_the_index_or_common_crawls(tmp_path: Path) -> None:
    index = write_index(tmp_path / "cc" / "index" / "a.parquet", [ROW])
    assert found(index).root == COMMON_CRAWL
    assert found(index, root="s3://commoncrawl/").root == "s3://commoncrawl"
    (tmp_path / "cc" / "crawl-data" / "CC").mkdir(parents=True)
    (tmp_path / "cc" / ROW["warc_filename"]).write_bytes(b"")
    assert found(index).root == str(tmp_path / "cc")
    other = [{**ROW, "warc_filename": None}, {**ROW, "warc_filename": "archives/a.warc.gz"}]
    with pytest.raises(SettingsError, match=r"archives/a\.warc\.gz is in no folder above this index; name .* --root"):
        found(write_index(tmp_path / "b.parquet", other))
    for name, root in (("s3://bucket/x/a.warc.gz", "s3://bucket"), ("/data/a.warc.gz", "/")):
        assert found(write_index(tmp_path / "c.csv", [{**ROW, "warc_filename": name}])).root == root


def test_a_server_is_asked_where_the_first_archive_is(tmp_path: Path) -> None:
    index = write_index(tmp_path / "a.csv", [ROW])
    files = {"/x/index/a.csv": index.read_bytes(), f"/x/{ROW['warc_filename']}": b""}
    with served(files) as server:
        assert found(f"{server.url}/x/index/a.csv").root == f"{server.url}/x"


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.parquet", b"no Parquet", "cannot be read: "),
        ("a.csv.gz", b"no gzip", "cannot be read: "),
        ("a.csv", b"", "cannot be read: "),
        ("a.csv", b"\xff\xfe", "cannot be read: "),
        ("a.csv", b"url,warc_filename,warc_record_ofset,warc_record_length\n",
         "no column warc_record_offset. Did you mean warc_record_ofset? It has url, warc_filename, "),
        ("a.csv", b"warc_filename,warc_record_offset,warc_record_length\n", "names no archive in warc_filename"),
        ("a.txt", b"", "expected Parquet or CSV, a name that ends in .parquet, .csv, .csv.gz"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(SettingsError) as caught:
        found(tmp_path / name)
    assert caught.value.problems[0].startswith(f"--records {tmp_path / name}: {told}")


def test_an_index_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        found(tmp_path / "none*.parquet", tmp_path, "https://a@b.example/x.parquet")
    told = ("there is no such file", "no index files in this folder; names of index files end in .parquet", "password")
    assert all(part in problem for part, problem in zip(told, caught.value.problems, strict=True))


def test_the_folders_of_a_file_give_columns(tmp_path: Path) -> None:
    index = found(write_index(tmp_path / "crawl=A" / "subset=warc" / "a.parquet", [ROW]))
    assert {"crawl", "subset"} < index.columns.keys()
    index = index._replace(
        where="Subset = 'warc' AND `two words` = 1", columns={**index.columns, "two words": pa.int64()}
    )
    assert index.wanted().keys() == {*ROW, "subset", "two words"}
    rows = [row for batch in read_rows(index.files[0], index.wanted(), SOURCES) for row in batch.to_pylist()]
    assert rows == [{**ROW, "subset": "warc", "two words": None}]


def test_csv_as_others_write_it(tmp_path: Path) -> None:
    """A byte order mark, quotes, CRLF, line ends in a field, an empty field; a part without rows."""
    text = (
        '\ufeff"url","warc_filename",warc_record_offset,warc_record_length\r\n"a,""b""\nc",x.warc,5,\r\n,y.warc,,9\r\n'
    )
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    columns = dict.fromkeys(["warc_record_length", "url", "warc_filename", "more"], pa.string())
    rows = [row for batch in read_rows(str(tmp_path / "a.csv.gz"), columns, SOURCES) for row in batch.to_pylist()]
    assert [tuple(row.values()) for row in rows] == [(None, 'a,"b"\nc', "x.warc", None), ("9", None, "y.warc", None)]
    (tmp_path / "b.csv").write_text("url,warc_filename\n")
    assert sum(batch.num_rows for batch in read_rows(str(tmp_path / "b.csv"), columns, SOURCES)) == 0
