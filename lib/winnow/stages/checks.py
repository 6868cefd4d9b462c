"""Checks that stop a job before it writes a bad corpus: too many errors, a component that is too large."""

from __future__ import annotations

import sys

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.errors import BudgetError, WinnowError
from winnow.kernels.gates import failures
from winnow.settings.schema import Archives

_ARCHIVES_FROM, _PAGES_FROM = 1_000, 1_000


def check_budget(rows: DataFrame, allowed: Archives) -> None:
    """Raises BudgetError, with the most frequent errors, if more archives or pages failed than the settings allow.

    `rows` are those of stages.pages.read_archives. A share of fewer than 1,000 archives or
    pages says little, and is not checked.
    """
    is_archive = F.col("archive").isNotNull()
    failed = F.when(is_archive, F.col("archive.status") != "read").otherwise(F.col("gate").isin(*failures()))
    why = F.when(is_archive, F.substring("archive.error", 1, 200)).otherwise(F.col("gate"))
    counts = rows.groupBy(
        is_archive.alias("of_archives"),
        F.when(F.coalesce(failed, F.lit(False)), F.coalesce(why, F.lit("unknown"))).alias("why"),
    ).agg(F.count("*").alias("count"), F.min("archive_path").alias("example"))
    found = counts.orderBy(F.desc("count"), "why").limit(10_000).collect()  # one row an error
    limits = ((True, _ARCHIVES_FROM, allowed.max_damaged_fraction), (False, _PAGES_FROM, allowed.max_error_fraction))
    for of_archives, least, limit in limits:
        mine = [row for row in found if row.of_archives == of_archives]
        total, bad = sum(row["count"] for row in mine), sum(row["count"] for row in mine if row.why is not None)
        if total >= least and bad > limit * total:
            kind, setting = ("archives", "max_damaged_fraction") if of_archives else ("pages", "max_error_fraction")
            errors = [f"  {row['count']} x {row.why} (as in {row.example})" for row in mine if row.why is not None][:10]
            raise BudgetError(
                f"{bad} of {total} {kind} failed; archives.{setting} allows {limit:.0%}. Nothing was written.\n"
                + "\n".join(errors)
            )


_LEAST_ALARMING, _ALARMING_FRACTION = 1_000, 0.01  # pages of one component; their share of all compared pages


def alarming_size(pages: int) -> float:
    """The number of pages above which a component is too large; pages: the number of compared pages."""
    return max(_LEAST_ALARMING, _ALARMING_FRACTION * pages)


def check_components(labels: DataFrame, pages: int, max_component: int | None) -> int:
    """The number of pages in components; prints a warning if one is too large. pages: the number of compared pages.

    Raises WinnowError if a component has more than `max_component` pages.
    """
    sizes = labels.groupBy("label").agg(F.count("*").alias("pages"))
    largest = F.max(F.struct("pages", "label")).alias("largest")
    row = sizes.agg(F.coalesce(F.sum("pages"), F.lit(0)).alias("pages"), largest).first()
    assert row is not None
    if row.largest is not None:
        said = (
            f"a component of near duplicates contains {row.largest.pages:,} of {pages:,} pages, for example page "
            f"{row.largest.label}"
        )
        if max_component is not None and row.largest.pages > max_component:
            raise WinnowError(
                f"{said}; fuzzy.max_component is {max_component:,}. If that page is boilerplate, a rule can drop such "
                "pages; if all are copies, raise fuzzy.max_component"
            )
        if row.largest.pages > alarming_size(pages):
            sys.stderr.write(f"winnow: {said}; look at it. fuzzy.max_component makes the job stop instead\n")
    return int(row.pages)
