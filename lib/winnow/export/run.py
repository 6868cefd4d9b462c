"""An export, from tables to a folder: counts documents, writes files, names the folder at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from winnow.errors import SettingsError, SurroundingsError
from winnow.export import folder
from winnow.export.card import Card, Recipe, render_card
from winnow.export.columns import COLUMNS, exported
from winnow.export.contents import Contents, look_at_documents
from winnow.export.files import WRITTEN, Format, Target, write_files
from winnow.export.placing import ORDER, line_up_documents, shuffle_documents
from winnow.report.funnel import funnel_lines
from winnow.report.not_read import look_at_archives, not_read_lines
from winnow.settings.fingerprint import fingerprints
from winnow.settings.kept import settings_from
from winnow.settings.kernel_settings import rules_of
from winnow.spark.session import compiled
from winnow.warehouse import delta
from winnow.warehouse.kept_settings import kept_settings
from winnow.warehouse.work import Work
from winnow.workers.arrow import map_batches

_NAMED_ARCHIVES = 50  # named in a card for each kind of problem (choice)
_FILE_CHARS = 500_000_000  # of text in each file, if no number of files is given (choice)


class Wanted(NamedTuple):
    """What the command line asks for; crawls empty: all, files None: by size, seed None: in order."""

    crawls: Sequence[str]
    format: Format
    files: int | None
    seed: int | None


class Exported(NamedTuple):
    """A complete export.

    documents, files, bytes   its contents
    written                   number of documents written now; None: it was complete already
    is_recipe_told            whether the card contains the settings: not if crawls were made with different ones
    """

    documents: int
    files: int
    bytes: int
    written: int | None
    is_recipe_told: bool


def export_documents(work: Work, wanted: Wanted, output: Path) -> Exported:
    """Write the documents of these crawls; files that the same command has already written are not written again.

    The card contains the settings that all documents were made with, if the warehouse keeps them or if the given ones
    are the same. Raises SettingsError if there is nothing to export, if the folder contains another export, or if a
    file would be empty.
    """
    contents = look_at_documents(work, wanted.crawls)
    documents = sum(count.documents for count in contents.counts)
    files = wanted.files or -(-sum(count.chars for count in contents.counts) // _FILE_CHARS) or 1
    manifest = _manifest(contents, wanted, files)
    target = Target("", wanted.format, files, {}, work.spark.sparkContext.applicationId)
    names = [target.name(file) for file in range(files)]
    if folder.is_whole(output, manifest, names):
        return Exported(documents, files, _bytes(output, names), None, True)
    told = _recipe(work, contents)
    with compiled(work.spark, documents):
        placed = _place(contents, files, wanted.seed)
        rows = _rows_of_files(placed, files)
        with folder.unfinished(output, manifest) as part:
            to_do = {file: rows[file] for file in folder.missing(part, names)}
            _write(placed, target._replace(folder=str(part / "data"), rows=to_do))
            lost = folder.missing(part, names)
            if lost:
                raise SurroundingsError(
                    f"{part}: {names[lost[0]]} was written on another machine; --output must be a folder that all "
                    "machines share"
                )
            folder.finish(part, output, render_card(_card(work, contents, wanted, names, _bytes(part, names), told)))
    return Exported(documents, files, _bytes(output, names), sum(to_do.values()), told is not None)


def _place(contents: Contents, files: int, seed: int | None) -> DataFrame:
    if seed is None:
        return line_up_documents(contents.documents, files, contents.sizes)
    return shuffle_documents(contents.documents, files, seed)


def _rows_of_files(placed: DataFrame, files: int) -> Counter[int]:
    """The number of documents of each file. Raises SettingsError if a file would be empty: readers expect none."""
    found = placed.groupBy("file").count().collect()  # one row a file
    rows = Counter({row.file: row["count"] for row in found})
    if len(rows) < files:
        empty = files - len(rows)
        raise SettingsError(
            [f"--shards {files}: {sum(rows.values()):,} documents leave {empty:,} of the files empty; name fewer"]
        )
    return rows


def _write(placed: DataFrame, target: Target) -> None:
    """Each file is written by one task, sorted. Documents of files that exist already are not read."""
    if not target.rows:
        return
    wanted = placed if len(target.rows) == target.files else placed.where(F.col("file").isin(list(target.rows)))
    moved = wanted.repartitionById(target.files, "file").sortWithinPartitions(*ORDER)
    map_batches(moved.select("file", *exported()), partial(write_files, target=target), WRITTEN).collect()


def _manifest(contents: Contents, wanted: Wanted, files: int) -> dict[str, Any]:
    """Everything that the bytes of the files depend on."""
    libraries = ", ".join(f"{name} {version(name)}" for name in ("winnow", "pyarrow", "zstandard"))
    return {
        "format": wanted.format,
        "shards": files,
        "shuffle": wanted.seed,
        "removals": contents.removals,
        "written by": libraries,
        "columns": [f"{column.name}: {column.type}" for column in COLUMNS],
        **{f"documents of {crawl}": list(made) for crawl, made in contents.made.items()},
    }


def _recipe(work: Work, contents: Contents) -> Recipe | None:
    """The settings that all documents were made with; None if they differ or are not known."""
    mark, *others = {made.fingerprint for made in contents.made.values()}
    if others:
        return None
    if kept := kept_settings(work).get(("documents", mark)):
        return Recipe(Path(kept.recipe).stem, settings_from(kept, work.settings), kept.rules)
    if fingerprints(work.settings)["documents"] != mark:
        return None
    return Recipe(Path(work.recipe).stem, work.settings, rules_of(work.settings))


def _card(
    work: Work, contents: Contents, wanted: Wanted, names: Sequence[str], size: int, recipe: Recipe | None
) -> Card:
    order = "They are in the order of crawl, shard and page_id."
    if wanted.seed is not None:
        order = f"They are shuffled by seed {wanted.seed}, over all files: each file is a random sample."
    funnels = {
        crawl: funnel_lines(delta.read(replace(work, crawl=crawl), "funnel").collect())  # some 40 rows a shard
        for crawl in contents.made
    }
    not_read = {
        crawl: not_read_lines(look_at_archives(replace(work, crawl=crawl)), _NAMED_ARCHIVES) for crawl in contents.made
    }
    marks = {crawl: made.fingerprint for crawl, made in contents.made.items()}
    return Card(wanted.format, len(names), size, order, contents.counts, marks, recipe, funnels, not_read)


def _bytes(place: Path, names: Sequence[str]) -> int:
    return sum((place / "data" / name).stat().st_size for name in names)
