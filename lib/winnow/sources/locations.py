"""Locations of archives as text: paths of a file system, and URLs of web servers and stores."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import unquote, urlsplit


def is_remote(location: str) -> bool:
    """Whether a location contains `://`; so does a file:// URL, which `plain_path` replaces."""
    return "://" in location


def is_web(location: str) -> bool:
    """Whether a location is a URL of a web server."""
    return location.startswith(("http://", "https://"))


def plain_path(location: str) -> str:
    """The path in a file:// URL; any other location unchanged."""
    return unquote(urlsplit(location).path) if location.startswith("file://") else location


def is_text(name: str) -> bool:
    """Whether a name is valid Unicode: Python turns bytes that are not UTF-8 into surrogates."""
    return not re.search("[\ud800-\udfff]", name)


def host_of(url: str) -> str:
    """The beginning of a URL, before its path, in lower case: the server, or the bucket of a store."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def join(root: str, key: str) -> str:
    """The location of a key below a root, without `..` in a path; the key itself if it is absolute."""
    if is_remote(key):
        return key
    if is_remote(root):
        return f"{root.rstrip('/')}/{key.lstrip('/')}"
    return os.path.normpath(Path(root) / key) if ".." in key else str(Path(root) / key)


def key_below(location: str, root: str) -> str | None:
    """The path from a root to a location, with slashes; None if the location is not below the root."""
    if is_remote(root) or is_remote(location):
        start = root.rstrip("/") + "/"
        return location[len(start) :] if location.startswith(start) and is_remote(root) else None
    path, base = Path(location).absolute(), Path(root).absolute()
    return path.relative_to(base).as_posix() if path.is_relative_to(base) else None


def parent_of(location: str) -> str:
    """The folder that contains a location; for the host of a URL, the host itself."""
    return _folders_of(location)[0] if is_remote(location) else str(Path(location).parent)


def folders_above(location: str) -> list[str]:
    """All folders above a location, nearest first."""
    return _folders_of(location) if is_remote(location) else [str(above) for above in Path(location).absolute().parents]


def common_folder(folders: Sequence[str]) -> str | None:
    """The deepest folder that contains all of these folders; None if there is none."""
    if not any(map(is_remote, folders)):
        return os.path.commonpath([str(Path(folder).absolute()) for folder in folders])
    if not all(map(is_remote, folders)) or len({host_of(folder) for folder in folders}) > 1:
        return None
    scheme = folders[0].partition("://")[0]
    return f"{scheme}:/{os.path.commonpath(['/' + folder.partition('://')[2] for folder in folders])}"


def _folders_of(url: str) -> list[str]:
    scheme, _, rest = url.rstrip("/").partition("://")
    steps = rest.split("/")
    return [f"{scheme}://{'/'.join(steps[:count])}" for count in range(max(len(steps) - 1, 1), 0, -1)]
