"""What other URL lists would change, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import typer

from winnow.kernels.pages.url import Match


class Checked(NamedTuple):
    """What `winnow lists check` shows of a URL: its gate, None without one, and all matches."""

    url: str
    gate: str | None
    matches: list[Match]


class Tried(NamedTuple):
    """A row of tune.url_lists: pages with this gate now that would have the gate `tried`."""

    gate: str | None
    tried: str | None
    pages: int
    documents: int
    example: str


def show_checked(checked: Sequence[Checked]) -> None:
    """Print each URL with its gate and its matches."""
    for url, gate, matches in checked:
        typer.echo(f"{gate or 'not gated'}\t{url}")
        for match in matches:
            typer.echo(f"    {match.rule}: {match.entry} in {match.list}")


def show_tried(rows: Sequence[Tried], crawl: str) -> None:
    """Print the pages that other lists would gate, no longer gate, or gate for another reason."""
    added = [row for row in rows if row.gate is None and row.tried is not None]
    released = [row for row in rows if row.gate is not None and row.tried is None]
    changed = [row for row in rows if row.gate is not None and row.tried not in (None, row.gate)]
    pages = sum(row.pages for row in rows)
    documents = sum(row.documents for row in rows)
    typer.echo(f"{crawl}: {pages:,} pages, {documents:,} of them documents")
    lost = sum(row.documents for row in added)
    typer.echo(f"newly gated: {_pages(added):,} pages, {lost:,} of them documents")
    _show(added)
    typer.echo(f"no longer gated, to be read again from the archives: {_pages(released):,} pages")
    _show(released)
    typer.echo(f"gated for another reason: {_pages(changed):,} pages")
    _show(changed)


def _pages(rows: Sequence[Tried]) -> int:
    return sum(row.pages for row in rows)


def _show(rows: Sequence[Tried]) -> None:
    for row in sorted(rows, key=lambda row: (-row.pages, row.gate or "", row.tried or "")):
        gates = " -> ".join(gate for gate in (row.gate, row.tried) if gate is not None)
        typer.echo(f"    {gates}: {row.pages:,} pages, for example {row.example}")
