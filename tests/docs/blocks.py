"""The blocks of commands and code in the documentation, and how they are run."""

from __future__ import annotations

import re
import shlex
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import typer.main

from winnow.cli import app
from winnow.settings.load import load_settings

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
ONLINE = "# over the network"  # the first line of a block that cannot run in tests
_IN_CONTAINER = re.compile(r"^(?:\w+=\S+ )?docker-compose run --rm (?=winnow )")
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$|(?:^    [^\n]*\n)+", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A block of a page: its language (`sh` for an indented one), its text, and the number of its first line."""

    page: str
    language: str
    text: str
    line: int

    @property
    def is_online(self) -> bool:
        """Whether the block says that it needs the network."""
        return self.text.startswith(ONLINE)

    @property
    def name(self) -> str:
        """The file that the first line of YAML or Python names, as in `# own.yaml`."""
        return self.text.partition("\n")[0].removeprefix("# ")


def blocks(page: str) -> list[Block]:
    """The fenced and the indented blocks of a page."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return [
        Block(page, match[1] or "sh", match[2] or textwrap.dedent(match[0]), text.count("\n", 0, match.start()) + 1)
        for match in _BLOCK.finditer(text)
    ]


def commands(block: Block) -> Iterator[list[str]]:
    """The commands of a block, split as a shell does, without the prefix for a container. Pipes are not run."""
    for line in block.text.replace("\\\n", " ").split("\n"):
        words = shlex.split(_IN_CONTAINER.sub("", line), comments=True)
        if words:
            yield [words[0].removeprefix(".venv/bin/"), *words[1:]]


def parse(words: list[str]) -> None:
    """Raises an error if a `winnow` command, one of its options or a setting does not exist."""
    command: Any = typer.main.get_command(app)
    rest = words[1:]
    while hasattr(command, "commands"):
        command = command.commands[rest.pop(0)]
    given = command.make_context(command.name, rest).params
    recipe = given.get("recipe") or "winnow"
    load_settings("winnow" if recipe.endswith(".yaml") else recipe, "local", None, given.get("changes"))


def run(words: list[str]) -> None:
    """Runs a `winnow` command in this process, in the open session."""
    code = typer.main.get_command(app).main(words[1:], prog_name="winnow", standalone_mode=False)
    assert not code, f"{shlex.join(words)}: exit code {code}"


def agrees(shown: str, said: str) -> bool:
    """Whether output equals what a page shows; a line of three dots in the page matches any lines."""
    lines = ("(?:.*\n)*" if line == "..." else f"{re.escape(line)} *\n" for line in shown.strip("\n").split("\n"))
    return re.fullmatch("".join(lines), said.strip("\n") + "\n") is not None
