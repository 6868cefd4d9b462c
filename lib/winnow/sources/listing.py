"""Remote archives that a user names: URLs, folders and globs of a store, lists of paths on any of them."""

from __future__ import annotations

import glob
import gzip
import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any, cast
from urllib.parse import urlsplit

from winnow.settings.schema import Sources
from winnow.settings.text_lists import lines_of, mark_of
from winnow.sources.locations import folders_above, is_remote, is_web, join
from winnow.sources.remote_file import open_location, source_of
from winnow.sources.retry import Patience, SourceError, TransientError, persist
from winnow.sources.stores import identity_of, open_store, store_failure
from winnow.sources.web import Identity

UNKNOWN = Identity(None, None)
# What systems keep beside files: Archive Utility of macOS, Windows, Synology's DSM, ext4.
_OF_SYSTEMS = frozenset({"__MACOSX", "$RECYCLE.BIN", "System Volume Information", "@eaDir", "lost+found"})


def expand_url(
    url: str, suffixes: tuple[str, ...], settings: Sources, problems: list[str], notes: list[str]
) -> dict[str, Identity]:
    """The archives that a URL stands for, with what is known of each; one request for each URL or folder.

    A store's folder is searched to its leaves for names that end in one of the suffixes; a web server lists nothing.
    One that cannot be reached now may be reached when it is read: it is given with nothing known.
    """
    if is_web(url) and url.endswith("/"):
        problems.append(f"{url}: a web server does not list its files; name archives, or a list of paths (*.paths.gz)")
        return {}
    try:
        if not is_web(url) and (url.endswith("/") or glob.has_magic(url)):
            found = persist(lambda: _listed(url, suffixes, settings), Patience(settings))
            hidden, start = Hidden(url), fixed_part(url)
            seen = {one: known for one, known in found.items() if not hidden.passes_over(one, is_hidden(one[start:]))}
            notes += hidden.notes
            if not seen:
                problems.append(f"{url}: no archive there; archives end in {', '.join(suffixes)}")
            return seen
        return {url: persist(source_of(url, settings).describe, Patience(settings))}
    except SourceError as error:
        if isinstance(error.__cause__, TransientError):
            return {url: UNKNOWN}
        problems.append(f"{url}: {error.strerror}")
        return {}


def read_manifest(location: str, settings: Sources, notes: list[str]) -> Iterator[str]:
    """The lines of a list of paths that hold something. Raises OSError, EOFError and UnicodeError.

    notes: gets a sentence where a byte order mark was passed over, and where paths of hidden files were.
    """
    with open_location(location, settings) as file:
        data: Any = gzip.GzipFile(fileobj=file) if location.endswith(".gz") else io.BufferedReader(cast(Any, file))
        if (mark := mark_of(data.peek(4))) is not None:
            notes.append(f"{location}: read as {mark}, whose byte order mark it begins with")
        hidden = Hidden(location)
        yield from (line for _, line in lines_of(data) if not hidden.passes_over(line, is_hidden_path(line)))
        notes += hidden.notes


class Hidden:
    """Files that are passed over in one place, since a system or a program hides them."""

    def __init__(self, place: str) -> None:
        self.place, self._count, self._example = place, 0, ""

    def passes_over(self, name: str, is_hidden: bool) -> bool:
        """Whether a file is passed over, which is counted."""
        self._count += is_hidden
        self._example = self._example or (name if is_hidden else "")
        return is_hidden

    @property
    def notes(self) -> list[str]:
        """One sentence, none where nothing was passed over."""
        if not self._count:
            return []
        files = "1 hidden file is" if self._count == 1 else f"{self._count:,} hidden files are"
        return [f"{self.place}: {files} passed over, such as {self._example}"]


def is_hidden(key: str) -> bool:
    """Whether a file, by its path below the folder searched, is hidden: macOS's `._name` and `.Trashes/`, say."""
    parts = key.split("/")
    return any((part.startswith(".") and part.strip(".")) or part in _OF_SYSTEMS for part in parts)


def is_hidden_path(path: str) -> bool:
    """The same of a path that a list names; of an absolute one the folders that lead there may be hidden."""
    if not path.startswith("/") and not is_remote(path):
        return is_hidden(path)
    return is_hidden(path.rpartition("/")[2]) or not _OF_SYSTEMS.isdisjoint(path.split("/"))


def folder_with(key: str, manifest: str, settings: Sources) -> str | None:
    """The nearest folder above a remote manifest below which a key lies, None where none is found in eight steps."""
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
    """What speaks against a URL, whoever is asked: keys and roots stand in tables, so no secret may stand in them."""
    if not is_remote(url):
        return []
    problems, parts = [], urlsplit(url)
    if "@" in parts.netloc:
        problems.append(f"{parts.scheme}://...: holds a user or password; ~/.netrc and the environment are for those")
    elif is_web(url) and (parts.query or parts.fragment or not parts.hostname):
        problems.append(f"{url.partition('?')[0]}: expected a plain URL of a file, without ? and #")
    return problems


def fixed_part(pattern: str) -> int:
    """How many characters of what it finds are those of a folder, or of a pattern before its first wildcard."""
    wild = re.search(r"[*?[]", pattern)
    return pattern.rfind("/", 0, wild.start()) + 1 if wild else len(pattern)


def _listed(url: str, suffixes: tuple[str, ...], settings: Sources) -> dict[str, Identity]:
    store = open_store(url, settings)
    try:
        found = store.glob(url, detail=True) if glob.has_magic(url) else store.find(url, detail=True)
    except Exception as error:  # what a store's library raises is its own affair
        raise store_failure(error) from error
    files = [info for info in found.values() if info["type"] == "file" and info["name"].endswith(suffixes)]
    start = "{0.scheme}://{0.netloc}".format(urlsplit(url))
    below = len(store._strip_protocol(start).rstrip("/"))  # names begin with the bucket, or with the path on a host
    return {start + info["name"][below:]: identity_of(info) for info in files}
