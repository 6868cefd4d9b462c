"""The columns of every table, the data model that other programs read.

All tables live under the warehouse as Delta tables of reader version 1, Parquet with zstd, partitioned by crawl and
shard (`crawls` and `removals` are not). Every row carries `fingerprint`: what it was made with.
"""

from __future__ import annotations

from typing import NamedTuple

from pyspark.sql import types as t

from winnow.kernels.measure import METRICS

SCHEMA_VERSION = 1

_BIGINT, _DOUBLE, _STRING, _INT, _TIME, _BINARY = (
    t.LongType(),
    t.DoubleType(),
    t.StringType(),
    t.IntegerType(),
    t.TimestampType(),
    t.BinaryType(),
)


class Table(NamedTuple):
    """One table: its columns in order, the columns it is partitioned by, and what a row is."""

    name: str
    columns: t.StructType
    partitioned_by: tuple[str, ...]
    row: str


def _struct(**columns: t.DataType) -> t.StructType:
    return t.StructType([t.StructField(name, kind) for name, kind in columns.items()])


def _table(name: str, row: str, **columns: t.DataType) -> Table:
    keys = _struct(crawl=_STRING, shard=_INT).fields
    return Table(name, t.StructType([*keys, *_struct(**columns, fingerprint=_STRING)]), ("crawl", "shard"), row)


METRICS_TYPE = _struct(**dict.fromkeys(METRICS, _DOUBLE))  # never null; judge_pages refuses one

CRAWLS = Table(
    "crawls",
    _struct(
        crawl=_STRING, position=_INT, added_at=_TIME, num_shards=_INT, schema_version=_INT, root=_STRING,
        fingerprint=_STRING,
    ),
    (),
    "one crawl of this warehouse",
)  # fmt: skip
WARCS = _table(
    "warcs", "one archive file",
    warc_path=_STRING, bytes=_BIGINT, etag=_STRING, status=_STRING, error=_STRING, error_offset=_BIGINT,
    records=_BIGINT, html_pages=_BIGINT, skipped=t.MapType(_STRING, _BIGINT), digest_mismatches=_BIGINT,
    length_mismatches=_BIGINT, tries=_BIGINT,
)  # fmt: skip
PAGES = _table(
    "pages", "one HTML response, kept or not",
    page_id=_BIGINT, warc_path=_STRING, record_offset=_BIGINT, record_length=_BIGINT, url=_STRING, domain=_STRING,
    fetched_at=_TIME, content_type=_STRING, charset=_STRING, html_bytes=_BIGINT, gate=_STRING, text=_STRING,
    title=_STRING, language=_STRING, language_score=_DOUBLE,
)  # fmt: skip
MEASURES = _table("measures", "one ungated page", page_id=_BIGINT, text=_STRING, metrics=METRICS_TYPE)
VERDICTS = _table("verdicts", "one measured page", page_id=_BIGINT, reasons=t.ArrayType(_STRING, containsNull=False))
SIGNATURES = _table(
    "signatures", "one kept page's band hashes, where fuzzy.signatures is `stored`",
    page_id=_BIGINT, inputs=_STRING, digest=_BINARY, bands=_BINARY,
)  # fmt: skip
NEAR_DUPLICATES = _table(
    "near_duplicates", "one page dropped as a near copy",
    page_id=_BIGINT, kept_page_id=_BIGINT, kept_crawl=_STRING, kept_shard=_INT, jaccard=_DOUBLE, via_page_id=_BIGINT,
    via_jaccard=_DOUBLE, cluster_id=_BIGINT, cluster_size=_BIGINT,
)  # fmt: skip
SPANS_TYPE = t.ArrayType(_struct(start=_BIGINT, end=_BIGINT, copies=_BIGINT))
REPEATED_SPANS = _table(
    "repeated_spans", "one page that holds repeated stretches",
    page_id=_BIGINT, spans=SPANS_TYPE, cut_chars=_BIGINT, left_chars=_BIGINT, reason=_STRING,
)  # fmt: skip
URL_DUPLICATES = _table(
    "url_duplicates", "one page dropped because its URL was kept",
    page_id=_BIGINT, kept_page_id=_BIGINT, kept_crawl=_STRING, kept_shard=_INT, url_key=_STRING,
)  # fmt: skip
DOCUMENTS = _table(
    "documents", "one training document",
    page_id=_BIGINT, warc_path=_STRING, record_offset=_BIGINT, url=_STRING, domain=_STRING, fetched_at=_TIME,
    language=_STRING, language_score=_DOUBLE, title=_STRING, text=_STRING, word_count=_BIGINT, char_count=_BIGINT,
    cut_chars=_BIGINT, spans=SPANS_TYPE,
)  # fmt: skip
FUNNEL = _table(
    "funnel", "one (stage, reason) of one crawl and shard",
    stage=_STRING, reason=_STRING, pages_any=_BIGINT, pages_first=_BIGINT, pages_only=_BIGINT, chars=_BIGINT,
    words=_BIGINT,
)  # fmt: skip
COMMITS = _table(
    "commits", "one finished piece of work",
    target=_STRING, inputs=_STRING, rows=_BIGINT, bytes=_BIGINT, wall_seconds=_DOUBLE, cpu_seconds=_DOUBLE,
    committed_at=_TIME,
)  # fmt: skip
REMOVALS = Table(
    "removals",
    _struct(selector=_STRING, reason=_STRING, ordered_at=_TIME, with_copies=t.BooleanType(), fingerprint=_STRING),
    (),
    "one order to take pages down",
)

TABLES = {
    table.name: table
    for table in (
        CRAWLS, WARCS, PAGES, MEASURES, VERDICTS, SIGNATURES, NEAR_DUPLICATES, REPEATED_SPANS, URL_DUPLICATES,
        DOCUMENTS, FUNNEL, COMMITS, REMOVALS,
    )
}  # fmt: skip
