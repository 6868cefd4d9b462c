"""The axis of each metric: equally wide bins for shares, ever wider ones for counts."""

from __future__ import annotations

from pyspark.sql import Column
from pyspark.sql import functions as F

from winnow.kernels.measures.own_metrics import OWN_PREFIX
from winnow.settings.values import axis_of, is_value, sql_of

_SHARE_BINS = 40
_PER_DECADE, _DECADES = 6, 6
_TO_TWENTY = ("mean_word_chars", "mean_bare_word_chars", "char_entropy")


def edges_of(metric: str) -> list[float]:
    """Lower bounds of the bins of a metric, and the upper bound of the last; larger values count in the last.

    *_fraction, *_ratio      0 to 1 in 40 bins
    mean_word_chars          0 to 20 in 40 bins; so are mean_bare_word_chars and char_entropy
    stop_word_count          0 to 8, one bin each
    a value                  its own axis (settings.values)
    all other counts         0, then 6 bins for each power of ten up to a million
    """
    if is_value(metric):
        return list(axis_of(metric))
    if metric.endswith(("_fraction", "_ratio")):
        return [place / _SHARE_BINS for place in range(_SHARE_BINS + 1)]
    if metric in _TO_TWENTY:
        return [place / 2 for place in range(_SHARE_BINS + 1)]
    if metric == "stop_word_count":
        return [float(place) for place in range(10)]
    return [0.0, *(10 ** (place / _PER_DECADE) for place in range(_PER_DECADE * _DECADES + 1))]


def ticks_of(metric: str) -> range:
    """The bins that are labelled below the axis."""
    if is_value(metric):
        return range(0, len(axis_of(metric)), max(1, len(axis_of(metric)) // 5))
    if metric.endswith(("_fraction", "_ratio")) or metric in _TO_TWENTY:
        return range(0, _SHARE_BINS + 1, _SHARE_BINS // 5)
    return range(9) if metric == "stop_word_count" else range(1, _PER_DECADE * _DECADES + 2, _PER_DECADE)


def bin_expr(metric: str) -> Column:
    """The bin of a `measures` row's metric, TINYINT from 0; null if it was not computed."""
    value, edges = F.expr(sql_of(metric)), edges_of(metric)
    if edges[1:2] == [1.0] and metric != "stop_word_count" and not is_value(metric):
        place = F.when(value < 1, 0).otherwise(F.floor(F.log10(value) * _PER_DECADE) + 1)
    else:
        place = F.floor(value * (1 / (edges[1] - edges[0])))
    within = F.least(F.lit(len(edges) - 2), F.greatest(F.lit(0), place)).cast("tinyint")
    return F.when(value.isNotNull(), within)  # least and greatest ignore nulls


def unit_of(metric: str) -> str:
    """What an axis of this metric counts."""
    if is_value(metric):
        return "score, 0 to 1" if metric.endswith("_score") else "0: no, 1: yes"
    if metric.endswith(("_fraction", "_ratio")):
        return "share, 0 to 1" if metric.endswith("_fraction") else "ratio, more than 1 counted in the last column"
    if metric == "char_entropy":
        return "nats"
    if metric.endswith("_chars") or "char_count" in metric:
        return "characters" if metric in _TO_TWENTY else "characters, each power of ten equally wide"
    kind = "value" if metric.startswith(OWN_PREFIX) and not metric.endswith("_count") else "count"
    return kind if metric == "stop_word_count" else f"{kind}, each power of ten equally wide"
