"""What winnow tells a user who can mend it.

WinnowError            a message for the user: what, where, what to do; exit code 1
├── SettingsError      wrong settings, lists, rules or arguments, all problems at once; exit code 2
├── SurroundingsError  Java, a jar, a folder or a disk is not as needed
├── BudgetError        so much of the input failed that the tables would be a bad corpus
└── OwnMetricError     a metric of the user's own raised an exception, or gave no number
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class WinnowError(Exception):
    """A failure that the user can understand and mend."""

    exit_code = 1


class SettingsError(WinnowError):
    """Everything that is wrong with what the user asked for, one problem a line."""

    exit_code = 2

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SurroundingsError(WinnowError):
    """The machine or the warehouse is not as the job needs it."""


class BudgetError(WinnowError):
    """More archives or pages failed than the settings allow."""


class OwnMetricError(WinnowError):
    """A function of the file that `measure.own` names failed: its line, and the page."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The hint that ends a message about an unknown name; empty where nothing is near."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" Did you mean {near[0]}?" if near else ""
