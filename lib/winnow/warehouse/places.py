"""Checks of the folders that a command is given: whether they are warehouses, and can be written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.errors import SettingsError
from winnow.sources.locations import is_text

if TYPE_CHECKING:
    from pyspark.sql import SparkSession
_MADE_FIRST = "crawls/_delta_log"
_NO_CRAWL = "--warehouse {}: no crawl was listed here; run list_archives first"


def may_keep_settings(warehouse: str) -> bool:
    """Whether the warehouse may keep settings; only Spark can check a remote one."""
    return "://" in warehouse or Path(warehouse, "settings/_delta_log").exists()


def absolute_place(warehouse: str) -> str:
    """The warehouse as an absolute path or URL."""
    return warehouse if "://" in warehouse else str(Path(warehouse).absolute())


def warehouse_problems(warehouse: str, listed: bool) -> list[str]:
    """Problems of this warehouse; listed: it must contain a crawl."""
    if warehouse.startswith("s3://"):
        return [f"--warehouse {warehouse}: Spark needs s3a://{warehouse[5:]} with --config conf/s3.yaml"]
    if "://" in warehouse:
        return []
    problems = folder_problems("--warehouse", Path(warehouse), [_MADE_FIRST])
    if listed and not problems and not Path(warehouse, _MADE_FIRST).exists():
        problems.append(_NO_CRAWL.format(warehouse))
    return problems


def check_remote(spark: SparkSession, warehouse: str, listed: bool) -> None:
    """Raises SettingsError with the problems of a remote warehouse, which only Spark can look at."""
    if "://" not in warehouse:
        return
    from winnow.spark.session import file_system

    files, paths = file_system(spark, warehouse)
    folder = paths(f"{warehouse.rstrip('/')}/")
    held = sorted(each.getPath().getName() for each in files.listStatus(folder)) if files.exists(folder) else []
    if not files.exists(paths(folder, _MADE_FIRST)):
        problems = _foreign("--warehouse", warehouse, held)
        if problems or listed:
            raise SettingsError(problems or [_NO_CRAWL.format(warehouse)])


def check_warehouse(spark: SparkSession, option: str, place: str) -> None:
    """Raises SettingsError if this is not a warehouse."""
    from winnow.spark.session import file_system

    files, paths = file_system(spark, absolute_place(place))
    if not files.exists(paths(absolute_place(place), _MADE_FIRST)):
        raise SettingsError([f"{option} {place}: no crawl was listed here; name the folder of a warehouse"])


def folder_problems(option: str, folder: Path, own: list[str]) -> list[str]:
    """Problems of writing here: a folder that is not empty must contain one of `own`, which winnow creates first."""
    if not is_text(str(folder.absolute())):
        return [f"{option} {str(folder.absolute())!a}: the name is not UTF-8; name another folder, or rename it"]
    nearest = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        return [f"{option} {folder}: {nearest} is a file; name a folder"]
    if not os.access(nearest, os.W_OK | os.X_OK):
        return [f"{option} {folder}: {nearest} cannot be written; name another folder, or change its permissions"]
    held = sorted(path.name for path in folder.iterdir()) if nearest == folder.absolute() else []
    return [] if any((folder / name).exists() for name in own) else _foreign(option, folder, held)


def check_output(option: str, file: Path) -> None:
    """Raises SettingsError if a file of this name cannot be written."""
    if file.is_dir() or not file.absolute().parent.is_dir():
        raise SettingsError([f"{option} {file}: name a file in a folder that exists"])


def _foreign(option: str, folder: Path | str, held: list[str]) -> list[str]:
    """A problem if the folder contains files that are not of winnow."""
    foreign = [name for name in held if not name.startswith(".") and name != "lost+found"]
    if not foreign:
        return []
    return [f"{option} {folder}: contains other files ({', '.join(foreign[:5])}); name an empty or new folder"]
