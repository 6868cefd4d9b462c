"""The steps of the funnel: for any gates, the pages left after them are the measured pages."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.report.sides import side_of
from winnow.kernels.gates import GATES
from winnow.report.figures import Figures, Taken
from winnow.report.funnel_steps import steps


def figures_of(gates: list[str], kept: int) -> Figures:
    """Gates that stop 1, 2, 3, ... pages."""
    sizes = dict(zip(gates, range(1, len(gates) + 1), strict=True)) | {"kept": kept}
    whole = {"": sum(sizes.values()), **sizes}
    extracted = {("extract_pages", reason): Taken(pages, pages, pages, 0, 0) for reason, pages in whole.items()}
    later = {key: taken for key, taken in side_of("").figures.funnel.items() if key[0] != "extract_pages"}
    return replace(side_of("").figures, funnel=extracted | later)


@pytest.mark.parametrize("more", [[], ["gate_of_another_version"]])
def test_steps_add_up(more: list[str]) -> None:
    found = steps(figures_of([*GATES, *more], kept=7))
    last = [step for step in found if step.published_words == 1.0]
    assert [step.pages for step in last] == [7]
    assert found.index(last[0]) == 3 + len(more)
    assert sorted((step.pages for step in found[:4]), reverse=True) == [step.pages for step in found[:4]]
