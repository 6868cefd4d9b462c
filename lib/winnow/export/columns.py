"""The columns of an export: their names, as other libraries expect them, types and meanings.

No column is ever null. If a column begins with nulls, a reader that guesses types from JSON expects only nulls. It
fails at the first value, or guesses another type in each file. So a missing value is written as a value that no
document has otherwise. Parquet has the same rows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F


class Column(NamedTuple):
    """One column of an exported document."""

    name: str
    type: pa.DataType
    means: str


_SPAN = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("copies", pa.int64())])

NO_SPAN = [{"start": 0, "end": 0, "copies": 0}]  # from an empty list, readers could not guess the type
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
# The whole years that readers with nanoseconds in 64 bits can represent
_FIRST_TIME, _LAST_TIME = datetime(1678, 1, 1, tzinfo=UTC), datetime(2262, 1, 1, tzinfo=UTC)

# `id` is a string that does not look like a number: page_id has 64 bits, and readers that turn numbers into doubles
# keep only 53 of them, some readers also for digits in a string. All other integers are far below 2**53.
COLUMNS = (
    Column("text", pa.string(), "the document"),
    Column("id", pa.string(), "the `page_id` of winnow's tables: `w` and its 64 bits in 16 hexadecimal digits; a hash "
           "of crawl, archive and offset"),
    Column("url", pa.string(), "where the page was found"),
    Column("domain", pa.string(), "the registered domain of the URL"),
    Column("title", pa.string(), "the title of the page, empty if it has none"),
    Column("language", pa.string(), "the most likely language according to fastText's lid.176"),
    Column("language_score", pa.float64(), "its probability, from 0 to 1"),
    Column("word_count", pa.int64(), "number of words in the text"),
    Column("char_count", pa.int64(), "number of characters (Unicode code points) in the text"),
    Column("cut_chars", pa.int64(), "number of characters cut from the text because they also occur elsewhere"),
    Column("spans", pa.list_(_SPAN), "repeated spans that were not cut, if the settings mask them: first character, "
           "end, number of copies; otherwise one empty span, in which all three are 0"),
    Column("fetched_at", pa.timestamp("us", "UTC"), "when the crawl fetched the page; the beginning of 1970 if the "
           "archive has no valid time, or one outside the years 1678 to 2261"),
    Column("extra", pa.string(), "columns of the texts that were carried along, and their `id`, as one JSON object; "
           "empty if there are none"),
    Column("crawl", pa.string(), "the crawl"),
    Column("shard", pa.int32(), "the part of the crawl that the archive belongs to"),
    Column("archive_path", pa.string(), "the archive, relative to the root of the crawl"),
    Column("record_offset", pa.int64(), "first byte of the page's record in the archive; in the inflated archive if "
           "records are not gzip members of their own (those of Common Crawl are)"),
    Column("fingerprint", pa.string(), "identifies the settings, lists and models that the document was made with"),
)  # fmt: skip
SCHEMA = pa.schema([(column.name, column.type) for column in COLUMNS])


def exported() -> list[SparkColumn]:
    """The columns of an export, made from the columns of `documents`."""
    own = {"id": F.concat(F.lit("w"), F.lpad(F.lower(F.hex("page_id")), 16, "0")), "extra": _object_expr()}
    return [own.get(name, F.col(name)).alias(name) for name in SCHEMA.names]


def _object_expr() -> SparkColumn:
    """`extra`, whose values are JSON, as one JSON object with its names in order."""
    names = F.array_sort(F.map_keys("extra"))
    pair = F.transform(names, lambda name: F.concat(_quoted(name), F.lit(":"), F.element_at("extra", name)))
    return F.when(F.size("extra") > 0, F.concat(F.lit("{"), F.array_join(pair, ","), F.lit("}")))


def _quoted(name: SparkColumn) -> SparkColumn:
    """A string as JSON."""
    array = F.to_json(F.array(name))
    return F.substring(array, F.lit(2), F.length(array) - 2)


def without_nulls(rows: pa.Table) -> pa.Table:
    """Rows of SCHEMA with a value for "missing" in place of every null and every empty list of spans."""
    for place, field in enumerate(SCHEMA):
        column = rows.column(place)
        filled = _missing(field.name, column)
        if filled is not None:
            rows = rows.set_column(place, field, filled)
    return rows


def _missing(name: str, column: pa.ChunkedArray) -> pa.ChunkedArray | None:
    """A column with its missing values filled; None if no value can be missing."""
    if name == "spans":
        is_there = pc.greater(pc.list_value_length(column), 0)
        return _filled(column, is_there, NO_SPAN)
    if name == "fetched_at":
        first, last = (pa.scalar(time, column.type) for time in (_FIRST_TIME, _LAST_TIME))
        is_there = pc.and_(pc.greater_equal(column, first), pc.less(column, last))
        return _filled(column, is_there, NO_TIME)
    return pc.fill_null(column, "") if pa.types.is_string(column.type) else None


def _filled(column: pa.ChunkedArray, is_there: pa.ChunkedArray, value: Any) -> pa.ChunkedArray:
    """The column with a value in place of missing values and nulls."""
    return pc.if_else(pc.fill_null(is_there, False), column, pa.scalar(value, column.type))


def features() -> list[dict[str, object]]:
    """The columns in the form of the Hub's `dataset_info`, so that `datasets` need not guess types from JSON."""
    return [_feature(column.name, column.type) for column in COLUMNS]


def _feature(name: str, kind: pa.DataType) -> dict[str, object]:
    if pa.types.is_list(kind):
        return {"name": name, "list": [_feature(part.name, part.type) for part in kind.value_type]}
    return {"name": name, "dtype": "float64" if pa.types.is_float64(kind) else str(kind)}
