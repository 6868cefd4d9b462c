"""Kept pages of one wave of shards -> documents."""

from winnow.scopes.kept import dropped_before, kept_measures, rows_of
from winnow.stages.documents import build_documents
from winnow.warehouse import commits, delta
from winnow.warehouse.work import Work


def run(work: Work, shards: list[int]) -> int | None:
    """Build the documents of the shards to do; returns the number of rows, None if there is nothing to do."""
    ready = commits.todo(work, "documents", shards)
    if not ready.shards:
        return None
    since, mine = commits.begin(work), list(ready.shards)
    documents = build_documents(
        kept=kept_measures(work, "build_documents", mine),
        pages=delta.read(work, "pages", mine),
        dropped=dropped_before(work, "build_documents", mine),
        repeated_spans=rows_of(work, "find_repeated_spans", mine),
        policy=work.settings.spans.policy,
    )
    return commits.commit(work, "documents", documents, ready, since)


if __name__ == "__main__":
    from winnow.terminal.submit import submit

    submit("build_documents", run)
