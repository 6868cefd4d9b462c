"""The user's URL lists, read from folders in UT1's format."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from winnow.errors import SettingsError, did_you_mean
from winnow.kernels.pages.url import (
    CURATED_SOURCES,
    is_ip,
    parse_url,
    parse_words,
    public_suffixes,
    without_www,
)
from winnow.kernels.pages.url_sets import KeySet, Phrases, Substrings, UrlLists, key
from winnow.settings.text_lists import lines_of

MAX_SKIPPED_FRACTION = 0.01  # share of wrong lines above which a file is refused
SHOWN_LINES = 5

_PLAIN_DOMAIN = re.compile(r"(?!www\.)(?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{1,62}")
_HOST = re.compile(r"(?:[a-z0-9_-]{1,63}\.)+[a-z0-9_-]{1,63}")

_Entry = Callable[[str], str | None]


def load_lists(
    folder: str | Path | None,
    categories: list[str],
    words: str | Path | None,
    exceptions: str | Path | None,
    curated_sources: bool,
) -> UrlLists:
    """All lists of a run, from the settings below `url`.

        folder      one folder for each of `categories`, with `domains`, `urls` or both (either may end in .gz)
        words       folder with strict.txt, hard.txt and soft.txt, one word or phrase a line
        exceptions  folder with `domains`, `urls` or both

    Files are UTF-8, or as their byte order mark says; empty lines and lines that begin with # are ignored. Upper case,
    ports, Unicode, punycode, `www.` and IP addresses are accepted, as in the lists of UT1. A line that is not an entry
    is skipped and counted. Raises SettingsError with all problems: missing files, and files with more than one wrong
    line in a hundred.
    """
    reader = _Reader()
    listed, problems = _check_categories(Path(folder) if folder is not None else None, categories)
    reader.problems += problems
    domains, urls = reader.read_sets(listed)
    excepted = {"exceptions": Path(exceptions)} if exceptions is not None else {}
    excepted_domains, excepted_urls = reader.read_sets(excepted)
    strict, hard, soft = (reader.read_words(words, name) for name in ("strict", "hard", "soft"))
    if reader.problems:
        raise SettingsError(reader.problems)
    return UrlLists(
        domains=domains,
        urls=urls,
        excepted_domains=excepted_domains,
        excepted_urls=excepted_urls,
        strict=Substrings.of(entry.replace(" ", "") for entry in strict),
        hard=Phrases.of(hard),
        soft=Phrases.of(soft),
        curated=CURATED_SOURCES if curated_sources else frozenset(),
        skipped=reader.skipped,
    )


def domain_entry(line: str) -> str | None:
    """The host in a line of a `domains` file, without `www.`; None if there is none.

    A single label is an entry only if it is a top-level domain: UT1's adult list has xxx, porn, sex and adult.
    """
    if _PLAIN_DOMAIN.fullmatch(line):
        return line
    address = parse_url(line)
    host = without_www(address.host)
    if "@" in line or line.isdecimal() or address.steps:
        return None
    return host if _is_host(host) or host in public_suffixes() else None


def url_entry(line: str) -> str | None:
    """The host, path and query in a line of a `urls` file; None if there is no host."""
    address = parse_url(line)
    host = without_www(address.host)
    return host + "".join(address.steps) if _is_host(host) else None


def word_entry(line: str) -> str | None:
    """The words in a line of a word list, joined by spaces; None if it has no letter or digit."""
    return " ".join(parse_words(line)) or None


def _is_host(host: str) -> bool:
    return bool(_HOST.fullmatch(host)) or is_ip(host)


class _Reader:
    """Reads files, and collects problems for the user and the number of skipped lines of each list."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.skipped: dict[str, int] = {}

    def read_sets(self, folders: dict[str, Path]) -> tuple[KeySet, KeySet]:
        """The domains, and the URLs, of named folders."""
        for folder in folders.values():
            if _existing(folder / "domains") is None and _existing(folder / "urls") is None:
                self.problems.append(f"{folder}: neither domains nor urls is here. Add one; it may be empty")
        return self._read_set(folders, "domains", domain_entry), self._read_set(folders, "urls", url_entry)

    def read_words(self, folder: str | Path | None, name: str) -> list[str]:
        """The entries of one word list; empty without a folder."""
        if folder is None:
            return []
        path = Path(folder) / f"{name}.txt"
        if not path.is_file():
            self.problems.append(f"{path}: there is no such file. Add it; it may be empty")
            return []
        return list(self._entries(f"words/{name}", path, word_entry))

    def _read_set(self, folders: dict[str, Path], kind: str, entry: _Entry) -> KeySet:
        paths = {f"{name}/{kind}": _existing(folder / kind) for name, folder in folders.items()}
        entries = {name: self._entries(name, path, entry) for name, path in paths.items() if path is not None}
        return KeySet.of({name: _keys(found) for name, found in entries.items()})

    def _entries(self, name: str, path: Path, entry: _Entry) -> Iterator[str]:
        """The entries of a file in their normal form; wrong lines are reported at the end of the file."""
        count, bad = 0, []
        try:
            for number, line in _lines(path):
                found = entry(line)
                count += 1
                if found is None:
                    bad.append(f"line {number} {line[:60]!r}")
                else:
                    yield found
        except (OSError, EOFError, zlib.error, UnicodeError) as error:
            self.problems.append(f"{path}: cannot be read as UTF-8 text: {error}")
            return
        if bad:
            self._judge(name, path, count, bad)

    def _judge(self, name: str, path: Path, count: int, bad: list[str]) -> None:
        self.skipped[name] = len(bad)
        if len(bad) > MAX_SKIPPED_FRACTION * count:
            self.problems.append(
                f"{path}: {len(bad)} of {count} lines are not entries of {name}: {', '.join(bad[:SHOWN_LINES])}"
                f"{', ...' if len(bad) > SHOWN_LINES else ''}. Correct them, or put # before them"
            )


def _check_categories(folder: Path | None, categories: list[str]) -> tuple[dict[str, Path], list[str]]:
    """The categories' folders that exist, and a problem for each that does not."""
    if folder is None:
        return {}, []
    if not folder.is_dir():
        return {}, [f"{folder}: there is no such folder. Set url.lists to a folder with one folder for each category"]
    present = categories_in(folder)
    problems = [
        f"{folder}: no category {name}.{did_you_mean(name, present)} Add its folder, or take it out of url.categories"
        for name in categories
        if name not in present
    ]
    return {name: folder / name for name in categories if name in present}, problems


def categories_in(folder: Path) -> list[str]:
    """The names of its sub-folders, without hidden ones."""
    hidden = (".", "__MACOSX")
    return sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(hidden))


def _keys(entries: Iterator[str]) -> bytearray:
    keys = bytearray()
    for entry in entries:
        keys += key(entry)
    return keys


def _existing(path: Path) -> Path | None:
    return next((file for file in (path, path.with_name(f"{path.name}.gz")) if file.is_file()), None)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Numbers, from 1, and content of lines with entries, without comments. Raises UnicodeError with the number."""
    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        yield from ((number, line) for number, line in lines_of(cast(BinaryIO, file)) if not line.startswith("#"))
