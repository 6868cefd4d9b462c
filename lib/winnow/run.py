"""Every job of a recipe over one crawl, in waves of shards: what `winnow run` does."""

from __future__ import annotations

from collections.abc import Callable

from winnow import delta
from winnow.archives import Archive
from winnow.delta import Work
from winnow.jobs import (
    build_documents,
    extract_pages,
    find_near_duplicates,
    find_repeated_spans,
    find_url_duplicates,
    judge_pages,
    list_warcs,
    measure_pages,
    report_funnel,
)
from winnow.progress import Progress
from winnow.waves import job_waves, legs

# The jobs of a wave in order, each with the share of a wave's time that it usually takes.
JOBS: dict[str, tuple[Callable[[Work, list[int]], int | None], float]] = {
    "extract_pages": (extract_pages.run, 0.76),
    "measure_pages": (measure_pages.run, 0.05),
    "judge_pages": (judge_pages.run, 0.02),
    "find_near_duplicates": (find_near_duplicates.run, 0.06),
    "find_repeated_spans": (find_repeated_spans.run, 0.03),
    "find_url_duplicates": (find_url_duplicates.run, 0.01),
    "build_documents": (build_documents.run, 0.04),
    "report_funnel": (report_funnel.run, 0.03),
}


def run_crawl(work: Work, root: str, archives: list[Archive], progress: Progress) -> None:
    """Bring every table of the crawl up to date; what is done already is not done again."""
    progress.begin("list_warcs", [])
    progress.end("list_warcs", list_warcs.run(work, root, archives), 0.0)
    shards = list(range(delta.crawl_row(work).num_shards))
    done, written = 0.0, False
    for names in legs(list(JOBS), work.settings):
        for wave in job_waves(work, names[0], shards):
            for name in names:
                run, share = JOBS[name]
                progress.begin(name, wave)
                rows = run(work, wave)
                done += share * len(wave) / len(shards)
                progress.end(name, rows, done)
                written |= rows is not None
    if written:
        delta.compact_notes(work)
