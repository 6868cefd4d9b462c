"""Generated crawls and one undisturbed run of the first, which other runs are compared with: once for all workers."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.jobs.warehouse import FIRST, whole_run, winnow
from winnow.demo.crawl import make_crawl

WAREHOUSE = "my tabellen-ü"


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of pytest-xdist have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def unless_there(folder: Path) -> Iterator[bool]:
    """Whether this worker has to fill the folder; the others wait until it has."""
    with Path(f"{folder}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        missing = not folder.exists()
        try:
            yield missing
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


@pytest.fixture(scope="session")
def crawls(shared: Path) -> Path:
    """The folder of two small generated crawls."""
    folder = shared / "two crawls 日本"
    with unless_there(folder) as missing:
        if missing:
            make_crawl(folder, 100, seed=5)
    return folder


@pytest.fixture(scope="session")
def archives(crawls: Path) -> Path:
    """The manifest of the first crawl."""
    return crawls / FIRST / "warc.paths.gz"


@pytest.fixture(scope="session")
def undisturbed(archives: Path, shared: Path) -> tuple[Path, str, str]:
    """A warehouse that one run made with its output in pipes; its standard output; its standard error.

    Made as in a container without a locale, though neither the warehouse's name nor the archives' is ASCII.
    """
    folder = shared / "undisturbed"
    with unless_there(folder) as missing:
        if missing:
            (folder / "here").mkdir(parents=True)
            said = winnow(*whole_run(archives, folder / WAREHOUSE), locale="C", cwd=folder / "here")
            (folder / "out").write_text(said.stdout, encoding="utf-8")
            (folder / "err").write_text(said.stderr, encoding="utf-8")
    return folder / WAREHOUSE, (folder / "out").read_text("utf-8"), (folder / "err").read_text("utf-8")


@pytest.fixture(scope="session")
def clean(undisturbed: tuple[Path, str, str]) -> Path:
    """The warehouse of the undisturbed run; never to be written."""
    return undisturbed[0]


@pytest.fixture
def copy(clean: Path, tmp_path: Path) -> Path:
    """A copy of it, to do what one likes with."""
    return shutil.copytree(clean, tmp_path / "copy")
