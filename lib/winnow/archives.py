"""Archives that a user names, found and identified: folders, globs, files and manifests.

An archive's `warc_path` is its key below the root of the listing, so that moving a crawl changes nothing.
"""

from __future__ import annotations

import glob
import gzip
import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from winnow.errors import SettingsError

SUFFIXES = tuple(f".{kind}{packed}" for kind in ("warc", "arc", "wet", "wat") for packed in ("", ".gz", ".lz4", ".zst"))
_MANIFESTS = (".paths", ".paths.gz", ".txt", ".txt.gz")
_EDGE = 65_536


class Archive(NamedTuple):
    """One archive file; `bytes` and `etag` are None where it cannot be reached now."""

    warc_path: str
    bytes: int | None
    etag: str | None


def find_archives(named: Iterable[str], root: str | None) -> tuple[str, list[Archive]]:
    """The root and the archives, sorted by key, that these names stand for.

    A folder is searched to its leaves for names ending in SUFFIXES; a manifest has one path a line, below the root or
    absolute. Without `root` it is the common parent of what is named; for a manifest, the nearest folder above it that
    holds its first path. Raises SettingsError with every name that stands for nothing.
    """
    problems: list[str] = []
    found: list[Path] = []
    parents: list[Path] = []
    for name in named:
        if name.endswith(_MANIFESTS):
            base, paths = _manifest(Path(name), Path(root) if root else None, problems)
            parents.append(base)
        else:
            paths = _expand(name, problems)
            parents += [Path(name)] if Path(name).is_dir() else [path.parent for path in paths]
        found += paths
    if problems:
        raise SettingsError(problems)
    base = Path(root).absolute() if root else Path(os.path.commonpath([str(p.absolute()) for p in parents]))
    outside = [str(path) for path in found if not path.absolute().is_relative_to(base)]
    if outside:
        raise SettingsError([f"{path}: lies outside the root {base}; name another --root" for path in outside[:20]])
    keys = sorted({path.absolute().relative_to(base).as_posix() for path in found})
    return str(base), [_identify(base, key) for key in keys]


def rebase(archives: list[Archive], root: str, listed: str) -> list[Archive]:
    """The archives with keys below `listed`, the root that the crawl was first listed with.

    Raises SettingsError where they do not lie there.
    """
    paths = [Path(root) / archive.warc_path for archive in archives]
    outside = [str(path) for path in paths if not path.is_relative_to(listed)]
    if outside:
        said = f"the crawl was listed below {listed}; where its archives have moved, name their root with --root"
        raise SettingsError([f"{path}: {said}" for path in outside[:20]])
    return [a._replace(warc_path=path.relative_to(listed).as_posix()) for a, path in zip(archives, paths, strict=True)]


def _expand(name: str, problems: list[str]) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        below = sorted(file for file in path.rglob("*") if file.name.endswith(SUFFIXES) and file.is_file())
        if not below:
            problems.append(f"{name}: no archive in this folder; archives end in {', '.join(SUFFIXES)}")
        return below
    if path.is_file():
        return [path]
    matches = [match for match in map(Path, sorted(glob.glob(name, recursive=True))) if match.is_file()]
    if not matches:
        problems.append(f"{name}: there is no such file, folder or match")
    return matches


def _manifest(path: Path, root: Path | None, problems: list[str]) -> tuple[Path, list[Path]]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            lines = [line.strip() for line in file if line.strip()]
    except (OSError, EOFError, UnicodeDecodeError) as error:
        problems.append(f"{path}: cannot be read as a list of archives: {error}")
        return path.parent, []
    if not lines:
        problems.append(f"{path}: this list of archives is empty")
        return path.parent, []
    base = root or next((above for above in path.absolute().parents if (above / lines[0]).exists()), None)
    if base is None:
        problems.append(f"{path}: {lines[0]} lies below none of its folders; name where the archives are with --root")
        return path.parent, []
    return base, [base / line for line in lines]


def _identify(base: Path, key: str) -> Archive:
    """Size and a checksum of both ends: the same wherever the file is moved, another when it is replaced."""
    try:
        with (base / key).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return Archive(key, size, hashlib.sha256(b"".join(_edges(file.fileno(), size))).hexdigest()[:16])
    except OSError:
        return Archive(key, None, None)


def _edges(file: int, size: int) -> Iterator[bytes]:
    yield os.pread(file, _EDGE, 0)
    yield os.pread(file, _EDGE, max(0, size - _EDGE))
