"""One generated crawl and one undisturbed run of it, which other runs are compared with."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.jobs.warehouse import FIRST, whole_run, winnow
from winnow.demo.crawl import make_crawl


@pytest.fixture(scope="session")
def crawls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of two small generated crawls."""
    folder = tmp_path_factory.mktemp("archives") / "two crawls"
    make_crawl(folder, 100, seed=5)
    return folder


@pytest.fixture(scope="session")
def archives(crawls: Path) -> Path:
    """The manifest of the first crawl."""
    return crawls / FIRST / "warc.paths.gz"


@pytest.fixture(scope="session")
def undisturbed(archives: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """A warehouse that one run made with its output in pipes; its standard output; its standard error."""
    warehouse = tmp_path_factory.mktemp("undisturbed") / "new" / "my tables"
    said = winnow(*whole_run(archives, warehouse))
    return warehouse, said.stdout, said.stderr


@pytest.fixture(scope="session")
def clean(undisturbed: tuple[Path, str, str]) -> Path:
    """The warehouse of the undisturbed run; never to be written."""
    return undisturbed[0]


@pytest.fixture
def copy(clean: Path, tmp_path: Path) -> Path:
    """A copy of it, to do what one likes with."""
    return shutil.copytree(clean, tmp_path / "copy")
