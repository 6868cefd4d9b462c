"""The command line: arguments in, one clear message or a result out."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import typer
from pyspark import SparkConf, SparkContext
from rich.console import Console

from winnow import __version__, delta
from winnow.archives import Archive, find_archives
from winnow.config import Settings, load_settings
from winnow.delta import Work
from winnow.errors import SettingsError, WinnowError
from winnow.fingerprint import fingerprints
from winnow.progress import Progress
from winnow.report.funnel import funnel_table
from winnow.session import open_session
from winnow.trouble import explain_failure
from winnow.waves import wave_archives, waves

app = typer.Typer(
    name="winnow", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    help="A web crawl turned into clean, explainable text, as a Spark job on Delta tables.",
)  # fmt: skip

Archives = Annotated[
    list[str], typer.Argument(help="Archives, folders, globs, or lists of paths (*.paths.gz).", show_default=False)
]
CrawlName = Annotated[
    str, typer.Option("--crawl", help="Name of the crawl, as in CC-MAIN-2024-22.", show_default=False)
]
Warehouse = Annotated[str, typer.Option("--warehouse", help="Folder of the Delta tables.", show_default=False)]
Recipe = Annotated[str, typer.Option("--recipe", help="winnow, refinedweb, gopher, c4, fineweb, or a YAML file.")]
Config = Annotated[Path | None, typer.Option("--config", help="YAML file laid over the recipe.", show_default=False)]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="key=value, as in language.wanted=[de].", show_default=False)
]
Root = Annotated[
    str | None, typer.Option("--root", help="Folder that paths of archives are relative to.", show_default=False)
]
Shards = Annotated[str | None, typer.Option("--shards", help="Only these, as in 0,3,5-9.", show_default=False)]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show Spark's own log.")]


@app.callback(invoke_without_command=True)
def about(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    """Options of every command."""
    if version:
        typer.echo(f"winnow {__version__}")
        raise typer.Exit


@app.command()
def run(
    archives: Archives, crawl: CrawlName, warehouse: Warehouse, recipe: Recipe = "winnow", config: Config = None,
    changes: Set = None, root: Root = None, environment: Literal["local", "cluster"] = "local",
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Bring every table of a crawl up to date, from archives to documents; start it again to go on.

    Example: winnow run crawl/ --crawl CC-MAIN-2024-22 --warehouse tables/ --set language.wanted=[de]
    """
    from winnow.run import run_crawl

    settings = load_settings(recipe, environment, config, changes)
    work, found = _prepare(settings, warehouse, crawl, root, archives, verbose)
    assert found is not None
    with Progress(work.spark) as progress:
        run_crawl(work, *found, progress)
    rows = delta.read(work, "funnel").collect()  # some 40 rows a shard
    Console().print(funnel_table(rows, crawl))


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Folder for the generated crawls and their tables.")] = Path("demo"),
    pages: Annotated[int, typer.Option(help="Pages of each generated crawl.")] = 400,
    verbose: Verbose = False,
) -> None:
    """Generate two crawls with planted faults, run the default recipe, and compare the tables with the truth."""
    from winnow.demo.show import run_demo

    run_demo(folder, pages, verbose)


def submit(job: str) -> NoReturn:
    """The command line of one job, for spark-submit: `jobs/<job>.py --warehouse DIR --crawl NAME ...`."""
    module = importlib.import_module(f"winnow.jobs.{job}")

    def list_job(
        archives: Archives, crawl: CrawlName, warehouse: Warehouse, recipe: Recipe = "winnow", config: Config = None,
        changes: Set = None, root: Root = None,
    ) -> None:  # fmt: skip
        settings = load_settings(recipe, _environment(), config, changes)
        work, found = _prepare(settings, warehouse, crawl, root, archives, verbose=True)
        assert found is not None
        module.run(work, *found)

    def shard_job(
        crawl: CrawlName, warehouse: Warehouse, recipe: Recipe = "winnow", config: Config = None, changes: Set = None,
        root: Root = None, shards: Shards = None,
    ) -> None:  # fmt: skip
        settings = load_settings(recipe, _environment(), config, changes)
        work, _ = _prepare(settings, warehouse, crawl, root, None, verbose=True)
        chosen = parse_shards(shards, delta.crawl_row(work).num_shards)
        with Progress(work.spark) as progress:
            for wave in waves(delta.archives_by_shard(work), chosen, wave_archives(work)):
                progress.begin(job, wave)
                progress.end(job, module.run(work, wave), (chosen.index(wave[-1]) + 1) / len(chosen))

    command = list_job if job == "list_warcs" else shard_job
    command.__doc__ = module.__doc__
    single = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    single.command()(command)
    _call(single)


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


def _prepare(
    settings: Settings, warehouse: str, crawl: str, root: str | None, named: list[str] | None, verbose: bool
) -> tuple[Work, tuple[str, list[Archive]] | None]:
    """Everything that can be wrong before Spark starts, looked at before it starts."""
    problems: list[str] = []
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", crawl):
        problems.append(f"--crawl {crawl!r}: expected letters, digits, dots, - and _")
    problems += _warehouse_problems(warehouse)
    made: dict[str, str] = {}
    found: tuple[str, list[Archive]] | None = None
    try:
        made = fingerprints(settings)
    except SettingsError as error:
        problems += error.problems
    try:
        found = find_archives(named, root) if named is not None else None
    except SettingsError as error:
        problems += error.problems
    if problems:
        raise SettingsError(problems)
    spark = open_session(f"winnow {crawl}", settings.spark, verbose)
    return Work(spark, settings, made, str(warehouse), crawl, root), found


def _warehouse_problems(warehouse: str) -> list[str]:
    """What speaks against this folder; a warehouse that is not a local path is Spark's to judge."""
    if "://" in warehouse:
        return []
    folder = Path(warehouse)
    if folder.exists() and not folder.is_dir():
        return [f"--warehouse {warehouse}: is a file; name a folder"]
    held = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
    if held and not (folder / "crawls" / "_delta_log").exists():
        return [f"--warehouse {warehouse}: holds something else ({', '.join(held[:5])}); name an empty or a new folder"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        return [f"--warehouse {warehouse}: cannot be made: {error.strerror}"]
    return []


def _environment() -> Literal["local", "cluster"]:
    """conf/local.yaml where spark-submit runs on this machine, conf/cluster.yaml elsewhere."""
    SparkContext._ensure_initialized()
    return "local" if SparkConf().get("spark.master", "local[*]").startswith("local") else "cluster"


def _call(command: typer.Typer) -> NoReturn:
    """Run a command and leave with 0, 1 (failure), 2 (usage) or 130 (interrupted)."""
    try:
        command()
    except WinnowError as error:
        _leave(str(error), error.exit_code)
    except KeyboardInterrupt:
        _leave("stopped; start the same command again to go on where it was", 130)
    except Exception as error:
        said = explain_failure(error)
        if said is None:
            raise
        _leave(said, 1)
    sys.exit(0)


def _leave(message: str, code: int) -> NoReturn:
    for line in message.splitlines():
        typer.echo(f"winnow: {line}", err=True)
    sys.exit(code)
