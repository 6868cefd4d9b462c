"""Archives of one wave of shards -> pages, archives. Read once, kept on the workers' disks, committed twice."""

from pyspark import StorageLevel

from winnow.scopes.removals import orders
from winnow.scopes.waves import archive_tasks
from winnow.settings.kernel_settings import url_lists
from winnow.stages.checks import check_budget
from winnow.stages.removals import gate_removed
from winnow.warehouse import commits, delta
from winnow.warehouse.work import Work
from winnow.workers.shared_lists import share_lists


def run(work: Work, shards: list[int]) -> int | None:
    """Extract the shards to do; returns the number of rows, None if there is nothing to do."""
    ready = commits.todo(work, "pages", shards)
    if not ready.shards:
        return None
    from winnow.stages.pages import archives_of, pages_of, read_archives  # imports parsers: only if needed

    since = commits.begin(work)
    commits.forget(work, "pages", ready)
    lists = share_lists(work.spark, url_lists(work.settings.url))
    rows = read_archives(archive_tasks(work, list(ready.shards)), work.settings, lists)
    rows = rows.persist(StorageLevel.DISK_ONLY)  # two tables come from it, and extraction is most of a crawl's cost
    try:
        check_budget(rows, work.settings.archives)
        delta.replace(work, "archives", archives_of(rows), list(ready.shards))
        ready = commits.archives_as_read(work, ready)
        pages = gate_removed(pages_of(rows, work.crawl), orders(work))
        return commits.commit(work, "pages", pages, ready, since)
    finally:
        rows.unpersist()


if __name__ == "__main__":
    from winnow.terminal.submit import submit

    submit("extract_pages", run)
