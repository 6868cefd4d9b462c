"""Metrics and reasons of any DataFrame of texts, by the stages of the jobs, in its own session."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame

from winnow.dataframes.texts import check_columns, recipe_settings, with_language
from winnow.errors import SettingsError
from winnow.settings.kernel_settings import measure_settings, rules_of
from winnow.stages.measures import measure_texts
from winnow.stages.verdicts import reasons_expr, with_bounds

_METRICS = "metrics"


def measure(texts: DataFrame, *, text: str = "text", recipe: str = "winnow", changes: Sequence[str] = ()) -> DataFrame:
    """The same rows with `corrected_text`, the text after line corrections, and `metrics`, as in the table `measures`.

    A text that is null counts as empty. A column `language`, with labels of lid.176, says what a word is in languages
    that `language.wanted` names; without it, all texts count as texts in the one language that is wanted.
    Raises SettingsError for a column or setting that is not there.
    """
    check_columns(texts, text)
    settings = recipe_settings(recipe, changes)
    if settings.measure.own is not None:
        raise SettingsError(["measure.own: metrics of your own are functions of a column here; leave it null"])
    measured = measure_texts(with_language(texts, settings), text, measure_settings(settings))
    return measured.select(*texts.columns, "corrected_text", _METRICS)


def judge(measured: DataFrame, *, recipe: str = "winnow", changes: Sequence[str] = ()) -> DataFrame:
    """The same rows with `reasons`: all reasons of the recipe to drop them, in the order of its rules; empty: kept.

    `measured` has `metrics`, as `measure` gives it; `language` as there; `language_score` if a rule asks for it.
    Raises SettingsError for a column or setting that is not there.
    """
    check_columns(measured, _METRICS)
    settings = recipe_settings(recipe, changes)
    rules = rules_of(settings)
    rows = with_bounds(with_language(measured, settings), rules)
    return rows.select(*measured.columns, reasons_expr(rules).alias("reasons"))
