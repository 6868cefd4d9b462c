"""From a command line to a session: reads settings, finds archives, and reports all problems at once.

Spark, Numba and the kernels are imported only after these checks, so that problems are reported at once.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from winnow.errors import OwnMetricError, SettingsError
from winnow.settings.jobs import with_only
from winnow.settings.load import DEFAULT_RECIPE, as_recipe, load_settings
from winnow.settings.schema import Measure, Settings, Spark
from winnow.sources.named_archives import Archive, find_archives
from winnow.warehouse.places import absolute_place, check_remote, may_keep_settings, warehouse_problems

if TYPE_CHECKING:
    from winnow.records.index_files import Index
    from winnow.warehouse.work import Work

T = TypeVar("T")


class Given(NamedTuple):
    """The arguments of a command that makes tables."""

    crawl: str
    warehouse: str
    recipe: str | None  # None: the settings of the warehouse, else winnow
    config: Path | None
    changes: list[str] | None
    root: str | None
    environment: str | None
    archives: list[str] | None = None  # None: those listed before
    only: list[str] | None = None  # jobs that are run alone; None: all of the recipe
    records: list[str] | None = None  # an index that names archives and their records
    where: str | None = None  # a condition on its rows


def _settings(recipe: str | Mapping[str, Any], given: Given) -> Settings:
    """The settings that a command line asks for, over a recipe."""
    settings = load_settings(recipe, given.environment, given.config, given.changes)
    return with_only(settings, given.only) if given.only else settings


def prepare(given: Given, name: str, verbose: bool) -> tuple[Work, tuple[str, list[Archive] | Index]]:
    """The Work of a job, and its archives, or the index that names them.

    Raises SettingsError with all problems before Spark starts, those of `where` after.
    """
    problems, goes_on = _name_problems(given), given.recipe is None and may_keep_settings(given.warehouse)
    named_recipe = given.recipe or DEFAULT_RECIPE
    settings = _try(problems, lambda: _settings(named_recipe, given))
    notes: list[str] = []
    listing = _try(problems, lambda: _listing(given, settings, notes))
    if settings is not None:
        problems += _spark_problems(settings.spark)
        problems += [] if goes_on else _file_problems(settings)
    if problems or settings is None or listing is None:
        raise SettingsError(problems)
    from winnow.settings.fingerprint import fingerprints
    from winnow.spark.session import open_session
    from winnow.warehouse.work import Work

    made = {} if goes_on else fingerprints(settings)
    _tell([*notes, *([] if goes_on else _language_notes(settings))])
    spark = open_session(name, settings.spark, verbose, folders=[absolute_place(given.warehouse)])
    check_remote(spark, given.warehouse, listed=given.archives is None)
    place = absolute_place(given.warehouse)
    work = Work(spark, settings, made, place, given.crawl, given.root, named_recipe)
    if given.records:
        _check_where(work, listing[1])
    return _go_on(work, given) if goes_on else work, listing


def _listing(given: Given, settings: Settings | None, notes: list[str]) -> tuple[str, list[Archive] | Index]:
    """The root of the crawl, and its archives, or an index. Raises SettingsError with what is wrong."""
    sources = settings.sources if settings else load_settings().sources
    if given.records and given.archives:
        raise SettingsError(["--records: its index names the archives; leave out ARCHIVES, or leave out --records"])
    if given.records:
        from winnow.records.index_files import find_index  # imports Arrow

        index = find_index(given.records, given.where, given.root, sources, notes)
        return index.root, index
    if given.where is not None:
        raise SettingsError(["--where chooses rows of an index; name the index with --records"])
    if given.archives == []:
        raise SettingsError(["name ARCHIVES, or name an index of records with --records"])
    return find_archives(given.archives, given.root, sources, notes) if given.archives else ("", [])


def _check_where(work: Work, index: object) -> None:
    """Raises SettingsError if the condition on the rows of an index is wrong, before anything is written."""
    from winnow.records.index_files import Index
    from winnow.scopes.chosen import index_rows

    assert isinstance(index, Index)
    index_rows(work, index)


def _go_on(work: Work, given: Given) -> Work:
    """The same work with the settings of the warehouse, changed by --config and --set."""
    from winnow.settings.fingerprint import fingerprints
    from winnow.warehouse.crawls import listed_crawls
    from winnow.warehouse.made_with import settings_in_use

    kept, settings, recipe = settings_in_use(work), work.settings, work.recipe
    if kept is not None:
        shards = {"num_shards": listed_crawls(work)[0].num_shards}
        layer = {**kept.settings, "archives": {**kept.settings["archives"], **shards}}
        settings, recipe = _settings(layer, given), kept.recipe
    if problems := _file_problems(settings):
        raise SettingsError(problems)
    _tell(_language_notes(settings))
    return replace(work, settings=settings, fingerprints=fingerprints(settings), recipe=recipe)


def prepare_maintenance(
    warehouse: str, name: str, recipe: str | None, config: Path | None, changes: list[str] | None, verbose: bool,
    crawl: str | None = None, brief: bool = True, compare: bool = True,
) -> Work:  # fmt: skip
    """The Work of a command on existing tables: those of one crawl, or of all crawls if it is None.

    Settings are those that the tables were made with, changed by --config and --set. If a recipe is given, or the
    warehouse keeps no settings, they are those given. compare: report differences to the settings of the tables.
    brief: the command ends soon (see `open_session`). Raises SettingsError, before Spark starts if possible, with all
    problems, for example a missing crawl.
    """
    problems, goes_on = warehouse_problems(warehouse, listed=True), recipe is None and may_keep_settings(warehouse)
    settings = _try(problems, lambda: load_settings(recipe or DEFAULT_RECIPE, None, config, changes))
    if settings is not None and goes_on:
        problems += _spark_problems(settings.spark)
    elif settings is not None:
        from winnow.settings.kernel_settings import rules_of

        problems += _spark_problems(settings.spark)
        _try(problems, lambda: rules_of(settings))
    if problems or settings is None:
        raise SettingsError(problems)
    from winnow.spark.session import open_session
    from winnow.warehouse.crawls import crawl_row, listed_crawls
    from winnow.warehouse.work import Work

    spark = open_session(name, settings.spark, verbose, brief, [absolute_place(warehouse)])
    check_remote(spark, warehouse, listed=True)
    work = Work(spark, settings, {}, absolute_place(warehouse), crawl or "", recipe=recipe or DEFAULT_RECIPE)
    listed_crawls(work)
    if crawl is not None:
        crawl_row(work)
    return _look_at(work, recipe, config, changes, compare)


def _look_at(
    work: Work, recipe: str | None, config: Path | None, changes: list[str] | None, compare: bool
) -> Work:  # fmt: skip
    """The same work with the settings of the tables, or with those given, which are compared with them."""
    from winnow.settings.kept import differences, kept_of
    from winnow.warehouse.made_with import as_made, settings_of_rows

    made = settings_of_rows(work)
    if made is None:
        return work
    if recipe is None and not as_recipe({}, config, changes):  # at most `spark` and `sources` are given
        return as_made(work)
    if recipe is None:
        work = replace(work, settings=load_settings(made.settings, None, config, changes), recipe=made.recipe)
    differing = differences(made, kept_of(work.settings, work.recipe))
    if not differing:
        return as_made(work)
    if compare:
        crawl = work.crawl or "the newest crawl"
        said = f"winnow: {work.warehouse}: {crawl} was made with other settings than those given, which are used here"
        print(f"{said} (old -> new):", *differing, sep="\n  ", file=sys.stderr)
    return work


def _language_notes(settings: Settings) -> list[str]:
    """Warnings about language triage, and about rules that do not judge pages of a wanted language."""
    from winnow.settings.kernel_settings import declared_rules, judging, triage_warning
    from winnow.settings.languages import language_notes

    warning = triage_warning(settings.language)
    return [*([warning] if warning else []), *language_notes(settings, declared_rules(settings), judging(settings))]


def _tell(notes: list[str]) -> None:
    for note in notes:
        print(f"winnow: {note}", file=sys.stderr)


def _try(problems: list[str], check: Callable[[], T]) -> T | None:
    """The result of `check`; None, with problems noted, if it raises SettingsError."""
    try:
        return check()
    except SettingsError as error:
        problems += error.problems
        return None


def _name_problems(given: Given) -> list[str]:
    """Problems of the crawl's name, the warehouse and the root. Only Spark can check a remote warehouse."""
    problems = []
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", given.crawl):
        problems.append(f"--crawl {given.crawl!r}: expected letters, digits, dots, - and _, as in CC-MAIN-2024-22")
    problems += warehouse_problems(given.warehouse, listed=given.archives is None)
    if given.root is not None and "://" not in given.root and not Path(given.root).is_dir():
        problems.append(f"--root {given.root}: there is no such folder")
    return problems


def _spark_problems(given: Spark) -> list[str]:
    """Problems of settings of Spark, which Spark itself reports with a stack trace."""
    problems = []
    if given.master is not None and not re.fullmatch(r"local(-cluster)?(\[.+\])?|yarn|(spark|k8s)://.+", given.master):
        problems.append(f"spark.master: {given.master}: expected local[2], spark://host:port, k8s://... or yarn")
    if given.driver_memory is not None and not re.fullmatch(r"\d+[kmgt]b?", given.driver_memory.lower()):
        problems.append(f"spark.driver_memory: {given.driver_memory}: expected a size, as in 4g")
    return problems


def _file_problems(settings: Settings) -> list[str]:
    """Problems of the lists, rules and models that settings name. Reads these files."""
    from winnow.kernels.languages.identify import LanguageModel
    from winnow.kernels.languages.model_file import check_model
    from winnow.settings.kernel_settings import measure_settings, rules_of, url_lists
    from winnow.settings.languages import language_problems, min_scores

    problems: list[str] = []
    if settings.fuzzy.unit == "jieba" and find_spec("rjieba") is None:
        problems.append("fuzzy.unit: jieba: the package rjieba is not installed; pip install rjieba, on every worker")
    model = settings.language.model
    _try(problems, lambda: url_lists(settings.url))
    read = _try(problems, lambda: LanguageModel(Path(model) if model else None))
    second = settings.language.second_model
    _try(problems, lambda: check_model(Path(second), "language.second_model") if second else None)
    _try(problems, lambda: min_scores(settings.language))
    _try(problems, lambda: measure_settings(settings))
    _try(problems, lambda: rules_of(settings))
    _try(problems, lambda: _run_own(settings.measure))
    if read is not None:
        problems += language_problems(settings, read.labels)
    return list(dict.fromkeys(problems))  # two checks read the file of own metrics


def _run_own(settings: Measure) -> None:
    """Raises SettingsError if the file of own metrics does not run here, for example if an import fails."""
    from winnow.kernels.measures.own_metrics import load_own
    from winnow.settings.kernel_settings import own_metrics

    if (own := own_metrics(settings)) is not None:
        try:
            load_own(own)
        except OwnMetricError as error:
            raise SettingsError([f"measure.own: {error}"]) from error
