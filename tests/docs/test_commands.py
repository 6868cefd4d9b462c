"""The commands and code in the documentation, run in one session, with the archive that one of the pages makes."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from docs.generate import PAGES as GENERATED
from tests.docs.blocks import DOCS, ROOT, Block, agrees, blocks, commands, parse, run

GUIDES = ("docs/deduplication.md", "docs/first-crawl.md", "docs/adding.md", "docs/costs.md")
WRITTEN = sorted(f"docs/{path.name}" for path in DOCS.glob("*.md") if path.name not in GENERATED)
PAGES = ("README.md", "CONTRIBUTING.md", *WRITTEN)  # written by hand
WITHOUT_COMMANDS = {
    "CONTRIBUTING.md", "docs/README.md", "docs/architecture.md", "docs/benchmarks.md", "docs/costs.md",
    "docs/glossary.md",
}  # fmt: skip

# Names in the pages, and their replacements here.
NAMES = {"CC-MAIN-2024-22": "EXAMPLE", "https://example.org/page": "http://a.example/harbour"}
# Commands of docs/url-lists.md that also run here, each by its beginning; other tests run the others.
OF_LISTS = ("winnow lists build", "winnow lists check")
# All commands of the guides run here, except these: tests/jobs/test_two_crawls.py runs them with tables of two crawls.
ELSEWHERE = (
    "winnow report --warehouse tables/ -o report.html",
    "winnow run archives/ --crawl CC-MAIN-2024-22 --warehouse tables/ --recipe mine.yaml",
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with only the files that docs/url-lists.md expects: lists and words."""
    folder = tmp_path_factory.mktemp("docs")
    for name, lists in {"ut1": "domains", "words": "words", "exceptions": "exceptions"}.items():
        shutil.copytree(ROOT / "conf" / "lists" / lists, folder / name)
    return folder


def here(text: str) -> str:
    for name, own in NAMES.items():
        text = text.replace(name, own)
    return text


def run_block(block: Block, folder: Path) -> list[str]:
    """Runs the `winnow` commands of a block, and returns their names. Python is run, or written to a file."""
    if block.language == "yaml" or (block.language == "python" and block.name.endswith(".py")):
        (folder / block.name).write_text(block.text, encoding="utf-8")
    elif block.language == "python":
        exec(compile(block.text, f"{block.page}:{block.line}", "exec"), {"__name__": block.page})
    if block.language != "sh" or block.is_online:
        return []
    found = [words for words in commands(block) if words[0] == "winnow" and " ".join(words) not in ELSEWHERE]
    for words in found:
        run([here(word) for word in words])
    return [" ".join(words[:2]) for words in found]


@pytest.mark.parametrize("page", PAGES)
def test_every_winnow_command_that_a_page_shows_could_be_given(page: str) -> None:
    shown = [words for block in blocks(page) if block.language == "sh" for words in commands(block)]
    given = [words for words in shown if words[0] == "winnow"]
    assert bool(given) == (page not in WITHOUT_COMMANDS)
    for words in given:
        parse([word for word in words if word != "..."])


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_and_job_that_a_page_names_is_there(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^    )make ([a-z]+)", text, re.MULTILINE)) <= targets
    assert [path for path in re.findall(r"\bjobs/\w+\.py", text) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", [*PAGES, *(f"docs/{name}" for name in GENERATED)])
def test_every_link_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target, anchor in re.findall(r"\]\((?!https?:)([\w./-]*)(?:#([\w-]+))?\)", text):
        there = (ROOT / page).parent / target if target else ROOT / page
        assert there.is_file(), target
        if anchor:
            heads = re.findall(r"^#+ (.*)$", there.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}


def test_the_index_names_every_page() -> None:
    named = set(re.findall(r"\]\(([\w-]+\.md)\)", (DOCS / "README.md").read_text(encoding="utf-8")))
    assert named == {path.name for path in DOCS.glob("*.md")} - {"README.md"}


def test_the_readme_is_short_and_its_costs_are_those_of_the_page_of_costs() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.split()) <= 1_000
    costs = re.findall(r"^\|.*\| ([\d.]+) \w+ \| (?:.*: ([\d.]+) \w+|-) \|$", text, re.MULTILINE)
    assert len(costs) == 6
    known = set(re.findall(r"\d[\d.,]*(?<=\d)", (DOCS / "costs.md").read_text(encoding="utf-8")))
    assert {figure for row in costs for figure in row if figure} <= known


def test_every_message_in_the_page_on_operating_is_in_the_code() -> None:
    page = (DOCS / "operating.md").read_text(encoding="utf-8").partition("\n## Messages\n")[2]
    shown = re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "lib").rglob("*.py")]
    texts = [node.value for tree in trees for node in ast.walk(tree)
             if isinstance(node, ast.Constant) and isinstance(node.value, str)]  # fmt: skip
    assert len(shown) > 10
    assert [message for message in shown if not any(message in text for text in texts)] == []


def test_what_the_guides_show_is_what_comes_out(
    spark: SparkSession, place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In order: the first guide makes the archive and the tables that the others use."""
    monkeypatch.chdir(place)
    said, compared, ran = "", 0, []
    for block in (block for page in GUIDES for block in blocks(page)):
        if block.language == "text":
            shown = f"{block.page}:{block.line} shows\n{block.text}"
            assert agrees(block.text, said), f"{shown}\nand what comes out is\n{said}"
            compared += 1
        else:
            ran += run_block(block, place)
            said = capsys.readouterr().out
    assert compared == 3
    names = ("run", "explain", "run", "explain", "tune", "export", "tune", "run", "tune")
    assert ran == [f"winnow {name}" for name in names]
    lines = {" ".join(words): words for block in blocks("docs/url-lists.md") for words in commands(block)}
    for beginning in OF_LISTS:
        (words,) = (words for line, words in lines.items() if line.startswith(beginning))
        run([here(word) for word in words])
    assert (place / "lists.arrow").stat().st_size > 1_000


def test_the_metric_of_the_guide_is_a_metric(tmp_path: Path) -> None:
    """Applies the diff to a copy, and runs its test without Numba's compiler, which would take half a minute."""
    for name in ("lib", "tests", "conf"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    (diff,) = (block.text for block in blocks("docs/adding.md") if block.language == "diff")
    environment = {
        **os.environ,
        "GIT_CEILING_DIRECTORIES": str(tmp_path.parent),
        "NUMBA_DISABLE_JIT": "1",
        "PYTHONPATH": str(tmp_path / "lib"),
    }
    apply = ["patch", "--strip=1"] if shutil.which("patch") else ["git", "apply"]
    subprocess.run(apply, input=diff, text=True, check=True, cwd=tmp_path, env=environment)
    plain = ("-c", os.devnull, "--rootdir", ".", "-p", "no:randomly", "-p", "no:cacheprovider", "-W", "ignore")
    chosen = ("tests/kernels/measures/test_quality.py", "-k", "question_to_word_ratio")
    command = [sys.executable, "-m", "pytest", *plain, *chosen]
    said = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    assert " 1 passed" in said.stdout, said.stdout + said.stderr
