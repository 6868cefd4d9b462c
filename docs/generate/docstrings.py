"""What the docstrings of the project say, section by section."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
_SECTION = re.compile(r"\b(Source|Differs|Scripts|Oracle)(?=:| from\b)")
_ENTRY = re.compile(r" {4}(\S+)  +(\S.*)")


class Docstring(NamedTuple):
    """A docstring without indentation, and its module and line; `name` is '' for the docstring of the module."""

    module: str
    name: str
    text: str

    def section(self, name: str) -> str:
        """The text after `Source:`, `Differs:`, `Scripts:` or `Oracle:`, as one line; '' if there is none."""
        parts = _SECTION.split(self.text)[1:]  # name, text, name, text, ...
        text = dict(zip(parts[::2], parts[1::2], strict=True)).get(name, "")
        return " ".join(text.partition("\n\n")[0].removeprefix(":").split())

    def intro(self) -> str:
        """The paragraphs before the first list or section, each one line."""
        text = self.text[: start.start()] if (start := _SECTION.search(self.text)) else self.text
        lines = [line for line in text.split("\n") if not line.startswith("    ")]
        return "\n\n".join(" ".join(part.split()) for part in "\n".join(lines).split("\n\n") if part.strip())

    def entries(self) -> dict[str, str]:
        """The lists of names and what each is: lines indented by four, further lines deeper."""
        found: dict[str, str] = {}
        name = ""
        for line in self.text.split("\n"):
            if entry := _ENTRY.fullmatch(line):
                name, found[entry[1]] = entry[1], entry[2]
            elif name and line.startswith(" " * 8):
                found[name] += f" {line.strip()}"
            else:
                name = ""
        return found


@cache
def docstrings() -> list[Docstring]:
    """Every docstring of lib/ and jobs/, by module and line."""
    paths = sorted([*ROOT.glob("lib/winnow/**/*.py"), *ROOT.glob("jobs/*.py")])
    return [one for path in paths for one in _of_module(path)]


def docstring(module: str, name: str) -> Docstring:
    """The docstring of a function."""
    return next(one for one in docstrings() if (one.module, one.name) == (module, name))


def _of_module(path: Path) -> Iterator[Docstring]:
    parts = path.relative_to(ROOT).with_suffix("").parts
    module = ".".join(parts[1:] if parts[0] == "lib" else ("winnow", *parts)).removesuffix(".__init__")
    yield from _below(ast.parse(path.read_text(encoding="utf-8")), module, "")


def _below(node: ast.AST, module: str, name: str) -> Iterator[Docstring]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and (text := ast.get_docstring(node)):
        yield Docstring(module, name, text)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | ast.FunctionDef):
            yield from _below(child, module, f"{name}.{child.name}".removeprefix("."))
