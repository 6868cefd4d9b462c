"""Runs of the generated crawls in the session of the tests."""

from __future__ import annotations

from pathlib import Path

from pyspark.sql import SparkSession

from tests.jobs.warehouse import ONE_WAVE
from winnow.archives import find_archives
from winnow.delta import Work
from winnow.demo.show import demo_settings
from winnow.fingerprint import fingerprints
from winnow.progress import Progress
from winnow.run import run_crawl


def work_on(spark: SparkSession, warehouse: Path, crawl: str, *changes: str) -> Work:
    settings = demo_settings([ONE_WAVE, *changes])
    return Work(spark, settings, fingerprints(settings), str(warehouse), crawl)


def run(work: Work, crawls: Path) -> None:
    with Progress(work.spark) as progress:
        run_crawl(work, *find_archives([str(crawls / work.crawl / "warc.paths.gz")], None), progress)
