"""Kept pages of one wave of shards -> documents."""

from winnow.settings.kernel_settings import rules_of
from winnow.stages.documents import build_documents
from winnow.warehouse import commits, delta
from winnow.warehouse.work import Work


def run(work: Work, shards: list[int]) -> int | None:
    """Build the documents of the shards that are to do; rows written, None where none is."""
    ready = commits.todo(work, "documents", shards)
    if not ready.shards:
        return None
    since = commits.begin(work)
    rules = rules_of(work.settings)
    names = ("measures", "pages", "near_duplicates", "repeated_spans", "url_duplicates")
    tables = (delta.read(work, name, list(ready.shards)) for name in names)
    documents = build_documents(*tables, rules, work.settings.spans.policy)
    return commits.commit(work, "documents", documents, ready, since)


if __name__ == "__main__":
    from winnow.terminal.submit import submit

    submit("build_documents", run)
