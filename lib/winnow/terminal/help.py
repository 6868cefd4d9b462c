"""Help texts that a terminal shows as they are written."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import typer

_EXAMPLE = "Example:"


def new_app(**settings: Any) -> typer.Typer:
    """An application without markup: rich would read `[de]` as a style and `:100:` as an emoji."""
    return typer.Typer(pretty_exceptions_enable=False, rich_markup_mode=None, **settings)


def add_command(app: typer.Typer, command: Callable[..., None], name: str | None = None, **settings: Any) -> None:
    """Add a function as a command. Its docstring is the help; the example, its last line, is shown unbroken."""
    text, _, example = inspect.cleandoc(command.__doc__ or "").partition(_EXAMPLE)
    shown = f"\b\n{_EXAMPLE}\n  {example.strip()}" if example else None  # \b: click leaves the lines as they are
    app.command(name, help=text.strip(), epilog=shown, context_settings=settings)(command)
