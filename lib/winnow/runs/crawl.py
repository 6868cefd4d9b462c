"""Every job of a recipe over one crawl, in waves of shards: what `winnow run` does."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import NamedTuple, Protocol

from winnow.jobs import (
    build_documents,
    extract_pages,
    find_near_duplicates,
    find_repeated_spans,
    find_url_duplicates,
    judge_pages,
    list_archives,
    measure_pages,
    report_funnel,
)
from winnow.runs import removals
from winnow.scopes.removals import count_orders, orders_pending
from winnow.scopes.waves import job_waves, legs
from winnow.sources.named_archives import Archive
from winnow.warehouse import commits
from winnow.warehouse.commits import Todo
from winnow.warehouse.crawls import crawl_row
from winnow.warehouse.work import Work


class Job(NamedTuple):
    """A job of a wave: what runs it, the table that it writes, the share of a wave's time that it usually takes."""

    run: Callable[[Work, list[int]], int | None]
    table: str
    share: float


# In order; extract_pages writes `archives` too.
JOBS = {
    "extract_pages": Job(extract_pages.run, "pages", 0.76),
    "measure_pages": Job(measure_pages.run, "measures", 0.05),
    "judge_pages": Job(judge_pages.run, "verdicts", 0.02),
    "find_near_duplicates": Job(find_near_duplicates.run, "near_duplicates", 0.06),
    "find_repeated_spans": Job(find_repeated_spans.run, "repeated_spans", 0.03),
    "find_url_duplicates": Job(find_url_duplicates.run, "url_duplicates", 0.01),
    "build_documents": Job(build_documents.run, "documents", 0.04),
    "report_funnel": Job(report_funnel.run, "funnel", 0.03),
}


class Watching(Protocol):
    """Is told when a job begins on a wave of shards, and when it has ended: rows written, the share of all done."""

    def begin(self, job: str, shards: list[int]) -> None: ...  # noqa: D102
    def end(self, job: str, rows: int | None, share: float) -> None: ...  # noqa: D102


def run_crawl(work: Work, root: str, archives: list[Archive], progress: Watching, again: Collection[str] = ()) -> None:
    """Bring every table of the crawl up to date; what is done already is not done again, but for the jobs `again`.

    Orders to take pages down are carried out before, where that was interrupted, and after, where some came meanwhile.
    """
    ordered = count_orders(work)
    if orders_pending(work):
        removals.carry_out(work)
    progress.begin("list_archives", [])
    progress.end("list_archives", list_archives.run(work, root, archives), 0.0)
    shards = list(range(crawl_row(work).num_shards))
    for name in again:
        commits.forget(work, JOBS[name].table, Todo(dict.fromkeys(shards, ""), noted=True))
    done, written = 0.0, False
    for names in legs(list(JOBS), work.settings):
        for wave in job_waves(work, names[0], shards):
            for name in names:
                job = JOBS[name]
                progress.begin(name, wave)
                rows = job.run(work, wave)
                done += job.share * len(wave) / len(shards)
                progress.end(name, rows, done)
                written |= rows is not None
    if count_orders(work) > ordered:  # this run may have written pages that were taken out meanwhile
        removals.carry_out(work)
    if written:
        commits.compact_notes(work)
