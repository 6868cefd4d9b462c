"""The columns of all tables: the data model that other programs read.

All tables are Delta tables of reader version 1 in the warehouse: Parquet with zstd, partitioned by crawl and shard
(except `crawls`, `settings` and `removals`). Each row has a `fingerprint`: what it was made with. Each column is
declared with its type and its meaning, from which docs/tables.md is generated; schemas do not contain the meanings. A
table whose rows are pages is declared with `_of_pages`: orders to take pages down then apply to it.
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
    """A column's type, its meaning, and whether its texts are too long for statistics in the Delta log."""

    kind: t.DataType
    meaning: str
    is_long: bool = False


_Meant = tuple[t.DataType, str] | _Column  # a column's type and its meaning


class Table(NamedTuple):
    """One table.

    columns          in order, with their types; `meanings` says what each means
    partitioned_by   names of columns
    row              what one row is
    statistics       columns whose smallest and largest values are in the Delta log: no long texts, nothing nested
    of_pages         whether each row is one page, named by `page_id`: taking a page down deletes its row
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
    """A table partitioned by crawl and shard, with a fingerprint in each row."""
    table = _whole(name, row, **_KEYS, **columns, fingerprint=_MADE_WITH)
    statistics = tuple(column for column in table.statistics if column not in _KEYS)
    return table._replace(partitioned_by=tuple(_KEYS), statistics=statistics)


def _of_pages(name: str, row: str, **columns: _Meant) -> Table:
    """A table in which each row is one page."""
    return _table(name, row, page_id=_PAGE, **columns)._replace(of_pages=True)


def _long(meaning: str) -> _Column:
    """A column of long texts."""
    return _Column(_STRING, meaning, is_long=True)


_ORDERED = (t.LongType, t.DoubleType, t.StringType, t.IntegerType, t.TimestampType)
_KEYS: dict[str, _Meant] = {
    "crawl": (_STRING, "name of the crawl, as given by `--crawl`"),
    "shard": (_INT, "part of the crawl: a stable hash of `archive_path`, modulo `num_shards`"),
}
_MADE_WITH: _Meant = (_STRING, "hash of the settings, lists, models and kernel versions that the row was made with")
_PAGE: _Meant = (_BIGINT, "the page: a hash of crawl, archive_path and record_offset")
_KEPT: dict[str, _Meant] = {
    "kept_page_id": (_BIGINT, "the page that is kept in its place"),
    "kept_crawl": (_STRING, "the crawl of that page"),
    "kept_shard": (_INT, "the shard of that page"),
}
_PATH: _Meant = (_STRING, "path of the archive, relative to the root of the crawl")
_OFFSET: _Meant = (
    _BIGINT, "first byte of the record's gzip member; without one of its own, of the record in the inflated stream; "
             "first byte of a line or object of JSON in the inflated file; number of a row of Parquet or Arrow, from 0",
)  # fmt: skip
_URL = _long("URL as archived, without blanks around it; null if a text has none")
_DOMAIN: _Meant = (_STRING, "registered domain, in lower case and punycode")
_FETCHED: _Meant = (_TIME, "when the crawler fetched it, UTC; null if the archive's date is invalid")
_LANGUAGE: _Meant = (_STRING, "most likely language, a label of the language model ([languages](languages.md))")
_OF_TRIAGE = "for pages gated unwanted_language_early, of the whole text if it was parsed; null if gated before"
_SCORE: _Meant = (_DOUBLE, "probability of the language according to the model, 0 to 1")

METRICS_TYPE = _struct(**dict.fromkeys(METRICS, _DOUBLE))  # never null: judge_pages refuses a null


def metrics_type(own: Iterable[str]) -> t.StructType:
    """The type of `measures.metrics` with the user's own metrics, which are null if they were not computed."""
    return t.StructType([*METRICS_TYPE, *(t.StructField(name, _DOUBLE) for name in own)])


def written_type(column: t.StructField, given: t.DataType) -> t.DataType:
    """The type that a column is written with: as declared here, with the user's own metrics at the end of `metrics`."""
    if column.dataType != METRICS_TYPE or not isinstance(given, t.StructType):
        return column.dataType
    return metrics_type(name for name in given.names if name.startswith(OWN_PREFIX))


CRAWLS = _whole(
    "crawls", "one crawl of this warehouse",
    crawl=_KEYS["crawl"],
    position=(_INT, "position in the order in which crawls were added, from 0; never changes"),
    added_at=(_TIME, "when it was added, UTC"),
    num_shards=(_INT, "number of shards of each crawl in this warehouse; fixed by the first crawl"),
    schema_version=(_INT, "version of these tables; winnow refuses other versions"),
    root=(_STRING, "folder or URL that archive paths are relative to; `--root` gives another if archives were moved"),
    fingerprint=(_STRING, "fingerprint of the `funnel` of its newest run; `settings` contains those settings"),
)  # fmt: skip
ARCHIVES = _table(
    "archives", "one archive file",
    archive_path=_PATH,
    bytes=(_BIGINT, "size of the file; null if not known yet"),
    etag=(_STRING, "checksum of both ends of a local file, or the version that the server or store reports"),
    status=(_STRING, "`listed`: not read yet; `read`; `damaged`: a part could not be read; `unreachable`: the next run "
                     "tries again"),
    error=_long("the first damage, or why it could not be reached; null if there is none"),
    error_offset=(_BIGINT, "where the first damage is, like record_offset; null if there is none"),
    records=(_BIGINT, "number of records of all kinds: pages, and all in skipped"),
    pages=(_BIGINT, "number of records that became rows of `pages`"),
    skipped=(t.MapType(_STRING, _BIGINT), "number of records that are not pages, by kind (below)"),
    digest_mismatches=(_BIGINT, "number of records that do not match their digest in the archive"),
    length_mismatches=(_BIGINT, "number of records that are longer or shorter than declared, or than an index says; "
                                "without damaged ones"),
    without_header=(_BIGINT, "number of pages that are HTML without an HTTP header (`input.bare_html`)"),
    tries=(_BIGINT, "how often it was tried; not counted any more after it was read"),
    chosen=(_STRING, "hash of its rows in `records`; null: the whole archive is read"),
)  # fmt: skip
RECORDS = _table(
    "records", "one record that an index chose (`--records`); crawls that are read whole have none",
    archive_path=_PATH,
    record_offset=(_BIGINT, "where it begins in the file; -1: rows of the index without a place, which are not read"),
    record_length=(_BIGINT, "its bytes in the file, as the index says"),
    index_rows=(_BIGINT, "number of rows of the index that name it"),
)  # fmt: skip
_EXTRA = t.MapType(_STRING, _STRING)
MARKS_TYPE = t.ArrayType(_struct(start=_BIGINT, end=_BIGINT, kind=_STRING))
LANGUAGES_TYPE = t.ArrayType(_struct(language=_STRING, score=_DOUBLE))
PAGES = _of_pages(
    "pages", "one HTML response or text, kept or not",
    archive_path=_PATH,
    record_offset=_OFFSET,
    record_length=(_BIGINT, "bytes of the record, of its gzip member, of a line; of the text of a table's row"),
    url=_URL,
    domain=_DOMAIN,
    fetched_at=_FETCHED,
    content_type=(_STRING, "media type as served, in lower case; empty if missing"),
    charset=(_STRING, "character set used to decode it; null if it was gated before, and for texts"),
    html_bytes=(_BIGINT, "bytes of the decoded body; archives.max_html_bytes + 1 if it is larger than the limit; "
                         "null for texts"),
    gate=(_STRING, "the gate that stopped the page ([gates](reasons.md#gates)); null if none did"),
    text=_long("main text in valid UTF-8, URLs removed; null if gated"),
    title=_long("the page's `<title>`, at most 1,000 characters; null where gated"),
    truncated=(_STRING, "why the crawler took only the beginning of the page: `length`, `time`, `disconnect`, "
                        "`unspecified`, or another word of the record's header; null of a whole page"),
    marks=(MARKS_TYPE, "code points [start, end) of text, from 0, by kind: `list_mark` and `cell_mark`, which the "
                       "extractor added, and `code`, the lines of a block of code; null if gated"),
    language=(_LANGUAGE[0], f"{_LANGUAGE[1]}; {_OF_TRIAGE}"),
    language_score=(_SCORE[0], f"{_SCORE[1]}; {_OF_TRIAGE}"),
    languages=(LANGUAGES_TYPE, "the three likeliest languages as ISO 639-3 and script (`cmn_Hani`), with their scores, "
                               "the likeliest first; null where no text was extracted"),
    second_language=(_STRING, "most likely language according to `language.second_model`, as ISO 639-3 and script; "
                              "empty for a text without words, null without that model"),
    declared_languages=(t.ArrayType(_STRING), "languages that the header of a WET record or a column declares, as "
                                              "written there; null if none is declared"),
    extra=(_EXTRA, "columns of texts that are carried along (`input.keep`), and `id`, as JSON by name; null for none"),
)  # fmt: skip
MEASURES = _of_pages(
    "measures", "one ungated page",
    text=_long("text after line corrections (`measure.lines`)"),
    language=_LANGUAGE,
    language_score=_SCORE,
    metrics=(METRICS_TYPE, "all metrics ([metrics](metrics.md)), then `own_NAME` for each function of `measure.own`; "
                           "only an `own_NAME` can be null: if it was not computed for the page"),
)  # fmt: skip
VERDICTS = _of_pages(
    "verdicts", "one measured page",
    reasons=(t.ArrayType(_STRING, containsNull=False),
             "all [reasons](reasons.md#rules) to drop it, in the order of the rules; empty: kept"),
)  # fmt: skip
SIGNATURES = _of_pages(
    "signatures", "the band hashes of one kept page, if fuzzy.signatures is `stored`",
    inputs=(_STRING, "`commits.inputs` of the near duplicates that the signature was made for"),
    digest=(_BINARY, "128-bit hash of its set of shingles: equal for pages with the same set"),
    bands=(_BINARY, "8 bytes for each of fuzzy.bands: the hash of its rows"),
)  # fmt: skip
NEAR_DUPLICATES = _of_pages(
    "near_duplicates", "one page dropped as a near copy",
    **_KEPT,
    jaccard=(_DOUBLE, "exact Jaccard similarity to the kept page, by their shingles, 0 to 1"),
    via_page_id=(_BIGINT, "a page with an equal band, by which it was found: the kept page, if it has one"),
    via_jaccard=(_DOUBLE, "exact Jaccard similarity to that page, 0 to 1"),
    cluster_id=(_BIGINT, "lowest page_id among the kept page and the pages dropped for it"),
    cluster_size=(_BIGINT, "number of pages in the cluster, including the kept page"),
)  # fmt: skip
SPANS_TYPE = t.ArrayType(_struct(start=_BIGINT, end=_BIGINT, copies=_BIGINT))
REPEATED_SPANS = _of_pages(
    "repeated_spans", "one page with repeated spans",
    spans=(SPANS_TYPE, "code points [start, end) of `measures.text`, from 0; copies: how often the most frequent "
                       "window of the span occurs in the scope"),
    cut_chars=(_BIGINT, "code points that are removed with the spans; if the policy is not `cut`, those of the spans"),
    left_chars=(_BIGINT, "code points of the text without cut_chars"),
    reason=(_STRING, "why the page is dropped ([reasons](reasons.md#copies)); null if it is kept"),
)  # fmt: skip
URL_DUPLICATES = _of_pages(
    "url_duplicates", "one page dropped because another with its URL is kept",
    **_KEPT,
    url_key=(_STRING, "what both pages share: the URL, or its canonical form (`url_duplicates.url_key`)"),
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
    text=_long("the text to train on: `measures.text` without repeated spans that were cut"),
    word_count=(_BIGINT, "number of words in text; languages.md says what a word is"),
    char_count=(_BIGINT, "number of code points in text"),
    cut_chars=(_BIGINT, "number of code points that were cut as repeated"),
    spans=(SPANS_TYPE, "under the policy `mask`, the repeated spans of text, which is not cut; else null"),
    extra=(_EXTRA, "columns of texts that were carried along, and `id`, as JSON by name; null if there are none"),
)  # fmt: skip
FUNNEL = _table(
    "funnel", "one (stage, reason) of one crawl and shard",
    stage=(_STRING, "the job that decides"),
    reason=(_STRING, "gate or reason; empty: all pages that enter the stage; `kept`: all pages that it keeps"),
    pages_any=(_BIGINT, "pages that have this reason"),
    pages_first=(_BIGINT, "pages for which it is the first reason: these add up"),
    pages_only=(_BIGINT, "pages for which it is the only reason of the stage"),
    chars=(_BIGINT, "code points of pages_first: through judge_pages before line corrections, in later jobs after "
                    "them; null in extract_pages"),
    words=(_BIGINT, "words of pages_first, like chars"),
)  # fmt: skip
COMMITS = _table(
    "commits", "one commit of a table for a shard",
    target=(_STRING, "the table that was written"),
    inputs=(_STRING, "hash of what it was made from: archives, or the commits of the tables that were read"),
    rows=(_BIGINT, "number of rows written to the shard"),
    bytes=(_BIGINT, "bytes of the files of these rows"),
    wall_seconds=(_DOUBLE, "the shard's share, by rows, of the wall time of the wave"),
    cpu_seconds=(_DOUBLE, "the shard's share, by rows, of the CPU time of JVM tasks, Python workers and extractors"),
    committed_at=(_TIME, "when it was committed, UTC"),
)  # fmt: skip
SETTINGS = _whole(
    "settings", "the settings behind one fingerprint of one table",
    target=(_STRING, "the table"),
    settings=_Column(
        _STRING, "all settings that a row may depend on, as YAML, and `rules_in_use`; without `spark` and `sources`, "
                 "which may contain secrets; files by their full paths", is_long=True,
    ),
    recipe=(_STRING, "the recipe that the settings are based on, as given by `--recipe`"),
    fingerprint=(_STRING, "fingerprint of the rows"),
)  # fmt: skip
REMOVALS = _whole(
    "removals", "one order to take pages down",
    selector=(_STRING, "which pages: `url:`, `canonical:` (--widen), `domain:`, `page_id:` or `archive:`, then a name"),
    reason=(_STRING, "why, as given by `--reason`"),
    ordered_at=(_TIME, "when it was ordered, UTC"),
    with_copies=(t.BooleanType(), "whether the order includes copies (`--with-copies`)"),
    fingerprint=(_STRING, "empty: an order depends on no setting"),
)  # fmt: skip

TABLES = {
    table.name: table
    for table in (
        CRAWLS, ARCHIVES, RECORDS, PAGES, MEASURES, VERDICTS, SIGNATURES, NEAR_DUPLICATES, REPEATED_SPANS,
        URL_DUPLICATES, DOCUMENTS, FUNNEL, COMMITS, SETTINGS, REMOVALS,
    )
}  # fmt: skip

# Columns of `pages` that a removed page keeps: its place in the archives, and its gate. The others become null.
POINTER = (
    *_KEYS, "page_id", "archive_path", "record_offset", "record_length", "url", "domain", "fetched_at", "content_type",
    "html_bytes", "gate", "fingerprint",
)  # fmt: skip


def tables_of_pages() -> list[Table]:
    """The tables whose rows are pages, in the reverse order of the flow. `pages` is last: orders name its URLs."""
    return [table for table in reversed(TABLES.values()) if table.of_pages]
