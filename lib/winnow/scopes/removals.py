"""The orders of a warehouse to take pages down."""

from __future__ import annotations

from pyspark.sql import DataFrame

from winnow.stages.removals import removed_before, without_slashes
from winnow.warehouse import delta
from winnow.warehouse.work import Work

CARRIED_OUT = "winnow.carriedOut"


def orders(work: Work) -> DataFrame | None:
    """The selectors of all orders; None if there are none.

    `url:` orders without slashes named more pages before than now. If there are any, all pages that are already removed
    are ordered by page_id, so that reading their archives again does not bring them back.
    """
    ordered = _ordered(work)
    if ordered is None or without_slashes(ordered).isEmpty():
        return ordered
    # Collected: a plan that reads `pages` while it writes them conflicts with other writers.
    removed = [tuple(row) for row in removed_before(delta.read_all(work, "pages")).collect()]
    return ordered.unionByName(work.spark.createDataFrame(removed, "selector string"))


def count_orders(work: Work) -> int:
    """The number of orders."""
    ordered = _ordered(work)
    return ordered.count() if ordered is not None else 0


def orders_pending(work: Work) -> bool:
    """Whether an order is not carried out yet."""
    ordered = count_orders(work)
    return ordered > 0 and ordered > int(delta.get_property(work, "removals", CARRIED_OUT) or 0)


def _ordered(work: Work) -> DataFrame | None:
    if not delta.exists(work, "removals"):
        return None
    return delta.read_all(work, "removals").select("selector")
