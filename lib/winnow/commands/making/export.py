"""`winnow export`: documents as files that other libraries train on, with a data card."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from winnow.terminal.options import Config, Recipe, Set, Verbose, Warehouse


def export(
    warehouse: Warehouse,
    output: Annotated[str, typer.Option("--output", "-o", help="New folder to write.", show_default=False)],
    crawls: Annotated[
        list[str] | None,
        typer.Option("--crawl", help="A crawl of the warehouse; repeat for more; default: all crawls.",
                     show_default=False),
    ] = None,
    form: Annotated[Literal["parquet", "jsonl.zst"], typer.Option("--format", help="Format of the files.")] = "parquet",
    shards: Annotated[
        int | None,
        typer.Option(min=1, max=99_999, help="Number of files; default: one for each 500 million characters.",
                     show_default=False),
    ] = None,
    shuffle: Annotated[
        int | None,
        typer.Option(metavar="SEED", min=0, max=2**63 - 1, show_default=False,
                     help="Shuffle with this seed; default: order by crawl, shard, page_id."),
    ] = None,
    recipe: Recipe = None, config: Config = None, changes: Set = None, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Write documents as files to train on, with a data card.

    The files are Parquet or JSON lines; each document has its source. The card contains the settings that the documents
    were made with. The folder gets its name when everything is written; run the command again to resume. The same
    tables and options give the same bytes.

    Example: winnow export --warehouse tables/ -o out/ --format parquet --shards 100 --shuffle 7
    """
    from winnow.export.folder import check_folder
    from winnow.terminal.start import prepare_maintenance

    folder = check_folder(output)
    work = prepare_maintenance(warehouse, "winnow export", recipe, config, changes, verbose, brief=False)
    from winnow.export.run import Wanted, export_documents
    from winnow.terminal.progress import Progress

    wanted = Wanted(crawls or [], form, shards, shuffle)
    with Progress(work.spark) as progress:
        progress.begin("export", [])
        done = export_documents(work, wanted, folder)
        progress.end("export", done.written, 1.0)
    if not done.is_recipe_told:
        typer.echo(
            "The card contains no settings: the crawls were made with different ones, or the warehouse keeps none. "
            "Export each crawl alone with --crawl, or name the settings with --recipe, --config and --set.",
            err=True,
        )
    typer.echo(f"{folder}: {done.documents:,} documents in {done.files:,} files, {done.bytes:,} bytes")
