"""The texts of tables: the rows of Parquet and Arrow files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from winnow.page import Account, Asked, Page
from winnow.texts.blocks import lent
from winnow.texts.columns import ALL, KNOWN, NOT_UTF8, make_page, names_of, told
from winnow.texts.reader import TextReader, raise_unreadable

_BATCH_BYTES = 8 * 1024 * 1024
_MAX_ROWS = 1024
_BUFFER_BYTES = 1024 * 1024  # of a column, read at once
_SHOWN_COLUMNS = 8
_ARROW_FILE = b"ARROW1"


class NoTextsError(Exception):
    """The file has no texts; the message says why."""


class TableReader(TextReader):
    """The texts of a table, read batch by batch. `account` counts this stride only, once all its texts are read.

    stride (i, k): the rows of the i-th of k equal parts. A part of the file that cannot be read is damage; its rows are
    counted as `malformed` if their number is known. A value that is not a text is gated.
    Raises OSError if the file cannot be read, never because of its contents.
    """

    def __iter__(self) -> Iterator[Page]:
        self.account = Account(is_part=True)
        try:
            yield from self._pages()
        except (OSError, pa.ArrowException, NoTextsError) as error:
            raise_unreadable(error)
            self.account.note(_said(error), 0)

    def _pages(self) -> Iterator[Page]:
        raise NotImplementedError

    def _pages_of(self, batch: pa.RecordBatch, first: int, columns: Mapping[str, str]) -> Iterator[Page]:
        """The pages of a batch; first: the number of its first row in the file."""
        account, asked = self.account, self.asked
        found = {kind: _values(column_at(batch, name)) for kind, name in columns.items()}
        extra = {name: _values(column_at(batch, name)) for name in kept_columns(batch.schema, columns, asked)}
        for row in range(batch.num_rows):
            account.records += 1
            account.pages += 1
            values = {kind: told(kind, columns[kind], column[row]) for kind, column in found.items()}
            kept = {name: column[row] for name, column in extra.items()}
            text = values.get("text")
            length = len(text.encode("utf-8", "surrogatepass")) if isinstance(text, str) else 0
            yield make_page(first + row, length, values, kept, asked)


class ParquetReader(TableReader):
    """The texts of a Parquet file."""

    def _pages(self) -> Iterator[Page]:
        file = pq.ParquetFile(lent(self.file), buffer_size=_BUFFER_BYTES, pre_buffer=False)
        metadata, (mine, parts) = file.metadata, self.stride
        columns = find_columns(file.schema_arrow, self.asked)
        wanted = sorted({*columns.values(), *kept_columns(file.schema_arrow, columns, self.asked)})
        begin, end = metadata.num_rows * mine // parts, metadata.num_rows * (mine + 1) // parts
        first = 0
        for number in range(metadata.num_row_groups):
            group = metadata.row_group(number)
            if first < end and first + group.num_rows > begin:
                stretch = (max(begin - first, 0), min(end - first, group.num_rows))
                yield from self._group(file, number, first, stretch, wanted, columns)
            first += group.num_rows

    def _group(
        self, file: pq.ParquetFile, number: int, first: int, stretch: tuple[int, int], wanted: Sequence[str],
        columns: Mapping[str, str],
    ) -> Iterator[Page]:  # fmt: skip
        """The pages of rows [begin, end) of a row group; first: the number in the file of the group's first row."""
        group, at, (begin, end) = file.metadata.row_group(number), 0, stretch
        rows = max(1, min(_MAX_ROWS, _BATCH_BYTES * group.num_rows // max(group.total_byte_size, 1)))
        try:
            for batch in file.iter_batches(rows, row_groups=[number], columns=wanted, use_threads=False):
                low, high = max(begin, at), min(end, at + batch.num_rows)
                if low < high:
                    yield from self._pages_of(batch.slice(low - at, high - low), first + low, columns)
                at += batch.num_rows
                if at >= end:
                    return
        except (OSError, pa.ArrowException) as error:
            raise_unreadable(error)
            lost = end - max(begin, at)
            self.account.records += lost
            self.account.skipped["malformed"] += lost
            self.account.note(_said(error), first + max(begin, at))


class ArrowReader(TableReader):
    """The texts of an Arrow file or stream, as `datasets` writes them. A local file is memory-mapped."""

    def _pages(self) -> Iterator[Page]:
        self.file.seek(0)
        is_file = self.file.read(len(_ARROW_FILE)) == _ARROW_FILE
        self.file.seek(0)
        name = getattr(self.file, "name", None)
        source = pa.memory_map(name) if isinstance(name, str) else lent(self.file)
        reader = pa.ipc.open_file(source) if is_file else pa.ipc.open_stream(source)
        columns = find_columns(reader.schema, self.asked)
        batches = map(reader.get_batch, range(reader.num_record_batches)) if is_file else iter(reader)
        first, piece, (mine, parts) = 0, 0, self.stride
        for batch in batches:
            for begin in range(0, batch.num_rows, _MAX_ROWS):
                if piece % parts == mine:
                    yield from self._pages_of(batch.slice(begin, _MAX_ROWS), first + begin, columns)
                piece += 1
            first += batch.num_rows


def find_columns(schema: pa.Schema, asked: Asked) -> dict[str, str]:
    """The columns of a table by their kind. Raises NoTextsError if no column contains text."""
    found = {kind: name for kind in KNOWN if (name := _first(schema, names_of(kind, asked)))}
    if "text" not in found:
        there = ", ".join(schema.names[:_SHOWN_COLUMNS]) or "none"
        raise NoTextsError(f"no column of text; the columns are {there}. Name it with input.columns.text")
    kind = _type_at(schema, found["text"])
    if kind is None or not _is_text(kind):
        raise NoTextsError(f"the column {found['text']} has {kind}, not text; name another with input.columns.text")
    return found


def kept_columns(schema: pa.Schema, columns: Mapping[str, str], asked: Asked) -> list[str]:
    """The columns that `input.keep` names, or all that are not used otherwise."""
    used = {name if name in schema.names else name.partition(".")[0] for name in columns.values()}
    others = [name for name in schema.names if name not in used] if ALL in asked.keep else []
    named = [name for name in asked.keep if name in schema.names and name not in others]
    return others + named


def column_at(batch: pa.RecordBatch, name: str) -> pa.Array:
    """A column by its name; a dot in the name means a nested column."""
    if name in batch.schema.names:
        return batch.column(name)
    outer, _, inner = name.partition(".")
    return pc.struct_field(batch.column(outer), [inner])


def _first(schema: pa.Schema, names: Sequence[str]) -> str | None:
    return next((name for name in names if _type_at(schema, name) is not None), None)


def _type_at(schema: pa.Schema, name: str) -> pa.DataType | None:
    if schema.get_field_index(name) >= 0:
        return schema.field(name).type
    outer, dot, inner = name.partition(".")
    kind = schema.field(outer).type if dot and schema.get_field_index(outer) >= 0 else None
    if kind is None or not pa.types.is_struct(kind) or kind.get_field_index(inner) < 0:
        return None
    return kind.field(inner).type


def _is_text(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(_is_string(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _is_string(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _values(column: pa.Array) -> list[Any]:
    """The values of a column; NOT_UTF8 for strings and bytes that are not UTF-8; times to the microsecond."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    if pa.types.is_timestamp(kind):
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    if not _is_text(kind):
        return list(column.to_pylist())
    try:
        if _is_string(kind):
            return list(column.to_pylist())
    except UnicodeDecodeError:
        pass
    return [_decoded(value) for value in column.cast(pa.large_binary()).to_pylist()]


def _decoded(value: bytes | None) -> Any:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return NOT_UTF8


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
