"""Runs of the generated crawls in the session of the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pyspark.sql import SparkSession

from tests.jobs.warehouse import ONE_WAVE
from winnow.demo.show import demo_settings
from winnow.runs.crawl import run_crawl
from winnow.settings.fingerprint import fingerprints
from winnow.sources.named_archives import find_archives
from winnow.terminal.progress import Progress
from winnow.warehouse.work import Work


@contextmanager
def planned_once(spark: SparkSession) -> Iterator[None]:
    """Spark plans each query once, which saves a sixth of the time of a whole run.

    The rows equal those of a run in its own process, and those of the tests of stages, where plans adapt by default.
    """
    spark.conf.set("spark.sql.adaptive.enabled", "false")
    try:
        yield
    finally:
        spark.conf.unset("spark.sql.adaptive.enabled")


def work_on(spark: SparkSession, warehouse: Path, crawl: str, *changes: str) -> Work:
    settings = demo_settings([ONE_WAVE, *changes])
    return Work(spark, settings, fingerprints(settings), str(warehouse), crawl)


def run(work: Work, crawls: Path) -> None:
    with Progress(work.spark) as progress:
        run_crawl(work, *find_archives([str(crawls / work.crawl / "warc.paths.gz")], None), progress)
