"""Declared gates: each is complete, and no module can give a gate that is not declared."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import winnow
from winnow.kernels.gates import GATES, GateStep, Stopped

ROOT = Path(winnow.__file__).parent
ROOMS = ("kernels", "warc", "workers", "sources", "stages")
AS_TEXT = {"Match.rule"}  # it can also be `excepted`


def untyped_gates(code: str) -> Iterator[str]:
    """Fields and functions named after gates whose type is `str`, so that a type checker would accept any name."""
    for node in ast.walk(ast.parse(code)):
        name, kind = "", None
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            name, kind = node.target.id, node.annotation
        if isinstance(node, ast.FunctionDef):
            name, kind = node.name, node.returns
        if isinstance(node, ast.arg):
            name, kind = node.arg, node.annotation
        if re.search(r"(^|_)gate(_|$)", name) and kind is not None and re.search(r"\bstr\b", ast.unparse(kind)):
            yield name


def test_what_gives_a_gate_has_the_type_that_only_declared_gates_have() -> None:
    paths = [ROOT / "page.py", *(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))]
    assert {str(path): found for path in paths if (found := list(untyped_gates(path.read_text("utf-8"))))} == {}


@pytest.mark.parametrize(
    "code", ["class A:\n    gate: str | None", "def own_gate() -> str: ...", "def f(gate: str): ..."]
)
def test_a_gate_that_may_be_any_text_is_seen(code: str) -> None:
    assert list(untyped_gates(code))


def test_a_gate_is_whole() -> None:
    for name, gate in GATES.items():
        assert re.fullmatch(r"[a-z_0-9]+", name)
        assert re.fullmatch(r"[A-Z].*\.", gate.means), name
        assert gate.step in GateStep
        assert gate.example.body if isinstance(gate.example, Stopped) else gate.example, name


def test_every_constant_is_declared_in_the_order_of_the_file() -> None:
    code = (ROOT / "kernels" / "gates.py").read_text("utf-8")
    assert re.findall(r'^[A-Z_]+ = _declare\("(\w+)"', code, re.MULTILINE) == list(GATES)
