"""Error budgets: a job stops before it writes a corpus of which too much could not be read."""

from __future__ import annotations

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.errors import BudgetError
from winnow.settings import Archives

_FAILED_GATES = ("extract_error", "extract_crash", "extract_timeout")
_ARCHIVES_FROM, _PAGES_FROM = 1_000, 1_000


def check_budget(rows: DataFrame, allowed: Archives) -> None:
    """Raises BudgetError, with the most frequent errors, where more failed than is allowed.

    `rows` are those of stages.pages.read_archives. Shares are looked at from 1,000 archives, and 1,000 pages, on: in
    less, a share says little.
    """
    is_archive = F.col("archive").isNotNull()
    failed = F.when(is_archive, F.col("archive.status") != "read").otherwise(F.col("gate").isin(*_FAILED_GATES))
    why = F.when(is_archive, F.substring("archive.error", 1, 200)).otherwise(F.col("gate"))
    counts = rows.groupBy(
        is_archive.alias("of_archives"),
        F.when(F.coalesce(failed, F.lit(False)), F.coalesce(why, F.lit("unknown"))).alias("why"),
    ).agg(F.count("*").alias("count"), F.min("warc_path").alias("example"))
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
