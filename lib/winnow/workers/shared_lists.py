"""URL lists that a driver sends to every machine once, and that all workers of a machine map."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pyspark import SparkFiles
from pyspark.sql import SparkSession

from winnow.kernels.pages.url_sets import UrlLists
from winnow.settings.url_list_file import open_list_file, write_list_file


def share_lists(spark: SparkSession, lists: UrlLists) -> str:
    """Have every machine of the session fetch the lists once; the name under which `shared_lists` finds them there."""
    name = f"winnow-lists-{lists.checksum[:16]}.arrow"
    folder = Path(SparkFiles.getRootDirectory(), "lists")  # workers import from here: no package's name
    if not (folder / name).exists():
        folder.mkdir(exist_ok=True)
        write_list_file(lists, folder / name)
        spark.sparkContext.addFile(str(folder / name))
    return name


@cache
def shared_lists(name: str) -> UrlLists:
    """In a worker, the lists that `share_lists` sent: mapped, so that all workers of a machine share the memory."""
    return open_list_file(Path(SparkFiles.get(name)), verify=False)
