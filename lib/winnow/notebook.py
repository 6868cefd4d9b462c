"""A warehouse as notebooks open it."""

from __future__ import annotations

from winnow.report.html.sides import look_at
from winnow.terminal.start import prepare_maintenance
from winnow.warehouse.made_with import as_made, is_as_made
from winnow.warehouse.work import Work


def open_crawl(
    warehouse: str, crawl: str | None = None, recipe: str | None = None, changes: list[str] | None = None
) -> Work:
    """A crawl of a warehouse whose run has ended, the newest where none is named, in a session on this machine.

    recipe, changes: other settings than those that it was run with, as `--recipe` and `--set` name them.
    Raises SettingsError where the warehouse, the crawl or a setting is not there.
    """
    work = prepare_maintenance(warehouse, "winnow notebook", recipe, None, changes, False, crawl, brief=False)
    chosen = look_at(work, crawl)
    return as_made(chosen) if is_as_made(work) else chosen
