"""`winnow report`: one HTML file about a run, or about two runs side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from winnow.terminal.options import Config, Recipe, Set, Verbose, Warehouse


def report(
    warehouse: Warehouse,
    output: Annotated[Path, typer.Option("--output", "-o", help="HTML file to write.", show_default=False)],
    crawl: Annotated[
        str | None, typer.Option("--crawl", help="A crawl of the warehouse; default: the newest.", show_default=False)
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(help="Another crawl of the warehouse, or another warehouse, to show beside it.",
                     show_default=False),
    ] = None,
    languages: Annotated[
        list[str] | None,
        typer.Option("--language", help="Draw the metrics of this language with its own thresholds; default: the six "
                     "languages with most pages.", show_default=False),
    ] = None,
    examples: Annotated[int, typer.Option(min=0, max=100, help="Number of random pages to show for each reason.")] = 10,
    seed: Annotated[int, typer.Option(help="Seed for choosing those pages.")] = 0,
    recipe: Recipe = None, config: Config = None, changes: Set = None, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Write one HTML page about a run, or about two side by side.

    Shows the funnel, thresholds, duplicates, costs and examples. The page loads nothing and runs no script.

    Example: winnow report --warehouse tables/ --against CC-MAIN-2024-18 -o report.html
    """
    from winnow.terminal.start import prepare_maintenance
    from winnow.warehouse.places import check_output

    check_output("--output", output)
    work = prepare_maintenance(warehouse, "winnow report", recipe, config, changes, verbose, crawl)
    from winnow.report.html.sides import look_at, other_side, write_report
    from winnow.warehouse.made_with import as_made, is_as_made

    first = look_at(work, crawl)
    sides = [first, *([other_side(first, against)] if against is not None else [])]
    if is_as_made(work):
        sides = [as_made(side) for side in sides]
    write_report(sides, output, examples, seed, languages or [])
    typer.echo(f"{output}: {output.stat().st_size:,} bytes")
