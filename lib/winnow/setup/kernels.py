"""Compiles all kernels into Numba's cache on disk, so that workers need not: `python -m winnow.setup.kernels`."""

from winnow.kernels.languages.identify import shared_model
from winnow.kernels.measures import measure
from winnow.settings.kernel_settings import token_settings
from winnow.settings.load import load_settings
from winnow.stages import documents
from winnow.stages.duplicates import near_duplicates
from winnow.workers import span_batches

if __name__ == "__main__":
    settings = load_settings()
    shared_model(None)
    measure.warm()
    documents.warm()
    near_duplicates.warm(settings.fuzzy)
    span_batches.warm(span_batches.Reading(token_settings(settings), settings.spans.length))
