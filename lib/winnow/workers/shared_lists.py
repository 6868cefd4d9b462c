"""URL lists: the driver sends them to each machine once, and all its workers map them into memory."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pyspark import SparkFiles
from pyspark.sql import SparkSession

from winnow.kernels.pages.url_sets import UrlLists
from winnow.settings.url_list_file import open_list_file, write_list_file


def share_lists(spark: SparkSession, lists: UrlLists) -> str:
    """Sends the lists to each machine of the session once; returns the name for `shared_lists`."""
    name = f"winnow-lists-{lists.checksum[:16]}.arrow"
    folder = Path(SparkFiles.getRootDirectory(), "lists")  # must not be a package's name: workers import from the root
    if not (folder / name).exists():
        folder.mkdir(exist_ok=True)
        write_list_file(lists, folder / name)
        spark.sparkContext.addFile(str(folder / name))
    return name


@cache
def shared_lists(name: str) -> UrlLists:
    """In a worker: the lists of `share_lists`, mapped, so that all workers of a machine share the memory."""
    return open_list_file(Path(SparkFiles.get(name)), verify=False)
