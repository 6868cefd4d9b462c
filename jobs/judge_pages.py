"""Measures of one wave of shards -> verdicts: all reasons to drop each page, as Column expressions."""

from winnow.settings.kernel_settings import rules_of
from winnow.stages.verdicts import judge_pages
from winnow.warehouse import commits, delta
from winnow.warehouse.work import Work


def run(work: Work, shards: list[int]) -> int | None:
    """Judge the shards to do; returns the number of rows, None if there is nothing to do."""
    ready = commits.todo(work, "verdicts", shards)
    if not ready.shards:
        return None
    since = commits.begin(work)
    rules = rules_of(work.settings)
    return commits.commit(
        work, "verdicts", judge_pages(delta.read(work, "measures", list(ready.shards)), rules), ready, since
    )


if __name__ == "__main__":
    from winnow.terminal.submit import submit

    submit("judge_pages", run)
