"""Lists and settings as Windows, macOS and spreadsheets write them, in every file that winnow reads as text."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from winnow.errors import SettingsError
from winnow.settings.kernel_settings import measure_settings, rules_of
from winnow.settings.load import load_settings
from winnow.settings.text_lists import decode_text, lines_of
from winnow.settings.url_lists import categories_in, load_lists
from winnow.sources.named_archives import find_archives

WRITERS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "UTF-8 with a mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "UTF-16 of PowerShell": lambda text: codecs.BOM_UTF16_LE + text.replace("\n", "\r\n").encode("utf-16-le"),
    "UTF-16, big end first": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32"),
}
INVISIBLE = {
    "files joined, each with a mark": "".join,
    "copied from a page": lambda lines: "".join(f"\u200b{line[:-1]}\u200e\n" for line in lines),
    "from right to left": lambda lines: "".join(f"\u2067{line[:-1]}\u2069 \n" for line in lines),
    "the end of a file of DOS": lambda lines: "".join(lines) + "\x1a",
}


def held(data: bytes) -> list[str]:
    return [line for _, line in lines_of(io.BytesIO(data))]


@pytest.mark.parametrize("writer", WRITERS)
def test_the_lines_are_those_that_were_written(writer: str) -> None:
    assert held(WRITERS[writer]("one\n\n  two ü\nthree\n")) == ["one", "two ü", "three"]


@pytest.mark.parametrize("how", INVISIBLE)
def test_what_is_invisible_is_not_read(how: str) -> None:
    lines = ["\ufeffone\n", "\ufefftwo\n"] if how.startswith("files") else ["one\n", "two\n"]
    assert held(INVISIBLE[how](lines).encode()) == ["one", "two"]


@pytest.mark.parametrize(
    ("data", "part"),
    [
        ("one\ntwo\n".encode("utf-16-le"), "line 1: contains zero bytes, like UTF-16 without a byte order mark"),
        ("one\nzw\u00f6lf\n".encode("latin-1"), "line 2: not UTF-8"),
    ],
)
def test_what_is_not_text_is_reported_with_its_line(data: bytes, part: str) -> None:
    with pytest.raises(UnicodeError, match=part):
        held(data)


@given(st.lists(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1)), st.sampled_from(sorted(WRITERS)))
def test_no_line_is_lost_or_changed(lines: list[str], writer: str) -> None:
    assert held(WRITERS[writer]("\n".join(lines))) == lines
    assert decode_text(WRITERS[writer]("\n".join(lines))).split() == lines


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("x/part-1.warc.gz", "x/part-2.warc.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    return tmp_path


@pytest.mark.parametrize("writer", WRITERS)
def test_every_list_that_is_read_finds_all_of_its_entries(place: Path, writer: str) -> None:
    """Archives, domains, words, bad words; then a file of settings, one of rules, one of metrics."""

    def write(name: str, text: str) -> Path:
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(WRITERS[writer](text))
        return path

    notes: list[str] = []
    manifest = write("all.paths", "x/part-1.warc.gz\nx/part-2.warc.gz\n")
    _, archives = find_archives([str(manifest)], None, notes=notes)
    assert [archive.archive_path for archive in archives] == ["x/part-1.warc.gz", "x/part-2.warc.gz"]
    assert [note.partition(": ")[2].split(",")[0] for note in notes] == (
        [f"read as {writer.split(maxsplit=1)[0].strip(',')}"] if writer.startswith("UTF") else []
    )

    for name in ("strict", "hard", "soft"):
        write(f"words/{name}.txt", "one\ntwo\n")
    write("lists/adult/domains", "# some\na.example\nb.example\n")
    found = load_lists(place / "lists", ["adult"], place / "words", None, False)
    assert [len(found.domains.keys), sorted(found.hard.words), found.skipped] == [2, ["one", "two"], {}]

    rules = write("rules.yaml", "rules:\n- {reason: a, metric: own_twice, min: 1}\n")
    own = write(
        "own.py", "def twice(text: str) -> float:\n    'Twice the characters, from 0.'\n    return 2.0 * len(text)\n"
    )
    bad = write("bad.txt", "one\ntwo\n")
    config = write("own.yaml", f"measure: {{own: '{own}', c4: {{bad_words: '{bad}'}}}}\nrule_files: ['{rules}']\n")
    settings = load_settings(config=config)
    assert [rule.metric for rule in rules_of(settings)] == ["own_twice"]
    assert measure_settings(settings).c4.bad_words == ("one", "two")


def test_a_list_without_a_mark_is_refused_with_its_encoding(place: Path) -> None:
    (place / "all.paths").write_bytes("x/part-1.warc.gz\n".encode("utf-16-le"))
    with pytest.raises(SettingsError, match="as a list of archives: line 1: contains zero bytes, like UTF-16"):
        find_archives([str(place / "all.paths")], None)


def test_hidden_folders_are_no_categories(tmp_path: Path) -> None:
    for name in ("adult", ".git", "__MACOSX", "._adult"):
        (tmp_path / name).mkdir()
    assert categories_in(tmp_path) == ["adult"]
