"""Help texts as a terminal of 80 columns shows them, compared with the source."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest
import typer
from typer.models import ArgumentInfo, OptionInfo

from tests.jobs.test_cli import as_script
from tests.jobs.warehouse import called
from winnow.cli import app
from winnow.settings.jobs import JOBS


def functions(group: typer.Typer, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for command in group.registered_commands:
        assert command.callback is not None
        yield (*path, command.name or command.callback.__name__), command.callback
    for sub in group.registered_groups:
        assert sub.typer_instance is not None
        assert sub.name is not None
        yield from functions(sub.typer_instance, (*path, sub.name))


def texts(function: Any) -> Iterator[str]:
    """Every paragraph of the docstring, and the help of every option and argument, as written."""
    yield from inspect.cleandoc(function.__doc__).split("\n\n")
    for kind in get_type_hints(function, include_extras=True).values():
        for said in getattr(kind, "__metadata__", ()):
            assert isinstance(said, OptionInfo | ArgumentInfo)
            assert said.help
            yield said.help


def without_blanks(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


COMMANDS = dict(functions(app))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_is_shown_as_written(path: tuple[str, ...]) -> None:
    said = called(*path, "--help", check=True).stdout
    found, wanted = without_blanks(said), list(texts(COMMANDS[path]))
    assert [text for text in wanted if without_blanks(text) not in found] == []
    example = wanted[[text.startswith("Example:") for text in wanted].index(True)].partition("Example: ")[2]
    assert said.endswith(f"\n  Example:\n    {example}\n")
    assert [line for line in said.splitlines() if len(line) > 80 and line.strip() != example] == []


@pytest.mark.parametrize("path", [(), ("lists",)], ids=["winnow", "lists"])
def test_a_command_has_a_sentence_that_is_not_cut(path: tuple[str, ...]) -> None:
    lines = called(*path, "--help", check=True).stdout.partition("\nCommands:\n")[2].partition("\n\n")[0].splitlines()
    here = [(names[-1], function) for names, function in COMMANDS.items() if names[:-1] == path]
    shown = dict(line.split(maxsplit=1) for line in lines)
    assert shown.keys() == {name for name, _ in here} | ({"lists"} if not path else set())
    for name, function in here:
        first = inspect.cleandoc(function.__doc__).partition("\n")[0]
        assert first.startswith(shown[name])
        assert shown[name].endswith(".")
        assert not shown[name].endswith("..")


def test_the_file_of_a_job_has_the_same_help() -> None:
    said = as_script(next(iter(JOBS)), "--help")
    assert "language.wanted=[de]" in without_blanks(said.stdout)
