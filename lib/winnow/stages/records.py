"""records: the records that an index chooses, one row for each place in an archive."""

from __future__ import annotations

from functools import partial

import pyarrow as pa
from pyspark.errors import AnalysisException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import from_arrow_schema

from winnow.errors import SettingsError, did_you_mean
from winnow.records.index_files import ARCHIVE, LENGTH, OFFSET, Index, shown
from winnow.settings.schema import Sources
from winnow.workers.arrow import map_batches
from winnow.workers.index_rows import read_index_files

NO_PLACE = -1  # in place of an offset


def read_index(files: DataFrame, index: Index, settings: Sources) -> DataFrame:
    """The rows of the index for which its condition is true: the place of a record, and the condition's columns.

    files: one column with locations. Raises SettingsError if Spark does not understand the condition.
    """
    _check_condition(files, index)
    wanted = index.wanted()
    schema = from_arrow_schema(pa.schema(list(wanted.items())), prefer_timestamp_ntz=True)
    rows = map_batches(files, partial(read_index_files, columns=wanted, settings=settings), schema)
    return rows if index.where is None else rows.where(index.where)


def choose_records(rows: DataFrame, root: str) -> DataFrame:
    """One row for each record that an index names: archive_path, record_offset, record_length, index_rows.

    archive_path is null for rows without an archive below the root; record_offset is NO_PLACE, and record_length 0, for
    rows without a place. If the index gives one record several lengths, the largest is used.
    """
    offset, length = _whole(OFFSET), _whole(LENGTH)
    has_place = F.coalesce((offset >= 0) & (length > 0), F.lit(False))
    placed = rows.select(
        key_expr(root).alias("archive_path"),
        F.when(has_place, offset).otherwise(NO_PLACE).alias("record_offset"),
        F.when(has_place, length).otherwise(0).alias("record_length"),
    )
    one = placed.groupBy("archive_path", "record_offset")
    return one.agg(F.max("record_length").alias("record_length"), F.count("*").alias("index_rows"))


def digest_records(records: DataFrame) -> DataFrame:
    """For each archive a hash of its chosen records, as the column `chosen`."""
    one = F.format_string("%d+%d:%d", "record_offset", "record_length", "index_rows")
    all_of_it = F.concat_ws(",", F.sort_array(F.collect_list(one)))
    return records.groupBy("archive_path").agg(F.substring(F.sha2(all_of_it, 256), 1, 16).alias("chosen"))


def gather_records(records: DataFrame) -> DataFrame:
    """For each archive the places of its records, and how many rows name no record of their own.

    places: (record_offset, record_length), ascending; repeated, without_place: as in records.chosen.Chosen.
    """
    has_place = F.col("record_offset") != NO_PLACE
    place = F.struct("record_offset", "record_length")
    return records.groupBy("archive_path").agg(
        F.sort_array(F.collect_list(F.when(has_place, place))).alias("places"),
        F.sum(F.when(has_place, F.col("index_rows") - 1).otherwise(0)).alias("repeated"),
        F.sum(F.when(has_place, 0).otherwise(F.col("index_rows"))).alias("without_place"),
    )


def key_expr(root: str) -> Column:
    """The path of an archive relative to the root; null if it is missing, or absolute and not below the root."""
    name, base = F.trim(F.col(ARCHIVE).cast("string")), root.rstrip("/") + "/"
    is_absolute = name.contains("://") | name.startswith("/")
    below = F.when(name.startswith(base), F.substr(name, F.lit(len(base) + 1)))
    return F.nullif(F.when(is_absolute, below).otherwise(F.regexp_replace(name, r"^(\./)+", "")), F.lit(""))


def _whole(name: str) -> Column:
    """A column as a whole number; null for other values."""
    return F.col(name).try_cast("bigint")


def _check_condition(files: DataFrame, index: Index) -> None:
    if index.where is None:
        return
    schema = from_arrow_schema(pa.schema(list(index.columns.items())), prefer_timestamp_ntz=True)
    nothing = files.limit(0).select(*(F.lit(None).cast(field.dataType).alias(field.name) for field in schema))
    try:
        nothing.where(index.where).schema  # noqa: B018
    except AnalysisException as error:
        raise SettingsError([f"--where {index.where}: {_said(error, index)}"]) from error


def _said(error: AnalysisException, index: Index) -> str:
    if (error.getCondition() or "").startswith("UNRESOLVED_COLUMN"):
        name = (error.getMessageParameters() or {}).get("objectName", "").strip("`")
        return f"the index has no column {name}.{did_you_mean(name, index.columns)} It has {shown(index.columns)}"
    return "Spark SQL does not understand it: " + " ".join(str(error).split("\n")[0].split())
