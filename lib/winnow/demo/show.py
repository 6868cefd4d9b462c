"""The demo: runs the default recipe over generated crawls, and compares the tables with what was planted."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from itertools import chain
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from rich.console import Console

from winnow.demo.crawl import CRAWLS, make_crawl
from winnow.demo.truth import compare, compare_archives, compare_spans, compare_urls
from winnow.errors import WinnowError
from winnow.report.funnel import show_funnel
from winnow.report.html.sides import look_at, write_report
from winnow.runs.crawl import run_crawl
from winnow.settings.fingerprint import fingerprints
from winnow.settings.load import CONF, load_settings
from winnow.settings.schema import Settings
from winnow.sources.named_archives import find_archives
from winnow.spark.session import open_session
from winnow.terminal.progress import Progress
from winnow.warehouse import delta
from winnow.warehouse.crawls import crawls_until, listed_crawls
from winnow.warehouse.work import Work

_SEED = 20241121


def demo_settings(changes: list[str] | None = None) -> Settings:
    """The default recipe with the small URL lists that come with winnow."""
    lists = CONF / "lists"
    own = [f"url.lists={lists / 'domains'}", f"url.words={lists / 'words'}", f"url.exceptions={lists / 'exceptions'}"]
    held = sorted(path.name for path in (lists / "domains").iterdir())
    return load_settings(changes=[*own, f"url.categories=[{', '.join(held)}]", *(changes or [])])


def run_demo(folder: Path, pages: int, verbose: bool) -> None:
    """Generate, run, compare, report. Raises WinnowError if a table disagrees with the truth."""
    archives, warehouse = folder / "archives", folder / "tables"
    _say(f"1. Two crawls of about {pages} pages are made, with copies, short pages and other faults: {archives}")
    truth = make_crawl(archives, pages, _SEED)
    settings = demo_settings()
    spark = open_session("winnow demo", settings.spark, verbose, brief=True, folders=[str(warehouse)])
    made = fingerprints(settings)
    problems: list[str] = []
    for place, crawl in enumerate(CRAWLS):
        _say(f"{place + 2}. {crawl} runs through every job. Each line says what a job wrote, and how long it took.")
        work = Work(spark, settings, made, str(warehouse), crawl)
        with Progress(spark) as progress:
            run_crawl(work, *find_archives([str(archives / crawl / "warc.paths.gz")], None), progress)
        _say("   Its funnel: the pages that enter each job, and the pages that each reason drops.")
        show_funnel(delta.read(work, "funnel").collect(), crawl)  # some 40 rows a shard
        problems += disagreements(work, truth)
    if problems:
        raise WinnowError("the tables disagree with what was planted:\n" + "\n".join(problems[:50]))
    _say(f"Every planted page ended as it should: {truth}")
    _say(f"The tables: {warehouse}")
    newest = look_at(Work(spark, settings, made, str(warehouse), ""), None)
    write_report([newest, replace(newest, crawl=next(iter(CRAWLS)))], folder / "report.html", examples=10, seed=0)
    _say(f"The report: {folder / 'report.html'}")
    _say("Try next: why a page was dropped, what another threshold would keep, and documents as files:")
    for command in _to_try(newest, folder):
        _say(f"  {command}")
    _say("Then your own web archives (WARC, ARC, WET) or texts (JSON lines, Parquet, Arrow):")
    _say(f"  {_command()} run FOLDER --crawl MINE --warehouse tables")


def _say(line: str) -> None:
    Console().print(line, soft_wrap=True, highlight=False, markup=False)


def _to_try(work: Work, folder: Path) -> list[str]:
    """Three commands to try on the tables of the demo, as typed in the folder where it was started."""
    here = folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder
    dropped = _dropped(work, "near_duplicates", "near").join(delta.read(work, "pages"), ["shard", "page_id"])
    command = _command()
    url = dropped.agg(F.min("url")).collect()[0][0]
    return [
        f"{command} explain --warehouse {here / 'tables'} {url}",
        f"{command} tune --warehouse {here / 'tables'} --set rules.gopher_too_few_words.min=30",
        f"{command} export --warehouse {here / 'tables'} -o {here / 'documents'}",
    ]


def _command() -> str:
    """How winnow is typed in the folder where it was started."""
    return ".venv/bin/winnow" if Path(".venv/bin/winnow").exists() else "winnow"


def disagreements(work: Work, truth: Path) -> list[str]:
    """Disagreements of this crawl's tables with the truth, one sentence each."""
    rows = _pages(work)
    before = [_pages(replace(work, crawl=row.crawl)) for row in crawls_until(work) if row.crawl != work.crawl]
    all_rows = [*rows, *chain.from_iterable(before)]
    archives = [row.asDict() for row in delta.read(work, "archives").collect()]
    return [
        *compare(truth, rows, work.crawl),
        *compare_archives(truth, archives, work.crawl),
        *compare_spans(truth, all_rows, work.crawl),
        *compare_urls(all_rows, work.crawl),
        *_conserved(rows),
    ]


def _pages(work: Work) -> list[dict[str, Any]]:
    """All pages of this crawl with their results."""
    place = ("crawl", "archive_path", "record_offset", "url", "gate")
    pages = delta.read(work, "pages").select("shard", "page_id", *place)
    verdicts = delta.read(work, "verdicts").select("shard", "page_id", "reasons")
    documents = delta.read(work, "documents").select("shard", "page_id", "text")
    repeated = delta.read(work, "repeated_spans").select("shard", "page_id", F.col("reason").alias("repeats"))
    joined = pages
    near, same_url = (_dropped(work, *names) for names in (("near_duplicates", "near"), ("url_duplicates", "same_url")))
    for rows in (verdicts, documents, repeated, near, same_url):
        joined = joined.join(rows, ["shard", "page_id"], "left")
    return [row.asDict() for row in joined.collect()]  # a demonstration's pages


def _dropped(work: Work, table: str, name: str) -> DataFrame:
    """The pages of this crawl that a table drops, each with crawl, archive and place of the kept page."""
    dropped = delta.read(work, table).select("shard", "page_id", "kept_page_id")
    place = ("crawl", "archive_path", "record_offset")
    frames = [delta.read(replace(work, crawl=row.crawl), "pages") for row in listed_crawls(work)]
    kept = reduce(DataFrame.unionByName, frames).select(
        F.col("page_id").alias("kept_page_id"), F.struct(*place).alias(name)
    )
    return dropped.join(kept, "kept_page_id")


def _conserved(rows: list[dict[str, Any]]) -> list[str]:
    drops = ("gate", "near", "repeats", "same_url")
    return [
        f"{row['archive_path']} at {row['record_offset']}: {'no' if row['text'] is None else 'a'} document, "
        f"reasons {row['reasons']}, " + ", ".join(f"{name} {row[name]}" for name in drops)
        for row in rows
        if (row["reasons"] == [] and all(row[name] is None for name in drops)) == (row["text"] is None)
    ]
