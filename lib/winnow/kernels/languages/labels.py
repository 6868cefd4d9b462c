"""Labels of language models in one naming: ISO 639-3 and script, as GlotLID and FineWeb2 write them."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.kernels.languages.model_file import without_prefix

# Labels of FLORES-200, which OpenLID and NLLB have, that GlotLID writes otherwise. Chinese is one language here: which
# characters a text has says nothing about its language.
OTHER_LABELS: Mapping[str, str] = {
    "aka_Latn": "twi_Latn",
    "acq_Arab": "acm_Arab",
    "ajp_Arab": "apc_Arab",
    "est_Latn": "ekk_Latn",
    "grn_Latn": "gug_Latn",
    "kon_Latn": "ktu_Latn",
    "pes_Arab": "fas_Arab",
    "prs_Arab": "fas_Arab",
    "tgl_Latn": "fil_Latn",
    "yue_Hant": "yue_Hani",
    "zho_Hans": "cmn_Hani",
    "zho_Hant": "cmn_Hani",
}


def usual_label(label: str) -> str:
    """A label of a model, with or without fastText's prefix, in the naming of GlotLID where that is known.

    Labels of lid.176, which are no such names, stay as they are: tables have them (`settings.by_language.language_of`
    says what they mean).
    """
    label = without_prefix(label)
    return OTHER_LABELS.get(label, label)
