"""Ungated pages of one wave of shards -> measures: every metric in one pass over the text, line corrections."""

from winnow.settings.kernel_settings import measure_settings
from winnow.stages.measures import measure_pages
from winnow.warehouse import commits, delta
from winnow.warehouse.work import Work


def run(work: Work, shards: list[int]) -> int | None:
    """Measure the shards that are to do; rows written, None where none is."""
    ready = commits.todo(work, "measures", shards)
    if not ready.shards:
        return None
    since = commits.begin(work)
    pages = delta.read(work, "pages", list(ready.shards))
    measures = measure_pages(pages, measure_settings(work.settings.measure))
    return commits.commit(work, "measures", measures, ready, since)


if __name__ == "__main__":
    from winnow.terminal.submit import submit

    submit("measure_pages", run)
