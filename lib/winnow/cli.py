"""The command line: every command, assembled.

Spark, numba and the kernels are imported where a command needs them: help and refusals come at once.
"""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

from winnow import __version__
from winnow.commands.looking.explain import explain
from winnow.commands.looking.report import report
from winnow.commands.looking.tune import tune
from winnow.commands.making import lists
from winnow.commands.making.demo import demo
from winnow.commands.making.export import export
from winnow.commands.making.maintain import maintain
from winnow.commands.making.plan import plan
from winnow.commands.making.remove import remove
from winnow.commands.making.run import run
from winnow.terminal.leaving import call

app = typer.Typer(
    name="winnow", no_args_is_help=True, pretty_exceptions_enable=False,
    help="A web crawl turned into clean, explainable text, as a Spark job on Delta tables.",
    epilog="Results come on standard output, progress and messages on standard error. Exit codes: 0 done, 1 failed, "
           "2 wrong arguments or settings, 130 interrupted.",
)  # fmt: skip


@app.callback(invoke_without_command=True)
def about(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    """Options of every command."""
    if version:
        typer.echo(f"winnow {__version__}")
        raise typer.Exit


app.command()(run)
app.command(context_settings={"ignore_unknown_options": True})(explain)  # a page_id may be below 0
app.command()(report)
app.command()(tune)
app.add_typer(lists.app, name="lists")
app.command()(plan)
app.command()(export)
app.command()(remove)
app.command()(maintain)
app.command()(demo)


def main() -> NoReturn:
    """The `winnow` command."""
    call(app)
