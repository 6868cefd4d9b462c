"""docs/metrics.md: every metric, its range, its definition and source, and the rules that read it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from docs.generate.docstrings import Docstring, docstring
from docs.generate.markdown import code, page
from docs.generate.rules import users
from winnow.export.markdown import table
from winnow.kernels.measures.metrics import FAMILIES, METRICS

_INTRO = f"""\
`measures.metrics` holds these {len(METRICS)} numbers of every ungated page, taken in one pass over its text; none is
null. All are taken whatever the recipe, so that rules can be changed without measuring again. A rule is shown with what
a page must measure to be kept: *at least 50* rejects 49. A metric without a rule is there to be looked at, or for a
rule of yours ([adding.md](adding.md))."""
_VALUES = """\
## Values that are no metrics

Rules can judge these as well, and `tune`, `report` and `explain` show them as metrics. `XX` is a label of lid.176.

| value | range | definition |
| --- | --- | --- |
| `language_score` | 0 to 1 | score of the page's language |
| `is_language_XX` | 0 or 1 | 1 if the page's language is XX |"""
_RANGES = {
    "_fraction": "0 to 1", "_ratio": "from 0", "_count": "whole, from 0", "_chars": "from 0",
    "_entropy": "from 0, in nats",
}  # fmt: skip
_SAID_RANGE = re.compile(r"(; \[0, 1\]|, unbounded|; 0 to 8)(?=$|;)")


class Metric(NamedTuple):
    """A metric: its name, its range, and its definition."""

    name: str
    range: str
    meaning: str


def metrics_page() -> str:
    """The page."""
    return page("Metrics", _INTRO, *(_part(title, _of(family)) for title, family in FAMILIES.items()), _VALUES)


def all_metrics() -> list[Metric]:
    """Every metric that a docstring defines."""
    return [metric for family in FAMILIES.values() for metric in _metrics(_of(family))]


def _of(family: type) -> Docstring:
    return docstring(family.__module__, family.__name__)


def _part(title: str, doc: Docstring) -> str:
    rows = [(code(one.name), one.range, one.meaning, users(one.name)) for one in _metrics(doc)]
    said = [f"{name}: {text}" for name in ("Source", "Differs", "Scripts") if (text := doc.section(name))]
    return "\n\n".join(
        filter(None, [f"## {title}", doc.intro(), table(_HEAD, rows), *said, f"In `{doc.module}.{doc.name}`."])
    )


_HEAD = ("metric", "range", "definition", "rules: what a page must measure")


def _metrics(doc: Docstring) -> Iterator[Metric]:
    for entry, text in doc.entries().items():
        for name in _names(entry):
            said = _SAID_RANGE.search(text)
            known = next(value for ending, value in _RANGES.items() if name.endswith(ending))
            meaning = _SAID_RANGE.sub("", text)
            yield Metric(name, "0 to 8" if said and "8" in said[1] else known, meaning)


def _names(entry: str) -> list[str]:
    """The metrics that an entry such as `top_{2,3,4}_gram_ratio` or `duplicate_{5..10}_gram_fraction` names."""
    found = re.fullmatch(r"(\w*)\{(\d+)(?:\.\.|[\d,]*,)(\d+)\}(\w*)", entry)
    if found is None:
        return [entry] if entry in METRICS else []
    return [f"{found[1]}{n}{found[4]}" for n in range(int(found[2]), int(found[3]) + 1)]
