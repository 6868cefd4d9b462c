"""All jobs of a recipe over one crawl, in waves of shards: what `winnow run` does."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from winnow.errors import WinnowError
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
from winnow.records.index_files import Index
from winnow.report.not_read import look_at_archives, not_read_lines
from winnow.runs import removals
from winnow.scopes.named import gave_pages, named_in
from winnow.scopes.removals import count_orders, orders_pending
from winnow.scopes.waves import job_waves, legs
from winnow.settings.jobs import JOBS, jobs_of
from winnow.sources.named_archives import Archive
from winnow.warehouse import commits
from winnow.warehouse.commits import Todo
from winnow.warehouse.crawls import crawl_row, make_with_these
from winnow.warehouse.work import Work

_MODULES = (
    extract_pages, measure_pages, judge_pages, find_near_duplicates, find_repeated_spans, find_url_duplicates,
    build_documents, report_funnel,
)  # fmt: skip
RUNS: dict[str, Callable[[Work, list[int]], int | None]] = {
    module.__name__.rpartition(".")[2]: module.run for module in _MODULES
}


class Watching(Protocol):
    """Called when a job starts on a wave of shards, and when it has ended: rows written, share of the run done."""

    def begin(self, job: str, shards: list[int]) -> None: ...  # noqa: D102
    def end(self, job: str, rows: int | None, share: float) -> None: ...  # noqa: D102


def run_crawl(
    work: Work, root: str, archives: list[Archive] | Index, progress: Watching, again: Collection[str] = (),
    allow_empty: bool = False,
) -> None:  # fmt: skip
    """Bring all tables of the crawl up to date; finished work is not repeated, except for the jobs `again`.

    Orders to take pages down are carried out before the run if some are pending, and after it if new ones came.
    Raises WinnowError after extract_pages if no named archive gave a page, unless `allow_empty`.
    """
    ordered = count_orders(work)
    if orders_pending(work):
        removals.carry_out(work)
    progress.begin("list_archives", [])
    progress.end("list_archives", list_archives.run(work, root, archives), 0.0)
    make_with_these(work)
    shards = list(range(crawl_row(work).num_shards))
    for name in again:
        commits.forget(work, JOBS[name].table, Todo(dict.fromkeys(shards, ""), noted=True))
    for name in JOBS.keys() - set(jobs_of(work.settings)):
        commits.empty(work, JOBS[name].table)  # left by a recipe that the crawl was run with before
    done, written = 0.0, False
    whole = sum(JOBS[name].share for name in jobs_of(work.settings))
    for names in legs(jobs_of(work.settings), work.settings):
        for wave in job_waves(work, names[0], shards):
            for name in names:
                progress.begin(name, wave)
                rows = RUNS[name](work, wave)
                done += JOBS[name].share / whole * len(wave) / len(shards)
                progress.end(name, rows, done)
                written |= rows is not None
                if name == "extract_pages" and wave[-1] == shards[-1] and not allow_empty:
                    _check_pages(work, named_in(work, root, archives))
    if count_orders(work) > ordered:  # this run may have written pages that were removed meanwhile
        removals.carry_out(work)
    if written:
        commits.compact_notes(work)


def _check_pages(work: Work, named: list[Archive] | None) -> None:
    if not gave_pages(work, named):
        said = "\n".join(not_read_lines(look_at_archives(work)))
        raise WinnowError(
            f"no archive that was named gave a page (an HTML response of status 200, or a text).\n{said}\nName "
            "archives (WARC, ARC, WET) or files of texts, or add --allow-empty to continue"
        )
