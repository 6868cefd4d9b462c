"""The names of the metrics, and the place of each."""

from __future__ import annotations

import re

import pytest

from winnow.kernels.measures.metrics import (
    C4_PAGE,
    CHINESE,
    CORRECTIONS,
    DUPLICATE_SIZES,
    FAMILIES,
    FINEWEB,
    GOPHER,
    METRICS,
    REPETITION,
    TOP_SIZES,
    places_of,
)

PLACES = dict(zip(FAMILIES, (GOPHER, REPETITION, CORRECTIONS, C4_PAGE, FINEWEB, CHINESE), strict=True))


@pytest.mark.parametrize("family", FAMILIES)
def test_a_field_is_the_place_of_its_metric(family: str) -> None:
    for name, place in PLACES[family]._asdict().items():
        assert METRICS[place] == name


def test_families_share_no_metric_and_none_is_missing() -> None:
    assert [place for family in FAMILIES for place in PLACES[family]] == list(range(len(METRICS)))
    assert len(set(METRICS)) == len(METRICS)


@pytest.mark.parametrize(
    ("names", "sizes"),
    [("top_{}_gram_ratio", TOP_SIZES), ("top_{}_gram_text_ratio", TOP_SIZES),
     ("duplicate_{}_gram_fraction", DUPLICATE_SIZES), ("repeated_{}_gram_fraction", DUPLICATE_SIZES)],
)  # fmt: skip
def test_places_of_sizes_are_those_of_the_names(names: str, sizes: tuple[int, ...]) -> None:
    """Sizes are written out by hand: a metric whose size is left out would never be written."""
    pattern = re.compile(names.format(r"\d+"))
    assert [METRICS[place] for place in places_of(names, sizes)] == [
        name for name in METRICS if pattern.fullmatch(name)
    ]
