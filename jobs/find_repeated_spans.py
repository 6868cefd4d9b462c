"""Pages of one wave of shards that earlier jobs keep -> repeated_spans: text that occurs elsewhere too."""

from pyspark.sql import functions as F

from winnow.scopes.around import look_around
from winnow.scopes.repeated_spans import scoped_pages, span_inputs
from winnow.settings.kernel_settings import token_settings
from winnow.spark.on_disk import on_disk
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
    try:
        windows = candidate_windows(pages, tokens, spans, sample)  # read several times, and made of text
        with on_disk(windows), on_disk(cut_captures(windows, spans, sample.pieces)) as captures:
            rows = decide_spans(windows, captures, spans, sample.pieces).where(F.col("shard").isin(list(ready.shards)))
            return commits.commit(work, "repeated_spans", rows, ready, since)
    finally:
        sample.repeated.destroy()


if __name__ == "__main__":
    from winnow.terminal.submit import submit

    submit("find_repeated_spans", run)
