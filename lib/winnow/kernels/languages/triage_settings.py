"""The settings of language triage, as a value that needs no parser."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TriageSettings:
    """The wanted languages, the path of the model (None: the default), and the thresholds of `language.triage`."""

    wanted: tuple[str, ...]
    model: str | None
    min_letters: int
    min_score: float
    lines: int
    line_chars: int
    min_line_score: float
    min_line_fraction: float
    run_chars: int
    max_runs: int
    min_run_score: float
    min_han: int
