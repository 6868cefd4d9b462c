"""Opens a warehouse in a notebook."""

from __future__ import annotations

from winnow.report.html.sides import look_at
from winnow.terminal.start import prepare_maintenance
from winnow.warehouse.made_with import as_made, is_as_made
from winnow.warehouse.work import Work


def open_crawl(
    warehouse: str, crawl: str | None = None, recipe: str | None = None, changes: list[str] | None = None
) -> Work:
    """A finished crawl of a warehouse, the newest if none is named, in a session on this machine.

    recipe, changes: other settings than those of its run, like `--recipe` and `--set`. Raises SettingsError if the
    warehouse, the crawl or a setting does not exist.
    """
    work = prepare_maintenance(warehouse, "winnow notebook", recipe, None, changes, False, crawl, brief=False)
    chosen = look_at(work, crawl)
    return as_made(chosen) if is_as_made(work) else chosen
