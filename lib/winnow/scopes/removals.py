"""Orders to take pages down, as the warehouse holds them."""

from __future__ import annotations

from pyspark.sql import DataFrame

from winnow.stages.removals import removed_before, without_slashes
from winnow.warehouse import delta
from winnow.warehouse.work import Work

CARRIED_OUT = "winnow.carriedOut"


def orders(work: Work) -> DataFrame | None:
    """The selectors of all orders; None where there is none.

    Beside a `url:` order without slashes, which named more once than it does now, every page that is removed already is
    ordered by its page_id: reading its archive again does not bring it back.
    """
    ordered = _ordered(work)
    if ordered is None or without_slashes(ordered).isEmpty():
        return ordered
    # Collected, as orders are broadcast: a plan that reads `pages` while it writes them conflicts with other writers.
    removed = [tuple(row) for row in removed_before(delta.read_all(work, "pages")).collect()]
    return ordered.unionByName(work.spark.createDataFrame(removed, "selector string"))


def count_orders(work: Work) -> int:
    """How many orders there are."""
    ordered = _ordered(work)
    return ordered.count() if ordered is not None else 0


def orders_pending(work: Work) -> bool:
    """Whether some order is not carried out yet."""
    ordered = count_orders(work)
    return ordered > 0 and ordered > int(delta.get_property(work, "removals", CARRIED_OUT) or 0)


def _ordered(work: Work) -> DataFrame | None:
    if not delta.exists(work, "removals"):
        return None
    return delta.read_all(work, "removals").select("selector")
