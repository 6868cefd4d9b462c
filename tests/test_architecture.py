"""The conventions of the design, checked by a program.

Each rule is a function that lists what breaks it, so that the same function is also tried on code that breaks it.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import networkx as nx
import pytest

from tests.conftest import LONGEST
from winnow.runs.crawl import RUNS
from winnow.settings.jobs import JOBS

ROOT = Path(__file__).parents[1]
MODULES_A_FOLDER, MODULES_AT_THE_ROOT, LINES_OF_A_JOB = 14, 6, 40
DRAWERS = {"utils", "common", "helpers", "manager", "base"}
RANDOM = ("monotonically_increasing_id", "uuid4", "F.rand(", "import random", "deduplicate=True")
STATE = ("winnow.warehouse", "winnow.spark.session", "delta")
OF_ALL = {"test_architecture", "test_imports"}
NO_MIRROR = {"chaos", "docs", "fuzz", "jobs", "reference"}  # tests of whole runs, of pages, of oracles

Sources = Mapping[str, str]  # code by the name of its module


def sources() -> dict[str, str]:
    """Every module of the project as Python imports it: jobs/ is winnow.jobs."""
    found = {}
    for folder, package in ((ROOT / "lib" / "winnow", "winnow"), (ROOT / "jobs", "winnow.jobs")):
        for path in folder.rglob("*.py"):
            parts = path.relative_to(folder).with_suffix("").parts
            name = ".".join((package, *(part for part in parts if part != "__init__")))
            found[name] = path.read_text(encoding="utf-8")
    return found


def packages(known: Iterable[str]) -> set[str]:
    """Modules that contain others."""
    return {name.rpartition(".")[0] for name in known} - {""}


def room_of(module: str, folders: set[str]) -> str:
    """The folder of a module; a module at the root is a room of its own."""
    folder = module if module in folders else module.rpartition(".")[0]
    return module if folder == "winnow" else folder


def imported(code: str) -> Iterator[str]:
    """Every module or name that code imports, also inside functions and only for types."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def arrows(code: Sources) -> Iterator[tuple[str, str]]:
    """Pairs of modules, the first of which imports the second; `from winnow import x` is x if x is a module."""
    for module, text in code.items():
        names = set(imported(text)) & code.keys()
        yield from ((module, name) for name in names if name != module and not _is_path_to_another(name, names))


def _is_path_to_another(name: str, names: set[str]) -> bool:
    return any(other.startswith(f"{name}.") for other in names)


def circles(code: Sources) -> list[list[str]]:
    """Modules that import one another in a circle."""
    return _circles(arrows(code))


def circles_of_folders(code: Sources) -> list[list[str]]:
    """Folders that import one another in a circle, each with its sub-folders, and each alone."""
    folders = packages(code)
    rooms = [(room_of(a, folders), room_of(b, folders)) for a, b in arrows(code)]
    whole = [(_top(a), _top(b)) for a, b in rooms]
    return _circles((a, b) for a, b in [*rooms, *whole] if a != b)


def _top(room: str) -> str:
    return ".".join(room.split(".")[:2])


def _circles(pairs: Iterable[tuple[str, str]]) -> list[list[str]]:
    graph: nx.DiGraph[str] = nx.DiGraph(list(pairs))
    return [sorted(circle) for circle in nx.strongly_connected_components(graph) if len(circle) > 1]


def crowded(code: Sources) -> list[str]:
    """Folders with more modules than can be seen at a glance."""
    folders = packages(code)
    sizes: dict[str, int] = {}
    for module in code:
        if module not in folders:
            folder = module.rpartition(".")[0]
            sizes[folder] = sizes.get(folder, 0) + 1
    most = {"winnow": MODULES_AT_THE_ROOT}
    return [f"{folder}: {size}" for folder, size in sizes.items() if size > most.get(folder, MODULES_A_FOLDER)]


def impure_kernels(code: Sources) -> list[str]:
    """Kernels that know Spark, Arrow or another room than kernels."""
    found = []
    for module, name in _names_in(code, "winnow.kernels"):
        is_ours = name == "winnow" or name.startswith("winnow.")
        is_far = is_ours and not _is_below(name, ("winnow.kernels", "winnow.errors"))
        if name.split(".")[0] in ("pyspark", "delta", "pyarrow") or (is_far and name in code):
            found.append(f"{module}: {name}")
    return found


def stages_with_effects(code: Sources) -> list[str]:
    """Stages that read, write or make a session."""
    names = [f"{module}: {name}" for module, name in _names_in(code, "winnow.stages") if _is_below(name, STATE)]
    words = ("SparkSession", ".write.", ".writeTo(", ".load(", "spark.read", ".toPandas")
    texts = {module: text for module, text in code.items() if _is_below(module, ("winnow.stages",))}
    return names + [f"{module}: {word}" for module, text in texts.items() for word in words if word in text]


def long_jobs(code: Sources) -> list[str]:
    """Jobs with too many lines; blank lines count."""
    return [
        f"{module}: {len(text.splitlines())}"
        for module, text in code.items()
        if module.startswith("winnow.jobs.") and len(text.splitlines()) > LINES_OF_A_JOB
    ]


def silent(code: Sources) -> list[str]:
    """Modules that do not begin with one sentence on one line, which ends in a full stop or introduces what follows."""
    firsts = {module: (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0] for module, text in code.items()}
    return [module for module, first in firsts.items() if not re.search(r"\w.*(?:[.:]|`)$", first)]


def misplaced_tests(tests: Iterable[Path], code: Sources) -> list[str]:
    """Tests (paths below tests/) that mirror no module: tests/a/test_b.py tests winnow/a/b.py, or all of b/.

    A test of a whole room is in the room: tests/a/b/test_b.py. tests/a/test_b_of_c.py tests one side of a/b.py.
    """
    found = []
    for path in tests:
        folder, name = path.parts[:-1], path.stem.removeprefix("test_")
        words = name.split("_")
        names = {".".join(("winnow", *folder, "_".join(words[: size + 1]))) for size in range(len(words))}
        is_whole = bool(folder) and folder[-1] == name and ".".join(("winnow", *folder)) in code
        is_free = path.as_posix() in ("test_architecture.py", "test_imports.py") or (
            set(folder[:1]) <= NO_MIRROR and bool(folder)
        )
        if not is_free and not is_whole and not names & code.keys():
            found.append(path.as_posix())
    return found


def drawers(code: Sources) -> list[str]:
    """Modules whose name does not say what they contain."""
    return [module for module in code if module.rpartition(".")[2] in DRAWERS]


def random_rows(code: Sources) -> list[str]:
    """Modules in which chance decides a row."""
    return [f"{module}: {word}" for module, text in code.items() for word in RANDOM if word in text]


def unpacked(code: Sources, listed: Iterable[str]) -> set[str]:
    """Folders that the wheel lacks, and folders that it names although they do not exist."""
    return packages(code) ^ (set(listed) - {"winnow.conf"})


def _names_in(code: Sources, folder: str) -> Iterator[tuple[str, str]]:
    for module, text in code.items():
        if _is_below(module, (folder,)):
            yield from ((module, name) for name in imported(text))


def _is_below(name: str, places: Iterable[str]) -> bool:
    return any(name == place or name.startswith(f"{place}.") for place in places)


RULES = (
    circles, circles_of_folders, crowded, impure_kernels, stages_with_effects, long_jobs, silent, drawers, random_rows,
)  # fmt: skip
BROKEN = {
    "circles": {"winnow.a": '"""A."""\nfrom winnow import b', "winnow.b": '"""B."""\ndef f():\n    import winnow.a'},
    "circles_of_folders": {
        "winnow.x.a": "from winnow.y.b import c", "winnow.y.b": "", "winnow.y.d": "from winnow.x import e",
        "winnow.x.e": "",
    },
    "crowded": {f"winnow.x.m{number}": "" for number in range(15)},
    "impure_kernels": {"winnow.kernels.a": "from winnow.warehouse import delta", "winnow.warehouse.delta": ""},
    "stages_with_effects": {"winnow.stages.a": "from winnow.warehouse import delta"},
    "long_jobs": {"winnow.jobs.a": "\n" * 41},
    "silent": {"winnow.a": "import os"},
    "drawers": {"winnow.utils": ""},
    "random_rows": {"winnow.a": "F.rand()"},
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps_the_rule(rule: object) -> None:
    assert callable(rule)
    assert rule(sources()) == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_each_rule_finds_code_that_breaks_it(rule: object) -> None:
    assert callable(rule)
    assert rule(BROKEN[rule.__name__])


@pytest.mark.parametrize(
    "code",
    [
        {"winnow.kernels.a": "import pyspark.sql"},
        {"winnow.kernels.a": "from winnow import tables", "winnow.tables": ""},
        {"winnow.kernels.a": "def f():\n    import pyarrow"},
    ],
)
def test_a_kernel_hides_no_import(code: Sources) -> None:
    assert impure_kernels(code)


@pytest.mark.parametrize(
    "line",
    ["from winnow import warehouse", "from winnow.warehouse.commits import todo", "from delta import DeltaTable"],
)
def test_a_stage_hides_no_import(line: str) -> None:
    assert stages_with_effects({"winnow.stages.x.a": line})


def test_more_modules_than_six_at_the_root() -> None:
    assert crowded({f"winnow.m{number}": "" for number in range(7)})


def test_tests_mirror_their_modules() -> None:
    tests = [path.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")]
    assert misplaced_tests(tests, sources()) == []
    assert misplaced_tests([Path("test_delta.py"), Path("warehouse/test_extract.py")], sources()) == [
        "test_delta.py", "warehouse/test_extract.py",
    ]  # fmt: skip


def test_every_folder_is_in_the_wheel() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        listed = tomllib.load(file)["tool"]["setuptools"]["packages"]
    assert unpacked(sources(), listed) == set()
    assert unpacked({"winnow.a": "", "winnow.a.b": ""}, ["winnow"]) == {"winnow.a"}


def test_the_map_names_every_room() -> None:
    """`lib/winnow/__init__.py` is read first."""
    code = sources()
    rooms = {_top(name) for name in code if name != "winnow"} - {"winnow.__main__"}
    assert [room for room in sorted(rooms) if not re.search(rf"\b{room.split('.')[1]}\b", code["winnow"])] == []


def test_every_job_has_its_file_and_is_run() -> None:
    assert {module for module in sources() if module.startswith("winnow.jobs.")} == {
        f"winnow.jobs.{name}" for name in ("list_archives", *JOBS)
    }
    assert list(RUNS) == list(JOBS)


def test_the_longest_test_files_are_there() -> None:
    assert set(LONGEST) <= {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
