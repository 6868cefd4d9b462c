"""The life of one page, from its record in an archive to its document, from the tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import reduce
from typing import NamedTuple

from pyspark.sql import DataFrame, Row
from pyspark.sql import functions as F

from winnow.errors import SettingsError, WinnowError
from winnow.kernels.pages.selectors import canonical_selector, page_id_of, url_selector
from winnow.kernels.pages.url import registered_domain
from winnow.scopes.page_names import page_name_expr, parse_place
from winnow.settings.jobs import jobs_before
from winnow.settings.kernel_settings import declared_rules, judging, token_settings
from winnow.settings.rules import LanguageBounds, Rule
from winnow.settings.values import value_of
from winnow.stages.removals import ordered_pages
from winnow.warehouse import delta
from winnow.warehouse.kept_settings import kept_settings
from winnow.warehouse.made_with import rules_at_hand
from winnow.warehouse.work import Work

SPANS_FOLLOWED = 3  # spans of a page for which other pages are sought
HOLDERS = 5  # pages named for each span
_DIFFED_WORDS = 5_000
_MOST_PAGES = 100
_KEYS = ["crawl", "shard", "page_id"]


class Judged(NamedTuple):
    """A rule, the page's value, and whether the page passes with the current settings.

    source      where the bounds come from, if they are only for the page's language; else empty
    """

    rule: Rule
    value: float
    passes: bool
    source: str


class Stretch(NamedTuple):
    """A repeated span of a page: characters [start, end), its text, its copies, and other pages with it.

    holders: URLs, at most HOLDERS; None if they were not sought
    """

    start: int
    end: int
    copies: int
    text: str
    holders: list[str] | None


class Copy(NamedTuple):
    """Why a page was dropped: the row of the table, the kept page, and its text if the warehouse has it."""

    row: Row
    kept: Row | None
    text: str | None


@dataclass(frozen=True)
class Life:
    """Everything that the tables have about a page; None for tables that do not have it.

    not_judging       reasons of the rules that judge no page of its language
    near, by_url      number of pages that were dropped because it was kept
    copies_first      whether near duplicates were sought before the rules judged
    """

    page: Row
    measures: Row | None
    reasons: list[str] | None
    judged: list[Judged]
    not_judging: list[str]
    copy_of: Copy | None
    near: int
    stretches: list[Stretch]
    repeats: Row | None
    url_copy: Copy | None
    by_url: int
    document: Row | None
    copies_first: bool = False


def find_pages(work: Work, named: str) -> list[Row]:
    """The rows of `pages` for a page_id, an export's id, a place or a URL: as archived, in other spellings, canonical.

    A place is an archive_path, a colon and a record_offset.
    """
    pages, place = delta.read_all(work, "pages"), parse_place(named)
    page_id = page_id_of(named)
    if page_id is not None:
        found = pages.where(F.col("page_id") == page_id).select(*_KEYS).collect()  # at most one for each crawl
    else:
        is_named = F.col("url") == named
        if place is not None:
            is_named |= (F.col("archive_path") == place[0]) & (F.col("record_offset") == place[1])
        found = pages.where(is_named).select(*_KEYS).limit(_MOST_PAGES).collect()
        for selector in (url_selector(named), canonical_selector(named)):
            if not found:
                orders = work.spark.createDataFrame([(selector,)], "selector string")
                found = ordered_pages(pages, orders, _KEYS).limit(_MOST_PAGES).collect()
    rows = (_row_at(work, "pages", *key) for key in sorted(tuple(row) for row in found))
    return [row for row in rows if row is not None]


def nearest_urls(work: Work, url: str) -> list[str]:
    """At most five archived URLs of the same domain, those with the fewest characters to change first."""
    mine = delta.read_all(work, "pages").where(F.col("domain") == registered_domain(url))
    return _nearest(mine.select("url"), url)


def nearest_archives(work: Work, path: str) -> list[str]:
    """At most five listed archives, those whose paths have the fewest characters to change first."""
    return _nearest(delta.read_all(work, "archives").select("archive_path"), path)


def _nearest(names: DataFrame, name: str) -> list[str]:
    column = names.columns[0]
    near = names.distinct().orderBy(F.levenshtein(column, F.lit(name)), column).limit(5)
    return [row[0] for row in near.collect()]


def tell(work: Work, page: Row) -> Life:
    """The life of a page, a row of `pages`; judged by the rules of its verdict, if `work` has rules.

    Else by those of the settings.
    """
    measures = _row(work, "measures", page)
    verdict, document = _row(work, "verdicts", page), _row(work, "documents", page)
    repeats = _row(work, "repeated_spans", page)
    rules = _rules(work, verdict)
    judged: list[Judged] = []
    not_judging: list[str] = []
    if measures is not None:
        mine = {rule.reason: rule.for_language(measures.language) for rule in rules}
        sources = _sources(work, measures.language)
        judged = [_judged(rule, measures, sources) for rule in mine.values() if rule is not None]
        not_judging = [reason for reason, rule in mine.items() if rule is None]
    return Life(
        page, measures, list(verdict.reasons) if verdict else None, judged, not_judging,
        _copy(work, "near_duplicates", page), _dropped_for(work, "near_duplicates", page),
        list(_stretches(work, page, measures, repeats)), repeats,
        _copy(work, "url_duplicates", page), _dropped_for(work, "url_duplicates", page), document,
        "find_near_duplicates" in jobs_before(work.settings, "judge_pages"),
    )  # fmt: skip


def _rules(work: Work, verdict: Row | None) -> Sequence[Rule]:
    if work.rules is not None and verdict is not None:
        kept = kept_settings(work).get(("verdicts", verdict.fingerprint))
        return kept.rules if kept is not None else work.rules
    return rules_at_hand(work)


def word_diff(mine: str, kept: str) -> list[tuple[str, str, str]]:
    """The differences of two texts: the words before, the words of `mine`, the words of `kept`, which can be ''.

    Compares the first 5,000 words of each.
    """
    ours, theirs = (text.split()[:_DIFFED_WORDS] for text in (mine, kept))
    return [
        (" ".join(ours[max(0, start - 4) : start]), " ".join(ours[start:end]), " ".join(theirs[low:high]))
        for kind, start, end, low, high in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
        if kind != "equal"
    ]


def _sources(work: Work, label: str) -> dict[LanguageBounds, str]:
    """Where the bounds of a language come from, by the bounds; none if the files behind the settings are gone."""
    try:
        how, declared = judging(work.settings), declared_rules(work.settings)
    except SettingsError:
        return {}
    found = ((how.bounds(rule, label), rule) for rule in declared)
    return {bounds._replace(label=rule.reason): how.source(rule, label) for bounds, rule in found if bounds is not None}


def _judged(rule: Rule, measures: Row, sources: Mapping[LanguageBounds, str]) -> Judged:
    """Raises WinnowError for a metric that was not computed for the page."""
    value = value_of(measures, rule.metric)
    if value is None:
        raise WinnowError(
            f"page {measures.page_id} of {measures.crawl}: {rule.metric} was not measured; name the settings that the "
            "tables were made with, or measure again: `winnow run` with these settings reads no archive for it"
        )
    known = LanguageBounds(rule.reason, rule.metric, rule.min, rule.max)
    source = sources.get(known, "from the settings of the tables; their files have changed since" if sources else "")
    return Judged(rule, value, rule.passes(value), source)


def _row(work: Work, table: str, page: Row) -> Row | None:
    return _row_at(work, table, page.crawl, page.shard, page.page_id)


def _row_at(work: Work, table: str, crawl: str, shard: int, page_id: int) -> Row | None:
    rows = delta.read(replace(work, crawl=crawl), table, [shard])
    return rows.where(F.col("page_id") == page_id).first()


def _copy(work: Work, table: str, page: Row) -> Copy | None:
    row = _row(work, table, page)
    if row is None:
        return None
    at = (row.kept_crawl, row.kept_shard, row.kept_page_id)
    measured = _row_at(work, "measures", *at)
    return Copy(row, _row_at(work, "pages", *at), measured.text if measured else None)


def _dropped_for(work: Work, table: str, page: Row) -> int:
    kept = (F.col("kept_page_id") == page.page_id) & (F.col("kept_crawl") == page.crawl)
    return delta.read_all(work, table).where(kept).count()


def _stretches(work: Work, page: Row, measures: Row | None, repeats: Row | None) -> Iterator[Stretch]:
    if measures is None or repeats is None:
        return
    from winnow.stages.duplicates.repeated_spans import pages_holding  # imports Numba: only for pages with spans

    others = _scope(work, page)
    for number, span in enumerate(repeats.spans):
        text = measures.text[span.start : span.end]
        holders = None
        if number < SPANS_FOLLOWED:
            spans = work.settings.spans
            held = pages_holding(others, text, token_settings(work.settings), spans.length)
            named = delta.read_all(work, "pages").select("shard", "page_id", page_name_expr())
            with_url = named.join(F.broadcast(held.limit(HOLDERS)), ["shard", "page_id"])
            holders = [row.url for row in with_url.orderBy("url").collect()]  # HOLDERS at most
        yield Stretch(span.start, span.end, span.copies, text, holders)


def _scope(work: Work, page: Row) -> DataFrame:
    """The other measured pages that may contain this one's spans: also near duplicates, whose text is not cut."""
    within, measures = work.settings.spans.within, delta.read_all(work, "measures")
    same = {"crawl": ["crawl"], "shard": ["shard"], "crawl_shard": ["crawl", "shard"]}[within]
    here = reduce(lambda one, other: one & other, (F.col(key) == page[key] for key in same))
    return measures.where(here & (F.col("page_id") != page.page_id))
