"""Near duplicates and repeated spans of any DataFrame of texts, by the stages of the jobs, in its own session."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.dataframes.texts import named_texts, recipe_settings, with_ids
from winnow.errors import SettingsError
from winnow.settings.kernel_settings import token_settings
from winnow.stages.duplicates.components import label_components
from winnow.stages.duplicates.near_duplicates import Scopes, elect_survivors, find_edges
from winnow.stages.duplicates.repeated_spans import (
    candidate_windows,
    cut_captures,
    decide_spans,
    repeated_minimizers,
    scope_pages,
)


def near_duplicates(
    texts: DataFrame, *, text: str = "text", id: str = "id", recipe: str = "dedup", changes: Sequence[str] = ()
) -> DataFrame:
    """One row for each text that is dropped since a similar one of the DataFrame is kept.

        <id>, kept_<id>        the text, and the one that is kept
        jaccard                exact Jaccard similarity of their shingles, 0 to 1
        via_<id>, via_jaccard  the text that it shares a band with, by which it was found
        cluster_<id>           lowest id of the cluster; cluster_size: texts of the cluster
    A BIGINT id counts as a page_id does, so that the rows are those of the job; any other type is ordered by its hash,
    xxhash64, and two ids with one hash count as one text. Each id must be there once. Rows without a text are left out.
    `texts` is read three times: persist it where it is dear. Pairs are kept on disk while the result is in use.
    Raises SettingsError for a column or setting that is not there.
    """
    settings, named = recipe_settings(recipe, changes), named_texts(texts, text, id)
    if settings.fuzzy.survivor != "page_id":
        raise SettingsError([f"fuzzy.survivor: {settings.fuzzy.survivor}: a DataFrame knows page_id alone"])
    pages = named.select(
        F.lit(0).alias("scope"), F.lit("").alias("crawl"), F.lit(False).alias("earlier"), F.lit(0).alias("position"),
        F.lit(0).alias("shard"), "page_id", F.lit(False).alias("is_cut"), F.lit(0.0).alias("preference"), "text",
    )  # fmt: skip
    edges = find_edges(pages, Scopes([0], pages.count()), settings.fuzzy).persist(StorageLevel.DISK_ONLY)
    labels = label_components(edges, settings.fuzzy.max_driver_edges)
    rows = elect_survivors(edges, labels, pages, labels.count(), settings.fuzzy)
    ids = {"page_id": id, "kept_page_id": f"kept_{id}", "via_page_id": f"via_{id}", "cluster_id": f"cluster_{id}"}
    found = with_ids(rows, texts, id, ids)
    return found.select(id, f"kept_{id}", "jaccard", f"via_{id}", "via_jaccard", f"cluster_{id}", "cluster_size")


def repeated_spans(
    texts: DataFrame, *, text: str = "text", id: str = "id", recipe: str = "dedup", changes: Sequence[str] = ()
) -> DataFrame:
    """One row for each text that holds repeated spans: <id>, spans, cut_chars, left_chars, reason.

        spans       characters [start, end) of the text, with `copies`, as in the table `repeated_spans`
        cut_chars   characters that are removed with the spans; left_chars: those that are left
        reason      why the text is dropped, null if it is kept
    Ids as for `near_duplicates`. Near duplicates count as copies: leave them out before.
    Raises SettingsError for a column or setting that is not there.
    """
    settings, named = recipe_settings(recipe, changes), named_texts(texts, text, id)
    pages = scope_pages(named.select(F.lit(0).alias("shard"), "page_id", F.lit(False).alias("is_cut"), "text"), "crawl")
    tokens = token_settings(settings)
    sample = repeated_minimizers(pages, tokens, settings.spans)
    windows = candidate_windows(pages, tokens, settings.spans, sample).persist(StorageLevel.DISK_ONLY)
    captures = cut_captures(windows, settings.spans, sample.pieces)
    rows = decide_spans(windows, captures, settings.spans, sample.pieces)
    return with_ids(rows, texts, id, {"page_id": id}).select(id, "spans", "cut_chars", "left_chars", "reason")
