"""The extractor's child with two extractors of its own, as a user would add them; run as the child's command."""

from __future__ import annotations

from typing import Literal

from winnow.kernels.pages.extract import Extracted, ExtractSettings
from winnow.kernels.pages.extractors import FROM_HTML, FROM_TEXT
from winnow.workers import extractor_child

Normalization = Literal["NFC", "none"]


def shout(html: str, _settings: ExtractSettings, _normalization: Normalization) -> Extracted:
    """The page in capital letters; a page without a dot fails."""
    head, _, _ = html.partition(".")
    return Extracted(None, html[: html.index(".")].upper(), head[:3])


def first_line(text: str, _settings: ExtractSettings, _normalization: Normalization) -> Extracted:
    """The first line of a text."""
    return Extracted(None, text.partition("\n")[0], "")


if __name__ == "__main__":
    FROM_HTML["shout"], FROM_TEXT["first_line"] = shout, first_line
    extractor_child.serve()
