"""Archives that are new to the warehouse -> crawls, archives; with an index, its records -> records."""

from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.records.index_files import Index
from winnow.scopes.chosen import check_way, chosen_archives, new_records
from winnow.scopes.named import as_listed
from winnow.sources.named_archives import Archive
from winnow.stages.archives import list_archives
from winnow.tables import ARCHIVES
from winnow.warehouse import delta
from winnow.warehouse.crawls import add_crawl
from winnow.warehouse.work import Work


def run(work: Work, root: str, archives: list[Archive] | Index) -> int | None:
    """Add the crawl if it is new, and its new archives; returns their number, None if there are none."""
    keyed = {"crawl": F.lit(work.crawl), "fingerprint": F.lit(work.fingerprints["crawls"])}
    index = archives if isinstance(archives, Index) else None
    with new_records(work, index) as records:
        known = delta.read(work, "archives")  # first: a table of an earlier winnow is refused before any is written
        crawl = add_crawl(work, root)
        check_way(work, root, records is not None)
        if records is not None:
            named = records.withColumns(keyed)
            delta.upsert(work, "records", named, ["crawl", "shard", "archive_path", "record_offset"])
    listed = [] if isinstance(archives, Index) else [(*one, None) for one in as_listed(work, root, archives)]
    found = chosen_archives(work, root) if index else listed
    schema = t.StructType([ARCHIVES.columns[name] for name in (*Archive._fields, "chosen")])
    fresh = list_archives(work.spark.createDataFrame(found, schema), known, crawl.num_shards)
    if count := fresh.count():
        delta.upsert(work, "archives", fresh.withColumns(keyed), ["crawl", "shard", "archive_path"])
    return count or None


if __name__ == "__main__":
    from winnow.terminal.submit import submit_list

    submit_list("list_archives", run)
