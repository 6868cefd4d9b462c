"""Arguments that are not valid text are refused at once, also by a command without Spark."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from winnow.errors import SettingsError
from winnow.terminal.leaving import check_arguments


def test_names_in_another_encoding_are_all_reported_at_once() -> None:
    latin = [os.fsdecode("tabellen-ü".encode("latin-1")), "plain", os.fsdecode(b"\xff.warc.gz"), "tabellen-ü"]
    with pytest.raises(SettingsError) as caught:
        check_arguments(latin)
    assert [problem.partition(": ")[0] for problem in caught.value.problems] == [
        r"'tabellen-\udcfc'", r"'\udcff.warc.gz'",
    ]  # fmt: skip
    check_arguments(["tabellen-ü", "archives-日本"])


def test_a_command_without_spark_says_what_to_install(tmp_path: Path) -> None:
    code = "import sys; sys.modules['pyspark'] = None; from winnow.cli import main; main()"
    command = [sys.executable, "-c", code, "demo", str(tmp_path / "demo")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.strip().endswith("pip install 'winnow[spark]'")
    assert "Traceback" not in ended.stderr
