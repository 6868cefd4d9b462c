"""`winnow plan`: what a crawl will cost, from a sample that is run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from rich.filesize import decimal

from winnow.errors import SettingsError
from winnow.terminal.options import Archives, Config, Json, Recipe, Root, Set, Verbose

if TYPE_CHECKING:
    from winnow.runs.estimate import Cost, Sample, Target


class Planned(NamedTuple):
    """What `winnow plan` shows.

    scale    the whole crawl, as a multiple of the sample
    sample   what the sample cost
    plan     by job what the whole crawl will cost
    """

    target: Target
    scale: float
    sample: Sample
    plan: dict[str, Cost]


def plan(
    archives: Archives,
    cores: Annotated[int, typer.Option(min=1, help="Cores of the cluster that will run it.", show_default=False)],
    sample: Annotated[str, typer.Option(help="Share of the archives to run here, at least two archives.")] = "0.5%",
    total_archives: Annotated[
        int | None, typer.Option(min=1, help="Number of archives of the whole crawl, if you name only some.")
    ] = None,
    total_pages: Annotated[
        int | None, typer.Option(min=1, help="Number of pages of the whole crawl, if you know it.")
    ] = None,
    price: Annotated[float | None, typer.Option(min=0, help="Price of a core for an hour.", show_default=False)] = None,
    recipe: Recipe = None, config: Config = None, changes: Set = None, root: Root = None,
    as_json: Json = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Estimate what each job of a crawl will cost, from a sample.

    Runs a sample of the archives, and scales up CPU time, wall time, memory, shuffle, storage and price. Keeps no
    table.

    Example: winnow plan crawl/ --cores 64 --price 0.04 --total-archives 90000
    """
    share = _share(sample)
    from winnow.terminal.progress import Progress
    from winnow.terminal.start import Given, prepare

    given = Given("PLAN", "winnow-plan", recipe, config, changes, root, "local", archives)
    work, (base, listed) = prepare(given, "winnow plan", verbose)
    assert isinstance(listed, list)  # no index was given
    if not str(work.spark.sparkContext.master).startswith("local"):
        raise SettingsError(["winnow plan runs its sample on this machine: leave spark.master at local[...]"])
    from winnow.runs.estimate import Target, choose, measure, scaled, size_ratio
    from winnow.settings.load import DEFAULT_RECIPE, load_settings
    from winnow.terminal.output import present

    if len(listed) < 2:
        raise SettingsError([f"{len(listed)} archive: a plan needs two at least, one to warm up and one to measure"])
    chosen = choose(listed, share)
    target = Target(total_archives or len(listed), cores, price)
    with Progress(work.spark) as progress:
        measured = measure(work, base, chosen, progress)
    if not measured.pages:
        raise SettingsError([f"the {measured.archives} archives of the sample hold no page; name a larger --sample"])
    scale = total_pages / measured.pages if total_pages else size_ratio(listed, chosen[1:], target.archives)
    whole = scaled(measured, scale, target, load_settings(recipe or DEFAULT_RECIPE, "cluster", config, changes))
    present(Planned(target, scale, measured, whole), as_json, _show)


def _share(text: str) -> float:
    """The share, from 0 to 1. Raises SettingsError for any other text."""
    try:
        share = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise SettingsError([f"--sample {text}: expected a share, as in 0.5% or 0.005"])
    return share


def _show(planned: Planned) -> None:
    target, scale, sample, whole = planned
    from rich.table import Table

    from winnow.report.tables import show_table
    from winnow.runs.estimate import total

    table = Table(title=f"Plan for {target.archives:,} archives on {target.cores:,} cores", title_justify="left")
    table.add_column("job", no_wrap=True)
    for name in ("CPU hours", "hours", "shuffle", "table", *(["price"] if target.price is not None else [])):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("measured", no_wrap=True)
    for job, cost in whole.items():
        table.add_row(job, *_figures(cost, target), _source(sample.costs[job], sample.pages))
    table.add_row("all", *_figures(total(whole.values()), target), "", style="bold")
    show_table(table)
    typer.echo(
        f"Measured on {sample.pages:,} pages ({sample.archives} archives, {sample.cores} cores). The whole crawl is "
        f"{scale:,.1f} times that: {sample.pages * scale:,.0f} pages. Hours are CPU hours divided by cores, plus the "
        "waiting time of each wave."
    )
    if any(sample.peak_bytes.values()):
        worker, child, jvm = (sample.peak_bytes[kind] / 2**20 for kind in ("workers", "extractor", "jvm"))
        typer.echo(
            f"Memory for each core: at most {worker:,.0f} MB for a Python worker, {child:,.0f} MB for its extractor. "
            f"The JVM here: {jvm:,.0f} MB. An executor with 4 cores needs {4 * (worker + child) / 1024:.1f} GB of "
            "spark.executor.memoryOverhead, in addition to its heap."
        )


def _figures(cost: Cost, target: Target) -> list[str]:
    price = [f"{cost.cpu / 3600 * target.price:,.2f}"] if target.price is not None else []
    return [f"{cost.cpu / 3600:,.2f}", f"{cost.wall / 3600:,.2f}", decimal(cost.shuffled), decimal(cost.bytes), *price]


def _source(cost: Cost, pages: int) -> str:
    waves = "wave" if cost.waves == 1 else "waves"
    return f"{cost.cpu / pages * 1e3:,.2f} CPU ms a page, {cost.wall:,.1f} s in {cost.waves} {waves}"
