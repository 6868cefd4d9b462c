"""pages and archives: archives are read once; each page becomes a row with its text, or with the gate that stops it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.errors import WinnowError
from winnow.kernels.gates import GATES
from winnow.kernels.languages.identify import LanguageModel, gate_language, shared_model
from winnow.kernels.languages.triage_settings import TriageSettings
from winnow.kernels.pages.extract import ExtractSettings
from winnow.kernels.pages.html import decode_html
from winnow.kernels.pages.markup import without_cut_end
from winnow.kernels.pages.url import gate_url, registered_domain
from winnow.kernels.pages.url_sets import UrlLists
from winnow.page import Asked, Page
from winnow.records.chosen import Chosen, unpack
from winnow.records.reader import ChosenReader
from winnow.settings.by_language import language_of
from winnow.settings.kernel_settings import input_asked, triage_settings
from winnow.settings.languages import min_scores, wanted_labels
from winnow.settings.schema import Settings
from winnow.sources.blocks import AroundRecords
from winnow.sources.formats import FORMATS, ReadArchive, reader_of
from winnow.sources.remote_file import open_location
from winnow.tables import ARCHIVES, PAGES
from winnow.workers.arrow import Batches, batches_of, map_batches
from winnow.workers.extractor import Extractor, child_cpu_seconds, shared_extractor
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
    "without_header",
    "is_part",
)
_SUMMED = ("records", "pages", "digest_mismatches", "length_mismatches", "without_header")
_KNOWN = ("archive_path", "bytes", "etag", "tries", "chosen")
_ADDED = {"crawl", "page_id", "fingerprint"}
ARCHIVE_SCHEMA = t.StructType(
    [
        *(ARCHIVES.columns[name] for name in ("shard", "archive_path", "bytes", "etag", "tries")),
        t.StructField("location", t.StringType()),
        t.StructField("part", t.IntegerType()),
        t.StructField("parts", t.IntegerType()),
    ]
)
CHOSEN_SCHEMA = t.StructType(
    [
        *ARCHIVE_SCHEMA,
        ARCHIVES.columns["chosen"],
        t.StructField("places", t.BinaryType()),
        t.StructField("repeated", t.LongType()),
        t.StructField("without_place", t.LongType()),
    ]
)
_TOLD = [field for field in ARCHIVES.columns if field.name not in {"crawl", "shard", "fingerprint"}]
_ARCHIVE = t.StructType([*_TOLD, t.StructField("is_part", t.BooleanType())])
_SCHEMA = t.StructType(
    [*(field for field in PAGES.columns if field.name not in _ADDED), t.StructField("archive", _ARCHIVE)]
)


class LanguageGate(NamedTuple):
    """Labels of the wanted languages, empty for all; the minimum score, and those of single languages."""

    wanted: frozenset[str]
    min_score: float
    min_scores: Mapping[str, float]

    def stops(self, language: str, score: float) -> str | None:
        """The gate that stops a page of this language with this score; None if it passes."""
        return gate_language(language, score, self.wanted, self.min_scores.get(language, self.min_score))


class Reading(NamedTuple):
    """What a task needs to read archives; `lists` is the name that `share_lists` gave to the URL lists."""

    settings: Settings
    extract: ExtractSettings
    triage: TriageSettings | None
    lists: str
    formats: Mapping[str, ReadArchive]
    wanted: LanguageGate


def reading_of(settings: Settings, lists: str, formats: Mapping[str, ReadArchive]) -> Reading:
    """What tasks of these settings need."""
    extract, given = ExtractSettings(**settings.extract.model_dump()), settings.language
    gate = LanguageGate(frozenset(wanted_labels(given)), given.min_score, min_scores(given))
    return Reading(settings, extract, triage_settings(given), lists, formats, gate)


class Opened(NamedTuple):
    """What a task opens once for all its archives."""

    settings: Settings
    formats: Mapping[str, ReadArchive]
    asked: Asked
    lists: UrlLists
    extractor: Extractor
    wanted: LanguageGate
    model: LanguageModel
    second_model: LanguageModel | None


def read_archives(
    archives: DataFrame, settings: Settings, lists: str, formats: Mapping[str, ReadArchive] = FORMATS
) -> DataFrame:
    """Pages, and one row with the column `archive` for each row of `archives`, in one pass.

    Each row of `archives` (ARCHIVE_SCHEMA) is one task: the pages of an archive whose ordinal is `part` modulo `parts`;
    with CHOSEN_SCHEMA, the pages among the records in `places` (records.chosen), and no others.
    Each task gives its own row with `archive`, since each can lose its server while others read to the end. `lists` is
    the name that `share_lists` gave to the URL lists; `formats` maps suffixes of names to readers.
    """
    reading = reading_of(settings, lists, formats)
    return map_batches(archives, partial(_read_batches, reading=reading), _SCHEMA, child_cpu_seconds)


def pages_of(rows: DataFrame, crawl: str) -> DataFrame:
    """The rows of `pages` from read_archives, without those of archives that became unreachable.

    How many pages came before a server failed depends on the moment. The run that reads the whole archive adds them.
    """
    lost = F.broadcast(archives_of(rows).where(F.col("status") == "unreachable").select("archive_path"))
    pages = rows.where(F.col("archive").isNull()).drop("archive").join(lost, "archive_path", "left_anti")
    return pages.withColumn("page_id", page_id_expr(crawl))


def archives_of(rows: DataFrame) -> DataFrame:
    """The rows of `archives` from read_archives: unreachable if one part of an archive was, or if parts differ."""
    archives = rows.where(F.col("archive").isNotNull()).select("shard", "archive_path", "archive")
    failed = F.col("archive.status") == "unreachable"
    worst = F.max_by("archive", F.struct(failed, "archive.error", "archive.etag")).alias("archive")
    etags = F.count_distinct(F.when(~failed, F.col("archive.etag"))).alias("etags")
    found = archives.groupBy("shard", "archive_path").agg(worst, etags, *_sums())
    changed = F.struct(*(_changed(field.name).alias(field.name) for field in _TOLD))
    added = F.struct(*(_added(field.name).alias(field.name) for field in _TOLD))
    same = F.struct(*(F.col(f"archive.{field.name}") for field in _TOLD))
    is_part = F.col("archive.is_part") & (F.col("archive.status") != "unreachable")
    one = F.when(F.col("etags") > 1, changed).when(is_part, added).otherwise(same).alias("archive")
    return found.select("shard", one).select("shard", "archive.*")


def _sums() -> list[Column]:
    """Sums over the parts of an archive, since each part counts only itself; and the first damage."""
    is_damaged = F.col("archive.status") == "damaged"
    damage = F.struct("archive.error_offset", "archive.error", "archive.status")
    return [
        *(F.sum(f"archive.{name}").alias(f"all_{name}") for name in _SUMMED),
        F.collect_list("archive.skipped").alias("skips"),
        F.min(F.when(is_damaged, damage)).alias("damage"),
    ]


def _added(column: str) -> Column:
    """A column of an archive whose parts each counted their own."""
    if column in _SUMMED:
        return F.col(f"all_{column}")
    if column == "skipped":
        none = F.create_map().cast(t.MapType(t.StringType(), t.LongType()))
        zero = F.lit(0).cast("bigint")
        return F.aggregate(
            "skips", none, lambda sum_, one: F.map_zip_with(
                sum_, one, lambda _, a, b: F.coalesce(a, zero) + F.coalesce(b, zero)
            )
        )  # fmt: skip
    if column in ("status", "error", "error_offset"):
        return F.coalesce(F.col(f"damage.{column}"), F.lit("read") if column == "status" else F.lit(None))
    return F.col(f"archive.{column}")


def _changed(column: str) -> Column:
    """A column of an archive that was changed while its parts were read."""
    if column in ("status", "error"):
        return F.lit("unreachable" if column == "status" else "the archive was changed while it was read")
    return F.col(f"archive.{column}") if column in _KNOWN else F.lit(None)


def page_id_expr(crawl: str) -> Column:
    """The page_id: a hash of crawl, archive_path and record_offset."""
    return F.xxhash64(F.lit(crawl), F.col("archive_path"), F.col("record_offset").cast("bigint"))


def _read_batches(batches: Batches, reading: Reading) -> Batches:
    opened = _open(reading)
    archives = (archive for batch in batches for archive in batch.to_pylist())
    rows = (row for archive in archives for row in _read_archive(archive, opened))
    return batches_of(rows, _SCHEMA, reading.settings.spark.batch_bytes)


def _open(reading: Reading) -> Opened:
    settings = reading.settings
    extractor = shared_extractor(reading.extract, settings.text.normalization, reading.triage)
    model = shared_model(Path(settings.language.model) if settings.language.model else None)
    second = shared_model(Path(settings.language.second_model)) if settings.language.second_model else None
    asked, lists = input_asked(settings), shared_lists(reading.lists)
    return Opened(settings, reading.formats, asked, lists, extractor, reading.wanted, model, second)


def _read_archive(archive: dict[str, Any], opened: Opened) -> Iterator[dict[str, Any]]:
    fixed = {"shard": archive["shard"], "archive_path": archive["archive_path"]}
    known = {name: archive.get(name) for name in _KNOWN}
    read, sources = reader_of(archive["archive_path"], opened.formats), opened.settings.sources
    chosen = _chosen(archive)
    cut = chosen and AroundRecords(chosen.places, sources.join_gap_bytes, sources.read_ahead_bytes)
    try:
        with open_location(archive["location"], sources, cut) as file:
            source = (
                read(file, opened.asked, (archive["part"], archive["parts"]))
                if chosen is None
                else ChosenReader(file, opened.asked, chosen)
            )
            for page in source:
                yield {**fixed, **_judge_page(page, opened)}
            account = {name: getattr(source.account, name) for name in _ACCOUNT} | _identity(file)
    except OSError as error:
        account = {"status": "unreachable", "error": f"{error.strerror or error}"}
    yield {**fixed, "archive": {**known, **account}}


def _chosen(archive: dict[str, Any]) -> Chosen | None:
    """The chosen records of an archive; None if it is read whole."""
    if archive.get("places") is None:
        return None
    return Chosen(unpack(archive["places"]), archive["repeated"], archive["without_place"])


def _identity(file: BinaryIO) -> dict[str, Any]:
    """Bytes and version of the archive as its server reports them; empty for a local file, which is known already."""
    read = getattr(file, "identity", None)
    return read._asdict() if read else {}


def _judge_page(page: Page, opened: Opened) -> dict[str, Any]:
    """The columns of a page: its text, or the first gate that stops it. Raises WinnowError for an undeclared gate."""
    row: dict[str, Any] = {
        "record_offset": page.record_offset,
        "record_length": page.record_length,
        "url": page.url,
        "domain": None if page.url is None else registered_domain(page.url),
        "fetched_at": page.fetched_at,
        "content_type": page.content_type,
        "html_bytes": page.html_bytes,
        "declared_languages": list(page.declared_languages) or None,
        "extra": page.extra,
        "truncated": page.truncated,
    }
    gate = page.gate if page.url is None else gate_url(page.url, opened.lists, opened.settings.url) or page.gate
    row |= {"gate": gate} if gate else _extract_page(page, opened)
    if row.get("gate") is not None and row["gate"] not in GATES:
        raise WinnowError(f"{row['gate']}: this gate is not declared; declare it in kernels/gates.py. Page: {page.url}")
    return row


def _extract_page(page: Page, opened: Opened) -> dict[str, Any]:
    """The text and language of a page that the earlier gates let through, or the gate that stops it."""
    if page.text is not None:
        result, charset = opened.extractor.extract_text(page.text), None
    else:
        html, charset = decode_html(page.body, page.http_charset)
        result = opened.extractor.extract(without_cut_end(html) if page.truncated else html)
    if result.unwanted:
        language, score = result.unwanted
        return {"charset": charset, "gate": result.gate, "language": language, "language_score": score}
    if result.gate:
        return {"charset": charset, "gate": result.gate}
    row = {"charset": charset, **_identify(result.text, opened)}
    gate = opened.wanted.stops(row["language"], row["language_score"])
    if gate:
        return {**row, "gate": gate}
    marks = [mark._asdict() for mark in result.marks]
    return {**row, "text": result.text, "title": result.title or page.title, "marks": marks}


def _identify(text: str, opened: Opened) -> dict[str, Any]:
    """The language of a text as its model labels it, and the likeliest languages of both models under common names."""
    found = opened.model.best(text)
    language, score = found[0] if found else ("", 0.0)
    row: dict[str, Any] = {"language": language, "language_score": score}
    row["languages"] = [{"language": language_of(label), "score": likely} for label, likely in found]
    if opened.second_model is not None:
        row["second_language"] = language_of(opened.second_model.identify(text)[0])
    return row
