"""What a crawl will cost: runs a sample of its archives, and scales up its costs by job.

Assumes that a page costs the same in the whole crawl as in the sample, and that the number of pages in an archive is
proportional to its size. Near duplicates and the URL pass cost the same for each page at any size (docs/costs.md).
"""

from __future__ import annotations

import hashlib
import math
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add
from typing import NamedTuple

from pyspark.sql import functions as F

from winnow.runs.crawl import Watching, run_crawl
from winnow.runs.meter import Meter
from winnow.settings.jobs import JOBS
from winnow.settings.schema import Settings
from winnow.sources.named_archives import Archive
from winnow.spark.session import parallel_tasks
from winnow.warehouse import commits, delta
from winnow.warehouse.work import Work

_WARM, _MEASURED = "PLAN-WARM", "PLAN"


class Target(NamedTuple):
    """What the plan is for: number of archives and cores, and the price of a core for an hour, None if not given."""

    archives: int
    cores: int
    price: float | None


class Cost(NamedTuple):
    """The cost of a job in the sample, or in the whole crawl.

    cpu, wall   seconds; cpu of Python workers and of the JVM's tasks
    shuffled    bytes that Spark wrote for its shuffles
    rows, bytes rows and bytes of its table, as Parquet
    waves       number of calls
    """

    cpu: float
    wall: float
    shuffled: int
    rows: int
    bytes: int
    waves: int


@dataclass(frozen=True)
class Sample:
    """The measured cost of a sample.

    costs       costs by job
    archives    archives of the sample
    cores       cores that it ran on
    peak_bytes  the largest process of each kind, from /proc; 0 on systems without it
    """

    costs: Mapping[str, Cost]
    archives: int
    cores: int
    peak_bytes: Mapping[str, int]

    @property
    def pages(self) -> int:
        """Pages of the sample."""
        return self.costs["extract_pages"].rows


@dataclass
class _Watch:
    """Passes progress on, and records the cost of each job."""

    work: Work
    shown: Watching
    costs: dict[str, list[Cost]] = field(default_factory=lambda: defaultdict(list))
    _began: commits.Since | None = None

    def begin(self, job: str, shards: list[int]) -> None:
        self.shown.begin(job, shards)
        self._began = commits.begin(self.work)

    def end(self, job: str, rows: int | None, share: float) -> None:
        self.shown.end(job, rows, share)
        assert self._began is not None
        took = commits.spent(self.work, self._began)
        self.costs[job].append(Cost(took.cpu, took.wall, took.shuffled, rows or 0, 0, 1))


def choose(archives: Sequence[Archive], share: float) -> list[Archive]:
    """A sample of this share of the archives, at least two; independent of their order."""
    order = sorted(archives, key=lambda archive: hashlib.sha256(archive.archive_path.encode()).digest())
    return order[: max(2, math.ceil(share * len(archives)))]


def measure(work: Work, root: str, sample: Sequence[Archive], shown: Watching) -> Sample:
    """Run the sample; the first archive only warms Spark up, and is not counted."""
    with tempfile.TemporaryDirectory() as folder, Meter() as meter:
        here = replace(work, warehouse=folder)
        run_crawl(replace(here, crawl=_WARM, notes={}, crawls={}, kept={}), root, list(sample[:1]), shown)
        mine = replace(here, crawl=_MEASURED, notes={}, crawls={}, kept={})
        watch = _Watch(mine, shown)
        run_crawl(mine, root, list(sample[1:]), watch)
        sizes = _table_bytes(mine)
    costs = {job: total(waves)._replace(bytes=sizes.get(job, 0)) for job, waves in watch.costs.items()}
    return Sample(costs, len(sample) - 1, parallel_tasks(work.spark), meter.peak_bytes())


def scaled(sample: Sample, scale: float, target: Target, settings: Settings) -> dict[str, Cost]:
    """The costs by job of a crawl that is `scale` times the sample, with the settings of its own run.

    The wall time of a job is its CPU time divided by the cores, plus, for each wave, the additional time of a wave in
    the sample: planning, commits, tasks that wait for others.
    """
    at_once = max(settings.spark.wave_archives_per_core * target.cores, target.archives / settings.archives.num_shards)
    waves = math.ceil(target.archives / at_once)
    whole = {}
    for job, cost in sample.costs.items():
        cpu = cost.cpu * scale
        beyond = max(0.0, cost.wall - cost.cpu / sample.cores) / cost.waves
        calls = waves if job in JOBS and not JOBS[job].is_barrier(settings) else 1
        shuffled, rows, size = (round(number * scale) for number in (cost.shuffled, cost.rows, cost.bytes))
        whole[job] = Cost(cpu, cpu / target.cores + beyond * calls, shuffled, rows, size, calls)
    return whole


def total(costs: Iterable[Cost]) -> Cost:
    """The costs of several jobs together."""
    return reduce(lambda one, other: Cost(*map(add, one, other)), costs)


def size_ratio(all_archives: Sequence[Archive], sample: Sequence[Archive], archives: int) -> float:
    """The size of the crawl as a multiple of the sample: by bytes if all are known, else by number of archives."""
    known = [archive.bytes for archive in all_archives if archive.bytes is not None]
    if len(known) < len(all_archives):
        return archives / len(sample)
    return sum(known) / max(1, sum(archive.bytes or 0 for archive in sample)) * archives / len(all_archives)


def _table_bytes(work: Work) -> dict[str, int]:
    rows = delta.read(work, "commits").groupBy("target").agg(F.sum("bytes").alias("bytes")).collect()  # a row a table
    made = {row.target: int(row.bytes or 0) for row in rows}
    return {name: made.get(job.table, 0) for name, job in JOBS.items()}
