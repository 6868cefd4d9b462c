"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from winnow.settings.jobs import JOBS

Archives = Annotated[
    list[str],
    typer.Argument(help="Archives, folders, globs, URLs, or lists of paths (*.paths.gz).", show_default=False),
]
CrawlName = Annotated[
    str, typer.Option("--crawl", help="Name of the crawl, as in CC-MAIN-2024-22.", show_default=False)
]
SomeCrawl = Annotated[
    str | None, typer.Option("--crawl", help="One crawl of the warehouse; default: all.", show_default=False)
]
Warehouse = Annotated[str, typer.Option("--warehouse", help="Folder of the Delta tables.", show_default=False)]
Recipe = Annotated[
    str | None,
    typer.Option(
        "--recipe", show_default=False,
        help="winnow, refinedweb, gopher, c4, fineweb, or a YAML file; "
             "default: as the warehouse was made, else winnow.",
    ),
]  # fmt: skip
Config = Annotated[Path | None, typer.Option("--config", help="YAML file laid over the recipe.", show_default=False)]
Set = Annotated[
    list[str] | None, typer.Option("--set", help="key=value, as in language.wanted=[de].", show_default=False)
]
Root = Annotated[
    str | None, typer.Option("--root", help="Folder or URL that paths of archives are relative to.", show_default=False)
]
Shards = Annotated[str | None, typer.Option("--shards", help="Only these, as in 0,3,5-9.", show_default=False)]
RemovalsFrom = Annotated[
    str | None,
    typer.Option(
        "--removals-from", help="Warehouse, also of an older version, whose orders to take pages down hold here.",
        show_default=False,
    ),
]  # fmt: skip
AllowEmpty = Annotated[bool, typer.Option("--allow-empty", help="Go on where no archive that is named gives a page.")]
Yes = Annotated[
    bool, typer.Option("--yes", help="Redo finished work without a question where the settings are others than before.")
]
Json = Annotated[bool, typer.Option("--json", help="The result as JSON, for programs.")]
Environment = Annotated[
    str | None,
    typer.Option(
        "--environment",
        help="local, cluster or compose: a file of conf; default: WINNOW_ENVIRONMENT, or local.",
        show_default=False,
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", help="Show Spark's own log.")]


def _job_name(given: str) -> str:
    """A job that can be done again."""
    if given not in JOBS:
        raise typer.BadParameter(f"{given!r} is not one of {', '.join(JOBS)}")
    return given


Again = Annotated[
    list[str] | None,
    typer.Option(
        "--again", help="A job to do again, as where a file of its table is damaged.", show_default=False,
        parser=_job_name, metavar="JOB",
    ),
]  # fmt: skip
