"""pages and archives: archives read once, every HTML response a row with its text or the gate that stopped it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.kernels.languages.identify import gate_language, shared_model
from winnow.kernels.languages.triage_settings import TriageSettings
from winnow.kernels.pages.extract import ExtractSettings
from winnow.kernels.pages.html import decode_html
from winnow.kernels.pages.url import gate_url, registered_domain
from winnow.settings.kernel_settings import triage_settings
from winnow.settings.schema import Settings
from winnow.sources.remote_file import open_location
from winnow.tables import ARCHIVES, PAGES
from winnow.warc.reader import ArchiveReader, Page
from winnow.workers.arrow import Batches, batches_of, map_batches
from winnow.workers.extractor import child_cpu_seconds, shared_extractor
from winnow.workers.shared_lists import shared_lists

_ACCOUNT = (
    "status",
    "error",
    "error_offset",
    "records",
    "pages",
    "skipped",
    "digest_mismatches",
    "length_mismatches",
)
_KNOWN = ("archive_path", "bytes", "etag", "tries")
_ADDED = {"crawl", "page_id", "fingerprint"}
ARCHIVE_SCHEMA = t.StructType(
    [
        *(ARCHIVES.columns[name] for name in ("shard", "archive_path", "bytes", "etag", "tries")),
        t.StructField("location", t.StringType()),
        t.StructField("part", t.IntegerType()),
        t.StructField("parts", t.IntegerType()),
    ]
)
_ARCHIVE = t.StructType([field for field in ARCHIVES.columns if field.name not in {"crawl", "shard", "fingerprint"}])
_SCHEMA = t.StructType(
    [*(field for field in PAGES.columns if field.name not in _ADDED), t.StructField("archive", _ARCHIVE)]
)


class Reading(NamedTuple):
    """What a worker needs to turn archives into pages; the lists by the name that `share_lists` gave them."""

    settings: Settings
    extract: ExtractSettings
    triage: TriageSettings | None
    lists: str


def read_archives(archives: DataFrame, settings: Settings, lists: str) -> DataFrame:
    """Pages, and one row with `archive` set for each archive, in one pass.

    Each row of `archives` (ARCHIVE_SCHEMA) is one task: the pages of an archive whose ordinal is `part` modulo `parts`.
    Each gives a row with `archive`: any of them may have lost its server while the others read to the end. `lists` is
    the name that `share_lists` gave the URL lists.
    """
    extract = ExtractSettings(**settings.extract.model_dump())
    read = partial(_read_batches, reading=Reading(settings, extract, triage_settings(settings.language), lists))
    return map_batches(archives, read, _SCHEMA, child_cpu_seconds)


def pages_of(rows: DataFrame, crawl: str) -> DataFrame:
    """The `pages` rows among what read_archives gives, none of an archive that was not read to its end.

    What came before its server failed depends on the moment: it is left for the run that reads the archive whole.
    """
    lost = F.broadcast(archives_of(rows).where(F.col("status") == "unreachable").select("archive_path"))
    pages = rows.where(F.col("archive").isNull()).drop("archive").join(lost, "archive_path", "left_anti")
    return pages.withColumn("page_id", page_id_expr(crawl))


def archives_of(rows: DataFrame) -> DataFrame:
    """The `archives` rows of what read_archives gives: unreachable where a part of an archive was, or two differ."""
    archives = rows.where(F.col("archive").isNotNull()).select("shard", "archive_path", "archive")
    failed = F.col("archive.status") == "unreachable"
    worst = F.max_by("archive", F.struct(failed, "archive.error", "archive.etag")).alias("archive")
    etags = F.count_distinct(F.when(~failed, F.col("archive.etag"))).alias("etags")
    found = archives.groupBy("shard", "archive_path").agg(worst, etags)
    changed = F.struct(*(_changed(field.name).alias(field.name) for field in _ARCHIVE.fields))
    one = F.when(F.col("etags") > 1, changed).otherwise(F.col("archive")).alias("archive")
    return found.select("shard", one).select("shard", "archive.*")


def _changed(column: str) -> Column:
    """A column of an archive whose parts were read from different files."""
    if column in ("status", "error"):
        return F.lit("unreachable" if column == "status" else "the archive was changed while it was read")
    return F.col(f"archive.{column}") if column in _KNOWN else F.lit(None)


def page_id_expr(crawl: str) -> Column:
    """The id of a page: a hash of where it lies."""
    return F.xxhash64(F.lit(crawl), F.col("archive_path"), F.col("record_offset").cast("bigint"))


def _read_batches(batches: Batches, reading: Reading) -> Batches:
    archives = (archive for batch in batches for archive in batch.to_pylist())
    rows = (row for archive in archives for row in _read_archive(archive, reading))
    return batches_of(rows, _SCHEMA, reading.settings.spark.batch_bytes)


def _read_archive(archive: dict[str, Any], reading: Reading) -> Iterator[dict[str, Any]]:
    fixed = {"shard": archive["shard"], "archive_path": archive["archive_path"]}
    known = {name: archive[name] for name in _KNOWN}
    try:
        with open_location(archive["location"], reading.settings.sources) as file:
            stride = (archive["part"], archive["parts"])
            reader = ArchiveReader(file, reading.settings.archives.max_html_bytes, stride)
            for page in reader:
                yield {**fixed, **_judge_page(page, reading)}
            account = {name: getattr(reader.account, name) for name in _ACCOUNT} | _identity(file)
    except OSError as error:
        account = {"status": "unreachable", "error": f"{error.strerror or error}"}
    yield {**fixed, "archive": {**known, **account}}


def _identity(file: BinaryIO) -> dict[str, Any]:
    """Bytes and checksum as a server gave them with the archive; empty for a file, which was looked at when listed."""
    read = getattr(file, "identity", None)
    return read._asdict() if read else {}


def _judge_page(page: Page, reading: Reading) -> dict[str, Any]:
    """A page's columns; the first gate that stops it leaves its text out."""
    row: dict[str, Any] = {
        "record_offset": page.record_offset,
        "record_length": page.record_length,
        "url": page.url,
        "domain": registered_domain(page.url),
        "fetched_at": page.fetched_at,
        "content_type": page.content_type,
        "html_bytes": page.html_bytes,
    }
    gate = gate_url(page.url, shared_lists(reading.lists), reading.settings.url) or page.gate
    return {**row, "gate": gate} if gate else {**row, **_extract_page(page, reading)}


def _extract_page(page: Page, reading: Reading) -> dict[str, Any]:
    html, charset = decode_html(page.body, page.http_charset)
    result = shared_extractor(reading.extract, reading.settings.text.normalization, reading.triage).extract(html)
    if result.unwanted:
        language, score = result.unwanted
        return {"charset": charset, "gate": result.gate, "language": language, "language_score": score}
    if result.gate:
        return {"charset": charset, "gate": result.gate}
    wanted = reading.settings.language
    language, score = shared_model(Path(wanted.model) if wanted.model else None).identify(result.text)
    row = {"charset": charset, "language": language, "language_score": score}
    gate = gate_language(language, score, wanted.wanted, wanted.min_score)
    return {**row, "gate": gate} if gate else {**row, "text": result.text, "title": result.title}
