"""The command line of one job, for spark-submit: `jobs/<job>.py --warehouse DIR --crawl NAME ...`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from winnow.settings.jobs import jobs_of
from winnow.terminal.help import add_command, new_app
from winnow.terminal.leaving import call
from winnow.terminal.options import (
    Config,
    CrawlName,
    Recipe,
    Records,
    Root,
    Set,
    Shards,
    SomeArchives,
    Warehouse,
    Where,
    Yes,
)
from winnow.warehouse.shards import parse_shards

if TYPE_CHECKING:
    from winnow.records.index_files import Index
    from winnow.sources.named_archives import Archive
    from winnow.warehouse.work import Work


def submit(
    job: str, run: Callable[[Work, list[int]], int | None], show: Callable[[Work], None] | None = None
) -> NoReturn:
    """Runs a job over shards, in waves; then `show` prints its table."""
    from winnow.terminal.asking import agree
    from winnow.terminal.start import Given, prepare
    from winnow.warehouse.crawls import crawl_row, make_with_these
    from winnow.warehouse.presence import at_work

    def shard_job(
        crawl: CrawlName, warehouse: Warehouse, recipe: Recipe = None, config: Config = None, changes: Set = None,
        root: Root = None, shards: Shards = None, yes: Yes = False,
    ) -> None:  # fmt: skip
        given = Given(crawl, warehouse, recipe, config, changes, root, _environment())
        work, _ = prepare(given, f"{job} {crawl}", verbose=True)
        if job not in jobs_of(work.settings):
            print(f"winnow: {job} is not a job of this recipe: nothing to do", file=sys.stderr)
            return
        chosen = parse_shards(shards, crawl_row(work).num_shards)
        agree(work, [job], yes, chosen)
        with at_work(work, job):
            make_with_these(work)
            _run_job(work, job, run, chosen)
        if show is not None:
            show(work)

    _call(shard_job)


def submit_list(job: str, run: Callable[[Work, str, list[Archive] | Index], int | None]) -> NoReturn:
    """Runs the job that takes archives."""
    from winnow.terminal.progress import Progress
    from winnow.terminal.start import Given, prepare
    from winnow.warehouse.presence import at_work

    def list_job(
        crawl: CrawlName, warehouse: Warehouse, archives: SomeArchives = None, records: Records = None,
        where: Where = None, recipe: Recipe = None, config: Config = None, changes: Set = None, root: Root = None,
    ) -> None:  # fmt: skip
        environment = _environment()
        given = Given(
            crawl, warehouse, recipe, config, changes, root, environment, archives or [], None, records, where
        )
        work, listing = prepare(given, f"{job} {crawl}", verbose=True)
        with at_work(work, job), Progress(work.spark) as progress:
            progress.begin(job, [])
            progress.end(job, run(work, *listing), 1.0)

    _call(list_job)


def _call(command: Callable[..., None]) -> NoReturn:
    """The docstring of the job's file is its help."""
    command.__doc__ = sys.modules["__main__"].__doc__
    single = new_app(add_completion=False)
    add_command(single, command)
    call(single)


def _run_job(work: Work, job: str, run_wave: Callable[[Work, list[int]], int | None], chosen: list[int]) -> None:
    """Runs one job over the chosen shards, in waves."""
    from winnow.scopes.waves import job_waves
    from winnow.terminal.progress import Progress

    with Progress(work.spark) as progress:
        for wave in job_waves(work, job, chosen):
            progress.begin(job, wave)
            progress.end(job, run_wave(work, wave), (chosen.index(wave[-1]) + 1) / len(chosen))


def _environment() -> str | None:
    """cluster if spark-submit sends the job to a cluster; None if it runs on this machine."""
    from pyspark import SparkConf, SparkContext

    SparkContext._ensure_initialized()
    return None if SparkConf().get("spark.master", "local[*]").startswith("local") else "cluster"
