"""Values of a page that are not metrics, but that rules, `tune`, reports and `explain` use like metrics.

    language_score   score of the page's language, 0 to 1
    is_language_XX   1 if the page's language is XX, a label of lid.176, else 0

To add one, add an entry to VALUES: its name, and its value in SQL and in Python, over a row of `measures`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, NamedTuple


class Value(NamedTuple):
    """A value over a row of `measures`, by a pattern of its name.

    name    a regular expression that matches the whole name
    sql     the value, a DOUBLE; `{0}` is the first group of the name
    taken   the value of a collected row, in Python
    axis    lower bounds of the bins of its histogram, and the upper bound of the last bin
    """

    name: str
    sql: str
    taken: Callable[[Any, re.Match[str]], float | None]
    axis: tuple[float, ...]


VALUES = [
    Value("language_score", "language_score", lambda row, _: row.language_score, tuple(n / 40 for n in range(41))),
    Value(
        "is_language_([a-z]{2,3})", "CAST(language = '{0}' AS DOUBLE)",
        lambda row, name: float(row.language == name[1]), (0.0, 1.0, 2.0),
    ),
]  # fmt: skip


def is_value(name: str) -> bool:
    """Whether this is a value: rules may judge it, though it is not a metric."""
    return _find(name) is not None


def axis_of(name: str) -> tuple[float, ...]:
    """Lower bounds of the bins of a value's histogram, and the upper bound of the last. The name must be of a value."""
    found = _find(name)
    assert found is not None, name
    return found[0].axis


def sql_of(name: str) -> str:
    """A metric or a value, in SQL over a row of `measures`."""
    found = _find(name)
    return found[0].sql.format(*found[1].groups()) if found else f"metrics.`{name}`"


def value_of(row: Any, name: str) -> float | None:
    """A metric or a value of a collected row of `measures`; None if it was not computed."""
    found = _find(name)
    return found[0].taken(row, found[1]) if found else row.metrics.asDict().get(name)


def _find(name: str) -> tuple[Value, re.Match[str]] | None:
    matches = ((value, re.fullmatch(value.name, name)) for value in VALUES)
    return next(((value, match) for value, match in matches if match), None)
