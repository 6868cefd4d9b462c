"""Errors that a user can mend, each with one message: what is wrong, where, and what to do.

WinnowError            a message for the user: what, where, what to do; exit code 1
├── SettingsError      wrong settings, lists, rules or arguments, all problems at once; exit code 2
├── SurroundingsError  Java, a jar, a folder or a disk is missing or wrong
├── BudgetError        too much of the input failed: the tables would be a bad corpus
└── OwnMetricError     one of the user's own metrics raised an exception, or did not return a number
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class WinnowError(Exception):
    """A failure that the user can understand and mend."""

    exit_code = 1


class SettingsError(WinnowError):
    """All problems of settings and arguments, one in each line."""

    exit_code = 2

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class SurroundingsError(WinnowError):
    """The machine or the warehouse lacks something that the job needs."""


class BudgetError(WinnowError):
    """More archives or pages failed than the settings allow."""


class OwnMetricError(WinnowError):
    """A function in the file of `measure.own` failed; the message names its line and the page."""


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint for the end of a message about an unknown name; empty if no known name is similar."""
    near = get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f" Did you mean {near[0]}?" if near else ""
