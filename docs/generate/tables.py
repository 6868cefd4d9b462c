"""docs/tables.md: every table and column."""

from __future__ import annotations

from pyspark.sql import types as t

from docs.generate.markdown import code, page
from winnow.export.markdown import table
from winnow.kernels.measures.metrics import METRICS
from winnow.tables import SCHEMA_VERSION, TABLES, Table
from winnow.warc.skipped import SKIPPED_KINDS

_INTRO = f"""\
The data model, version {SCHEMA_VERSION} (`crawls.schema_version`). Each is a Delta table `<warehouse>/<table>`, Parquet
with zstd, for any Delta reader of version 1 (delta-rs, DuckDB): no deletion vectors, no column mapping. Text is valid
UTF-8, and its positions are Unicode code points. Joins name crawl and shard too: a `page_id` alone is a hash of 64
bits."""


def tables_page() -> str:
    """The page."""
    kinds = table(("kind", "meaning"), ((code(kind), meaning) for kind, meaning in SKIPPED_KINDS.items()))
    parts = [f"{_part(one)}" + (f"\n\nKinds of `skipped`:\n\n{kinds}" if one.name == "archives" else "")
             for one in TABLES.values()]  # fmt: skip
    return page("Tables", _INTRO, *parts)


def type_name(kind: t.DataType) -> str:
    """A type as SQL writes it; the metrics by their number."""
    if isinstance(kind, t.ArrayType):
        return f"ARRAY<{type_name(kind.elementType)}>"
    if not isinstance(kind, t.StructType):
        return kind.simpleString().upper()
    if len(kind) == len(METRICS):
        return f"STRUCT of {len(METRICS)} DOUBLE"
    return f"STRUCT<{', '.join(f'{field.name} {type_name(field.dataType)}' for field in kind)}>"


def _part(one: Table) -> str:
    rows = [(code(field.name), type_name(field.dataType), one.meanings[field.name]) for field in one.columns]
    cut = f", partitioned by {' and '.join(one.partitioned_by)}" if one.partitioned_by else ""
    removed = " A page that is taken down leaves it." if one.of_pages and one.name != "pages" else ""
    return f"## {one.name}\n\nOne row is {one.row}{cut}.{removed}\n\n{table(('column', 'type', 'meaning'), rows)}"
