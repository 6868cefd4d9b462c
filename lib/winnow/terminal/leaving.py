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

_OF_SPARK = ("pyspark", "py4j", "delta")


def call(command: typer.Typer) -> NoReturn:
    """Run a command and leave with 0, 1 (failure), 2 (usage) or 130 (interrupted)."""
    logging.getLogger().addFilter(_is_news)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # letters that a terminal lacks are escaped
    try:
        check_arguments(sys.argv[1:])
        command()
    except BaseException as error:  # Typer turns an interrupt into SystemExit
        if _interrupted(error):
            _leave("stopped; run the same command again to resume", 130)
        if isinstance(error, WinnowError | SystemExit) and "winnow.spark.session" in sys.modules:
            from winnow.spark.session import close_session

            close_session()
        if isinstance(error, WinnowError):
            _leave(str(error), error.exit_code)
        if isinstance(error, SystemExit):
            raise
        if isinstance(error, ModuleNotFoundError) and error.name in _OF_SPARK:
            _leave("Spark is not installed; install it with: pip install 'winnow[spark]'", 1)
        from winnow.terminal.failures import explain_failure

        said = explain_failure(error)
        if said is None:
            raise
        _leave(said, 1)
    sys.exit(0)


def check_arguments(arguments: Iterable[str]) -> None:
    """Raises SettingsError for arguments that are not text: file names in another encoding than that of the locale."""
    wrong = [one for one in arguments if not is_text(one)]
    if wrong:
        held = sys.getfilesystemencoding()
        said = f"not {held}; if it is UTF-8, set LC_ALL=C.UTF-8, else rename the file"
        raise SettingsError([f"{one!a}: {said}" for one in wrong])


def _is_news(record: logging.LogRecord) -> bool:
    """False for a message of Py4J about an interrupt or a lost JVM: it raises the same error afterwards."""
    return not record.getMessage().endswith("while sending command.")


def _interrupted(error: BaseException | None) -> bool:
    """Whether this was raised while an interrupt was handled, for example by a `finally` that calls Spark."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def _leave(message: str, code: int) -> NoReturn:
    for line in message.splitlines():
        typer.echo(f"winnow: {line}", err=True)
    sys.exit(code)
