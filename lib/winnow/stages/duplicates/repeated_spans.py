"""repeated_spans: spans of kept pages that occur elsewhere in their scope too, and the pages dropped for them.

    repeated_minimizers   pass 1 over the text: minimizers of windows at two or more places, as a filter
    candidate_windows     pass 2 over the text: windows whose minimizer is in the filter, hashed, by piece of the pages
    cut_captures          exact counts of windows, by piece of the hashes: cut pages that are repeated elsewhere
    decide_spans          the same for all other pages; then spans, by piece of the pages

Text is read twice and never shuffled. Tasks shuffle blobs of hashes, in which each window occurs once for each batch or
piece, so that a window in all pages costs little. A piece of pages asks pieces of hashes; a reducer holds one piece at
a time.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from pyspark import Broadcast
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.kernels.repeated_spans.bloom_filter import Filter
from winnow.kernels.repeated_spans.token_settings import TokenSettings
from winnow.kernels.repeated_spans.windows import gram_size
from winnow.settings.schema import Spans
from winnow.workers import span_batches as batches
from winnow.workers.arrow import map_batches, map_groups
from winnow.workers.span_batches import Reading

BUCKETS = 256  # parts of the minimizers' hashes: a reducer holds one, about 0.4 MB for each GB of text
_WINDOWS_A_PIECE = 250_000
_MIN_PIECES, _MAX_PIECES = 16, 2048
_PAGE = ["shard", "page_id", "is_earlier"]


class Sample(NamedTuple):
    """The result of pass 1: a filter of repeated minimizers, and the number of pieces for windows and pages."""

    repeated: Broadcast[Filter]
    pieces: int


def scope_pages(pages: DataFrame, within: str, earlier: DataFrame | None = None) -> DataFrame:
    """Pages (shard, page_id, is_cut, text) with their scope; `earlier` pages of this form count, but get no spans."""
    scope = (F.lit(0) if within == "crawl" else F.col("shard")).cast("int").alias("scope")
    columns = ["shard", "page_id", "is_cut", "text"]
    new = pages.select(*columns, scope, F.lit(False).alias("is_earlier"))
    if earlier is None:
        return new
    return new.unionByName(earlier.select(*columns, scope, F.lit(True).alias("is_earlier")))


def repeated_minimizers(scoped: DataFrame, tokens: TokenSettings, settings: Spans) -> Sample:
    """Pass 1. The driver holds the filter: two bytes for each repeated minimizer, at most `filter_bytes` in all.

    A full filter also accepts more minimizers that are not repeated. Pass 2 then looks at more windows; rows are the
    same.
    """
    reading = Reading(tokens, settings.length)
    sampled = map_batches(
        scoped.select("scope", "text"), partial(batches.sample, reading=reading, buckets=BUCKETS), batches.SAMPLED
    )
    by_bucket = sampled.repartition("bucket").sortWithinPartitions("bucket")  # Spark chooses the number of tasks
    fill = partial(batches.fill_filter, most_bytes=settings.filter_bytes // BUCKETS)
    rows = map_batches(by_bucket, fill, batches.FILTER_PIECE).collect()  # a row a bucket
    windows = sum(row.repeated for row in rows) * (settings.length - gram_size(settings.length) + 2) // 2
    pieces = _MIN_PIECES
    while pieces < _MAX_PIECES and pieces * _WINDOWS_A_PIECE < windows:
        pieces *= 2
    repeated = batches.join_filter({row.bucket: row.words for row in rows}, BUCKETS)
    return Sample(scoped.sparkSession.sparkContext.broadcast(repeated), pieces)


def candidate_windows(scoped: DataFrame, tokens: TokenSettings, settings: Spans, sample: Sample) -> DataFrame:
    """Pass 2: one row for each page with windows whose minimizer is in the filter, by piece of the pages.

    Persist it: it is read several times, and making it reads text.
    """
    find = partial(batches.find, reading=Reading(tokens, settings.length), repeated=sample.repeated)
    found = map_batches(scoped.select("scope", *_PAGE, "is_cut", "text"), find, batches.FOUND)
    piece = F.pmod(F.xxhash64("page_id"), F.lit(sample.pieces)).cast("int")
    # An explicit number keeps adaptive execution from changing it, so that these rows are never shuffled again.
    by_piece = found.withColumn("piece", piece).repartition(_tasks(scoped, sample.pieces), "piece")
    return by_piece.sortWithinPartitions("piece")


def cut_captures(windows: DataFrame, settings: Spans, pieces: int) -> DataFrame | None:
    """Pages that the crawler cut, if at least the share `max_repeated_fraction` of their text is repeated.

    One row (shard, page_id, is_earlier, spans, cut_chars, left_chars) for each; None if no page with windows is cut;
    the Spark job that computes the windows finds this out. Spans of these pages are counted among all pages and with
    all copies, for every policy. Such a page is the beginning of another capture. It does not count as a copy for other
    pages; otherwise the complete capture would lose its text. Persist the rows, and `windows` before.
    Differs: Lee et al. 2022 and Penedo et al. 2023 do not distinguish pages that the crawler cut.
    """
    # Computed now, so that Spark knows their partitioning and does not shuffle them again
    if not windows.groupBy().agg(F.bool_or("is_cut")).collect()[0][0]:
        return None
    fraction = F.col("cut_chars") / (F.col("cut_chars") + F.col("left_chars"))
    return _spans(windows, settings, pieces, of_cut=True).where(fraction >= settings.max_repeated_fraction)


def decide_spans(windows: DataFrame, captures: DataFrame | None, settings: Spans, pieces: int) -> DataFrame:
    """One row (shard, page_id, spans, cut_chars, left_chars, reason) for each page with a repeated span.

        spans       characters [start, end) of the text, shortened to whole words and graphemes, without white space at
                    their ends; copies: how often the most frequent window of the span occurs in the scope
        cut_chars   characters in the spans; under the policy `cut`, also white space that is removed at the seams
        left_chars  characters of the text without cut_chars
        reason      why the page is dropped, or null
    With copies `keep_first`, the first window is not repeated: whole pages come first, then earlier pages, then the
    lowest page_id, then the lowest position. If it overlaps a repeated window, the overlap is repeated. `captures`, the
    rows of `cut_captures`, are dropped, and are no copies for other pages. Persist both frames before.
    """
    others = windows if captures is None else windows.join(F.broadcast(captures.select(_PAGE)), _PAGE, "left_anti")
    spans = _spans(others, settings, pieces, of_cut=False).withColumn("reason", reason_expr(settings))
    if captures is None:
        return spans.drop("is_earlier")
    new = captures.where(~F.col("is_earlier")).withColumn("reason", F.lit("cut_capture"))
    return spans.unionByName(new).drop("is_earlier")


def pages_holding(pages: DataFrame, stretch: str, tokens: TokenSettings, length: int) -> DataFrame:
    """Where windows of `stretch` occur: one row (shard, page_id, spans) for each page that contains one.

    `pages` has shard, page_id, text. If `stretch` is the text of a span and `pages` are those of its scope, the result
    is the pages that repeat it. spans: characters [start, end); copies is 1. Reads the text once.
    """
    hold = partial(batches.hold, reading=Reading(tokens, length), stretch=stretch)
    return map_batches(pages.select("shard", "page_id", "text"), hold, batches.HELD)


def reason_expr(settings: Spans) -> Column:
    """Why a page with repeated spans is dropped; null if it is kept."""
    fraction = F.col("cut_chars") / (F.col("cut_chars") + F.col("left_chars"))
    drops = {
        "cut": (F.col("left_chars") < settings.min_left_chars, "emptied_by_repeats"),
        "mask": (F.col("left_chars") < settings.min_left_chars, "emptied_by_repeats"),
        "drop_partial": (fraction > settings.max_repeated_fraction, "partly_repeated"),
        "drop_any": (F.lit(True), "holds_repeats"),
    }
    is_dropped, reason = drops[settings.policy]
    return F.when(is_dropped, F.lit(reason)).cast(t.StringType())


def _spans(windows: DataFrame, settings: Spans, pieces: int, of_cut: bool) -> DataFrame:
    """The spans of the new pages; of_cut: of those that the crawler cut, with all copies and without seams."""
    keep_first = settings.copies == "keep_first" and not of_cut
    ask = partial(batches.ask, buckets=pieces, keep_first=keep_first, of_cut=of_cut)
    asked = map_batches(windows.select("piece", *_PAGE, "is_cut", "high", "low"), ask, batches.ASKED)
    by_bucket = asked.repartitionById(_tasks(windows, pieces), "bucket").sortWithinPartitions("bucket")
    answers = map_batches(by_bucket, batches.answer, batches.ANSWER)
    with_seams = settings.policy == "cut" and not of_cut
    join = partial(batches.join, length=settings.length, buckets=pieces, with_seams=with_seams, of_cut=of_cut)
    return map_groups(windows, answers, "piece", join, batches.JOINED)


def _tasks(rows: DataFrame, pieces: int) -> int:
    """The number of tasks for `pieces`: as Spark's setting says, but at most one for each piece."""
    return min(pieces, int(rows.sparkSession.conf.get("spark.sql.shuffle.partitions") or 1))
