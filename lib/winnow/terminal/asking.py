"""The question before finished work is done again because settings differ."""

from __future__ import annotations

import sys
from collections.abc import Collection

import typer

from winnow.errors import SettingsError
from winnow.warehouse.made_with import Redo, would_redo
from winnow.warehouse.work import Work

_UNSEEN = "no setting differs: a list, a model, a file of own metrics, a library or the version of winnow does"


def agree(work: Work, jobs: Collection[str], yes: bool, shards: Collection[int] | None = None) -> None:
    """Say what these jobs would do again because settings differ, and go on where the user agrees; yes: who has agreed.

    Raises SettingsError where the user does not, and without a terminal; nothing is written then.
    """
    redo = would_redo(work, jobs, shards)
    if redo is None:
        return
    said = [
        f"{work.warehouse}: {work.crawl} was made with other settings than these (made with -> these):",
        *told(redo),
    ]
    if not yes and not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise SettingsError([*said, "add --yes to make them with these settings, or leave out --recipe, --config and "
                                    "--set to go on with those of the warehouse"])  # fmt: skip
    for line in said:
        typer.echo(f"winnow: {line}", err=True)
    if not yes and not _confirmed("winnow: make them with these settings? [y/N] "):
        raise SettingsError(["nothing was done"])


def _confirmed(question: str) -> bool:
    """Asked on standard error, since results come on standard output."""
    typer.echo(question, nl=False, err=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def told(redo: Redo) -> list[str]:
    """The differences, and the tables that are made again or emptied, a line each."""
    lines = [f"  {line}" for line in redo.differences or [_UNSEEN]]
    lines += [f"made again: {_tables(redo.again)}"] if redo.again else []
    return lines + ([f"emptied: {_tables(redo.emptied)}"] if redo.emptied else [])


def _tables(shards: dict[str, int]) -> str:
    return ", ".join(f"{table} ({number} shard{'s' if number > 1 else ''})" for table, number in shards.items())
