"""Pages of one wave of shards that earlier jobs keep -> repeated_spans: text that occurs elsewhere too."""

from pyspark import StorageLevel
from pyspark.sql import functions as F

from winnow.scopes.around import look_around
from winnow.scopes.repeated_spans import scoped_pages, span_inputs
from winnow.settings.kernel_settings import token_settings
from winnow.stages.duplicates.repeated_spans import candidate_windows, cut_captures, decide_spans, repeated_minimizers
from winnow.warehouse import commits
from winnow.warehouse.work import Work


def run(work: Work, shards: list[int]) -> int | None:
    """Find the repeated spans of the shards to do; returns the number of rows, None if there is nothing to do."""
    around = look_around(work)
    ready = commits.todo(work, "repeated_spans", shards, span_inputs(work, around, shards))
    if not ready.shards:
        return None
    since, spans, tokens = commits.begin(work), work.settings.spans, token_settings(work.settings)
    pages = scoped_pages(work, around, list(ready.shards))
    sample = repeated_minimizers(pages, tokens, spans)
    windows = candidate_windows(pages, tokens, spans, sample)
    windows.persist(StorageLevel.DISK_ONLY)  # read several times, and made of text
    try:
        captures = cut_captures(windows, spans, sample.pieces).persist(StorageLevel.DISK_ONLY)
        rows = decide_spans(windows, captures, spans, sample.pieces).where(F.col("shard").isin(list(ready.shards)))
        written = commits.commit(work, "repeated_spans", rows, ready, since)
        captures.unpersist()
        return written
    finally:
        windows.unpersist()
        sample.repeated.destroy()


if __name__ == "__main__":
    from winnow.terminal.submit import submit

    submit("find_repeated_spans", run)
