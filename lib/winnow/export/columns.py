"""The columns of an export: their names, as other libraries expect them, types and meanings."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
from pyspark.sql import Column as SparkColumn
from pyspark.sql import functions as F


class Column(NamedTuple):
    """One column of an exported document."""

    name: str
    type: pa.DataType
    means: str


_SPAN = pa.struct([("start", pa.int64()), ("end", pa.int64()), ("copies", pa.int64())])

# `id` is a string: page_id has 64 bits, and JSON readers that turn numbers into doubles keep 53 of them. All other
# integers are sizes, counts or offsets far below 2**53.
COLUMNS = (
    Column("text", pa.string(), "the document"),
    Column("id", pa.string(), "the `page_id` of winnow's tables, in decimal: a hash of crawl, archive and offset"),
    Column("url", pa.string(), "where the page was found"),
    Column("domain", pa.string(), "the registered domain of the URL"),
    Column("title", pa.string(), "the title of the page, null if it has none"),
    Column("language", pa.string(), "the most likely language according to fastText's lid.176"),
    Column("language_score", pa.float64(), "its probability, from 0 to 1"),
    Column("word_count", pa.int64(), "number of words in the text"),
    Column("char_count", pa.int64(), "number of characters (Unicode code points) in the text"),
    Column("cut_chars", pa.int64(), "number of characters cut from the text because they also occur elsewhere"),
    Column("spans", pa.list_(_SPAN), "repeated spans that were not cut: first character, end, number of copies; null "
           "unless the settings mask them"),
    Column("fetched_at", pa.timestamp("us", "UTC"), "when the crawl fetched the page, null if the archive has no valid "
           "time"),
    Column("extra", pa.string(), "columns of the texts that were carried along, and their `id`, as one JSON object; "
           "null if there are none"),
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
    own = {"id": F.col("page_id").cast("string"), "extra": _object_expr()}
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


def features() -> list[dict[str, object]]:
    """The columns in the form of the Hub's `dataset_info`, so that `datasets` need not guess types from JSON."""
    return [_feature(column.name, column.type) for column in COLUMNS]


def _feature(name: str, kind: pa.DataType) -> dict[str, object]:
    if pa.types.is_list(kind):
        return {"name": name, "list": [_feature(part.name, part.type) for part in kind.value_type]}
    return {"name": name, "dtype": "float64" if pa.types.is_float64(kind) else str(kind)}
