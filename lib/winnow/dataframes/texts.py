"""Converts a DataFrame of texts to what stages expect, and page_ids in their results back to the ids of the user."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.errors import SettingsError
from winnow.settings.load import load_settings
from winnow.settings.schema import Settings

LANGUAGE = "language"


def recipe_settings(recipe: str, changes: Sequence[str]) -> Settings:
    """The settings of a recipe with changes, in the form of `--recipe` and `--set`. Raises SettingsError."""
    return load_settings(recipe, changes=list(changes))


def check_columns(rows: DataFrame, *columns: str) -> None:
    """Raises SettingsError if the rows lack one of these columns."""
    missing = [name for name in columns if name not in rows.columns]
    if missing:
        there = ", ".join(rows.columns)
        raise SettingsError([f"{name}: the DataFrame has no such column; it has {there}" for name in missing])


def named_texts(texts: DataFrame, text: str, id: str, *others: str) -> DataFrame:
    """page_id, text and other columns of the rows that have both an id and a text."""
    check_columns(texts, text, id)
    named = _page_id_expr(texts, id).alias("page_id"), F.col(text).cast("string").alias("text")
    rows = texts.where(F.col(id).isNotNull()).select(*named, *others)
    return rows.where(F.col("text").isNotNull())


def _page_id_expr(texts: DataFrame, id: str) -> Column:
    return F.col(id) if _is_page_id(texts, id) else F.xxhash64(id)


def _is_page_id(texts: DataFrame, id: str) -> bool:
    return isinstance(texts.schema[id].dataType, t.LongType)


def with_ids(rows: DataFrame, texts: DataFrame, id: str, names: dict[str, str]) -> DataFrame:
    """The rows with ids of the DataFrame in place of page_ids, under new names."""
    if _is_page_id(texts, id):
        return rows.withColumnsRenamed(names)
    known = texts.where(F.col(id).isNotNull()).select(F.xxhash64(id).alias("hashed"), F.col(id).alias("given"))
    for old, new in names.items():
        named = known.withColumnsRenamed({"hashed": old, "given": f"_{new}"})
        rows = rows.join(named, old).drop(old)
    return rows.withColumnsRenamed({f"_{new}": new for new in names.values()})


def with_language(rows: DataFrame, settings: Settings) -> DataFrame:
    """The rows with `language`: their own column of that name, else the one language that the settings want.

    Raises SettingsError if the rows have none and the settings want several languages, or all.
    """
    wanted = settings.language.wanted
    if LANGUAGE in rows.columns:
        return rows
    if len(wanted) != 1:
        raise SettingsError(
            [f"{LANGUAGE}: the DataFrame has no such column, with labels as `en`; add it, or name one language.wanted"]
        )
    return rows.withColumn(LANGUAGE, F.lit(wanted[0]))
