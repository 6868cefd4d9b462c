"""`winnow explain`: what happened to one page, and why."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from winnow.errors import WinnowError
from winnow.terminal.options import Config, Json, Recipe, Set, Verbose, Warehouse


def explain(
    page: Annotated[
        str,
        typer.Argument(help="A URL, a page_id, or the id of an export.", metavar="URL|PAGE_ID", show_default=False),
    ],
    warehouse: Warehouse,
    html: Annotated[
        Path | None,
        typer.Option("--html", help="HTML file to write, with all differences between copies.", show_default=False),
    ] = None,
    recipe: Recipe = None, config: Config = None, changes: Set = None,
    as_json: Json = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Show the life of one page, from its archive to its document.

    Shows its gate, every rule with the value of the page, duplicates, and the document. The rules are those that the
    tables were made with. If you give other settings, those are used, and the differences are reported.

    Example: winnow explain --warehouse tables/ https://example.org/page
    """
    from winnow.terminal.start import prepare_maintenance
    from winnow.warehouse.places import check_output

    if html is not None:
        check_output("--html", html)
    work = prepare_maintenance(warehouse, "winnow explain", recipe, config, changes, verbose)
    from winnow.report.life import find_pages, nearest_urls, tell
    from winnow.report.life_lines import show_lives
    from winnow.terminal.output import present
    from winnow.warehouse.made_with import as_made, is_as_made

    found = find_pages(work, page)
    if not found:
        near = "".join(f"\n  {url}" for url in nearest_urls(work, page))
        hint = f". The nearest URLs of its domain are:{near}" if near else ", and no page of its domain"
        raise WinnowError(f"{warehouse} has no page {page}{hint}")
    lives = [tell(as_made(replace(work, crawl=row.crawl)) if is_as_made(work) else work, row) for row in found]
    if as_json or html is None:
        present(lives, as_json, show_lives)
    if html is not None:
        from winnow.report.html.life_page import render_lives

        html.write_text(render_lives(page, lives).markup, encoding="utf-8")
        typer.echo(f"{html}: {html.stat().st_size:,} bytes", err=True)
