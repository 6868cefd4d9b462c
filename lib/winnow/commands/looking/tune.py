"""`winnow tune`: what other thresholds would keep and drop, without a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from winnow.errors import SettingsError
from winnow.terminal.options import Config, Json, Recipe, Set, SomeCrawl, Verbose, Warehouse

if TYPE_CHECKING:
    from winnow.settings.rules import Rule
    from winnow.warehouse.work import Work


def tune(
    warehouse: Warehouse, recipe: Recipe = None, config: Config = None, changes: Set = None,
    crawl: SomeCrawl = None,
    language: Annotated[
        str | None,
        typer.Option(help="Count only pages of this language, by its own bounds; rules.REASON.min and .max in --set "
                     "then change these.", show_default=False),
    ] = None,
    sweeps: Annotated[
        list[str] | None,
        typer.Option("--sweep", help="Thresholds to compare: REASON.min=FIRST:LAST:STEP or REASON.min=A,B,C, for "
                     "example gopher_too_few_words.min=10:100:10.", show_default=False),
    ] = None,
    save: Annotated[
        Path | None, typer.Option("--save", help="Write the changed settings as a recipe: *.yaml.", show_default=False)
    ] = None,
    examples: Annotated[int, typer.Option(min=1, max=20, help="Number of gained and of lost pages to show.")] = 5,
    as_json: Json = False, verbose: Verbose = False,
) -> None:  # fmt: skip
    """Show what other rules would keep and drop. Changes no table.

    The result is what a run with these rules would decide. Changes that need new text or new metrics are refused, with
    the command that makes them.

    Example: winnow tune --warehouse tables/ --set rules.gopher_too_few_words.min=30 --save mine.yaml
    """
    from winnow.settings.load import DEFAULT_RECIPE, as_recipe, load_settings
    from winnow.terminal.start import prepare_maintenance

    if save is not None:
        _check_save(save)
    work = prepare_maintenance(warehouse, "winnow tune", recipe, config, changes, verbose, crawl, compare=False)
    from winnow.report.tune import Compared, Swept, show_compared
    from winnow.settings.kernel_settings import rules_of
    from winnow.terminal.output import present
    from winnow.tune import thresholds as tuning
    from winnow.warehouse.made_with import check_measured, rules_at_hand, rules_stand, settings_of_rows

    made = settings_of_rows(work)
    begun_with = recipe or (made.settings if made is not None else DEFAULT_RECIPE)
    base = load_settings(begun_with, None, config)
    tuning.check_changes(base.model_copy(update={"measure": work.settings.measure}), work.settings)
    rules: Sequence[Rule] = rules_at_hand(work)
    wanted = [tuning.parse_sweep(text, rules) for text in sweeps or []]
    check_measured(work)
    before: Sequence[Rule] = made.rules if made is not None else rules_of(base)
    if not rules_stand(work, before):
        typer.echo(
            "Note: some verdicts in the tables were made with other rules than those shown as `before`.", err=True
        )
    if language is not None:
        tuning.check_language(work, language)
        before = tuning.rules_for(language, before, base, {})
        given = load_settings(begun_with, None, config, changes)
        rules = tuning.rules_for(language, rules, given, tuning.changed_sides(changes or []))
        changes = tuning.saved_changes(language, rules, changes or [])
        wanted = [tuning.parse_sweep(text, rules) for text in sweeps or []]
    tuned = tuning.tune(work, before, rules, examples, language)
    swept = [Swept(each, tuning.sweep(work, before, rules, each, language)) for each in wanted]
    present(Compared(language, tuned, swept), as_json, lambda compared: show_compared(compared, rules))
    if save is not None:
        _save(save, as_recipe(begun_with, config, changes), work)


def _check_save(path: Path) -> None:
    from winnow.warehouse.places import check_output

    if path.suffix not in (".yaml", ".yml"):
        raise SettingsError([f"--save {path}: a recipe's name ends in .yaml"])
    if path.exists():
        raise SettingsError([f"--save {path}: is there already; name a new file"])
    check_output("--save", path)


def _save(path: Path, settings: dict[str, object], work: Work) -> None:
    import yaml

    path.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True), encoding="utf-8")
    typer.echo(f"{path}: winnow run ... --warehouse {work.warehouse} --recipe {path}", err=True)
