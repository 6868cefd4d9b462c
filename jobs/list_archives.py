"""Archives that are new to the warehouse -> crawls, archives."""

from pyspark.sql import functions as F
from pyspark.sql import types as t

from winnow.scopes.named import as_listed
from winnow.sources.named_archives import Archive
from winnow.stages.archives import list_archives
from winnow.tables import ARCHIVES
from winnow.warehouse import delta
from winnow.warehouse.crawls import add_crawl
from winnow.warehouse.work import Work


def run(work: Work, root: str, archives: list[Archive]) -> int | None:
    """Add the crawl if it is new, and its new archives; returns their number, None if there are none."""
    crawl = add_crawl(work, root)
    schema = t.StructType([ARCHIVES.columns[name] for name in Archive._fields])
    named = work.spark.createDataFrame(as_listed(work, root, archives), schema)
    fresh = list_archives(named, delta.read(work, "archives"), crawl.num_shards)
    count = fresh.count()
    if count:
        keyed = {"crawl": F.lit(work.crawl), "fingerprint": F.lit(work.fingerprints["crawls"])}
        delta.upsert(work, "archives", fresh.withColumns(keyed), ["crawl", "shard", "archive_path"])
    return count or None


if __name__ == "__main__":
    from winnow.terminal.submit import submit_list

    submit_list("list_archives", run)
