"""The data card of an export: README.md in the form of the Hugging Face Hub; equal for equal documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import yaml

from winnow import __version__
from winnow.export.columns import COLUMNS, features
from winnow.export.markdown import table
from winnow.report.funnel import HEADINGS, Line
from winnow.settings.rules import Rule
from winnow.settings.schema import Settings

_SIZES = ("1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T")

_SOURCES = """\
Each text is from a web page, which `url`, `crawl`, `archive_path` and `record_offset` identify. For crawls of Common
Crawl, whose names begin with CC-MAIN, the archive is `https://data.commoncrawl.org/` + `archive_path`. The text was
extracted from the page's HTML. Lines may have been removed, and repeated spans cut (`cut_chars`)."""

_LICENCE = """\
This card names no licence: whoever publishes these files chooses one, and adds `license` above. The texts belong to the
owners of their pages, and their terms apply. Common Crawl's terms of use (https://commoncrawl.org/terms-of-use) apply
to pages from its crawls. A licence such as ODC-By covers the collection, not its texts. Texts may contain personal
data, errors and offensive language.

`winnow remove` takes pages down; exports made afterwards do not contain them."""

_PATHS = {"built", "lists", "words", "exceptions", "model", "bad_words"}  # settings with a file or folder


class Count(NamedTuple):
    """The number of documents of one language in one crawl, and of their words and characters."""

    crawl: str
    language: str | None
    documents: int
    words: int
    chars: int


class Recipe(NamedTuple):
    """What documents were made with: the name of a recipe, the settings with all changes, and the rules."""

    name: str
    settings: Settings
    rules: Sequence[Rule]


class Card(NamedTuple):
    """The contents of a data card.

    fingerprints    fingerprint of the documents, by crawl
    recipe          None if crawls were made with different settings, or if the settings are not known
    order           a sentence about the order of documents
    not_read        by crawl, sentences about archives that were not read to their end, and about skipped records
    """

    suffix: str
    files: int
    bytes: int
    order: str
    counts: Sequence[Count]
    fingerprints: Mapping[str, str]
    recipe: Recipe | None
    funnels: Mapping[str, Sequence[Line]]
    not_read: Mapping[str, Sequence[str]]


def render_card(card: Card) -> str:
    """The whole card."""
    return f"---\n{_front_matter(card)}---\n\n" + "\n\n".join(_sections(card)) + "\n"


def size_category(documents: int) -> str:
    """The Hub's size category for a number of documents, for example `1K<n<10K`."""
    place = next((i for i in range(len(_SIZES)) if documents < 1_000 * 10**i), None)
    if place is None:
        return f"n>{_SIZES[-1]}"
    return f"{_SIZES[place - 1]}<n<{_SIZES[place]}" if place else f"n<{_SIZES[0]}"


def told_settings(settings: Settings) -> dict[str, Any]:
    """The settings that rows depend on, without rules; paths without their folders, which are private."""
    elsewhere: dict[str, Any] = {
        "archives": {"num_shards"},
        **dict.fromkeys(("spark", "sources", "rules", "rule_files", "rules_for_any_language"), True),
    }
    return _without_folders(settings.model_dump(exclude=elsewhere))


def _without_folders(values: dict[str, Any]) -> dict[str, Any]:
    named = {key: Path(value).name for key, value in values.items() if key in _PATHS and value is not None}
    inner = {key: _without_folders(value) for key, value in values.items() if isinstance(value, dict)}
    return {**values, **named, **inner}


def _front_matter(card: Card) -> str:
    documents = sum(count.documents for count in card.counts)
    values = {
        "language": sorted({count.language for count in card.counts if count.language}),
        "size_categories": [size_category(documents)],
        "task_categories": ["text-generation"],
        "tags": ["web", "pretraining", "winnow"],
        "configs": [
            {"config_name": "default", "data_files": [{"split": "train", "path": f"data/train-*.{card.suffix}"}]}
        ],
        "dataset_info": {"config_name": "default", "features": features()},
    }
    note = "# license: chosen by whoever publishes this; see the section Licence\n"
    return note + yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=1_000)


def _sections(card: Card) -> Iterable[str]:
    crawls = ", ".join(card.fingerprints)
    documents, words, chars = (
        sum(getattr(one, name) for one in card.counts) for name in ("documents", "words", "chars")
    )
    yield f"# Documents of {crawls}"
    yield (
        f"{documents:,} documents of web pages with {words:,} words and {chars:,} characters, judged and deduplicated "
        f"by winnow {__version__}: {_plural(card.files, 'file')}, {card.bytes:,} bytes. {card.order}"
    )
    yield "## Counts"
    rows = [
        (one.crawl, one.language or "", f"{one.documents:,}", f"{one.words:,}", f"{one.chars:,}") for one in card.counts
    ]
    yield table(("crawl", "language", "documents", "words", "characters"), rows, numbers=3)
    yield "## Columns"
    yield table(("column", "type", "meaning"), [(f"`{one.name}`", _type(one.type), one.means) for one in COLUMNS])
    yield "## How they were made"
    yield from _made(card)
    for crawl, lines in card.funnels.items():
        yield f"### Funnel of {crawl}"
        yield table(HEADINGS, [(f"**{one.label}**" if one.is_flow else one.label, *one.figures) for one in lines], 5)
    yield (
        "Columns: pages with this reason; pages for which it is the first reason; pages for which it is the only one. "
        "Words are counted from judge_pages on."
    )
    for crawl, said in card.not_read.items():
        yield f"### Not read of {crawl}"
        whole = "All archives were read to their end and gave pages; no record with text was skipped."
        yield "\n".join(["```text", *said, "```"]) if said else whole
    yield "## Where the texts come from"
    yield _SOURCES
    yield "## Licence"
    yield _LICENCE


def _made(card: Card) -> Iterable[str]:
    marks = "; ".join(f"{crawl}: `{mark}`" for crawl, mark in card.fingerprints.items())
    yield f"A fingerprint identifies settings, lists, models and versions of code. That of the documents is {marks}."
    if card.recipe is None:
        yield "The settings are not named here: crawls were made with different ones, or they are not known."
        return
    yield f"They were made with the recipe `{card.recipe.name}` and these settings:"
    settings = yaml.safe_dump(told_settings(card.recipe.settings), sort_keys=False, allow_unicode=True, width=100)
    yield f"```yaml\n{settings}```"
    yield "A page was kept if it passed all of these rules:"
    rules = [(f"`{rule.reason}`", f"`{rule.metric}`", _bounds(rule), rule.means) for rule in card.recipe.rules]
    yield table(("reason", "metric", "must be", "what is wrong with a dropped page"), rows=rules)


def _bounds(rule: Rule) -> str:
    """The bounds of a rule, and how many languages it judges otherwise."""
    only = f"; of {_plural(len(rule.languages), 'language')} alone" if rule.languages else ""
    others = f"; other bounds for {_plural(len(rule.by_language), 'language')}" if rule.by_language else ""
    return f"{rule.bounds}{only}{others}"


def _type(kind: pa.DataType) -> str:
    return "list of spans" if pa.types.is_list(kind) else str(kind)


def _plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'s' if count != 1 else ''}"
