"""Tables of one wave of shards -> funnel, with its sums checked."""

from winnow.scopes.funnel import count_pages
from winnow.warehouse import commits
from winnow.warehouse.work import Work


def run(work: Work, shards: list[int]) -> int | None:
    """Count the shards to do; returns the number of rows, None if there is nothing to do."""
    ready = commits.todo(work, "funnel", shards)
    if not ready.shards:
        return None
    since = commits.begin(work)
    return commits.commit(work, "funnel", count_pages(work, list(ready.shards)), ready, since)


if __name__ == "__main__":
    from winnow.report.funnel import show_crawl
    from winnow.terminal.submit import submit

    submit("report_funnel", run, show_crawl)
