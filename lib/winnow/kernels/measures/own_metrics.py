"""A user's own metrics: functions in one Python file, checked before they run, each called with the text of a page."""

from __future__ import annotations

import ast
import math
import re
import sys
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from types import ModuleType

from winnow.errors import OwnMetricError, SettingsError

OWN_PREFIX = "own_"
SIGNATURE = "(text: str) -> float"

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_MOST_CHARS = 300  # of the message of an exception
_Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class OwnMetrics:
    """A file of metrics: its path as given, its text, and the names of its functions in their order.

    This object is sent to the workers, so they need no copy of the file.
    """

    file: str
    source: str
    functions: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the metrics in `measures.metrics` and in rules."""
        return tuple(f"{OWN_PREFIX}{name}" for name in self.functions)

    @property
    def checksum(self) -> str:
        """SHA-256 of the file's text, 64 hex digits."""
        return sha256(self.source.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """A metric ready to run: its name in the file, the line of its definition, and the function."""

    name: str
    line: int
    call: Callable[[str], object]


def parse_own(file: str, source: str) -> OwnMetrics:
    """The metrics of a file. The file is only parsed; its code does not run.

    Every function at the top level is a metric, except those whose names begin with an underscore. Raises SettingsError
    with all problems: a name that is not in lower case, two functions with one name, a wrong signature, a missing
    docstring.
    """
    try:
        body = ast.parse(source, file).body
    except (SyntaxError, ValueError) as error:
        line = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise SettingsError([f"measure.own: {file}{line}: {_said(error)}"]) from error
    found = [one for one in body if isinstance(one, _Definition) and not one.name.startswith("_")]
    problems = [f"measure.own: {file}:{one.lineno}: {one.name}: {problem}" for one in found for problem in _wrong(one)]
    counts = Counter(one.name for one in found)
    problems += [f"measure.own: {file}: {name}: is defined {n} times" for name, n in counts.items() if n > 1]
    if not found:
        problems.append(f"measure.own: {file}: has no metric; add a function such as def question_count{SIGNATURE}")
    if problems:
        raise SettingsError(problems)
    return OwnMetrics(file, source, tuple(counts))


@cache
def load_own(own: OwnMetrics) -> tuple[OwnFunction, ...]:
    """The functions, once for each process. Raises OwnMetricError, with the line, if the file does not run."""
    module = ModuleType(f"winnow_own_metrics_{own.checksum[:16]}")
    sys.modules[module.__name__] = module  # a dataclass in the file looks up its names here
    try:
        exec(compile(own.source, own.file, "exec"), module.__dict__)
        calls = [getattr(module, name) for name in own.functions]
    except (Exception, SystemExit) as error:
        raise OwnMetricError(f"{own.file}:{_line(error, own.file)}: {_said(error)}, when the file is run") from error
    lines = {one.name: one.lineno for one in ast.parse(own.source).body if isinstance(one, _Definition)}
    return tuple(OwnFunction(name, lines[name], call) for name, call in zip(own.functions, calls, strict=True))


def measure_own(own: OwnMetrics, text: str, page: str) -> list[float]:
    """The value of each function for a text, all finite.

    page: the name of the page in messages. Raises OwnMetricError, with the line of the file and the page, if a function
    raises an exception or does not return a finite number.
    """
    return [_value(own, function, text, page) for function in load_own(own)]


def _value(own: OwnMetrics, function: OwnFunction, text: str, page: str) -> float:
    try:
        given = function.call(text)
        value = float(given) if isinstance(given, float | int) and not isinstance(given, bool) else math.nan
    except (Exception, SystemExit) as error:
        line = _line(error, own.file) or function.line
        raise OwnMetricError(f"{own.file}:{line}: {function.name}: {_said(error)}, for the page {page}") from error
    if not math.isfinite(value):
        shown = printable(repr(given))
        raise OwnMetricError(
            f"{own.file}:{function.line}: {function.name}: gives {shown}, expected a finite number, for the page {page}"
        )
    return value


def _wrong(function: _Definition) -> Iterator[str]:
    """Why a function cannot be a metric."""
    if not _NAME.fullmatch(function.name):
        yield "expected a name of lower-case letters, digits and _"
    is_plain = isinstance(function, ast.FunctionDef) and _is(function.returns, "float")
    if not is_plain or not _takes_a_text(function.args):
        yield f"expected def {function.name}{SIGNATURE}, and nothing else in the brackets"
    if not ast.get_docstring(function):
        yield "has no docstring; say what it measures, and its range"


def _takes_a_text(arguments: ast.arguments) -> bool:
    positional = [*arguments.posonlyargs, *arguments.args]
    others: Sequence[object] = [*arguments.kwonlyargs, *arguments.defaults]
    return (
        len(positional) == 1
        and not others
        and arguments.vararg is arguments.kwarg is None
        and _is(positional[0].annotation, "str")
    )


def _is(annotation: ast.expr | None, name: str) -> bool:
    """Whether an annotation is this name, quoted or not."""
    return annotation is not None and ast.unparse(annotation).strip("'\"") == name


def _line(error: BaseException, file: str) -> int:
    """The innermost line of the file in the traceback of an exception; 0 if there is none."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno or 0
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 0 for frame in reversed(frames) if frame.filename == file), 0)


def _said(error: BaseException) -> str:
    """An exception in one line."""
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    return printable(f"{type(error).__name__}: {said}" if said else type(error).__name__)


def printable(text: str) -> str:
    """A text from outside, made safe to print inside a line: no control characters, at most 300 characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())[:_MOST_CHARS]
