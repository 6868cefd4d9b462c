"""What every command prints with `--json`, compared field by field with docs/json.md."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from pyspark.sql import SparkSession
from pyspark.sql import types as t

from tests.docs.blocks import DOCS
from tests.jobs.warehouse import FIRST, SECOND, called, demo_flags, rows_of, whole_run
from winnow.cli import app
from winnow.runs import estimate
from winnow.runs.estimate import Cost, Sample
from winnow.tables import TABLES

PAGE = (DOCS / "json.md").read_text(encoding="utf-8")
DOCUMENTED = dict(re.findall(r"^## `winnow (.+)`\n\nThe result is: (.+)\.$", PAGE, re.MULTILINE))
OBJECTS = {
    part.partition("\n")[0]: dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", part, re.MULTILINE))
    for part in PAGE.split("\n### ")[1:]
}
PLAIN: dict[str, tuple[type, ...]] = {
    "string": (str,), "integer": (int,), "number": (int, float), "boolean": (bool,),
}  # fmt: skip


def problems(value: Any, kind: str, where: str) -> Iterator[str]:
    """How a value differs from a type, in the words of the page."""
    if kind.endswith(" or null"):
        yield from () if value is None else problems(value, kind.removesuffix(" or null"), where)
    elif kind.startswith("list of "):
        number, inner = re.fullmatch(r"list of (?:(\d+) )?(.+)", kind).groups()  # type: ignore[union-attr]
        if not isinstance(value, list) or (number and len(value) != int(number)):
            yield f"{where}: {value!r} is no {kind}"
            return
        for place, one in enumerate(value):
            yield from problems(one, inner, f"{where}[{place}]")
    elif kind.startswith("object of "):
        for key, one in value.items():
            yield from problems(one, kind.removeprefix("object of "), f"{where}.{key}")
    elif kind.startswith("row of"):
        named = re.findall(r"\[(\w+)\]", kind) or ["near_duplicates", "url_duplicates"]
        tables = [TABLES[name].columns for name in named if list(value) == TABLES[name].columns.names]
        yield from of_row(value, tables[0], where) if tables else [f"{where}: {list(value)} is no {kind}"]
    elif linked := re.fullmatch(r"\[(.+)\]\(#.+\)", kind):
        fields = OBJECTS[linked[1]]
        if list(value) != list(fields):
            yield f"{where}: has {list(value)}, documented are {list(fields)}"
        for name in value.keys() & fields.keys():
            yield from problems(value[name], fields[name], f"{where}.{name}")
    elif kind == "string of digits":
        yield from [] if re.fullmatch(r"-?\d+", value) else [f"{where}: {value!r} is no {kind}"]
    elif not isinstance(value, PLAIN[kind]) or (isinstance(value, bool) and kind != "boolean"):
        yield f"{where}: {value!r} is no {kind}"


def of_row(row: dict[str, Any], columns: t.StructType, where: str) -> Iterator[str]:
    for column in columns:
        value, at = row[column.name], f"{where}.{column.name}"
        if value is None or isinstance(column.dataType, t.ArrayType | t.MapType | t.BinaryType):
            continue
        if isinstance(column.dataType, t.StructType):
            yield from of_row(value, column.dataType, at)
        elif isinstance(column.dataType, t.TimestampType):
            assert datetime.fromisoformat(value).tzinfo is not None, at
        else:
            kinds: dict[type, str] = {t.StringType: "string", t.DoubleType: "number"}
            kind = "string of digits" if column.name.endswith("_id") else kinds.get(type(column.dataType), "integer")
            yield from problems(value, kind, at)


def check(command: str, *arguments: object) -> Any:
    """The result of a command, if it is as documented."""
    said = called(*command.split(), *arguments, "--json", check=True)
    result = json.loads(said.stdout)
    assert list(problems(result, DOCUMENTED[command], command)) == []
    return result


def test_every_command_with_json_is_documented() -> None:
    root: Any = typer.main.get_command(app)
    subs = [(path, command) for path, command in root.commands.items() if not hasattr(command, "commands")]
    subs += [(f"lists {path}", command) for path, command in root.commands["lists"].commands.items()]
    assert {path for path, command in subs if any(one.name == "as_json" for one in command.params)} == DOCUMENTED.keys()


def test_lists_check() -> None:
    url = "http://www.velvet-curtain.example/"
    (found,) = check("lists check", url, *demo_flags()[:8])
    assert found["gate"] == "url_domain_listed"
    assert found["matches"]


def test_results_that_read_tables(spark: SparkSession, both: Path) -> None:
    at = ("--warehouse", both)
    for table, field in (
        ("near_duplicates", "copy_of"),
        ("repeated_spans", "stretches"),
        ("url_duplicates", "url_copy"),
    ):
        (life,) = check("explain", rows_of(both, table)[0]["page_id"], *at)
        assert life[field]
        assert life["judged"]
    changed = ("--set", "rules.gopher_too_few_words.min=300", "--sweep", "gopher_too_few_words.min=10,500")
    told = check("tune", *at, *changed)
    assert told["tuned"]["lost_examples"]
    assert len(told["sweeps"][0]["steps"]) == 2
    told = check("tune", *at, "--language", "en", *changed)
    assert told["language"] == "en"
    scored = check("languages", *at)
    assert all(one["pages"] > 0 for one in scored)
    assert "en" in {one["language"] for one in scored}
    assert check("lists try", *at, "--crawl", SECOND)
    dry = check("remove", *at, "--page-id", rows_of(both, "documents")[0]["page_id"], "--with-copies", "--dry-run")
    assert (dry["named"], dry["documents"], dry["removed"]) == (1, 1, None)
    assert len(dry["pages"]) == 1


def test_results_of_writing(spark: SparkSession, archives: Path, copy: Path) -> None:
    name, *arguments = whole_run(archives, copy)
    run = check(str(name), *arguments)
    assert (run["crawl"], run["funnel"][0]["stage"]) == (FIRST, "extract_pages")
    removed = check("remove", "--warehouse", copy, "--page-id", rows_of(copy, "documents")[0]["page_id"])
    assert removed["removed"] == 1
    assert {table["table"] for table in check("maintain", "--warehouse", copy)} <= TABLES.keys()


def test_a_plan(spark: SparkSession, archives: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a sample that is not run again here; tests/runs checks its costs."""
    costs = {job: Cost(1.5, 2.5, 10, 20, 30, 1) for job in ("extract_pages", "measure_pages")}
    sample = Sample(costs, 1, 2, {"workers": 1, "extractor": 2, "jvm": 3})
    monkeypatch.setattr(estimate, "measure", lambda *_: sample)
    plan = check("plan", archives, "--cores", 4, "--price", 0.5)
    assert plan["sample"]["costs"]["extract_pages"]["rows"] == 20
    assert plan["target"]["price"] == 0.5
