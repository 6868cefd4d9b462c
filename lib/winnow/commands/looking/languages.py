"""`winnow languages`: the scores of the language model in each language, and bounds computed from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winnow.errors import SettingsError
from winnow.terminal.options import Json, SomeCrawl, Verbose, Warehouse

if TYPE_CHECKING:
    from winnow.tune.language_scores import LanguageScores


def languages(
    warehouse: Warehouse,
    crawl: SomeCrawl = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", help="Write the bounds as a file for language.min_scores: *.yaml.", show_default=False),
    ] = None,
    min_pages: Annotated[
        int, typer.Option(min=1, help="Do not save languages with fewer pages; language.min_score holds for them.")
    ] = 100,
    as_json: Json = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Show the scores of each language, and minimum scores from them.

    The formula is FineWeb2's: the median minus the standard deviation, at least 0.3 and at most 0.9.
    It counts all pages that were identified, also those that the language gate stopped; for pages of all languages, run
    with language.wanted=[] and --only extract_pages first. Changes no table.

    Example: winnow languages --warehouse tables/ --save scores.yaml
    """
    from winnow.terminal.start import prepare_maintenance
    from winnow.warehouse.places import check_output

    if save is not None:
        if save.suffix not in (".yaml", ".yml"):
            raise SettingsError([f"--save {save}: the file's name must end in .yaml"])
        check_output("--save", save)
    work = prepare_maintenance(warehouse, "winnow languages", None, None, None, verbose, crawl)
    from winnow.terminal.output import present
    from winnow.tune.language_scores import as_yaml, language_scores

    found = language_scores(work)
    present(found, as_json, _show)
    if save is not None:
        save.write_text(as_yaml(one for one in found if one.pages >= min_pages), encoding="utf-8")
        typer.echo(f"{save}: winnow run ... --set language.min_scores={save}", err=True)


def _show(found: Sequence[LanguageScores]) -> None:
    from rich.box import ROUNDED
    from rich.table import Table

    from winnow.report.quantities import share
    from winnow.report.tables import show_table

    table = Table(title="Scores by language", title_justify="left", box=ROUNDED)
    table.add_column("language", no_wrap=True)
    for name in ("pages", "median", "deviation", "min_score", "below", "of all"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in found:
        figures = (f"{one.median:.4f}", f"{one.deviation:.4f}", f"{one.min_score:.4f}", f"{one.below:,}")
        table.add_row(one.language, f"{one.pages:,}", *figures, share(one.below, one.pages))
    show_table(table)
