"""Two commands in one warehouse: the same run twice is refused, others are reported, dead processes are ignored."""

from __future__ import annotations

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from winnow.errors import WinnowError
from winnow.settings.load import load_settings
from winnow.warehouse.presence import FOLDER, Note, at_work
from winnow.warehouse.work import Work

HERE = socket.gethostname()


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """A process that lives until its input ends."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


def work_in(spark: SparkSession, folder: Path, crawl: str = "C1") -> Work:
    return Work(spark, load_settings(), {}, str(folder), crawl)


def leave(folder: Path, note: Note, age: float = 0) -> Path:
    (folder / FOLDER).mkdir(exist_ok=True)
    path = folder / FOLDER / f"{note.host}-{note.pid}.json"
    path.write_text(json.dumps(note._asdict()))
    os.utime(path, (path.stat().st_mtime - age,) * 2)
    return path


def test_the_same_run_is_refused_while_it_lives(
    spark: SparkSession, tmp_path: Path, other: subprocess.Popen[bytes]
) -> None:
    work = work_in(spark, tmp_path)
    path = leave(tmp_path, Note("winnow run", "C1", HERE, other.pid, 1_700_000_000.0))
    said = f"the same run is at work here: winnow run C1, process {other.pid} on {HERE}, since 2023-11-14 22:13:20 UTC"
    with pytest.raises(WinnowError, match=said), at_work(work, "winnow run", alone=True):
        pass
    assert [each.name for each in (tmp_path / FOLDER).glob("*.json")] == [path.name]
    other.kill()
    other.wait()
    with at_work(work, "winnow run", alone=True):
        assert not path.exists()
    assert not list((tmp_path / FOLDER).glob("*"))


@pytest.mark.parametrize(
    ("note", "age", "told"),
    [
        (("winnow run", "C2", HERE, 1), 0, True),  # another crawl
        (("winnow maintain", "C1", HERE, 1), 0, True),
        (("winnow run", "C1", "elsewhere", 1), 0, True),  # another machine, of which only the age of the note is known
        (("winnow run", "C1", "elsewhere", 1), 3600, False),
    ],
)
def test_other_commands_at_work_are_reported(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    note: tuple[str, str, str, int], age: float, told: bool,
) -> None:  # fmt: skip
    path = leave(tmp_path, Note(*note, since=0.0), age)
    with at_work(work_in(spark, tmp_path), "winnow run", alone=True):
        assert path.exists() is told
    said = capsys.readouterr().err
    assert (f"also at work here: {note[0]} {note[1]}, process 1 on {note[2]}" in said) is told


def test_if_two_runs_start_at_once_the_first_continues(
    spark: SparkSession, tmp_path: Path, other: subprocess.Popen[bytes]
) -> None:
    leave(tmp_path, Note("winnow run", "C1", HERE, other.pid, 4_000_000_000.0))
    with at_work(work_in(spark, tmp_path), "winnow run", alone=True):
        assert (tmp_path / FOLDER / f"{HERE}-{os.getpid()}.json").exists()


def test_a_file_that_is_not_a_note_stops_nobody(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / FOLDER).mkdir()
    for name, text in (("a.json", "{"), ("b.json", "[]"), ("c.json", '{"command": 1}')):
        (tmp_path / FOLDER / name).write_text(text)
    with at_work(work_in(spark, tmp_path), "winnow run", alone=True):
        assert len(list((tmp_path / FOLDER).glob("*.json"))) == 4
