"""`winnow lists`: build the file of a URL gate's lists, ask it about URLs, try it over pages that were read before."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from winnow.terminal.options import Config, CrawlName, Json, Recipe, Set, Verbose, Warehouse

app = typer.Typer(no_args_is_help=True, help="Build, ask and try the lists of the URL gate.")


@app.command()
def build(
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.", show_default=False)],
    folder: Annotated[
        str | None, typer.Argument(help="Folder in UT1's format: one folder for each category.", show_default=False)
    ] = None,
    categories: Annotated[
        list[str] | None, typer.Option("--category", help="A category to take; default: all in the folder.")
    ] = None,
    words: Annotated[
        str | None, typer.Option(help="Folder with strict.txt, hard.txt and soft.txt.", show_default=False)
    ] = None,
    exceptions: Annotated[
        str | None, typer.Option(help="Folder with domains, urls or both.", show_default=False)
    ] = None,
) -> None:
    """Turn folders of lists into one file, for url.built; workers of a machine share its memory.

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


@app.command()
def check(
    urls: Annotated[list[str], typer.Argument(help="URLs, with or without http://.", show_default=False)],
    recipe: Recipe = None, config: Config = None, changes: Set = None, as_json: Json = False,
) -> None:  # fmt: skip
    """Say for each URL whether it is gated, and every list, entry and rule that it meets.

    Example: winnow lists check http://example.org/page --set url.built=lists.arrow
    """
    from winnow.kernels.pages.url import explain_url, gate_url
    from winnow.settings.kernel_settings import url_lists
    from winnow.settings.load import DEFAULT_RECIPE, load_settings

    settings = load_settings(recipe or DEFAULT_RECIPE, None, config, changes).url
    lists = url_lists(settings)
    if as_json:
        from winnow.terminal.output import print_json

        told = [(url, gate_url(url, lists, settings), list(explain_url(url, lists, settings))) for url in urls]
        print_json([dict(zip(("url", "gate", "matches"), each, strict=True)) for each in told])
        return
    for url in urls:
        typer.echo(f"{gate_url(url, lists, settings) or 'not gated'}\t{url}")
        for match in explain_url(url, lists, settings):
            typer.echo(f"    {match.rule}: {match.entry} in {match.list}")


@app.command("try")
def try_lists(
    crawl: CrawlName, warehouse: Warehouse, recipe: Recipe = None, config: Config = None, changes: Set = None,
    as_json: Json = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Say what other lists would do to a crawl that was read before; changes no table, reads no archive.

    What they add is exact. What they release was not extracted: its number is that of pages to be read again.
    Example: winnow lists try --crawl C --warehouse tables/ --set url.built=lists.arrow
    """
    from winnow.report.lists import show_tried
    from winnow.settings.kernel_settings import url_lists
    from winnow.terminal.output import print_json
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
    rows = tried.collect()  # one row for each pair of gates
    if as_json:
        print_json(rows)
    else:
        show_tried(rows, crawl)


def _say_list(name: str, entries: int, skipped: Mapping[str, int]) -> None:
    bad = skipped.get(name, 0)
    typer.echo(f"{name}: {entries:,} entries" + (f", {bad:,} lines skipped" if bad else ""))
