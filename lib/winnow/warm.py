"""Compiles every kernel onto Numba's cache on disk, so that no worker compiles: `python -m winnow.warm`, at set-up."""

from winnow.config import load_settings
from winnow.kernels import measure
from winnow.kernels.language import shared_model
from winnow.resources import token_settings
from winnow.stages import documents, near_duplicates, span_batches

if __name__ == "__main__":
    settings = load_settings()
    shared_model(None)
    measure.warm()
    documents.warm()
    near_duplicates.warm(settings.fuzzy)
    span_batches.warm(span_batches.Reading(token_settings(settings), settings.spans.length))
