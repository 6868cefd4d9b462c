"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from winnow.settings.jobs import JOBS

_NAMES = typer.Argument(help="Archives, folders, globs, URLs, or lists of paths (*.paths.gz).", show_default=False)
Archives = Annotated[list[str], _NAMES]
SomeArchives = Annotated[list[str] | None, _NAMES]
Records = Annotated[
    list[str] | None,
    typer.Option(
        "--records", show_default=False,
        help="In place of archives: an index (Parquet or CSV with warc_filename, warc_record_offset and "
             "warc_record_length). Only the records that it lists are read.",
    ),
]  # fmt: skip
Where = Annotated[
    str | None,
    typer.Option(
        "--where", show_default=False,
        help="Rows of the index to read, in Spark SQL, for example \"content_languages = 'zho'\".",
    ),
]  # fmt: skip
CrawlName = Annotated[
    str, typer.Option("--crawl", help="Name of the crawl, for example CC-MAIN-2024-22.", show_default=False)
]
SomeCrawl = Annotated[
    str | None, typer.Option("--crawl", help="A crawl of the warehouse; default: all crawls.", show_default=False)
]
Warehouse = Annotated[str, typer.Option("--warehouse", help="Folder of the Delta tables.", show_default=False)]
Recipe = Annotated[
    str | None,
    typer.Option(
        "--recipe", show_default=False,
        help="winnow, refinedweb, gopher, c4, fineweb, fineweb2, chinesewebtext, map_cc, c4_zh, dedup, or a YAML file; "
             "default: the settings of the warehouse, else winnow.",
    ),
]  # fmt: skip
Config = Annotated[
    Path | None,
    typer.Option("--config", help="YAML file with settings that replace those of the recipe.", show_default=False),
]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", help="A setting: key=value, for example language.wanted=[de].", show_default=False),
]
Root = Annotated[
    str | None,
    typer.Option("--root", help="Folder or URL that the paths of archives are relative to.", show_default=False),
]
Shards = Annotated[
    str | None, typer.Option("--shards", help="Only these shards, for example 0,3,5-9.", show_default=False)
]
RemovalsFrom = Annotated[
    str | None,
    typer.Option(
        "--removals-from", show_default=False,
        help="Another warehouse, also of an older version: its orders to take pages down are applied here too.",
    ),
]  # fmt: skip
AllowEmpty = Annotated[bool, typer.Option("--allow-empty", help="Continue even if none of the archives gives a page.")]
Yes = Annotated[bool, typer.Option("--yes", help="If settings have changed, redo finished work without asking.")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON; docs/json.md lists its fields.")]
Environment = Annotated[
    str | None,
    typer.Option(
        "--environment",
        help="A file of conf/: local, cluster or compose; default: WINNOW_ENVIRONMENT, or local.",
        show_default=False,
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show Spark's own log.")]


def _job_name(given: str) -> str:
    """The name of a job; raises BadParameter if there is no such job."""
    if given not in JOBS:
        raise typer.BadParameter(f"{given!r} is not one of {', '.join(JOBS)}")
    return given


Again = Annotated[
    list[str] | None,
    typer.Option(
        "--again", help="A job to do again, for example because a file of its table is damaged.", show_default=False,
        parser=_job_name, metavar="JOB",
    ),
]  # fmt: skip
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only", help="A job to run alone, with those that it needs; other rules and duplicates are left out.",
        show_default=False, parser=_job_name, metavar="JOB",
    ),
]  # fmt: skip
