"""Remote archives as a user names them: URLs, folders and globs of a store, lists of paths."""

from __future__ import annotations

import glob
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, cast
from urllib.parse import urlsplit

from winnow.settings.schema import Sources
from winnow.settings.text_lists import lines_of, mark_of
from winnow.sources.formats import is_of_the_web, is_sought, seems_archive
from winnow.sources.locations import folders_above, is_remote, is_web, join
from winnow.sources.remote_file import open_location, source_of
from winnow.sources.retry import Patience, SourceError, TransientError, persist
from winnow.sources.stores import identity_of, open_store, store_failure
from winnow.sources.web import Identity

UNKNOWN = Identity(None, None)
DELTA_LOG = "_delta_log"
# Folders that systems create: macOS (Archive Utility), Windows, Synology DSM, ext4.
_OF_SYSTEMS = frozenset({"__MACOSX", "$RECYCLE.BIN", "System Volume Information", "@eaDir", "lost+found"})
# Files without texts that programs write next to texts: `datasets`, exports of winnow and datatrove, Delta, Spark.
_BESIDE_TEXTS = frozenset({"dataset_info.json", "dataset_dict.json", "state.json", DELTA_LOG})
_COMMENT = re.compile(r"#(?:\s|\Z)")  # without a space after #, it is a name
_NO_ARCHIVES = _OF_SYSTEMS | _BESIDE_TEXTS


def expand_url(
    url: str, suffixes: tuple[str, ...], settings: Sources, problems: list[str], notes: list[str],
    what: str = "archives",
) -> dict[str, Identity]:  # fmt: skip
    """The archives that a URL names, with their identities; one request for each URL or folder.

    Folders of a store are searched recursively for names with one of the suffixes; web servers do not list folders. A
    URL that cannot be reached now is returned with an unknown identity: it may be reachable when it is read.
    """
    if is_web(url) and url.endswith("/"):
        problems.append(f"{url}: a web server does not list its files; name archives, or a list of paths (*.paths.gz)")
        return {}
    try:
        if not is_web(url) and (url.endswith("/") or glob.has_magic(url)):
            found = persist(lambda: _listed(url, suffixes, settings), Patience(settings))
            hidden, start = Hidden(url), fixed_part(url)
            if log := next((one for one in found if f"/{DELTA_LOG}/" in one), None):
                problems.append(of_delta(log.partition(f"/{DELTA_LOG}/")[0]))
                return {}
            seen = {one: known for one, known in found.items() if not hidden.passes_over(one, is_hidden(one[start:]))}
            notes += hidden.notes
            read = without_unread(list(seen), url, notes)
            read = without_texts(read, url, notes) if url.endswith("/") else read
            seen = {one: seen[one] for one in read}
            if not seen:
                problems.append(f"{url}: no {what} in this folder; names of {what} end in {', '.join(suffixes)}")
            return seen
        return {url: persist(source_of(url, settings).describe, Patience(settings))}
    except SourceError as error:
        if isinstance(error.__cause__, TransientError):
            return {url: UNKNOWN}
        problems.append(f"{url}: {error.strerror}")
        return {}


def read_manifest(location: str, settings: Sources, notes: list[str]) -> Iterator[str]:
    """The lines of a list of paths, without empty lines and comments (`# ...`).

    notes: a sentence is added if a byte order mark was found, and if paths of hidden files were skipped.
    Raises OSError, EOFError and UnicodeError.
    """
    with open_location(location, settings) as file:
        data: Any = gzip.GzipFile(fileobj=file) if location.endswith(".gz") else io.BufferedReader(cast(Any, file))
        if (mark := mark_of(data.peek(4))) is not None:
            notes.append(f"{location}: read as {mark}, because it begins with that byte order mark")
        hidden = Hidden(location)
        named = (line for _, line in lines_of(data) if not _COMMENT.match(line))
        yield from (line for line in named if not hidden.passes_over(line, is_hidden_path(line)))
        notes += hidden.notes


class Hidden:
    """Counts files of one place that are skipped because a system or a program hides them."""

    def __init__(self, place: str) -> None:
        self.place, self._count, self._example = place, 0, ""

    def passes_over(self, name: str, is_hidden: bool) -> bool:
        """Whether a file is skipped; counts it if so."""
        self._count += is_hidden
        self._example = self._example or (name if is_hidden else "")
        return is_hidden

    @property
    def notes(self) -> list[str]:
        """One sentence, or none if nothing was skipped."""
        if not self._count:
            return []
        files = "1 hidden file" if self._count == 1 else f"{self._count:,} hidden files"
        return [f"{self.place}: skipped {files}, for example {self._example}"]


def of_delta(folder: str) -> str:
    """A sentence that refuses a Delta table: its files contain rows that the table no longer has."""
    return (
        f"{folder}: is a Delta table, whose files also contain rows that it no longer has; name an export of it as "
        "Parquet, or give it as a DataFrame to winnow.near_duplicates (docs/texts.md)"
    )


def without_texts(names: Sequence[str], folder: str, notes: list[str]) -> list[str]:
    """The files of a folder. If it has web archives, only these, since JSON files next to them describe them.

    notes: a sentence is added if files of texts are left out.
    """
    archives = [name for name in names if is_of_the_web(name)]
    others = [name for name in names if not is_of_the_web(name)]
    if not archives or not others:
        return list(names)
    files = "1 file of texts" if len(others) == 1 else f"{len(others):,} files of texts"
    notes.append(f"{folder}: skipped {files} beside archives, for example {others[0]}; name such files to read them")
    return archives


def without_unread(names: Sequence[str], folder: str, notes: list[str]) -> list[str]:
    """The archives among files of a folder; notes: a sentence is added if others only look like archives."""
    unread = [name for name in names if seems_archive(name)]
    if unread:
        files = "1 file" if len(unread) == 1 else f"{len(unread):,} files"
        said = "their names say that they are unfinished, copies, or packed in a way that is not read"
        notes.append(f"{folder}: skipped {files} beside archives, for example {unread[0]}; {said}")
    return [name for name in names if not seems_archive(name)]


def is_hidden(key: str) -> bool:
    """Whether a file is hidden, by its path below the searched folder: for example macOS's `._name`, `.Trashes/`.

    Files that `datasets` writes beside its texts count as hidden, as does the log of a Delta table.
    """
    parts = key.split("/")
    return any((part.startswith(".") and part.strip(".")) or part in _NO_ARCHIVES for part in parts)


def is_hidden_path(path: str) -> bool:
    """Whether a path in a list is hidden; hidden folders of an absolute path are allowed."""
    if not path.startswith("/") and not is_remote(path):
        return is_hidden(path)
    return is_hidden(path.rpartition("/")[2]) or not _OF_SYSTEMS.isdisjoint(path.split("/"))


def folder_with(key: str, manifest: str, settings: Sources) -> str | None:
    """The nearest folder above a remote list that contains a key; None if none of the nearest eight does."""
    for folder in islice(folders_above(manifest), 8):
        try:
            persist(source_of(join(folder, key), settings).describe, Patience(settings))
        except SourceError as error:
            if isinstance(error.__cause__, TransientError):
                return None
        else:
            return folder
    return None


def url_problems(url: str) -> list[str]:
    """Problems of a URL, found without a request. Tables store keys and roots, so these must contain no secrets."""
    if not is_remote(url):
        return []
    problems, parts = [], urlsplit(url)
    if "@" in parts.netloc:
        problems.append(f"{parts.scheme}://...: contains a user or password; use ~/.netrc or the environment")
    elif is_web(url) and (parts.query or parts.fragment or not parts.hostname):
        problems.append(f"{url.partition('?')[0]}: expected a plain URL of a file, without ? and #")
    return problems


def fixed_part(pattern: str) -> int:
    """The length of a folder, or of the part of a pattern before its first wildcard."""
    wild = re.search(r"[*?[]", pattern)
    return pattern.rfind("/", 0, wild.start()) + 1 if wild else len(pattern)


def _listed(url: str, suffixes: tuple[str, ...], settings: Sources) -> dict[str, Identity]:
    store = open_store(url, settings)
    try:
        found = store.glob(url, detail=True) if glob.has_magic(url) else store.find(url, detail=True)
    except Exception as error:  # libraries of stores raise anything
        raise store_failure(error) from error
    files = [info for info in found.values() if info["type"] == "file" and is_sought(info["name"], suffixes)]
    start = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    below = len(store._strip_protocol(start).rstrip("/"))  # names begin with the bucket, or with the path on a host
    return {start + info["name"][below:]: identity_of(info) for info in files}
