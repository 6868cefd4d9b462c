"""The extractors that settings name: functions from a page's HTML, or from its text, to the text that is measured.

Each takes the content, `ExtractSettings` and the normalization, and returns `Extracted`. Its text has passed
`clean_text`, is valid Unicode without NUL, and has no white space around it. It is empty if there is a gate. An
exception gates only this page. Extractors run in the child process of workers/extractor, under limits of CPU and
memory.
"""

from __future__ import annotations

from collections.abc import Callable

from winnow.kernels.gates import EMPTY_TEXT
from winnow.kernels.pages.extract import (
    Extracted,
    ExtractionError,
    ExtractSettings,
    Normalization,
    clean_text,
    extract_page,
)

Extract = Callable[[str, ExtractSettings, Normalization], Extracted]


def keep_text(text: str, settings: ExtractSettings, normalization: Normalization) -> Extracted:
    """The text after `clean_text`; no title."""
    text = clean_text(text, settings, normalization)
    return Extracted(None, text, "") if text else Extracted(EMPTY_TEXT, "", "")


FROM_HTML: dict[str, Extract] = {"trafilatura": extract_page}  # extract.from_html
FROM_TEXT: dict[str, Extract] = {"as_it_is": keep_text}  # extract.from_text


def extract_html(html: str, settings: ExtractSettings, normalization: Normalization) -> Extracted:
    """The result of the extractor `extract.from_html` for a decoded page. Raises ExtractionError and MemoryError."""
    return _by(FROM_HTML[settings.from_html], html, settings, normalization)


def extract_text(text: str, settings: ExtractSettings, normalization: Normalization) -> Extracted:
    """The result of the extractor `extract.from_text` for a page's text. Raises ExtractionError and MemoryError."""
    return _by(FROM_TEXT[settings.from_text], text, settings, normalization)


def _by(extract: Extract, content: str, settings: ExtractSettings, normalization: Normalization) -> Extracted:
    try:
        return extract(content, settings, normalization)
    except (ExtractionError, MemoryError):
        raise
    except Exception as error:  # extractors raise anything
        raise ExtractionError(f"{type(error).__name__}: {error}") from error
