"""`winnow remove`: pages taken down, with what was dropped in their favour."""

from __future__ import annotations

from typing import Annotated

import typer

from winnow.errors import SettingsError, WinnowError
from winnow.terminal.options import Config, Json, Recipe, Set, Verbose, Warehouse


def remove(
    warehouse: Warehouse,
    urls: Annotated[list[str] | None, typer.Option("--url", help="Pages of this URL.", show_default=False)] = None,
    domains: Annotated[
        list[str] | None, typer.Option("--domain", help="Pages of this domain and hosts below it.", show_default=False)
    ] = None,
    page_ids: Annotated[list[int] | None, typer.Option("--page-id", help="This page.", show_default=False)] = None,
    archives: Annotated[
        list[str] | None, typer.Option("--archive", help="Pages of this archive_path.", show_default=False)
    ] = None,
    with_copies: Annotated[
        bool, typer.Option("--with-copies", help="Also what stayed in its place, and the same text elsewhere.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why, for the table `removals`.")] = "ordered",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    recipe: Recipe = None, config: Config = None, changes: Set = None, as_json: Json = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Take pages down, now and in every later run: their text leaves all tables, and no copy comes in their place.

    Without a page to remove, orders that were interrupted are carried out.

    Example: winnow remove --warehouse tables/ --url https://example.org/private --with-copies --reason "ticket 17"
    """
    from winnow.terminal.start import prepare_maintenance

    selectors = _selectors(urls or [], domains or [], page_ids or [], archives or [])
    work = prepare_maintenance(warehouse, "winnow remove", recipe, config, changes, verbose)
    from winnow.runs import removals
    from winnow.scopes.removals import orders_pending
    from winnow.terminal.output import print_json
    from winnow.warehouse.presence import at_work

    told: dict[str, int] = {}
    if not selectors:
        if not orders_pending(work):
            raise WinnowError("no page is named and no order is left to carry out; see winnow remove --help")
    else:
        found = removals.find(work, selectors, with_copies)
        copies = found.copies.count()
        said = "would be" if dry_run else "are"
        told = {"named": found.pages - copies, "copies": copies, "documents": found.documents}
        if not as_json:
            typer.echo(f"{told['named']:,} pages are named and {copies:,} copies go with them; of them "
                       f"{found.documents:,} {said} documents no longer")  # fmt: skip
    if not dry_run:
        with at_work(work, "winnow remove"):
            if selectors:
                removals.order(work, selectors, reason, with_copies, found)
            told["removed"] = removals.carry_out(work)
    if as_json:
        print_json(told)
    elif not dry_run:
        typer.echo(f"{told['removed']:,} pages are removed in all. Older versions of the tables hold their text until "
                   "`winnow maintain` deletes them: after a week, at once with --retain-hours 0.")  # fmt: skip


def _selectors(urls: list[str], domains: list[str], page_ids: list[int], archives: list[str]) -> list[str]:
    """Raises SettingsError where a domain is none."""
    from winnow.kernels.pages.selectors import domain_selector, url_selector

    named = {domain: domain_selector(domain) for domain in domains}
    wrong = [f"--domain {domain!r}: no host, as in example.org" for domain, found in named.items() if found is None]
    if wrong:
        raise SettingsError(wrong)
    selectors = [*(url_selector(url) for url in urls), *(found for found in named.values() if found)]
    return [*selectors, *(f"page_id:{number}" for number in page_ids), *(f"archive:{path}" for path in archives)]
