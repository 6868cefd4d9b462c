"""`winnow lists`: build a file of URL lists, ask it about URLs, try it on pages that were read before."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from winnow.terminal.help import add_command, new_app
from winnow.terminal.options import Config, CrawlName, Json, Recipe, Set, Verbose, Warehouse

app = new_app(no_args_is_help=True, help="Build, query and try the lists of the URL gate.")


def build(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.", show_default=False)],
    folder: Annotated[
        str | None,
        typer.Argument(help="Folder in the format of UT1: one folder for each category.", show_default=False),
    ] = None,
    categories: Annotated[
        list[str] | None, typer.Option("--category", help="A category to include; repeat for more; default: all.")
    ] = None,
    words: Annotated[
        str | None, typer.Option(help="Folder with strict.txt, hard.txt and soft.txt.", show_default=False)
    ] = None,
    exceptions: Annotated[
        str | None,
        typer.Option(help="Folder with the files domains, urls or both: these are never gated.", show_default=False),
    ] = None,
) -> None:
    """Build one file from folders of lists, for url.built.

    All workers of a machine share the memory of this file.

    Example: winnow lists build ut1/ --category adult --category phishing --words words/ -o lists.arrow
    """
    from winnow.settings.url_list_file import write_list_file
    from winnow.settings.url_lists import categories_in, load_lists
    from winnow.warehouse.places import check_output

    check_output("--output", output)
    if categories is None:
        held = Path(folder) if folder is not None else None
        categories = categories_in(held) if held and held.is_dir() else []
    began = time.monotonic()
    lists = load_lists(folder, categories, words, exceptions, False)
    write_list_file(lists, output)
    for keys in (lists.domains, lists.urls, lists.excepted_domains, lists.excepted_urls):
        for number, name in enumerate(keys.names):
            _say_list(name, int((keys.origin == number).sum()), lists.skipped)
    hard, soft = (len(found.words) + len(found.phrases) for found in (lists.hard, lists.soft))
    for name, entries in (("strict", len(lists.strict.entries)), ("hard", hard), ("soft", soft)):
        _say_list(f"words/{name}", entries, lists.skipped)
    size = output.stat().st_size
    typer.echo(f"{output}: {size:,} bytes, checksum {lists.checksum[:16]}, {time.monotonic() - began:.1f} s")


def check(
    urls: Annotated[list[str], typer.Argument(help="URLs, with or without http://.", show_default=False)],
    recipe: Recipe = None, config: Config = None, changes: Set = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Show whether URLs are gated, and by which lists.

    Shows each list and entry that a URL matches, and the rule that compares them.

    Example: winnow lists check http://example.org/page --set url.built=lists.arrow
    """
    from winnow.kernels.pages.url import explain_url, gate_url
    from winnow.report.lists import Checked, show_checked
    from winnow.settings.kernel_settings import url_lists
    from winnow.settings.load import DEFAULT_RECIPE, load_settings
    from winnow.terminal.output import present

    settings = load_settings(recipe or DEFAULT_RECIPE, None, config, changes).url
    lists = url_lists(settings)
    checked = [Checked(url, gate_url(url, lists, settings), explain_url(url, lists, settings)) for url in urls]
    present(checked, as_json, show_checked)


def try_lists(
    crawl: CrawlName, warehouse: Warehouse, recipe: Recipe = None, config: Config = None, changes: Set = None,
    as_json: Json = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Show what other lists would gate. Changes no table.

    Reads the tables of a crawl, and no archive. Pages that the lists would newly gate are exact. Pages that they would
    no longer gate were never extracted: later gates and rules may still drop them.

    Example: winnow lists try --crawl C --warehouse tables/ --set url.built=lists.arrow
    """
    from winnow.report.lists import Tried, show_tried
    from winnow.settings.kernel_settings import url_lists
    from winnow.terminal.output import present
    from winnow.terminal.start import Given, prepare
    from winnow.tune.url_lists import try_lists
    from winnow.warehouse import delta
    from winnow.warehouse.crawls import crawl_row
    from winnow.workers.shared_lists import share_lists

    work, _ = prepare(Given(crawl, warehouse, recipe, config, changes, None, None), f"lists {crawl}", verbose)
    crawl_row(work)
    shared = share_lists(work.spark, url_lists(work.settings.url))
    documents = delta.read(work, "documents").select("shard", "page_id")
    tried = try_lists(delta.read(work, "pages"), documents, work.settings.url, shared)
    rows = [Tried(**row.asDict()) for row in tried.collect()]  # one row for each pair of gates
    present(rows, as_json, lambda found: show_tried(found, crawl))


add_command(app, build)
add_command(app, check)
add_command(app, try_lists, "try")


def _say_list(name: str, entries: int, skipped: Mapping[str, int]) -> None:
    bad = skipped.get(name, 0)
    typer.echo(f"{name}: {entries:,} entries" + (f", {bad:,} lines skipped" if bad else ""))
