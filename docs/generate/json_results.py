"""docs/json.md: the results of commands with `--json`: fields, types and meanings, from typed declarations."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from pyspark.sql import Row

from docs.generate.markdown import code, page
from winnow.commands.making.plan import Planned
from winnow.commands.making.remove import Removal, ShownPage
from winnow.export.markdown import table
from winnow.kernels.pages.url import Match
from winnow.report.funnel import ShownCrawl, ShownNotRead
from winnow.report.funnel import Step as FunnelStep
from winnow.report.life import Copy, Judged, Life, Stretch
from winnow.report.lists import Checked, Tried
from winnow.report.not_read import Damaged
from winnow.report.tune import Compared, Swept
from winnow.runs.compaction import Maintained
from winnow.runs.estimate import Cost, Sample, Target
from winnow.scopes.funnel import LanguageFunnel
from winnow.settings.rules import LanguageBounds, Rule
from winnow.tune.language_scores import LanguageScores
from winnow.tune.thresholds import Example, Hits, Step, Sweep, Total, Tuned

_INTRO = """\
With `--json`, a command prints its result as one JSON value on standard output. Progress and messages stay on standard
error. These are all commands with `--json`, and the fields of their results.

Fields that end in `_id` (numbers of pages and clusters) are strings of digits, since many readers keep only 53 bits of
a number. Times are in ISO 8601. A number that is infinite is null. A row of a table has the columns that
[tables.md](tables.md) lists."""

RESULTS: dict[str, Any] = {
    "run": ShownCrawl, "explain": list[Life], "tune": Compared, "languages": list[LanguageScores],
    "plan": Planned, "remove": Removal,
    "maintain": list[Maintained], "lists check": list[Checked], "lists try": list[Tried],
}  # fmt: skip
# Fields that are rows, by the table that they are of; other fields of the type Row are not allowed.
ROWS = {
    (Life, "page"): "pages", (Life, "measures"): "measures", (Life, "repeats"): "repeated_spans",
    (Life, "document"): "documents", (Copy, "row"): None, (Copy, "kept"): "pages",
}  # fmt: skip
_UNBOUNDED = {
    (one, side) for one in (Rule, LanguageBounds) for side in ("min", "max")
}  # infinite, and so null, if a rule has no such bound

MEANINGS: dict[Any, tuple[str, dict[str, str]]] = {
    ShownCrawl: ("run", {
        "crawl": "name of the crawl",
        "warehouse": "folder of the tables",
        "funnel": "the funnel over all shards, in the order of the flow",
        "not_read": "what was not read in the archives of the crawl",
        "few_kept": "a sentence if fewer than 1 % of the measured pages became documents; else null",
        "languages": "the funnel of each language, most pages first; empty if one language is wanted",
    }),
    LanguageFunnel: ("pages of a language", {
        "language": "the language; empty: pages gated before it was identified",
        "pages": "pages of the crawl",
        "measured": "pages without a gate",
        "passing": "pages that every rule keeps",
        "documents": "pages that became documents",
        "words": "words of the documents",
        "reasons": "pages by gate or reason, the first of each page; the three most frequent",
    }),
    FunnelStep: ("funnel step", {
        "stage": "the job",
        "reason": "gate or reason; empty: pages that enter the stage; `kept`: pages that it keeps",
        "pages_any": "pages with this reason",
        "pages_first": "pages for which it is the first reason",
        "pages_only": "pages for which it is the only reason of the stage",
        "words": "words of pages_first; 0 in extract_pages",
    }),
    ShownNotRead: ("not read", {
        "archives": "number of archives by status",
        "damaged": "archives that were not read to their end, the first 50",
        "without_page": "number of archives that gave no page",
        "pageless": "archive_path of those, the first 50",
        "skipped": "number of records that are not pages, by kind",
        "passed_over": "those of skipped that contain or may contain text or HTML",
    }),
    Damaged: ("damaged archive", {
        "archive_path": "path of the archive",
        "status": "`damaged` or `unreachable`",
        "error": "the first error",
        "offset": "where it is in the archive; null if not known",
    }),
    Life: ("life of a page", {
        "page": "its row of `pages`",
        "measures": "its row of `measures`; null if it was gated or not measured yet",
        "reasons": "its reasons in `verdicts`; null if it was not judged",
        "judged": "each rule with the page's value",
        "not_judging": "reasons of the rules that judge no page of its language",
        "copy_of": "why it was dropped as a near duplicate; null if it was not",
        "near": "number of pages that were dropped as near duplicates of it",
        "stretches": "its repeated spans",
        "repeats": "its row of `repeated_spans`; null without one",
        "url_copy": "why it was dropped by the URL pass; null if it was not",
        "by_url": "number of pages that were dropped because they have its URL",
        "document": "its row of `documents`; null if it is not a document",
        "copies_first": "whether the recipe seeks near duplicates before the rules judge",
    }),
    Judged: ("judged rule", {
        "rule": "the rule",
        "value": "the metric of the page",
        "passes": "whether the page passes the rule",
        "source": "where its bounds come from, if they are only for the page's language; else empty",
    }),
    Rule: ("rule", {
        "reason": "the reason that the rule gives",
        "metric": "the metric that it judges",
        "min": "least value that passes; null if there is none",
        "max": "greatest value that passes; null if there is none",
        "means": "what is wrong with a page that fails",
        "languages": "languages whose pages it judges, `spaced` for all that separate words; null: any",
        "by_language": "other bounds for single languages; empty in `explain`, whose rules are those of the page",
    }),
    LanguageBounds: ("bounds of a language", {
        "label": "label of the language",
        "metric": "the metric that the rule judges in its pages",
        "min": "least value that passes; null if there is none",
        "max": "greatest value that passes; null if there is none",
    }),
    Copy: ("copy", {
        "row": "its row of `near_duplicates` (in copy_of) or `url_duplicates` (in url_copy)",
        "kept": "row of the kept page; null if the warehouse does not have it",
        "text": "text of the kept page; null if the warehouse does not have it",
    }),
    Stretch: ("repeated span", {
        "start": "first character in `measures.text`",
        "end": "first character after it",
        "copies": "number of copies",
        "text": "its text",
        "holders": "URLs of other pages with this text, at most 5; null if they were not sought",
    }),
    Compared: ("tune", {
        "language": "the language whose pages are counted; null: all",
        "tuned": "what the rules change",
        "sweeps": "the result of each `--sweep`"}),
    Tuned: ("changed rules", {
        "measured": "all measured pages",
        "before": "pages kept by the rules of the tables",
        "after": "pages kept by the new rules",
        "gained": "pages that only the new rules keep",
        "lost": "pages that only the old rules keep",
        "reasons": "by reason: hits before, and hits after",
        "gained_examples": "some gained pages",
        "lost_examples": "some lost pages",
    }),
    Total: ("total", {"pages": "number of pages",
        "words": "number of their words, after line corrections"}),
    Hits: ("hits", {
        "pages": "pages with this reason",
        "only": "pages for which it is the only reason",
        "only_words": "words of those",
    }),
    Example: ("example", {
        "page_id": "the page",
        "crawl": "its crawl",
        "url": "its URL",
        "language": "its language",
        "before": "its reasons before",
        "after": "its reasons after",
        "metrics": "its metrics by name",
    }),
    Swept: ("sweep with its steps", {"sweep": "the sweep",
        "steps": "the result for each value"}),
    Sweep: ("sweep", {
        "reason": "the rule",
        "bound": "`min` or `max`",
        "values": "the values of the bound",
    }),
    Step: ("step of a sweep", {
        "value": "the value of the bound",
        "kept": "pages that are kept",
        "gained": "pages kept now, but not before",
        "lost": "pages kept before, but not now",
    }),
    LanguageScores: ("scores of a language", {
        "language": "the language",
        "pages": "pages whose text was identified as this language",
        "median": "median of their scores",
        "deviation": "standard deviation of their scores",
        "min_score": "the minimum score, computed from both",
        "below": "pages with a lower score",
    }),
    Planned: ("plan", {
        "target": "what the plan is for",
        "scale": "size of the whole crawl as a multiple of the sample",
        "sample": "what the sample cost",
        "plan": "cost of the whole crawl, by job",
    }),
    Target: ("target", {
        "archives": "number of archives",
        "cores": "number of cores",
        "price": "price of a core for an hour; null if not given",
    }),
    Sample: ("sample", {
        "costs": "cost of the sample, by job",
        "archives": "number of archives",
        "cores": "cores that it ran on",
        "peak_bytes": "memory of the largest process, by kind; 0 if the system does not report it",
    }),
    Cost: ("cost", {
        "cpu": "CPU seconds",
        "wall": "wall seconds",
        "shuffled": "bytes written for shuffles",
        "rows": "rows of the table",
        "bytes": "bytes of the table",
        "waves": "number of waves",
    }),
    Removal: ("remove", {
        "named": "number of pages that match",
        "copies": "number of copies that are removed with them",
        "documents": "how many of these are documents",
        "pages": "the pages that match",
        "pages_of_copies": "the copies",
        "removed": "number of pages that all orders remove, also older ones; null with `--dry-run`",
    }),
    ShownPage: ("removed page", {
        "crawl": "its crawl",
        "page_id": "the page",
        "url": "its URL",
        "title": "its title; null if gated",
        "gate": "its gate; null without one",
        "words": "the first words of its text; null without text",
    }),
    Maintained: ("maintained table", {
        "table": "name of the table",
        "files": "number of files before and after",
        "bytes": "size of its folder without the log, before and after",
    }),
    Checked: ("checked URL", {
        "url": "the URL as given",
        "gate": "the gate that stops it; null if none does",
        "matches": "all entries that match",
    }),
    Match: ("match", {
        "list": "name of the list",
        "entry": "the entry",
        "rule": "the gate of the match, or `excepted`",
    }),
    Tried: ("tried lists", {
        "gate": "URL gate of the pages now; null without one",
        "tried": "URL gate with the new lists; null without one",
        "pages": "number of pages",
        "documents": "how many of them are documents",
        "example": "one of their URLs",
    }),
}  # fmt: skip


def json_page() -> str:
    """The page."""
    parts = []
    shown: set[Any] = set()
    for command, result in RESULTS.items():
        parts += [f"## {code(f'winnow {command}')}", f"The result is: {kind(None, '', result)}."]
        for one in _classes(result):
            if one not in shown:
                shown.add(one)
                parts += [f"### {MEANINGS[one][0]}", table(("field", "type", "meaning"), _fields(one))]
    assert shown == MEANINGS.keys(), "a meaning of a type that no result has"
    return page("Results as JSON", _INTRO, *parts)


def _fields(one: Any) -> list[tuple[str, str, str]]:
    meanings, types = MEANINGS[one][1], _types(one)
    assert list(meanings) == list(types), f"{one.__name__}: {set(meanings) ^ set(types)}"
    return [(code(name), kind(one, name, types[name]), meanings[name]) for name in types]


def _types(one: Any) -> dict[str, Any]:
    hints = get_type_hints(one, localns={"Target": Target, "Sample": Sample, "Cost": Cost} if one is Planned else None)
    names = one._fields if hasattr(one, "_fields") else [field.name for field in dataclasses.fields(one)]
    return {name: hints[name] for name in names}


def _classes(kind_of: Any) -> Iterator[Any]:
    """The declared types in this one, itself first, each before those in its fields."""
    if kind_of in MEANINGS:
        yield kind_of
        for inner in _types(kind_of).values():
            yield from _classes(inner)
    else:
        for inner in get_args(kind_of):
            yield from _classes(inner)


def kind(owner: Any, name: str, hint: Any) -> str:
    """A Python type in the words of the page; `owner` and `name` are the class and the field that has it."""
    inner = get_args(hint)
    if get_origin(hint) in (Union, UnionType):
        return " or ".join([*(kind(owner, name, one) for one in inner if one is not NoneType), "null"])
    if inner:
        return _container(owner, get_origin(hint), inner)
    if hint is Row:
        of = ROWS[owner, name]
        return f"row of [{of}](tables.md#{of})" if of else "row of a table"
    if hint in MEANINGS:
        title = MEANINGS[hint][0]
        return f"[{title}](#{title.lower().replace(' ', '-')})"
    if hint is int and name.endswith("_id"):
        return "string of digits"
    number = "number or null" if (owner, name) in _UNBOUNDED else "number"
    return {str: "string", int: "integer", float: number, bool: "boolean"}[hint]


def _container(owner: Any, origin: Any, inner: tuple[Any, ...]) -> str:
    if origin is Literal:
        return "string"
    if issubclass(origin, Mapping):
        return f"object of {kind(owner, '', inner[1])}"
    number = f"{len(inner)} " if origin is tuple and inner[-1] is not Ellipsis else ""
    return f"list of {number}{kind(owner, '', inner[0])}"
