"""How a command ends: one clear message and an exit code."""

from __future__ import annotations

import logging
import sys
from typing import NoReturn

import typer

from winnow.errors import WinnowError


def call(command: typer.Typer) -> NoReturn:
    """Run a command and leave with 0, 1 (failure), 2 (usage) or 130 (interrupted)."""
    logging.getLogger().addFilter(_is_news)
    try:
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
