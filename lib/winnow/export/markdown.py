"""Tables in Markdown, as GitHub and the Hugging Face Hub read them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> str:
    """A table, its last `numbers` columns aligned to the right; bars in cells are escaped."""
    marks = ["---"] * (len(head) - numbers) + ["---:"] * numbers
    return "\n".join(map(_row, (head, marks, *rows)))


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
