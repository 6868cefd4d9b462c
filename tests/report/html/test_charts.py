"""Charts agree with their numbers: lengths, heights, thresholds, shades."""

from __future__ import annotations

import re
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from tests.report.sides import side_of
from winnow.kernels.measures.metrics import METRICS
from winnow.report.axes import bin_expr, edges_of, ticks_of
from winnow.report.funnel_steps import steps
from winnow.report.html.charts import Bar, bars, heat_map, histogram, number


def test_a_bar_is_as_long_as_its_shares_and_never_longer_than_its_rail() -> None:
    markup = bars([Bar("a", [0.25, 0.5], "note", mark=0.4), Bar("b", [0.9, 0.9], "")], ["one", "two"]).markup
    drawn = re.findall(r'x="([\d.]+)" y="0" width="([\d.]+)" height="10" class="(\w+)"', markup)
    assert drawn == [
        ("0", "1000", "rail"), ("0", "250", "one"), ("250", "500", "two"), ("400", "4", "mark"),
        ("0", "1000", "rail"), ("0", "900", "one"), ("900", "100", "two"),
    ]  # fmt: skip


def test_a_histogram_draws_counts_and_thresholds_where_they_belong() -> None:
    markup = histogram(
        "t", [(16, 0), (1, 3), (0, 0)], [0.0, 1.0, 10.0, 100.0], range(4), [(5.5, "at least 5.5")]
    ).markup
    kept, rejected = (re.search(rf'd="([^"]*)" class="{kind}"', markup) for kind in ("kept", "rejected"))
    assert kept is not None
    assert rejected is not None
    assert kept[1] == "M0.5 138V28h119V138zM120.5 138V124.2h119V138z"  # square root: 4 of 16 is half as high
    assert rejected[1] == "M0.5 28V28h119V28zM120.5 124.2V83h119V124.2z"
    assert re.search(r'<line x1="180" x2="180" [^>]*class="bound"', markup)


def test_a_heat_map_has_a_square_for_each_cell_that_is_not_empty() -> None:
    markup = heat_map("t", [(0, 0, 1_000), (1, 0, 1), (1, 1, 1)], 2, 2).markup
    assert {level: d.count("M") for d, level in re.findall(r'd="([^"]*)" class="heat heat(\d)"', markup)} == {
        "6": 1,
        "1": 2,
    }


@given(st.sampled_from(METRICS))
def test_an_axis_rises_and_its_ticks_are_on_it(metric: str) -> None:
    edges = edges_of(metric)
    assert edges == sorted(set(edges))
    ticks = ticks_of(metric)
    assert len(ticks) > 1
    assert all(0 <= place < len(edges) for place in ticks)
    assert len({number(edges[place]) for place in ticks}) == len(ticks)


BINNED = [
    ("word_count", 0.0, 0), ("word_count", 1.0, 1), ("word_count", 999.0, 18), ("word_count", 1_000.0, 19),
    ("word_count", 1e9, 36), ("stop_word_count", 8.0, 8), ("top_2_gram_ratio", 3.0, 39),
    ("duplicate_line_fraction", 0.3, 12), ("mean_word_chars", 4.7, 9),
]  # fmt: skip


def test_a_value_is_counted_in_its_bin(spark: SparkSession) -> None:
    row, found = spark.range(1), []
    for metric, value, _ in BINNED:
        held = row.select(F.struct(F.lit(value).alias(metric)).alias("metrics"))
        found.append(held.select(F.lit(metric).alias("metric"), F.lit(value).alias("value"), bin_expr(metric)))
    rows = [tuple(row) for row in reduce(DataFrame.unionAll, found).collect()]
    assert rows == BINNED
    assert all(edges_of(metric)[place] <= value for metric, value, place in rows)


def test_steps_of_the_funnel_add_up() -> None:
    made = steps(side_of("x").figures)
    assert [step.pages for step in made] == [40, 40, 32, 32, 20, 18, 17, 16]
    assert [step.words for step in made[3:]] == [1_500, 800, 700, 690, 680]
