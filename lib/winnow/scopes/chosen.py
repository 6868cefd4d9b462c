"""The records that an index chooses, with those that were chosen before."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.errors import SettingsError
from winnow.records.chosen import Chosen
from winnow.records.index_files import Index
from winnow.sources.listing import UNKNOWN
from winnow.sources.named_archives import identified
from winnow.spark.on_disk import on_disk
from winnow.stages.archives import shard_expr
from winnow.stages.records import NO_PLACE, choose_records, digest_records, gather_records, read_index
from winnow.warehouse import delta
from winnow.warehouse.crawls import crawl_row
from winnow.warehouse.work import Work

ChosenArchive = tuple[str, int | None, str | None, str]  # an Archive, and the hash of its records


def index_rows(work: Work, index: Index) -> DataFrame:
    """The rows of an index for which its condition is true. Raises SettingsError if the condition is wrong."""
    files = [(file,) for file in index.files]
    spread = work.spark.sparkContext.parallelize(files, len(files))
    return read_index(work.spark.createDataFrame(spread, "location string"), index, work.settings.sources)


@contextmanager
def new_records(work: Work, index: Index | None) -> Iterator[DataFrame | None]:
    """Rows for `records`, on disk until the end of the block; prints which rows of the index choose nothing.

    None without an index. Raises SettingsError if no row chooses anything.
    """
    if index is None:
        yield None
        return
    with on_disk(choose_records(index_rows(work, index), index.root)) as rows:  # counted, then written
        _tell_of_rows(rows, index)
        named = rows.where(F.col("archive_path").isNotNull())
        yield named.withColumn("shard", shard_expr(work.settings.archives.num_shards))


def _tell_of_rows(rows: DataFrame, index: Index) -> None:
    """Prints which rows of the index choose nothing. Raises SettingsError if none chooses anything."""
    has_place = F.col("record_offset") != NO_PLACE
    nameless = F.col("archive_path").isNull()
    counts = rows.agg(
        F.sum("index_rows"),
        F.sum(F.when(nameless, F.col("index_rows"))),
        F.sum(F.when(~nameless & ~has_place, F.col("index_rows"))),
        F.sum(F.when(~nameless & has_place, F.col("index_rows") - 1)),
    ).first()
    total, without_archive, without_place, repeated = (int(number or 0) for number in counts or ())
    if total in (0, without_archive):
        why = (
            f"none of its {total:,} rows names an archive below {index.root}"
            if total
            else "no row of it meets the condition"
        )
        raise SettingsError([f"--records {index.files[0]}: chooses no record: {why}. Check --where and --root"])
    told = {
        f"name no archive below {index.root}": without_archive,
        "have no offset or no length": without_place,
        "name a record that another row names": repeated,
    }
    for what, count in told.items():
        if count:
            sys.stderr.write(f"winnow: --records: {count:,} of {total:,} rows {what}\n")


def chosen_archives(work: Work, root: str) -> list[ChosenArchive]:
    """The archives of this crawl that have chosen records, each with the hash of its chosen records."""
    rows = digest_records(delta.read(work, "records")).collect()  # one row an archive
    chosen = {row.archive_path: row.chosen for row in rows}
    archives = identified(work.root or root, dict.fromkeys(chosen, UNKNOWN))
    return [(*archive, chosen[archive.archive_path]) for archive in archives]


def chosen_records(work: Work, shards: list[int]) -> dict[str, Chosen]:
    """The chosen records of each archive of these shards; empty for a crawl that is read whole."""
    gathered = gather_records(delta.read(work, "records", shards)).toArrow().to_pylist()  # one row an archive
    return {
        row["archive_path"]: Chosen(
            [(place["record_offset"], place["record_length"]) for place in row["places"]],
            int(row["repeated"]),
            int(row["without_place"]),
        )
        for row in gathered
    }


def check_way(work: Work, root: str, by_records: bool) -> None:
    """Raises SettingsError if the crawl was read whole and now by records, or the reverse, or below another root."""
    is_chosen = F.col("chosen").isNotNull()
    ways = {row[0] for row in delta.read(work, "archives").select(is_chosen).distinct().collect()}  # two rows at most
    if ways - {by_records}:
        was, now = ("whole", "by records") if by_records else ("by records", "whole")
        raise SettingsError(
            [f"{work.crawl}: was read {was} before, and cannot be read {now} too; name another --crawl"]
        )
    listed = crawl_row(work).root
    if by_records and work.root is None and listed != root:
        raise SettingsError([f"{work.crawl}: was listed below {listed}, not {root}; name the root with --root"])
