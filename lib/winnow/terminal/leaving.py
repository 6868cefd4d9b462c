"""How a command ends: one clear message and an exit code."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterable
from typing import NoReturn

import typer

from winnow.errors import SettingsError, WinnowError
from winnow.sources.locations import is_text


def call(command: typer.Typer) -> NoReturn:
    """Run a command and leave with 0, 1 (failure), 2 (usage) or 130 (interrupted)."""
    logging.getLogger().addFilter(_is_news)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # where a terminal lacks a letter, no result is lost
    try:
        check_arguments(sys.argv[1:])
        command()
    except BaseException as error:  # Typer makes a SystemExit of an interrupt
        if _interrupted(error):
            _leave("stopped; start the same command again to go on where it was", 130)
        if isinstance(error, WinnowError | SystemExit) and "winnow.spark.session" in sys.modules:
            from winnow.spark.session import close_session

            close_session()
        if isinstance(error, WinnowError):
            _leave(str(error), error.exit_code)
        if isinstance(error, SystemExit):
            raise
        from winnow.terminal.failures import explain_failure

        said = explain_failure(error)
        if said is None:
            raise
        _leave(said, 1)
    sys.exit(0)


def check_arguments(arguments: Iterable[str]) -> None:
    """Raises SettingsError for arguments that are no text: names of files in another encoding than the locale's."""
    wrong = [one for one in arguments if not is_text(one)]
    if wrong:
        held = sys.getfilesystemencoding()
        said = f"its bytes are not {held}; set LC_ALL=C.UTF-8 where they are UTF-8, or rename what it names"
        raise SettingsError([f"{one!a}: {said}" for one in wrong])


def _is_news(record: logging.LogRecord) -> bool:
    """False for what Py4J logs of an interrupt or a lost JVM, with two traces, before it raises the same."""
    return not record.getMessage().endswith("while sending command.")


def _interrupted(error: BaseException | None) -> bool:
    """Whether this was raised while an interrupt was being handled, as by a `finally` that asks a cancelled Spark."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _leave(message: str, code: int) -> NoReturn:
    for line in message.splitlines():
        typer.echo(f"winnow: {line}", err=True)
    sys.exit(code)
