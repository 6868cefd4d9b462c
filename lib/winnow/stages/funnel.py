"""funnel: how many pages each stage drops, by reason, with sums that must agree.

    extract_pages         '' all pages, then each gate (a page has one), then `kept`
    judge_pages           '' measured pages, then each reason, then `kept`
    find_near_duplicates  '' pages that the rules keep, then `near_duplicate`, then `kept`
    find_repeated_spans   '' pages that the job before keeps, then the reasons of repeated spans, then `kept`
    find_url_duplicates   '' pages that the job before keeps, then `url_duplicate`, then `kept`
    build_documents       '' pages that the job before keeps, then `kept`: documents with their final text

Stages come in the order of the recipe: a stage counts only pages that all stages before it keep.
`pages_any` counts pages that have a reason, `pages_first` those for which it is the first in the order of the rules,
`pages_only` those for which it is the only one. `chars` and `words` are those of `pages_first`, so that they add up:
through judge_pages before line corrections, in later jobs after them, null before measuring. Only documents are counted
without repeated spans that were cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from winnow.settings.jobs import JOBS

DROP_REASONS = {
    "near_duplicate": "The page is a near duplicate of a page that is kept.",
    "emptied_by_repeats": "Without its repeated spans, the page has fewer than spans.min_left_chars characters.",
    "cut_capture": "The crawler took only the beginning of the page, and spans.max_repeated_fraction or more of it is "
    "repeated elsewhere.",
    "partly_repeated": "The repeated share of the page is larger than spans.max_repeated_fraction.",
    "holds_repeats": "The page contains a repeated span.",
    "url_duplicate": "Another page with the same URL is kept.",
}
_COUNTS = ("pages_any", "pages_first", "pages_only", "chars", "words")


Drops = Sequence[tuple[str, DataFrame, Column]]


def report_funnel(
    *, pages: DataFrame, measures: DataFrame, verdicts: DataFrame, dropped: Drops, documents: DataFrame,
    dropped_before: Drops = (), by: str = "shard",
) -> DataFrame:  # fmt: skip
    """One row for each shard, stage and reason. Reads no text, and each table once.

    by: the column by which pages are counted: `shard` or `language`
    dropped: the jobs that drop pages after the rules, in order, each with its table and the reason of a row, which is
    null if the row's page is kept; dropped_before: those that drop pages before the rules
    """
    judged = _judged(measures, verdicts, dropped_before, dropped, by)
    counted = _extracted(pages, by).unionByName(judged).unionByName(_built(documents, by))
    sums = [F.sum(name).cast("bigint").alias(name) for name in _COUNTS]
    return counted.groupBy(by, "stage", "reason").agg(*sums).where(F.col("pages_any") > 0)


def in_flow(entering: Mapping[str, int], kept: Mapping[str, int] | None = None) -> list[str]:
    """Stages by the number of pages that enter, most first; then by pages kept, most first; then in the usual order."""
    usual, left = list(JOBS), kept or {}
    return sorted(entering, key=lambda stage: (-entering[stage], -left.get(stage, 0), usual.index(stage)))


def imbalances(funnel: list[Row], stages: Sequence[str]) -> list[str]:
    """Sums that do not agree in the funnel rows of some shards, stage by stage; empty if all agree."""
    problems = []
    sums: dict[tuple[int, str, str], int] = {}
    for row in funnel:
        sums[(row.shard, row.stage, row.reason)] = row.pages_first
    for shard in sorted({row.shard for row in funnel}):
        entering = None
        for stage in stages:
            here = {reason: pages for (s, st, reason), pages in sums.items() if (s, st) == (shard, stage)}
            came, kept = here.get("", 0), here.get("kept", 0)
            taken = sum(pages for reason, pages in here.items() if reason not in ("", "kept"))
            if came != taken + kept:
                problems.append(f"shard {shard}, {stage}: {came} pages entered, {taken} were dropped, {kept} kept")
            if entering is not None and came != entering:
                problems.append(f"shard {shard}, {stage}: {came} pages entered, the stage before kept {entering}")
            entering = kept
    return problems


def _extracted(pages: DataFrame, by: str) -> DataFrame:
    groups = pages.groupBy(by, "gate").agg(F.count("*").alias("pages"))
    none = F.lit(None).cast("bigint")
    entered = _line("extract_pages", F.lit(""), chars=none, words=none)
    left = _line("extract_pages", F.coalesce("gate", F.lit("kept")), chars=none, words=none)
    return _lines(groups, F.array(entered, left), by)


def _judged(measures: DataFrame, verdicts: DataFrame, dropped_before: Drops, dropped: Drops, by: str) -> DataFrame:
    """Pages are first counted by the set of their reasons and by other drops: there are few different sets.

    dropped_before, dropped: the stages before and after judging in their order, each with the pages that it drops
    """
    sizes = {
        "chars": "char_count", "words": "word_count",
        "chars_left": "corrected_char_count", "words_left": "corrected_word_count",
    }  # fmt: skip
    measured = measures.select(
        *dict.fromkeys(("shard", "page_id", by)), *(F.col(f"metrics.{name}").alias(key) for key, name in sizes.items())
    )
    keys = ["shard", "page_id"]
    joined = measured.join(verdicts.select(*keys, "reasons"), keys)
    every = [*dropped_before, *dropped]
    for stage, rows, reason in every:
        joined = joined.join(rows.where(reason.isNotNull()).select(*keys, reason.alias(stage)), keys, "left")
    sums = (F.sum(key).alias(key) for key in sizes)
    groups = joined.groupBy(by, "reasons", *(stage for stage, _, _ in every)).agg(F.count("*").alias("pages"), *sums)
    early, entering = _drops([stage for stage, _, _ in dropped_before], F.lit(True), {})
    here = entering & (F.size("reasons") == 0)
    judging = [_line("judge_pages", F.lit(""), when=entering), _line("judge_pages", F.lit("kept"), when=here)]
    corrected = {"chars": F.col("chars_left"), "words": F.col("words_left")}
    late, here = _drops([stage for stage, _, _ in dropped], here, corrected)
    lines = [*early, *judging, *late, _line("build_documents", F.lit(""), when=here, **corrected)]
    return _lines(groups, F.concat(F.array(*lines), F.transform("reasons", partial(_taken, entering))), by)


def _drops(stages: Iterable[str], here: Column, sizes: Mapping[str, Column]) -> tuple[list[Column], Column]:
    """What a group of pages adds to the rows of these stages, and whether its pages are left after them."""
    lines = []
    for stage in stages:
        taken = F.col(stage).isNotNull()  # even if an earlier stage dropped it, so that the check notices
        lines += [
            _line(stage, F.lit(""), when=here, **sizes),
            _line(stage, F.coalesce(stage, F.lit("")), when=taken, **sizes),
            _line(stage, F.lit("kept"), when=here & ~taken, **sizes),
        ]
        here = here & ~taken
    return lines, here


def _taken(entering: Column, reason: Column, position: Column) -> Column:
    first = position == 0
    chars, words = (F.when(first, F.col(name)).otherwise(0) for name in ("chars", "words"))
    only = F.size("reasons") == 1
    return _line("judge_pages", reason, when=entering, first=first, only=only, chars=chars, words=words)


def _built(documents: DataFrame, by: str) -> DataFrame:
    sums = [F.sum("char_count").alias("chars"), F.sum("word_count").alias("words")]
    groups = documents.groupBy(by).agg(F.count("*").alias("pages"), *sums)
    return _lines(groups, F.array(_line("build_documents", F.lit("kept"))), by)


def _line(
    stage: str, reason: Column, when: Column | None = None, first: Column | None = None, only: Column | None = None,
    chars: Column | None = None, words: Column | None = None,
) -> Column:  # fmt: skip
    """What a group of pages adds to one row of the funnel: 0 if `when` is false."""
    here = F.lit(True) if when is None else when
    pages = F.when(here, F.col("pages")).otherwise(0)
    values = {
        "pages_any": pages,
        "pages_first": pages if first is None else F.when(first, pages).otherwise(0),
        "pages_only": pages if only is None else F.when(only, pages).otherwise(0),
        "chars": F.when(here, F.col("chars") if chars is None else chars),
        "words": F.when(here, F.col("words") if words is None else words),
    }
    numbers = [value.cast("bigint").alias(name) for name, value in values.items()]
    return F.struct(F.lit(stage).alias("stage"), reason.alias("reason"), *numbers)


def _lines(groups: DataFrame, lines: Column, by: str) -> DataFrame:
    return groups.select(by, F.explode(lines).alias("line")).select(by, "line.*")
