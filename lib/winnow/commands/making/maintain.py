"""`winnow maintain`: small files compacted, files that no version needs deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from winnow.terminal.options import Config, Json, Recipe, Set, Verbose, Warehouse

if TYPE_CHECKING:
    from winnow.runs.compaction import Maintained


def maintain(
    warehouse: Warehouse,
    retain_hours: Annotated[
        float,
        typer.Option(min=0, help="Keep versions younger than this readable; 0 only if nobody reads or writes."),
    ] = 168.0,  # Delta's own
    recipe: Recipe = None, config: Config = None, changes: Set = None, as_json: Json = False,
    verbose: Verbose = False,
) -> None:  # fmt: skip
    """Compact small files, and delete files that are not needed.

    A file is needed if a version of the table younger than --retain-hours (default: a week) contains it. No row
    changes.

    Example: winnow maintain --warehouse tables/ --retain-hours 24
    """
    from winnow.terminal.start import prepare_maintenance

    work = prepare_maintenance(warehouse, "winnow maintain", recipe, config, changes, verbose, brief=False)
    from winnow.runs.compaction import maintain_tables
    from winnow.terminal.output import present, tell
    from winnow.warehouse.presence import at_work

    with at_work(work, "winnow maintain"):
        tables = maintain_tables(work.spark, work.warehouse, retain_hours)
        present([tell(done, as_json, _show) for done in tables], as_json, lambda _: None)


def _show(done: Maintained) -> None:
    files, size = (f"{before:,} -> {after:,}" for before, after in (done.files, done.bytes))
    typer.echo(f"{done.table:16} files {files}, bytes {size}")
