"""Near duplicates and repeated spans of any DataFrame of texts. Runs stages of the jobs in the DataFrame's session."""

from __future__ import annotations

from collections.abc import Sequence

from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.dataframes.texts import LANGUAGE, named_texts, recipe_settings, with_ids, with_language
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
    """One row for each text that is dropped because a similar text of the DataFrame is kept.

        <id>, kept_<id>        the dropped text, and the text kept in its place
        jaccard                exact Jaccard similarity of their shingles, 0 to 1
        via_<id>, via_jaccard  the text that it was found with (they share a band), and their similarity
        cluster_<id>           lowest id of the cluster; cluster_size: number of texts in the cluster
    A BIGINT id is used as page_id, and gives the same rows as the job. Ids of other types are ordered by their hash,
    xxhash64; two ids with one hash count as one text. Ids must be unique. Rows without a text are left out.
    With `fuzzy.by_language`, only texts with the same value in the column `language` are compared.
    `texts` is read three times: persist it if it is expensive. Pairs are kept on disk while the result is in use.
    Raises SettingsError for a missing column or an unknown setting.
    """
    settings = recipe_settings(recipe, changes)
    others = [LANGUAGE] if settings.fuzzy.by_language else []
    named = named_texts(with_language(texts, settings) if others else texts, text, id, *others)
    if settings.fuzzy.survivor != "page_id":
        raise SettingsError([f"fuzzy.survivor: {settings.fuzzy.survivor}: a DataFrame allows only page_id"])
    pages = named.select(
        F.lit(0).alias("scope"), F.lit("").alias("crawl"), F.lit(False).alias("earlier"), F.lit(0).alias("position"),
        F.lit(0).alias("shard"), "page_id", F.lit(False).alias("is_cut"), F.lit(0.0).alias("preference"), "text",
        *others,
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
    """One row for each text with repeated spans: <id>, spans, cut_chars, left_chars, reason.

        spans       characters [start, end) of the text, with `copies`, as in the table `repeated_spans`
        cut_chars   number of characters in the spans; left_chars: number of the others
        reason      why the text is dropped; null if it is kept
    Ids as in `near_duplicates`. Near duplicates count as copies, so remove them first.
    Raises SettingsError for a missing column or an unknown setting.
    """
    settings, named = recipe_settings(recipe, changes), named_texts(texts, text, id)
    pages = scope_pages(named.select(F.lit(0).alias("shard"), "page_id", F.lit(False).alias("is_cut"), "text"), "crawl")
    tokens = token_settings(settings)
    sample = repeated_minimizers(pages, tokens, settings.spans)
    windows = candidate_windows(pages, tokens, settings.spans, sample).persist(StorageLevel.DISK_ONLY)
    captures = cut_captures(windows, settings.spans, sample.pieces)
    rows = decide_spans(windows, captures, settings.spans, sample.pieces)
    return with_ids(rows, texts, id, {"page_id": id}).select(id, "spans", "cut_chars", "left_chars", "reason")
