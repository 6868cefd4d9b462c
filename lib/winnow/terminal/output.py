"""Results for programs: what a command would show, as one JSON value on standard output."""

from __future__ import annotations

import dataclasses
import datetime
import json
import math
import sys
from typing import Any

import typer
from pyspark.sql import Row


def print_json(value: Any) -> None:
    """One JSON value; numbers of pages and clusters are strings, since many readers keep 53 bits of a number."""
    is_unicode = sys.stdout.encoding.lower().replace("-", "") == "utf8"  # no other encoding has every letter
    typer.echo(json.dumps(_plain(value), ensure_ascii=not is_unicode, allow_nan=False, indent=2))


def _plain(value: Any) -> Any:
    """Rows, named tuples and dataclasses as objects; times in ISO 8601; what is no finite number as null."""
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
    if isinstance(value, Row):
        return value.asDict()
    if hasattr(value, "_asdict"):
        return dict(value._asdict())
    if dataclasses.is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    return None


def _plain_id(key: str, value: Any) -> Any:
    return str(value) if isinstance(value, int) and key.endswith("_id") else _plain(value)
