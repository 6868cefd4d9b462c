"""What an election is about to do, and the alarm where one component is out of proportion."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.errors import WinnowError


def check_components(labels: DataFrame, max_component: int | None) -> int:
    """How many pages are in components. Raises WinnowError where one component has more than `max_component`."""
    sizes = labels.groupBy("label").agg(F.count("*").alias("pages"))
    row = sizes.agg(F.sum("pages").alias("pages"), F.max("pages").alias("largest")).first()
    assert row is not None
    if max_component is not None and (row.largest or 0) > max_component:
        where = sizes.orderBy(F.desc("pages"), "label").first()
        assert where is not None
        raise WinnowError(
            f"a component of near duplicates has {where.pages:,} pages; fuzzy.max_component is {max_component:,}. Page "
            f"{where.label} is one of them: where it is boilerplate, a rule may reject such pages; where they are "
            "copies, raise fuzzy.max_component"
        )
    return int(row.pages or 0)
