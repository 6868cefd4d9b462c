"""Orders to take pages down, as the warehouse holds them."""

from __future__ import annotations

from pyspark.sql import DataFrame

from winnow.warehouse import delta
from winnow.warehouse.work import Work

CARRIED_OUT = "winnow.carriedOut"


def orders(work: Work) -> DataFrame | None:
    """The selectors of all orders; None where there is none."""
    if not delta.exists(work, "removals"):
        return None
    return delta.read_all(work, "removals").select("selector")


def count_orders(work: Work) -> int:
    """How many orders there are."""
    ordered = orders(work)
    return ordered.count() if ordered is not None else 0


def orders_pending(work: Work) -> bool:
    """Whether some order is not carried out yet."""
    ordered = count_orders(work)
    return ordered > 0 and ordered > int(delta.get_property(work, "removals", CARRIED_OUT) or 0)
