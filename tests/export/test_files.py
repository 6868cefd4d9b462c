"""Files of an export without Spark: all readers give the same rows; same bytes; a file is complete or missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import datasets
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from tests.export import reading
from tests.export.rows import (
    HOSTILE,
    batches,
    checksums,
    document,
    read_by_datasets,
    read_by_datatrove,
    write_export,
    written,
)
from winnow.errors import SurroundingsError
from winnow.export import files
from winnow.export.card import Card, Count, render_card
from winnow.export.files import Format, Target, write_file, write_files

FORMATS: tuple[Format, ...] = ("parquet", "jsonl.zst")
ROWS = [document(number, text) for number, text in enumerate(HOSTILE * 3)]


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many row groups of few rows."""
    monkeypatch.setattr(files, "_PIECE_BYTES", dict.fromkeys(FORMATS, 3_000))


def target(folder: Path, form: Format, *rows: int) -> Target:
    (folder / "data").mkdir(parents=True, exist_ok=True)
    return Target(str(folder / "data"), form, len(rows), dict(enumerate(rows)), "run")


@pytest.mark.parametrize("form", FORMATS)
def test_every_reader_gives_back_every_value(tmp_path: Path, form: Format) -> None:
    """Texts with all characters that break lines, ids of 64 bits, nulls, lists, times with and without microseconds."""
    folder, cut = tmp_path / "out", 10
    given = [*batches(ROWS[:cut], 0, 4), *batches(ROWS[cut:], 1, 4)]
    files_written = [
        row
        for batch in write_files(iter(given), target(folder, form, cut, len(ROWS) - cut))
        for row in batch.to_pylist()
    ]
    assert files_written == [{"file": 0, "rows": cut}, {"file": 1, "rows": len(ROWS) - cut}]
    count = Count("C", "en", len(ROWS), 1, 1)
    (folder / "README.md").write_text(render_card(Card(form, 2, 1, "", [count], {"C": "made so"}, None, {}, {})))
    wanted = [written(row) for row in ROWS]
    assert read_by_datasets(folder, tmp_path / "cache") == wanted
    assert read_by_datatrove(folder) == wanted


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("reader", ["datasets", "pandas", "pyarrow", "datatrove"])
def test_what_is_missing_at_first_changes_no_type(tmp_path: Path, form: Format, reader: str) -> None:
    """One file begins with rows without title, spans and time; another has only such rows.

    `make readers` does the same with large files and more libraries.
    """
    bare = [{**row, "title": None, "spans": [], "fetched_at": None} for row in ROWS]
    rows = [*bare[:9], *ROWS[9:20], *bare[20:]]
    parts = ([batch.drop_columns(["file"]) for batch in batches(part)] for part in (rows[:20], rows[20:]))
    write_export(tmp_path / "out", form, *parts)
    files = sorted(map(str, (tmp_path / "out" / "data").iterdir()))
    wanted = reading.digest(map(written, rows))
    for way, read in reading.READERS[reader](tmp_path / "out", files).items():
        assert (way, reading.digest(read())) == (way, wanted)


@pytest.mark.parametrize("first", [0, 1])
def test_types_are_guessed_alike_in_every_piece_of_a_file(tmp_path: Path, first: int) -> None:
    """`datasets` splits files into pieces of 10 MB by default."""
    bare = [{**row, "title": None, "spans": None, "fetched_at": None} for row in ROWS]
    rows = (*bare, *ROWS) if first == 0 else (*ROWS, *bare)
    write_export(tmp_path / "out", "jsonl.zst", [batch.drop_columns(["file"]) for batch in batches(list(rows))])
    name = str(next((tmp_path / "out" / "data").iterdir()))
    found = datasets.load_dataset("json", data_files=[name], split="train", chunksize=2_000, cache_dir=str(tmp_path))
    assert reading.digest(found) == reading.digest(map(written, rows))


@pytest.mark.parametrize("form", FORMATS)
def test_how_rows_come_changes_no_byte(tmp_path: Path, form: Format) -> None:
    found = []
    for size in (1, 7, 10_000):
        folder = tmp_path / str(size)
        list(write_files(iter(batches(ROWS, 0, size)), target(folder, form, len(ROWS))))
        found.append(checksums(folder))
    assert found[0] == found[1] == found[2]
    if form == "parquet":
        assert pq.ParquetFile(tmp_path / "7" / "data" / "train-00000-of-00001.parquet").num_row_groups > 3


def test_lines_are_one_frame(tmp_path: Path) -> None:
    """Some readers read only the first frame."""
    place = target(tmp_path, "jsonl.zst", len(ROWS))
    list(write_files(iter(batches(ROWS)), place))
    read = zstandard.ZstdDecompressor().decompressobj().decompress((tmp_path / "data" / place.name(0)).read_bytes())
    assert [json.loads(line)["text"] for line in read.split(b"\n")[:-1]] == [row["text"] for row in ROWS]


def test_two_tasks_write_one_file_at_once(tmp_path: Path) -> None:
    """The second task begins and ends while the first has written a part of the file."""
    place = target(tmp_path, "parquet", len(ROWS))
    second: list[int] = []

    def slowly() -> Iterator[pa.RecordBatch]:
        for number, batch in enumerate(batches(ROWS, 0, 9)):
            if number == 2:
                second.append(write_file(place, 0, "second", iter(rows)))
                assert set(checksums(tmp_path)) == {f"data/{name}", f"data/.{name}.first"}
            yield batch.drop_columns(["file"])

    name = place.name(0)
    rows = [batch.drop_columns(["file"]) for batch in batches(ROWS)]
    assert write_file(place, 0, "first", slowly()) == len(ROWS)
    assert second == [len(ROWS)]
    alone = target(tmp_path / "alone", "parquet", len(ROWS))
    write_file(alone, 0, "", iter(rows))
    assert checksums(tmp_path / "data") == checksums(tmp_path / "alone" / "data")


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_that_fails_or_lacks_rows_is_not_there(tmp_path: Path, form: Format) -> None:
    def failing() -> Iterator[pa.RecordBatch]:
        yield from batches(ROWS[:20], 0, 5)
        raise ConnectionError

    with pytest.raises(ConnectionError):
        list(write_files(failing(), target(tmp_path, form, len(ROWS))))
    with pytest.raises(SurroundingsError, match="got 26 documents instead of 27"):
        list(write_files(iter(batches(ROWS[1:])), target(tmp_path, form, len(ROWS))))
    assert checksums(tmp_path) == {}


def test_a_folder_that_a_machine_lacks_is_reported(tmp_path: Path) -> None:
    with pytest.raises(SurroundingsError, match="--output must be a folder that all machines share"):
        write_file(Target(str(tmp_path / "gone"), "parquet", 1, {0: 1}, "run"), 0, "", iter(batches(ROWS)))


@pytest.mark.parametrize("form", FORMATS)
def test_memory_does_not_grow_with_the_file(tmp_path: Path, form: Format) -> None:
    """100 MB are written in batches of half a MB. Arrow never has a tenth of that in memory."""
    held = []
    rows = [document(number, f"{number:05}" * 20_000) for number in range(5)]

    def much() -> Iterator[pa.RecordBatch]:
        before = pa.total_allocated_bytes()
        for _ in range(200):
            held.append(pa.total_allocated_bytes() - before)
            yield from batches(rows)

    assert [
        row["rows"] for batch in write_files(much(), target(tmp_path, form, 1_000)) for row in batch.to_pylist()
    ] == [1_000]
    assert max(held) < 10_000_000
