"""`winnow run`: all jobs of a recipe over a crawl."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.errors import SettingsError
from winnow.settings.jobs import JOBS, jobs_of
from winnow.terminal.options import (
    Again,
    AllowEmpty,
    Config,
    CrawlName,
    Environment,
    Json,
    Only,
    Recipe,
    Records,
    RemovalsFrom,
    Root,
    Set,
    SomeArchives,
    Verbose,
    Warehouse,
    Where,
    Yes,
)

if TYPE_CHECKING:
    from winnow.warehouse.work import Work


def run(
    crawl: CrawlName, warehouse: Warehouse, archives: SomeArchives = None, records: Records = None,
    where: Where = None, recipe: Recipe = None, config: Config = None,
    changes: Set = None, root: Root = None, environment: Environment = None,
    again: Again = None, only: Only = None, removals_from: RemovalsFrom = None, allow_empty: AllowEmpty = False,
    yes: Yes = False, as_json: Json = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Bring all tables of a crawl up to date.

    Runs all jobs of the recipe, from archives to documents. Run the command again to resume, or with more archives.
    Finished work is not repeated.

    Example: winnow run crawl/ --crawl CC-MAIN-2024-22 --warehouse tables/ --recipe fineweb
    """
    from winnow.report.funnel import show_crawl
    from winnow.runs.crawl import run_crawl
    from winnow.runs.removals import carry_over
    from winnow.terminal.asking import agree
    from winnow.terminal.progress import Progress
    from winnow.terminal.start import Given, prepare
    from winnow.warehouse.presence import at_work

    given = Given(crawl, warehouse, recipe, config, changes, root, environment, archives or [], only, records, where)
    work, listing = prepare(given, f"winnow {crawl}", verbose)
    _check_again(again or [], work)
    agree(work, JOBS, yes)
    with at_work(work, "winnow run", alone=True), Progress(work.spark) as progress:
        if removals_from is not None:
            carry_over(work, removals_from)
        run_crawl(work, *listing, progress, again or [], allow_empty)
    show_crawl(work, as_json)


def _check_again(again: list[str], work: Work) -> None:
    others = [job for job in again if job not in jobs_of(work.settings)]
    if others:
        raise SettingsError([f"--again {job}: not a job of this recipe (jobs, *.enabled)" for job in others])
