"""Metrics and reasons for any DataFrame of texts. Runs stages of the jobs in the DataFrame's session."""

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

    A null text counts as empty. A column `language`, with labels of lid.176, gives the language of each text, which
    decides what a word is. Without it, `language.wanted` must name one language, which all texts are taken to be in.
    Raises SettingsError for a missing column or an unknown setting.
    """
    check_columns(texts, text)
    settings = recipe_settings(recipe, changes)
    if settings.measure.own is not None:
        raise SettingsError(["measure.own: leave it null here; compute metrics of your own with functions of a column"])
    measured = measure_texts(with_language(texts, settings), text, measure_settings(settings))
    return measured.select(*texts.columns, "corrected_text", _METRICS)


def judge(measured: DataFrame, *, recipe: str = "winnow", changes: Sequence[str] = ()) -> DataFrame:
    """The same rows with `reasons`: why the recipe drops each text, in the order of its rules; empty if it is kept.

    `measured` has the `metrics` that `measure` returns, `language` as there, and `language_score` if a rule needs it.
    Raises SettingsError for a missing column or an unknown setting.
    """
    check_columns(measured, _METRICS)
    settings = recipe_settings(recipe, changes)
    rules = rules_of(settings)
    rows = with_bounds(with_language(measured, settings), rules)
    return rows.select(*measured.columns, reasons_expr(rules).alias("reasons"))
