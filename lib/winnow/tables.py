"""The columns of every table, the data model that other programs read.

All tables live under the warehouse as Delta tables of reader version 1, Parquet with zstd, partitioned by crawl and
shard (`crawls`, `settings` and `removals` are not). Every row carries `fingerprint`: what it was made with. Each column
stands with its type and its meaning, from which docs/tables.md is made; the meanings are in no schema. A table whose
rows are of pages says so by `_of_pages`: orders to take pages down then reach it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pyspark.sql import types as t

from winnow.kernels.measures.metrics import METRICS
from winnow.kernels.measures.own_metrics import OWN_PREFIX

SCHEMA_VERSION = 2

_BIGINT, _DOUBLE, _STRING, _INT, _TIME, _BINARY = (
    t.LongType(),
    t.DoubleType(),
    t.StringType(),
    t.IntegerType(),
    t.TimestampType(),
    t.BinaryType(),
)


class _Column(NamedTuple):
    """A column's type, its meaning, and whether it holds texts so long that statistics cost more than they skip."""

    kind: t.DataType
    meaning: str
    is_long: bool = False


_Meant = tuple[t.DataType, str] | _Column  # a column's type and its meaning


class Table(NamedTuple):
    """One table.

    columns          in order, with their types; `meanings` says what each means
    partitioned_by   names of columns
    row              what a row is
    statistics       the columns of which the Delta log holds least and greatest values: no long texts, nothing nested
    of_pages         whether each row is of one page, which `page_id` names: a page that is taken down leaves the table
    """

    name: str
    columns: t.StructType
    partitioned_by: tuple[str, ...]
    row: str
    meanings: dict[str, str]
    statistics: tuple[str, ...]
    of_pages: bool = False


def _struct(**columns: t.DataType) -> t.StructType:
    return t.StructType([t.StructField(name, kind) for name, kind in columns.items()])


def _whole(name: str, row: str, **columns: _Meant) -> Table:
    """A table that is not partitioned."""
    given = {column: _Column(*meant) for column, meant in columns.items()}
    types = _struct(**{column: one.kind for column, one in given.items()})
    statistics = tuple(column for column, one in given.items() if not one.is_long and isinstance(one.kind, _ORDERED))
    return Table(name, types, (), row, {column: one.meaning for column, one in given.items()}, statistics)


def _table(name: str, row: str, **columns: _Meant) -> Table:
    """A table partitioned by crawl and shard, which every row has, as it has a fingerprint."""
    table = _whole(name, row, **_KEYS, **columns, fingerprint=_MADE_WITH)
    statistics = tuple(column for column in table.statistics if column not in _KEYS)
    return table._replace(partitioned_by=tuple(_KEYS), statistics=statistics)


def _of_pages(name: str, row: str, **columns: _Meant) -> Table:
    """A table whose rows are each of one page."""
    return _table(name, row, page_id=_PAGE, **columns)._replace(of_pages=True)


def _long(meaning: str) -> _Column:
    """A column of long texts."""
    return _Column(_STRING, meaning, is_long=True)


_ORDERED = (t.LongType, t.DoubleType, t.StringType, t.IntegerType, t.TimestampType)
_KEYS: dict[str, _Meant] = {
    "crawl": (_STRING, "name of the crawl, as `--crawl` gave it"),
    "shard": (_INT, "part of the crawl: a stable hash of the archive's `archive_path` modulo `num_shards`"),
}
_MADE_WITH: _Meant = (_STRING, "hash of the settings, lists, models and kernel versions that the row was made with")
_PAGE: _Meant = (_BIGINT, "the page: a hash of crawl, archive_path and record_offset")
_KEPT: dict[str, _Meant] = {
    "kept_page_id": (_BIGINT, "the page that stays in its stead"),
    "kept_crawl": (_STRING, "the crawl of that page"),
    "kept_shard": (_INT, "the shard of that page"),
}
_PATH: _Meant = (_STRING, "key of the archive below the crawl's root")
_OFFSET: _Meant = (
    _BIGINT, "where the record's gzip member starts, in bytes; in the inflated stream where it is no member of its own",
)  # fmt: skip
_URL = _long("URL as archived, without blanks around it")
_DOMAIN: _Meant = (_STRING, "domain that was registered, in lower case and punycode")
_FETCHED: _Meant = (_TIME, "when it was fetched, UTC; null where the archive's date is invalid")
_LANGUAGE: _Meant = (_STRING, "likeliest language, a label of lid.176")
_OF_TRIAGE = "of all text of a page gated unwanted_language_early, if it was parsed; null where gated before"
_SCORE: _Meant = (_DOUBLE, "how sure the model is of the language, 0 to 1")

METRICS_TYPE = _struct(**dict.fromkeys(METRICS, _DOUBLE))  # never null; judge_pages refuses one


def metrics_type(own: Iterable[str]) -> t.StructType:
    """The type of `measures.metrics` with metrics of the user's own, which are null where they were not taken."""
    return t.StructType([*METRICS_TYPE, *(t.StructField(name, _DOUBLE) for name in own)])


def written_type(column: t.StructField, given: t.DataType) -> t.DataType:
    """What a column is written as: the type that it has here, the metrics with those of the user's own behind them."""
    if column.dataType != METRICS_TYPE or not isinstance(given, t.StructType):
        return column.dataType
    return metrics_type(name for name in given.names if name.startswith(OWN_PREFIX))


CRAWLS = _whole(
    "crawls", "one crawl of this warehouse",
    crawl=_KEYS["crawl"],
    position=(_INT, "place in the order in which crawls were added, from 0; never changes"),
    added_at=(_TIME, "when it was added, UTC"),
    num_shards=(_INT, "shards of every crawl of this warehouse; fixed by the first"),
    schema_version=(_INT, "version of these tables; another one is refused"),
    root=(_STRING, "folder or URL that the archives were listed below; `--root` names another where they have moved"),
    fingerprint=(_STRING, "fingerprint of the `funnel` that its newest run makes; `settings` has what it stands for"),
)  # fmt: skip
ARCHIVES = _table(
    "archives", "one archive file",
    archive_path=_PATH,
    bytes=(_BIGINT, "size of the file; null where nothing is known of it yet"),
    etag=(_STRING, "checksum of both ends of a local file, or what the server or store calls its version"),
    status=(_STRING, "`listed`: not read yet; `read`; `damaged`: a part of it could not be read; `unreachable`: tried "
                     "again by the next run"),
    error=_long("the first damage, or why it could not be reached; null where there is none"),
    error_offset=(_BIGINT, "where the first damage is, as record_offset; null where there is none"),
    records=(_BIGINT, "records of any kind: pages and all of skipped"),
    pages=(_BIGINT, "records that became rows of `pages`"),
    skipped=(t.MapType(_STRING, _BIGINT), "records that are no pages, by kind (below)"),
    digest_mismatches=(_BIGINT, "records that differ from the digest that the archive has of them"),
    length_mismatches=(_BIGINT, "records that are longer or shorter than they say, damaged ones aside"),
    tries=(_BIGINT, "how often it was tried; one that was read counts no further try"),
)  # fmt: skip
MARKS_TYPE = t.ArrayType(_struct(start=_BIGINT, end=_BIGINT, kind=_STRING))
PAGES = _of_pages(
    "pages", "one HTML response or text, kept or not",
    archive_path=_PATH,
    record_offset=_OFFSET,
    record_length=(_BIGINT, "bytes of the record, or of its gzip member"),
    url=_URL,
    domain=_DOMAIN,
    fetched_at=_FETCHED,
    content_type=(_STRING, "media type as served, in lower case; empty where missing"),
    charset=(_STRING, "character set that it was decoded with; null where it was gated before, and of a text"),
    html_bytes=(_BIGINT, "bytes of the body without its codings; archives.max_html_bytes + 1 where there are more; "
                         "null of a text"),
    gate=(_STRING, "why the page ended here ([gates](reasons.md#gates)); null where it went on"),
    text=_long("main text in valid UTF-8, URLs removed; null where gated"),
    title=_long("the page's `<title>`, at most 1,000 characters; null where gated"),
    marks=(MARKS_TYPE, "code points [start, end) of text, from 0, by kind: `list_mark` and `cell_mark`, which the "
                       "extractor put in, and `code`, the lines of a block of code; null where gated"),
    language=(_LANGUAGE[0], f"{_LANGUAGE[1]}; {_OF_TRIAGE}"),
    language_score=(_SCORE[0], f"{_SCORE[1]}; {_OF_TRIAGE}"),
)  # fmt: skip
MEASURES = _of_pages(
    "measures", "one ungated page",
    text=_long("text after line corrections (`measure.lines`)"),
    language=_LANGUAGE,
    language_score=_SCORE,
    metrics=(METRICS_TYPE, "every metric ([metrics](metrics.md)), then `own_NAME` for each function of `measure.own`; "
                           "null only in an `own_NAME` that was not taken of the page"),
)  # fmt: skip
VERDICTS = _of_pages(
    "verdicts", "one measured page",
    reasons=(t.ArrayType(_STRING, containsNull=False),
             "all [reasons](reasons.md#rules) to reject it, in the order of the rules; empty: kept"),
)  # fmt: skip
SIGNATURES = _of_pages(
    "signatures", "one kept page's band hashes, where fuzzy.signatures is `stored`",
    inputs=(_STRING, "`commits.inputs` of the near duplicates that the page was signed for"),
    digest=(_BINARY, "128 bits that name its set of shingles: pages with equal ones have the same set"),
    bands=(_BINARY, "8 bytes for each of fuzzy.bands: the hash of its rows"),
)  # fmt: skip
NEAR_DUPLICATES = _of_pages(
    "near_duplicates", "one page dropped as a near copy",
    **_KEPT,
    jaccard=(_DOUBLE, "exact Jaccard of its shingles and those of the kept page, 0 to 1"),
    via_page_id=(_BIGINT, "the page that it shares a band with, by which it was found: the kept one where that is so"),
    via_jaccard=(_DOUBLE, "exact Jaccard to that page, 0 to 1"),
    cluster_id=(_BIGINT, "lowest page_id among the kept page and those that went for it"),
    cluster_size=(_BIGINT, "pages of the cluster, the kept one too"),
)  # fmt: skip
SPANS_TYPE = t.ArrayType(_struct(start=_BIGINT, end=_BIGINT, copies=_BIGINT))
REPEATED_SPANS = _of_pages(
    "repeated_spans", "one page that holds repeated stretches",
    spans=(SPANS_TYPE, "code points [start, end) of `measures.text`, from 0; copies: how often the span's most "
                       "frequent window occurs in the scope"),
    cut_chars=(_BIGINT, "code points that go with the spans; where the policy is not `cut`, those of the spans"),
    left_chars=(_BIGINT, "code points of the text without these"),
    reason=(_STRING, "why the page is dropped ([reasons](reasons.md#copies)); null where it stays"),
)  # fmt: skip
URL_DUPLICATES = _of_pages(
    "url_duplicates", "one page dropped because its URL was kept",
    **_KEPT,
    url_key=(_STRING, "what both have in common: the URL, or its canonical form (`url_duplicates.url_key`)"),
)  # fmt: skip
DOCUMENTS = _of_pages(
    "documents", "one training document",
    archive_path=_PATH,
    record_offset=_OFFSET,
    url=_URL,
    domain=_DOMAIN,
    fetched_at=_FETCHED,
    language=_LANGUAGE,
    language_score=_SCORE,
    title=_long("the page's `<title>`, at most 1,000 characters"),
    text=_long("the text to train on: `measures.text` without what was cut"),
    word_count=(_BIGINT, "words of text, split at white space"),
    char_count=(_BIGINT, "code points of text"),
    cut_chars=(_BIGINT, "code points that were cut as repeated"),
    spans=(SPANS_TYPE, "under the policy `mask` the repeated spans of text, which is whole; else null"),
)  # fmt: skip
FUNNEL = _table(
    "funnel", "one (stage, reason) of one crawl and shard",
    stage=(_STRING, "the job that decided"),
    reason=(_STRING, "gate or reason; empty: all that entered the stage; `kept`: all that left it"),
    pages_any=(_BIGINT, "pages that the reason hits at all"),
    pages_first=(_BIGINT, "pages that it is the first to hit: these add up"),
    pages_only=(_BIGINT, "pages that nothing else of the stage hits"),
    chars=(_BIGINT, "code points of pages_first: before line corrections in judge_pages, after them from then on; null "
                    "in extract_pages"),
    words=(_BIGINT, "words of the same"),
)  # fmt: skip
COMMITS = _table(
    "commits", "one finished piece of work",
    target=(_STRING, "the table that was written"),
    inputs=(_STRING, "hash of what it was made from: archives, or the commits of the tables read"),
    rows=(_BIGINT, "rows that were written to the shard"),
    bytes=(_BIGINT, "bytes of their files"),
    wall_seconds=(_DOUBLE, "the shard's share, by rows, of the time that the wave took on the clock"),
    cpu_seconds=(_DOUBLE, "the same of the CPU time of JVM tasks, Python workers and extractors"),
    committed_at=(_TIME, "when it was noted, UTC"),
)  # fmt: skip
SETTINGS = _whole(
    "settings", "what the rows of one table with one fingerprint were made with",
    target=(_STRING, "the table"),
    settings=_Column(
        _STRING, "all settings that a row may depend on, as YAML, and `rules_in_use`: neither `spark` nor `sources`, "
                 "which may hold secrets; files by their full paths", is_long=True,
    ),
    recipe=(_STRING, "the recipe that the settings began with, as `--recipe` gave it"),
    fingerprint=(_STRING, "fingerprint of the rows"),
)  # fmt: skip
REMOVALS = _whole(
    "removals", "one order to take pages down",
    selector=(_STRING, "which pages: `url:`, `canonical:` (--widen), `domain:`, `page_id:` or `archive:` and the name"),
    reason=(_STRING, "why, as `--reason` gave it"),
    ordered_at=(_TIME, "when it was ordered, UTC"),
    with_copies=(t.BooleanType(), "whether copies were ordered away with it"),
    fingerprint=(_STRING, "empty: an order depends on no setting"),
)  # fmt: skip

TABLES = {
    table.name: table
    for table in (
        CRAWLS, ARCHIVES, PAGES, MEASURES, VERDICTS, SIGNATURES, NEAR_DUPLICATES, REPEATED_SPANS, URL_DUPLICATES,
        DOCUMENTS, FUNNEL, COMMITS, SETTINGS, REMOVALS,
    )
}  # fmt: skip

# What a page that was taken down keeps in `pages`: where it lies, and why it ended. Every other column is emptied.
POINTER = (
    *_KEYS, "page_id", "archive_path", "record_offset", "record_length", "url", "domain", "fetched_at", "content_type",
    "html_bytes", "gate", "fingerprint",
)  # fmt: skip


def tables_of_pages() -> list[Table]:
    """The tables whose rows are of pages, the last of the flow first: documents, which others read; pages at the end.

    `pages` comes last, since its URLs say which pages an order names.
    """
    return [table for table in reversed(TABLES.values()) if table.of_pages]
