"""The conventions of the design, checked by a program."""

import ast
from pathlib import Path

import pytest

from winnow import run
from winnow.commands.options import JobName

ROOT = Path(__file__).parents[1]
LIB = ROOT / "lib" / "winnow"
KERNELS = sorted((LIB / "kernels").glob("*.py"))
JOBS = [path for path in sorted((ROOT / "jobs").glob("*.py")) if path.name != "__init__.py"]
STAGES = sorted((LIB / "stages").glob("*.py"))


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("path", KERNELS, ids=lambda path: path.stem)
def test_a_kernel_knows_neither_spark_nor_the_rest_of_winnow(path: Path) -> None:
    known = imported(path)
    assert not [name for name in known if name.split(".")[0] in ("pyspark", "delta", "pyarrow")]
    allowed = ("winnow.kernels", "winnow.errors")
    assert not [name for name in known if name.startswith("winnow") and not name.startswith(allowed)]


@pytest.mark.parametrize("path", STAGES, ids=lambda path: path.stem)
def test_a_stage_makes_no_session_and_writes_nothing(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert "SparkSession" not in source
    assert ".write" not in source
    assert not imported(path) & {"winnow.delta", "winnow.commits", "winnow.crawls", "winnow.session", "delta"}


@pytest.mark.parametrize("path", JOBS, ids=lambda path: path.stem)
def test_a_job_has_at_most_40_lines(path: Path) -> None:
    lines = [
        line for line in path.read_text(encoding="utf-8").splitlines() if line.strip() and not line.startswith("#")
    ]
    assert len(lines) <= 40


def test_the_command_line_names_the_jobs_of_a_run() -> None:
    """It has their names itself: importing the jobs takes seconds, which `--help` need not wait for."""
    assert list(JobName) == list(run.JOBS)


def test_no_module_is_a_drawer() -> None:
    names = {path.stem for path in LIB.rglob("*.py")}
    assert not names & {"utils", "common", "helpers", "manager", "base"}


def test_nothing_random_decides_a_row() -> None:
    banned = ("monotonically_increasing_id", "uuid4", "F.rand(", "import random", "deduplicate=True")
    found = [(path.name, word) for path in LIB.rglob("*.py") for word in banned if word in path.read_text("utf-8")]
    assert found == []
