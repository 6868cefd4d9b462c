"""Example pages for each reason, the same in each report, with the part of each that causes the reason."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from winnow.errors import SettingsError
from winnow.kernels.gates import gates_of
from winnow.kernels.pages.url import Match, explain_url
from winnow.report.figures import seeded_expr, urls_of
from winnow.report.life import word_diff
from winnow.report.marks import Range, excerpt, offending
from winnow.report.quantities import html_size
from winnow.scopes.page_names import page_name_expr
from winnow.settings.kernel_settings import url_lists
from winnow.settings.rules import Rule
from winnow.settings.schema import Url
from winnow.settings.values import value_of
from winnow.warehouse import delta
from winnow.warehouse.made_with import rules_at_hand
from winnow.warehouse.work import Work

Key = tuple[str, int, int]

_LOOKED_AT = 20_000  # characters of a text
_DIFFERENCES = 5
_KEPT = ("kept_crawl", "kept_shard", "kept_page_id")


class Change(NamedTuple):
    """A difference of a near duplicate and its kept page: the words before, its own words, the other's words."""

    before: str
    mine: str
    kept: str


@dataclass(frozen=True)
class Example:
    """An example of a page that a reason drops.

    url         pieces, each with whether it causes the reason; `pieces` is the same for the text
    facts       the measured values, in words
    """

    page_id: int
    url: list[tuple[str, bool]]
    facts: list[str]
    pieces: list[tuple[str, bool]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)


def sample_examples(work: Work, count: int, seed: int) -> dict[str, list[Example]]:
    """At most `count` random pages for each gate, each reason of the rules, and each table that drops pages.

    The same pages for the same seed, for any order of rows. The part that causes the reason is sought in the first
    20,000 characters of a page's text.
    """
    sample = _Sample(work, count, seed)
    reasons = F.explode("reasons").alias("reason")
    verdicts = sample.of(delta.read(work, "verdicts").select("shard", "page_id", reasons), F.col("reason"))
    near = sample.of(delta.read(work, "near_duplicates"), F.lit("near_duplicate"), *_KEPT, "jaccard", "cluster_size")
    dropped = delta.read(work, "repeated_spans").where(F.col("reason").isNotNull())
    repeated = sample.of(dropped, F.col("reason"), "spans", "left_chars")
    keys = [_key(work, row) for drawn in (verdicts, near, repeated) for rows in drawn.values() for row in rows]
    measured = _measured(work, keys + [_kept_key(row) for rows in near.values() for row in rows])
    rules = {rule.reason: rule for rule in rules_at_hand(work)}
    return {
        **_gated(sample),
        **{
            reason: [_rejected(rules.get(reason), measured[_key(work, row)]) for row in rows]
            for reason, rows in verdicts.items()
        },
        **{
            reason: [_near(row, measured[_key(work, row)], measured.get(_kept_key(row))) for row in rows]
            for reason, rows in near.items()
        },
        **{reason: [_repeated(row, measured[_key(work, row)]) for row in rows] for reason, rows in repeated.items()},
        **_same_url(sample),
    }


@dataclass(frozen=True)
class _Sample:
    work: Work
    count: int
    seed: int

    def of(self, rows: DataFrame, reason: Column, *columns: str | Column) -> dict[str, list[Row]]:
        """Random rows for each reason, `count` at most."""
        drawn = F.min_by(F.struct("shard", "page_id", *columns), seeded_expr(self.seed), self.count)
        groups = rows.groupBy(reason.alias("reason")).agg(drawn.alias("drawn"))
        return {row.reason: list(row.drawn) for row in groups.orderBy("reason").collect()}  # `count` for each


def _gated(sample: _Sample) -> dict[str, list[Example]]:
    columns = (page_name_expr(), "language", "language_score", "content_type", "html_bytes")
    pages = delta.read(sample.work, "pages").where(F.col("gate").isNotNull())
    drawn = sample.of(pages, F.col("gate"), *columns)
    return {gate: [_gated_example(sample.work, gate, row) for row in rows] for gate, rows in drawn.items()}


def _gated_example(work: Work, gate: str, row: Row) -> Example:
    facts = [f"{row.content_type or 'no type'}, {html_size(row.html_bytes)}"]
    entries = []
    if row.language is not None:
        facts = [f"language {row.language}, score {row.language_score:.3f}"]
    if gate in gates_of("url"):
        matches = _matches(work.settings.url, row.url)
        facts = [f"{match.entry} in {match.list}" for match in matches] or ["by lists that were not named here"]
        entries = [match.entry for match in matches]
    return Example(row.page_id, _pieces_of_url(row.url, entries), facts)


def _matches(settings: Url, url: str) -> list[Match]:
    """The entries that gate a URL; none if the lists are not in their place any more."""
    try:
        lists = url_lists(settings)
    except SettingsError:
        return []
    return list(explain_url(url, lists, settings))


def _rejected(rule: Rule | None, row: Row) -> Example:
    if rule is None:
        return Example(row.page_id, [(row.url, False)], ["by a rule that is not in these settings"])
    rule = rule.for_language(row.language) or rule
    value = value_of(row, rule.metric)
    if value is None:
        return Example(row.page_id, [(row.url, False)], [f"{rule.metric} was not measured"])
    text, ranges = offending(rule, value, row.before, row.text)
    fact = f"{rule.metric} is {value:.4g}, {rule.bounds}"
    return Example(row.page_id, [(row.url, False)], [fact], excerpt(text, ranges))


def _near(row: Row, copy: Row, stays: Row | None) -> Example:
    facts = [f"Jaccard {row.jaccard:.4f}, cluster of {row.cluster_size:,} pages"]
    facts += [f"kept page: {stays.url}"] if stays else []
    changes = [Change(*one) for one in word_diff(copy.text, stays.text)[:_DIFFERENCES]] if stays else []
    return Example(row.page_id, [(copy.url, False)], facts, [] if changes else excerpt(copy.text, []), changes)


def _repeated(row: Row, measured: Row) -> Example:
    ranges: list[Range] = [(span.start, span.end) for span in row.spans if span.end <= len(measured.text)]
    copies = max((span.copies for span in row.spans), default=0)
    fact = f"{len(row.spans):,} repeated spans, of up to {copies:,} copies; {row.left_chars:,} characters are left"
    return Example(row.page_id, [(measured.url, False)], [fact], excerpt(measured.text, ranges))


def _same_url(sample: _Sample) -> dict[str, list[Example]]:
    work = sample.work
    drawn = sample.of(delta.read(work, "url_duplicates"), F.lit("url_duplicate"), *_KEPT, "url_key")
    rows = [row for found in drawn.values() for row in found]
    urls = urls_of(work, [_key(work, row) for row in rows])
    return {
        reason: [
            Example(
                row.page_id,
                _pieces_of_url(urls[_key(work, row)], [row.url_key]),
                [f"kept as page {row.kept_page_id} of {row.kept_crawl}, shard {row.kept_shard}"],
            )
            for row in found
        ]
        for reason, found in drawn.items()
    }


def _key(work: Work, row: Row) -> Key:
    return work.crawl, row.shard, row.page_id


def _kept_key(row: Row) -> Key:
    return row.kept_crawl, row.kept_shard, row.kept_page_id


def _measured(work: Work, keys: Iterable[Key]) -> dict[Key, Row]:
    """Rows of `measures` with their URL, and the beginnings of their texts after and before line corrections."""
    found: dict[Key, Row] = {}
    wanted = sorted(set(keys))
    for crawl in sorted({crawl for crawl, _, _ in wanted}):
        here = [key for key in wanted if key[0] == crawl]
        shards = sorted({shard for _, shard, _ in here})
        chosen = F.broadcast(work.spark.createDataFrame([key[1:] for key in here], "shard int, page_id bigint"))
        of_crawl, names = replace(work, crawl=crawl), ["shard", "page_id"]
        pages = delta.read(of_crawl, "pages", shards).select(*names, page_name_expr(), _begin("text").alias("before"))
        measures = (
            delta.read(of_crawl, "measures", shards).drop("crawl", "fingerprint").withColumn("text", _begin("text"))
        )
        chosen_pages = F.broadcast(pages.join(chosen, names, "left_semi"))
        rows = measures.join(chosen, names, "left_semi").join(chosen_pages, names).collect()  # as many as keys
        found |= {(crawl, row.shard, row.page_id): row for row in rows}
    return found


def _begin(column: str) -> Column:
    return F.substring(column, 1, _LOOKED_AT)


def _pieces_of_url(url: str, entries: Iterable[str]) -> list[tuple[str, bool]]:
    """The URL in pieces; pieces that match one of the entries, in any case, are marked."""
    named = sorted({entry for entry in entries if entry}, key=len, reverse=True)
    if not named:
        return [(url, False)]
    return list(_split(url, re.compile("|".join(map(re.escape, named)), re.IGNORECASE)))


def _split(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[str, bool]]:
    at = 0
    for match in pattern.finditer(text):
        yield text[at : match.start()], False
        yield match[0], True
        at = match.end()
    yield text[at:], False
