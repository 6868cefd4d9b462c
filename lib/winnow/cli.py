"""The command line: all commands, assembled.

Each command imports Spark, Numba and the kernels only when it needs them, so that help and errors appear at once.
"""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer

from winnow import __version__
from winnow.commands.looking.explain import explain
from winnow.commands.looking.languages import languages
from winnow.commands.looking.report import report
from winnow.commands.looking.tune import tune
from winnow.commands.making import lists
from winnow.commands.making.demo import demo
from winnow.commands.making.export import export
from winnow.commands.making.maintain import maintain
from winnow.commands.making.plan import plan
from winnow.commands.making.remove import remove
from winnow.commands.making.run import run
from winnow.terminal.help import add_command, new_app
from winnow.terminal.leaving import call

app = new_app(
    name="winnow", no_args_is_help=True,
    help="Turn web crawls into text for training language models, with Spark and Delta tables.",
    epilog="Results go to standard output, progress and messages to standard error. Exit codes: 0 done, 1 failed, "
           "2 wrong arguments or settings, 130 interrupted.",
)  # fmt: skip


@app.callback(invoke_without_command=True)
def about(version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    """Options of every command."""
    if version:
        typer.echo(f"winnow {__version__}")
        raise typer.Exit


add_command(app, demo)
add_command(app, run)
add_command(app, explain, ignore_unknown_options=True)  # a page_id can be negative
add_command(app, report)
add_command(app, tune)
add_command(app, languages)
add_command(app, plan)
add_command(app, export)
add_command(app, remove)
add_command(app, maintain)
app.add_typer(lists.app, name="lists")


def main() -> NoReturn:
    """The `winnow` command."""
    call(app)
