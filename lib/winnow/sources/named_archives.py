"""Archives as a user names them, found and identified: folders, globs, files, URLs and lists of paths.

An archive's `archive_path` is its path relative to the root, so that a moved crawl gives the same rows.
"""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from winnow.errors import SettingsError
from winnow.settings.load import load_settings
from winnow.settings.schema import Sources
from winnow.sources.formats import is_sought, suffixes
from winnow.sources.listing import (
    DELTA_LOG,
    UNKNOWN,
    Hidden,
    expand_url,
    fixed_part,
    folder_with,
    is_hidden,
    of_delta,
    read_manifest,
    url_problems,
    without_texts,
    without_unread,
)
from winnow.sources.locations import (
    common_folder,
    folders_above,
    is_remote,
    is_text,
    join,
    key_below,
    parent_of,
    plain_path,
)
from winnow.sources.web import Identity

_MANIFESTS = (".paths", ".paths.gz", ".txt", ".txt.gz")
_EDGE = 65_536


class Archive(NamedTuple):
    """One archive file; `bytes` and `etag` are None if not known yet, or if it cannot be reached now."""

    archive_path: str
    bytes: int | None
    etag: str | None


def find_archives(
    named: Iterable[str], root: str | None, sources: Sources | None = None, notes: list[str] | None = None
) -> tuple[str, list[Archive]]:
    """The root, and the archives that these names mean, sorted by key.

    Folders are searched recursively for names that `formats` knows. A list of paths has one path in each line, relative
    to the root or absolute. Names, root and paths can be URLs. Without `root`, the root is the common parent of all
    names; for a list, it is the nearest folder above it that contains its first path. Remote archives that a list names
    are not requested here, since 90,000 archives would need as many requests: their bytes and etag become known when
    they are read. `sources`: None for the defaults. `notes`: a sentence is added for each place with hidden files or a
    byte order mark. Raises SettingsError with all names that match nothing.
    """
    settings = sources or load_settings().sources
    notes = [] if notes is None else notes
    problems = url_problems(root or "")
    found: dict[str, Identity] = {}
    parents: list[str] = []
    for name in map(plain_path, named):
        wrong = url_problems(name)
        if not name.strip():
            problems.append("an archive's name is empty; name a folder, for example . for this one")
        elif wrong:
            problems += wrong
        elif name.endswith(_MANIFESTS):
            bases, locations = _manifest(name, root and plain_path(root), settings, problems, notes)
            parents += bases
            found.update(dict.fromkeys(locations, UNKNOWN))
        elif is_remote(name):
            remote = expand_url(name, suffixes(), settings, problems, notes)
            found.update(remote)
            parents += [name] if name.endswith("/") else map(parent_of, remote)
        else:
            paths = expand_path(name, suffixes(), problems, notes)
            found.update(dict.fromkeys(map(str, paths), UNKNOWN))
            parents += [name] if Path(name).is_dir() else [str(path.parent) for path in paths]
    problems += [f"{name!a}: the name is not UTF-8; rename the file" for name in found if not is_text(name)][:20]
    if problems:
        raise SettingsError(problems)
    base = _root(root, parents)
    keys = {location: key_below(location, base) for location in found}
    outside = [location for location, key in keys.items() if not key]
    if outside:
        raise SettingsError([f"{path}: is not below the root {base}; name another --root" for path in outside[:20]])
    return base, identified(base, {key: found[location] for location, key in keys.items() if key})


def rebase(archives: list[Archive], root: str, listed: str) -> list[Archive]:
    """The archives with keys relative to `listed`, the root that the crawl was first listed with.

    Raises SettingsError if they are not below it.
    """
    locations = [join(root, archive.archive_path) for archive in archives]
    keys = [key_below(location, listed) for location in locations]
    outside = [location for location, key in zip(locations, keys, strict=True) if not key]
    if outside:
        said = f"the crawl was listed below {listed}; if its archives were moved, name their new root with --root"
        raise SettingsError([f"{path}: {said}" for path in outside[:20]])
    return [archive._replace(archive_path=key) for archive, key in zip(archives, keys, strict=True) if key]


def _root(root: str | None, parents: list[str]) -> str:
    if root is not None:
        return root.rstrip("/") if is_remote(root) else str(Path(plain_path(root)).absolute())
    base = common_folder(parents)
    if base is None:
        raise SettingsError(["the archives have no common folder; name one server, bucket or file system at a time"])
    return base


def expand_path(
    name: str, endings: tuple[str, ...], problems: list[str], notes: list[str], what: str = "archives"
) -> list[Path]:
    """The files that a path, folder or pattern of a file system stands for; folders are searched for these endings."""
    path = Path(name)
    if path.is_file():
        return [path]
    if path.is_dir():
        matches = {file: file.relative_to(path).as_posix() for file in _files_below(path, endings, problems)}
        nothing = f"{name}: no {what} in this folder; names of {what} end in {', '.join(endings)}"
    else:
        matches = {Path(match): match[fixed_part(name) :] for match in glob.glob(name, recursive=True)}
        nothing = f"{name}: there is no such file, folder or match"
    if table := next(filter(None, map(_delta_table, sorted({file.parent for file in matches}))), None):
        problems.append(of_delta(str(table)))
        return []
    hidden = Hidden(name)
    seen = [file for file in sorted(matches) if not hidden.passes_over(str(file), is_hidden(matches[file]))]
    notes += hidden.notes
    files = [file for file in seen if file.is_file()]
    if path.is_dir():
        read = without_unread(list(map(str, files)), name, notes)
        files = list(map(Path, without_texts(read, name, notes)))
    if not files:
        problems.append(nothing)
    return files


def _delta_table(folder: Path) -> Path | None:
    """The Delta table that a file in this folder belongs to; for a partitioned table, a folder above."""
    folders = (folder, *islice(folder.absolute().parents, 4))
    return next((each for each in folders if (each / DELTA_LOG).is_dir()), None)


def _files_below(folder: Path, endings: tuple[str, ...], problems: list[str]) -> list[Path]:
    """The files that have these endings or seem archives; notes a problem for each folder that cannot be read."""

    def note(error: OSError) -> None:
        problems.append(f"{error.filename}: this folder cannot be read: {error.strerror}")

    found = os.walk(folder, onerror=note)
    return [Path(place, name) for place, _, names in found for name in names if is_sought(name, endings)]


def _manifest(
    name: str, root: str | None, settings: Sources, problems: list[str], notes: list[str]
) -> tuple[list[str], list[str]]:
    """The root of a list's paths, and the locations that it lists; both empty if there is a problem."""
    try:
        lines = list(map(plain_path, read_manifest(name, settings, notes)))
    except (OSError, EOFError, UnicodeError) as error:
        problems.append(f"{name}: cannot be read as a list of archives: {getattr(error, 'strerror', None) or error}")
        return [], []
    wrong = [problem for line in lines for problem in url_problems(line)]
    if not lines or wrong:
        problems += [f"{name}: {problem}" for problem in wrong[:20]] or [f"{name}: this list of archives is empty"]
        return [], []
    base = root or _base_of(name, lines, settings)
    if base is None:
        problems.append(f"{name}: {lines[0]} is in no folder above this list; name the archives' folder with --root")
        return [], []
    return [base], [join(base, line) for line in lines]


def _base_of(name: str, lines: list[str], settings: Sources) -> str | None:
    if is_remote(lines[0]):
        return common_folder(list(map(parent_of, lines)))
    if is_remote(name):
        return folder_with(lines[0], name, settings)
    return next((above for above in folders_above(name) if (Path(above) / lines[0]).exists()), None)


def identified(base: str, known: Mapping[str, Identity]) -> list[Archive]:
    """The archives with these keys below a root, sorted by key; remote ones as known, local ones from their files."""
    if is_remote(base):
        return [Archive(key, *known[key]) for key in sorted(known)]
    return [_identify(Path(base), key) for key in sorted(known)]


def _identify(base: Path, key: str) -> Archive:
    """Size, and a checksum of the first and last bytes: a moved file keeps both, a replaced one does not."""
    try:
        with (base / key).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return Archive(key, size, hashlib.sha256(b"".join(_edges(file.fileno(), size))).hexdigest()[:16])
    except OSError:
        return Archive(key, None, None)


def _edges(file: int, size: int) -> Iterator[bytes]:
    yield os.pread(file, _EDGE, 0)
    yield os.pread(file, _EDGE, max(0, size - _EDGE))
