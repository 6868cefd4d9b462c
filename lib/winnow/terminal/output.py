"""Results on standard output: as text for people, or as one JSON value for programs."""

from __future__ import annotations

import dataclasses
import datetime
import json
import math
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import typer

T = TypeVar("T")


def present(result: T, as_json: bool, show: Callable[[T], object]) -> None:
    """The whole result of a command: as JSON, or as `show` prints it. docs/json.md lists the fields."""
    if as_json:
        print_json(result)
    else:
        show(result)


def tell(part: T, as_json: bool, show: Callable[[T], object]) -> T:
    """A part of a result that people see while a command still works; JSON has it in the whole result."""
    if not as_json:
        show(part)
    return part


def print_json(value: Any) -> None:
    """One JSON value. Ids of pages and clusters are strings, since many readers keep only 53 bits of a number."""
    is_unicode = (sys.stdout.encoding or "utf-8").lower().replace("-", "") == "utf8"  # others lack letters
    typer.echo(json.dumps(_plain(value), ensure_ascii=not is_unicode, allow_nan=False, indent=2))


def _plain(value: Any) -> Any:
    """Rows, named tuples and dataclasses as objects; times in ISO 8601; infinite numbers and NaN as null."""
    fields = _fields(value)
    if fields is not None:
        return {str(key): _plain_id(str(key), item) for key, item in fields.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.replace(tzinfo=value.tzinfo or datetime.UTC).isoformat()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _fields(value: Any) -> dict[Any, Any] | None:
    if isinstance(value, dict):
        return value
    if hasattr(value, "asDict"):  # a row of Spark, whose packages are not imported for it
        return dict(value.asDict())
    if hasattr(value, "_asdict"):
        return dict(value._asdict())
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return None


def _plain_id(key: str, value: Any) -> Any:
    return str(value) if isinstance(value, int) and key.endswith("_id") else _plain(value)
