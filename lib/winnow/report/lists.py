"""What other URL lists would change, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from pyspark.sql import Row


def show_tried(rows: Sequence[Row], crawl: str) -> None:
    """Print rows of stages.tried_lists: what is added, what would be released, what changes its gate."""
    added = [row for row in rows if row.gate is None and row.tried is not None]
    released = [row for row in rows if row.gate is not None and row.tried is None]
    changed = [row for row in rows if row.gate is not None and row.tried not in (None, row.gate)]
    pages = sum(row.pages for row in rows)
    typer.echo(f"{crawl}: {pages:,} pages, {_sum(rows, 'documents'):,} of them documents")
    typer.echo(f"would be gated: {_sum(added, 'pages'):,} pages, {_sum(added, 'documents'):,} of them documents")
    _show(added)
    typer.echo(f"would be released, to be read again from the archives: {_sum(released, 'pages'):,} pages")
    _show(released)
    typer.echo(f"would have another gate: {_sum(changed, 'pages'):,} pages")
    _show(changed)


def _sum(rows: Sequence[Row], column: str) -> int:
    return sum(row[column] for row in rows)


def _show(rows: Sequence[Row]) -> None:
    for row in sorted(rows, key=lambda row: (-row.pages, row.gate or "", row.tried or "")):
        gates = " -> ".join(gate for gate in (row.gate, row.tried) if gate is not None)
        typer.echo(f"    {gates}: {row.pages:,} pages, as {row.example}")
