"""Ungated pages of one wave of shards -> measures: all metrics and line corrections, in one pass over the text."""

from winnow.settings.kernel_settings import measure_settings
from winnow.stages.measures import measure_pages
from winnow.warehouse import commits, delta
from winnow.warehouse.work import Work


def run(work: Work, shards: list[int]) -> int | None:
    """Measure the shards to do; returns the number of rows, None if there is nothing to do."""
    ready = commits.todo(work, "measures", shards)
    if not ready.shards:
        return None
    since = commits.begin(work)
    pages = delta.read(work, "pages", list(ready.shards))
    measures = measure_pages(pages, measure_settings(work.settings))
    return commits.commit(work, "measures", measures, ready, since)


if __name__ == "__main__":
    from winnow.terminal.submit import submit

    submit("measure_pages", run)
