"""`winnow demo`: two generated crawls, run and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from winnow.errors import SettingsError
from winnow.terminal.options import Verbose


def demo(
    folder: Annotated[Path, typer.Argument(help="Folder for the generated crawls and their tables.")] = Path("demo"),
    pages: Annotated[int, typer.Option(min=1, help="Number of pages of each generated crawl.")] = 400,
    verbose: Verbose = False,
) -> None:
    """Generate two crawls with planted faults, and check the tables.

    Runs the default recipe over both crawls, and compares the tables with what was planted.

    Example: winnow demo demo/ --pages 2000
    """
    from winnow.demo.crawl import CRAWLS
    from winnow.spark.java import check_java
    from winnow.warehouse.places import folder_problems

    problems = folder_problems("FOLDER", folder, [f"archives/{crawl}" for crawl in CRAWLS])
    if problems:
        raise SettingsError(problems)
    check_java()
    from winnow.demo.show import run_demo

    run_demo(folder.absolute(), pages, verbose)
