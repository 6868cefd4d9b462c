"""The command line: arguments in, one clear message or a result out.

Spark, numba and the kernels are imported where a command needs them: help and refusals come at once.
"""

from __future__ import annotations

import importlib
import logging
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from winnow import __version__
from winnow.commands import lists
from winnow.commands.explain import explain
from winnow.commands.export import export
from winnow.commands.maintain import maintain
from winnow.commands.options import (
    Again,
    Archives,
    Config,
    CrawlName,
    Environment,
    Json,
    Recipe,
    Root,
    Set,
    Shards,
    Verbose,
    Warehouse,
)
from winnow.commands.plan import plan
from winnow.commands.remove import remove
from winnow.commands.report import report
from winnow.commands.tune import tune
from winnow.errors import SettingsError, WinnowError

if TYPE_CHECKING:
    from winnow.delta import Work

app = typer.Typer(
    name="winnow", no_args_is_help=True, pretty_exceptions_enable=False,
    help="A web crawl turned into clean, explainable text, as a Spark job on Delta tables.",
    epilog="Results come on standard output, progress and messages on standard error. Exit codes: 0 done, 1 failed, "
           "2 wrong arguments or settings, 130 interrupted.",
)  # fmt: skip


@app.callback(invoke_without_command=True)
def about(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    """Options of every command."""
    if version:
        typer.echo(f"winnow {__version__}")
        raise typer.Exit


def run(
    archives: Archives, crawl: CrawlName, warehouse: Warehouse, recipe: Recipe = "winnow", config: Config = None,
    changes: Set = None, root: Root = None, environment: Environment = None,
    again: Again = None,
    as_json: Json = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Bring every table of a crawl up to date, from archives to documents; start it again to go on.

    Example: winnow run crawl/ --crawl CC-MAIN-2024-22 --warehouse tables/ --set language.wanted=[de]
    """
    from winnow.at_work import at_work
    from winnow.prepare import Given, prepare
    from winnow.progress import Progress
    from winnow.run import run_crawl

    work, listing = prepare(
        Given(crawl, warehouse, recipe, config, changes, root, environment, archives), f"winnow {crawl}", verbose
    )
    with at_work(work, "winnow run", alone=True), Progress(work.spark) as progress:
        run_crawl(work, *listing, progress, again or [])
    _show_funnel(work, as_json)


def demo(
    folder: Annotated[Path, typer.Argument(help="Folder for the generated crawls and their tables.")] = Path("demo"),
    pages: Annotated[int, typer.Option(min=1, help="Pages of each generated crawl.")] = 400,
    verbose: Verbose = False,
) -> None:
    """Generate two crawls with planted faults, run the default recipe, and compare the tables with the truth.

    Example: winnow demo demo/ --pages 2000
    """
    from winnow.demo.crawl import CRAWLS
    from winnow.prepare import folder_problems
    from winnow.session import check_java

    problems = folder_problems("FOLDER", folder, [f"archives/{crawl}" for crawl in CRAWLS])
    if problems:
        raise SettingsError(problems)
    check_java()
    from winnow.demo.show import run_demo

    run_demo(folder.absolute(), pages, verbose)


app.command()(run)
app.command(context_settings={"ignore_unknown_options": True})(explain)  # a page_id may be below 0
app.command()(report)
app.command()(tune)
app.add_typer(lists.app, name="lists")
app.command()(plan)
app.command()(export)
app.command()(remove)
app.command()(maintain)
app.command()(demo)


def submit(job: str) -> NoReturn:
    """The command line of one job, for spark-submit: `jobs/<job>.py --warehouse DIR --crawl NAME ...`."""
    from winnow.at_work import at_work
    from winnow.prepare import Given, prepare
    from winnow.progress import Progress

    module = importlib.import_module(f"winnow.jobs.{job}")

    def list_job(
        archives: Archives, crawl: CrawlName, warehouse: Warehouse, recipe: Recipe = "winnow", config: Config = None,
        changes: Set = None, root: Root = None,
    ) -> None:  # fmt: skip
        given = Given(crawl, warehouse, recipe, config, changes, root, _environment(), archives)
        work, listing = prepare(given, f"{job} {crawl}", verbose=True)
        with at_work(work, job), Progress(work.spark) as progress:
            progress.begin(job, [])
            progress.end(job, module.run(work, *listing), 1.0)

    def shard_job(
        crawl: CrawlName, warehouse: Warehouse, recipe: Recipe = "winnow", config: Config = None, changes: Set = None,
        root: Root = None, shards: Shards = None,
    ) -> None:  # fmt: skip
        given = Given(crawl, warehouse, recipe, config, changes, root, _environment())
        work, _ = prepare(given, f"{job} {crawl}", verbose=True)
        with at_work(work, job):
            _run_job(work, job, module.run, shards)
        if job == "report_funnel":
            _show_funnel(work)
        if job == "find_near_duplicates":
            _show_near_duplicates(work)

    command = list_job if job == "list_warcs" else shard_job
    command.__doc__ = module.__doc__
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command()(command)
    _call(single)


def _run_job(work: Work, job: str, run_wave: Callable[[Work, list[int]], int | None], shards: str | None) -> None:
    """One job over the chosen shards, in waves."""
    from winnow.crawls import crawl_row
    from winnow.progress import Progress
    from winnow.waves import job_waves

    chosen = parse_shards(shards, crawl_row(work).num_shards)
    with Progress(work.spark) as progress:
        for wave in job_waves(work, job, chosen):
            progress.begin(job, wave)
            progress.end(job, run_wave(work, wave), (chosen.index(wave[-1]) + 1) / len(chosen))


def _show_funnel(work: Work, as_json: bool = False) -> None:
    from winnow import delta
    from winnow.report.as_json import print_json
    from winnow.report.funnel import show_funnel, sum_funnel

    rows = delta.read(work, "funnel").collect()  # some 40 rows a shard
    if as_json:
        print_json({"crawl": work.crawl, "warehouse": work.warehouse, "funnel": sum_funnel(rows)})
    else:
        show_funnel(rows, work.crawl)


def _show_near_duplicates(work: Work) -> None:
    from winnow import delta
    from winnow.report.near_duplicates import show_near_duplicates

    show_near_duplicates(delta.read(work, "near_duplicates"), delta.read(work, "pages"), work.crawl)


def main() -> NoReturn:
    """The `winnow` command."""
    _call(app)


def parse_shards(text: str | None, num_shards: int) -> list[int]:
    """The shards that `0,3,5-9` names; all where it is None. Raises SettingsError where it names none of the crawl."""
    if text is None:
        return list(range(num_shards))
    chosen: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d+)(?:-(\d+))?\s*", part)
        if match is None or int(match[2] or match[1]) >= num_shards or int(match[1]) > int(match[2] or match[1]):
            raise SettingsError(
                [f"--shards {text}: {part!r}: expected numbers from 0 to {num_shards - 1}, as in 0,3,5-9"]
            )
        chosen.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return sorted(chosen)


def _environment() -> str | None:
    """conf/cluster.yaml where spark-submit sends the job to a cluster; None where it runs on this machine."""
    from pyspark import SparkConf, SparkContext

    SparkContext._ensure_initialized()
    return None if SparkConf().get("spark.master", "local[*]").startswith("local") else "cluster"


def _call(command: typer.Typer) -> NoReturn:
    """Run a command and leave with 0, 1 (failure), 2 (usage) or 130 (interrupted)."""
    logging.getLogger().addFilter(_is_news)
    try:
        command()
    except BaseException as error:  # Typer makes a SystemExit of an interrupt
        if _interrupted(error):
            _leave("stopped; start the same command again to go on where it was", 130)
        if isinstance(error, WinnowError | SystemExit) and "winnow.session" in sys.modules:
            from winnow.session import close_session

            close_session()
        if isinstance(error, WinnowError):
            _leave(str(error), error.exit_code)
        if isinstance(error, SystemExit):
            raise
        from winnow.trouble import explain_failure

        said = explain_failure(error)
        if said is None:
            raise
        _leave(said, 1)
    sys.exit(0)


def _is_news(record: logging.LogRecord) -> bool:
    """False for what Py4J logs of an interrupt or a lost JVM, with two traces, before it raises the same."""
    return not record.getMessage().endswith("while sending command.")


def _interrupted(error: BaseException | None) -> bool:
    """Whether this was raised while an interrupt was being handled, as by a `finally` that asks a cancelled Spark."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _leave(message: str, code: int) -> NoReturn:
    for line in message.splitlines():
        typer.echo(f"winnow: {line}", err=True)
    sys.exit(code)
