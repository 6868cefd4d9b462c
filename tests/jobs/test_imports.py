"""What commands import that only read tables, or find nothing to do. Each runs in its own process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.jobs.warehouse import rows_of, whole_run
from tests.test_imports import COMPILERS, HEAVY

RUN_AND_TELL = """
import sys, typer.main
from winnow.cli import app
typer.main.get_command(app).main(sys.argv[1:], prog_name="winnow", standalone_mode=False)
from winnow.spark.session import close_session
close_session()
print("imported:", *sorted({name.partition(".")[0] for name in sys.modules}))
"""

# What each may import of HEAVY. A run with nothing to do imports the stages of all jobs but the first, checks the
# language model by its kernel, and reads the lists of URLs, which are compared with the public suffixes.
MAY_IMPORT: dict[str, set[str]] = {
    "explain": set(), "tune": set(), "languages": set(), "run": COMPILERS | {"tldextract"},
}  # fmt: skip


@pytest.mark.parametrize("command", MAY_IMPORT)
def test_what_a_command_imports(command: str, clean: Path, archives: Path) -> None:
    rejected = next(row["page_id"] for row in rows_of(clean, "verdicts") if row["reasons"])
    arguments: dict[str, list[object]] = {
        "explain": ["explain", rejected, "--warehouse", clean],
        "tune": ["tune", "--warehouse", clean, "--set", "rules.gopher_too_few_words.min=120"],
        "languages": ["languages", "--warehouse", clean],
        "run": whole_run(archives, clean),
    }
    given = [sys.executable, "-c", RUN_AND_TELL, *map(str, arguments[command])]
    said = subprocess.run(given, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr[-3000:]
    (line,) = (line for line in said.stdout.splitlines() if line.startswith("imported: "))
    assert set(line.split()) & HEAVY <= MAY_IMPORT[command]
    assert "pyspark" in line.split()
