"""Index files as a user names them: Parquet or CSV with the columns of Common Crawl's columnar index."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq

from winnow.errors import SettingsError, did_you_mean
from winnow.settings.schema import Sources
from winnow.sources.listing import expand_url, folder_with, url_problems
from winnow.sources.locations import folders_above, host_of, is_remote, plain_path
from winnow.sources.named_archives import expand_path
from winnow.sources.remote_file import open_location
from winnow.texts.blocks import lent

ARCHIVE, OFFSET, LENGTH = "warc_filename", "warc_record_offset", "warc_record_length"
REQUIRED = (ARCHIVE, OFFSET, LENGTH)
COMMON_CRAWL = "https://data.commoncrawl.org"  # where names that begin with crawl-data/ are
_SUFFIXES = (".parquet", ".csv", ".csv.gz")
_FOLDER_COLUMN = re.compile(r"/([A-Za-z_]\w*)=([^/]*)(?=/)")
_BATCH_ROWS = 64 * 1024
_SHOWN = 12


class Index(NamedTuple):
    """An index that chooses records.

    files    locations of its files
    columns  of the first file, without nested ones, and of the folders above it (crawl=A/subset=warc/), by name
    where    a condition of Spark SQL on its columns; None: every row
    root     folder or URL that the paths of archives are relative to
    """

    files: tuple[str, ...]
    columns: dict[str, pa.DataType]
    where: str | None
    root: str

    def wanted(self) -> dict[str, pa.DataType]:
        """The columns to read: those of the place of a record, and those that the condition may name."""
        where = (self.where or "").lower()
        named = set(re.findall(r"\w+", where))  # and names of several words
        return {
            name: kind
            for name, kind in self.columns.items()
            if name in REQUIRED or name.lower() in (named if name.isidentifier() else where)
        }


def find_index(
    named: Sequence[str], where: str | None, root: str | None, settings: Sources, notes: list[str]
) -> Index:  # fmt: skip
    """The index that these names stand for: files, folders, patterns and URLs.

    Without `root` the paths of archives are relative to the nearest folder above the index that contains the first of
    them; else names that begin with `crawl-data/` are Common Crawl's. Raises SettingsError with what is wrong.
    """
    problems = url_problems(root or "")
    files: list[str] = []
    for name in map(plain_path, named):
        if wrong := url_problems(name):
            problems += wrong
        elif is_remote(name):
            files += expand_url(name, _SUFFIXES, settings, problems, notes, "index files")
        else:
            files += map(str, expand_path(name, _SUFFIXES, problems, notes, "index files"))
    problems += [
        f"--records {file}: expected Parquet or CSV, a name that ends in {', '.join(_SUFFIXES)}"
        for file in files
        if not file.endswith(_SUFFIXES)
    ][:20]
    if problems or not files:
        raise SettingsError(problems)
    first, columns = _look_at(files[0], settings)
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise SettingsError(
            [f"--records {files[0]}: no column {name}.{did_you_mean(name, columns)} It has {shown(columns)}"
             for name in missing]
        )  # fmt: skip
    return Index(tuple(files), columns, where, _root(files[0], first, root, settings))


def shown(columns: Sequence[str] | dict[str, pa.DataType]) -> str:
    """The first names of columns."""
    names = list(columns)
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def read_rows(location: str, columns: dict[str, pa.DataType], settings: Sources) -> Iterator[pa.RecordBatch]:
    """The rows of an index file, with these columns in this order; null where a file lacks one.

    Raises SettingsError if the file cannot be read, or if a column cannot be cast to its type in the first file.
    """
    of_folders = _folder_columns(location)
    try:
        with open_location(location, settings) as file:
            for batch in _batches(file, location, list(columns)):
                arrays = [_column(batch, name, kind, of_folders) for name, kind in columns.items()]
                yield pa.RecordBatch.from_arrays(arrays, names=list(columns))
    except (OSError, EOFError, UnicodeError, pa.ArrowException) as error:
        raise SettingsError([f"--records {location}: cannot be read: {_said(error)}"]) from error


def _look_at(location: str, settings: Sources) -> tuple[str | None, dict[str, pa.DataType]]:
    """The first name of an archive in a file, and its columns."""
    try:
        with open_location(location, settings) as file:
            fields = [field for field in _schema(file, location) if not pa.types.is_nested(field.type)]
            columns = {field.name: _plain(field.type) for field in fields}
        found = {**columns, **dict.fromkeys(_folder_columns(location), pa.string())}
        if ARCHIVE not in columns:
            return None, found
        for batch in read_rows(location, {ARCHIVE: pa.string()}, settings):
            if (name := next((name for name in batch.column(0).to_pylist() if name), None)) is not None:
                return name, found
    except (OSError, EOFError, UnicodeError, pa.ArrowException) as error:
        raise SettingsError([f"--records {location}: cannot be read: {_said(error)}"]) from error
    return None, found


def _root(location: str, first: str | None, root: str | None, settings: Sources) -> str:
    if root is not None:
        return root.rstrip("/") if is_remote(root) else str(Path(plain_path(root)).absolute())
    if first is None:
        raise SettingsError([f"--records {location}: names no archive in {ARCHIVE}"])
    if is_remote(first):
        return host_of(first)
    if first.startswith("/"):
        return "/"
    above = (
        folder_with(first, location, settings)
        if is_remote(location)
        else next((folder for folder in folders_above(location) if (Path(folder) / first).exists()), None)
    )
    if above is None and not first.startswith("crawl-data/"):
        said = f"{first} is in no folder above this index; name the archives' folder with --root"
        raise SettingsError([f"--records {location}: {said}"])
    return above or COMMON_CRAWL


def _schema(file: BinaryIO, location: str) -> pa.Schema:
    if location.endswith(".parquet"):
        return pq.ParquetFile(lent(file)).schema_arrow
    return pa.schema([(name, pa.string()) for name in _header(_unpacked(file, location))])


def _batches(file: BinaryIO, location: str, names: list[str]) -> Iterator[pa.RecordBatch]:
    if location.endswith(".parquet"):
        parquet = pq.ParquetFile(lent(file), pre_buffer=False)
        there = [name for name in names if name in parquet.schema_arrow.names]
        yield from parquet.iter_batches(_BATCH_ROWS, columns=there, use_threads=False)
    else:
        yield from _csv(file, location, names)


def _csv(file: BinaryIO, location: str, names: list[str]) -> Iterator[pa.RecordBatch]:
    """These columns of CSV as texts, an empty field as null."""
    unpacked = _unpacked(file, location)
    header = _header(unpacked)
    if not unpacked.read(1):  # which Arrow refuses
        return
    unpacked.seek(0)
    options = pc.ConvertOptions(
        column_types=dict.fromkeys(header, pa.string()), null_values=[""], strings_can_be_null=True,
        quoted_strings_can_be_null=True, include_columns=[name for name in names if name in header],
    )  # fmt: skip
    reading = pc.ReadOptions(use_threads=False, column_names=header, skip_rows=1)
    yield from pc.open_csv(lent(unpacked), reading, pc.ParseOptions(newlines_in_values=True), options)


def _header(unpacked: Any) -> list[str]:
    first = cast(bytes, unpacked.readline()).decode("utf-8-sig").rstrip("\r\n")
    return list(pc.read_csv(pa.BufferReader(f"{first}\n".encode())).schema.names)


def _unpacked(file: BinaryIO, location: str) -> Any:
    return gzip.GzipFile(fileobj=file) if location.endswith(".gz") else file


def _column(batch: pa.RecordBatch, name: str, kind: pa.DataType, of_folders: dict[str, str]) -> pa.Array:
    if name not in batch.schema.names:
        value = of_folders.get(name)
        return pa.array([value] * batch.num_rows, pa.string()).cast(kind)
    column = batch.column(name)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(kind, safe=not pa.types.is_timestamp(column.type))


def _plain(kind: pa.DataType) -> pa.DataType:
    """A type that Spark has, in place of one that it lacks."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", kind.tz)
    if pa.types.is_unsigned_integer(kind):
        return pa.int64()
    return pa.string() if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) else kind


def _folder_columns(location: str) -> dict[str, str]:
    return dict(_FOLDER_COLUMN.findall(location))


def _said(error: Exception) -> str:
    return " ".join(str(getattr(error, "strerror", None) or error).split())[:300]
