"""The question before finished work is redone because settings have changed."""

from __future__ import annotations

import sys
from collections.abc import Collection

import typer

from winnow.errors import SettingsError
from winnow.warehouse.made_with import Redo, would_redo
from winnow.warehouse.work import Work

_UNSEEN = "no setting differs; a list, a model, a file of own metrics, a library or the version of winnow has changed"


def agree(work: Work, jobs: Collection[str], yes: bool, shards: Collection[int] | None = None) -> None:
    """Print what these jobs would redo because settings have changed, and ask the user; `yes`: do not ask.

    Raises SettingsError, before anything is written, if the user declines or if there is no terminal to ask.
    """
    redo = would_redo(work, jobs, shards)
    if redo is None:
        return
    said = [
        f"{work.warehouse}: {work.crawl} was made with other settings than these (old -> new):",
        *told(redo),
    ]
    if not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise SettingsError([*said, "add --yes to redo these tables, or leave out --recipe, --config and --set to "
                                    "use the settings of the warehouse"])  # fmt: skip
    for line in said:
        typer.echo(f"winnow: {line}", err=True)
    if not yes and not _confirmed("winnow: redo these tables with the new settings? [y/N] "):
        raise SettingsError(["nothing was changed"])


def _confirmed(question: str) -> bool:
    """Asked on standard error, since results come on standard output."""
    typer.echo(question, nl=False, err=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def told(redo: Redo) -> list[str]:
    """The differences, and the tables that are redone or emptied, each in a line."""
    lines = [f"  {line}" for line in redo.differences or [_UNSEEN]]
    lines += [f"redone: {_tables(redo.again)}"] if redo.again else []
    return lines + ([f"emptied: {_tables(redo.emptied)}"] if redo.emptied else [])


def _tables(shards: dict[str, int]) -> str:
    return ", ".join(f"{table} ({number} shard{'s' if number > 1 else ''})" for table, number in shards.items())
