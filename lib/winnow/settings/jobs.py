"""The jobs of a recipe: the table that each writes, the jobs that it needs, whether it waits for the whole crawl.

A recipe names its jobs in their order (`jobs`). The source of a table is the table of the job before it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from winnow.errors import SettingsError, did_you_mean

if TYPE_CHECKING:
    from winnow.settings.schema import Settings


def _always(_: Settings) -> bool:
    return True


def _never(_: Settings) -> bool:
    return False


class Job(NamedTuple):
    """A job that works on a wave of shards.

    table       the table that it writes, and that the next job of the recipe reads
    share       its share of a run's time, 0 to 1: its seconds in `commits`, divided by those of all jobs. Measured in
                one run of the default recipe over 3,158 real pages (`make corpus`, two cores); in larger crawls the
                share of extract_pages is larger
    after       jobs that must come before it
    drops       SQL over a row of its table: the reason why the row's page is dropped, null if it is kept; None for a
                job that drops no page, and for judge_pages, which has several reasons for a page
    is_on       whether the settings leave it in the recipe
    is_barrier  whether it starts only when the jobs before it have finished all shards of the crawl
    """

    table: str
    share: float
    after: tuple[str, ...]
    drops: str | None = None
    is_on: Callable[[Settings], bool] = _always
    is_barrier: Callable[[Settings], bool] = _never


JOBS = {
    "extract_pages": Job("pages", 0.513, ()),
    "measure_pages": Job("measures", 0.054, ("extract_pages",)),
    "judge_pages": Job("verdicts", 0.044, ("measure_pages",)),
    "find_near_duplicates": Job(
        "near_duplicates", 0.072, ("measure_pages",), "'near_duplicate'",
        lambda settings: settings.fuzzy.enabled, lambda settings: settings.fuzzy.within in ("crawl", "all"),
    ),
    "find_repeated_spans": Job(
        "repeated_spans", 0.118, ("measure_pages",), "reason",
        lambda settings: settings.spans.enabled, lambda settings: settings.spans.within == "crawl",
    ),
    "find_url_duplicates": Job(
        "url_duplicates", 0.026, ("measure_pages",), "'url_duplicate'",
        lambda settings: settings.url_duplicates.enabled, _always,
    ),
    "build_documents": Job("documents", 0.070, ("judge_pages",)),
    "report_funnel": Job("funnel", 0.103, ("build_documents",)),
}  # fmt: skip
LAST = ("build_documents", "report_funnel")  # all recipes end with these


def jobs_of(settings: Settings) -> list[str]:
    """The jobs that a recipe runs, in its order, without those that `enabled: false` switches off."""
    return [name for name in settings.jobs if JOBS[name].is_on(settings)]


def with_only(settings: Settings, wanted: Sequence[str]) -> Settings:
    """The settings of a run of these jobs alone, with those that they need, and the documents that are left.

    No rule judges where judge_pages is not wanted itself. Raises SettingsError where the recipe does not run a job.
    """
    others = [
        f"--only {name}: not a job of this recipe (jobs, *.enabled)" for name in wanted if name not in jobs_of(settings)
    ]
    if others:
        raise SettingsError(others)
    names, waiting = set[str](), [*wanted, *LAST]
    while waiting:
        name = waiting.pop()
        waiting += JOBS[name].after
        names.add(name)
    rule_files = settings.rule_files if "judge_pages" in wanted else []
    jobs = [name for name in settings.jobs if name in names]
    return settings.model_copy(update={"jobs": jobs, "rule_files": rule_files})


def jobs_before(settings: Settings, job: str) -> list[str]:
    """The jobs that the recipe runs before this one."""
    names = jobs_of(settings)
    return names[: names.index(job)]


def dropping_jobs(settings: Settings) -> list[str]:
    """The jobs of the recipe that drop pages beside the rules, in its order."""
    return [name for name in jobs_of(settings) if JOBS[name].drops is not None]


def is_judged_before(settings: Settings, job: str) -> bool:
    """Whether the rules judge before this job: if not, it sees all measured pages."""
    return "judge_pages" in jobs_before(settings, job)


def source_of(settings: Settings, table: str) -> str | None:
    """The table that the job of `table` reads: that of the job before it; None for pages."""
    tables = [JOBS[name].table for name in jobs_of(settings)]
    place = tables.index(table)
    return tables[place - 1] if place else None


def order_problems(names: Sequence[str]) -> list[str]:
    """What is wrong with this order of jobs, one sentence for each problem."""
    unknown = [f"jobs: {name}: unknown job.{did_you_mean(name, JOBS)}" for name in names if name not in JOBS]
    twice = [f"jobs: {name}: named twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    late = [
        f"jobs: {name}: needs {before} before it"
        for place, name in enumerate(names)
        for before in (JOBS[name].after if name in JOBS else ())
        if before not in names[:place]
    ]
    ends = [] if tuple(names[-2:]) == LAST else [f"jobs: must end with {' and '.join(LAST)}"]
    return unknown + twice + late + ends
