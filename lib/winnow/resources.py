"""Settings as kernels take them, with the files that they name read once for each process."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from winnow.config import Measure, Settings, Url
from winnow.errors import SettingsError
from winnow.kernels.c4_lines import C4Lines
from winnow.kernels.lines import RefinedWebLines
from winnow.kernels.measure import MeasureSettings
from winnow.kernels.tokens import TokenSettings
from winnow.kernels.url_lists import UrlLists
from winnow.url_lists import load_lists


def url_lists(settings: Url) -> UrlLists:
    """The lists of the URL gate. Raises SettingsError with everything that is wrong with them."""
    return _lists(
        settings.lists, tuple(settings.categories), settings.words, settings.exceptions, settings.curated_sources
    )


def measure_settings(settings: Measure) -> MeasureSettings:
    """The settings of the measuring kernel, the file of bad words read. Raises SettingsError where it cannot be."""
    given = settings.refinedweb
    phrases = (tuple(entries) for entries in (given.counters, given.begin, given.end, given.anywhere))
    refinedweb = RefinedWebLines(given.upper_fraction, given.short_words, *phrases)
    c4 = settings.c4.model_dump(exclude={"bad_words"})
    return MeasureSettings(settings.lines, refinedweb, C4Lines(**c4, bad_words=_words(settings.c4.bad_words)))


def token_settings(settings: Settings) -> TokenSettings:
    """What a token of a repeated span is: folded as near duplicates are."""
    fuzzy = settings.fuzzy
    folding = (fuzzy.punctuation, fuzzy.numbers, fuzzy.lower_case, fuzzy.remove_accents)
    return TokenSettings(settings.spans.unit, *folding)


@cache
def _lists(
    folder: str | None, categories: tuple[str, ...], words: str | None, exceptions: str | None, curated: bool
) -> UrlLists:
    return load_lists(folder, list(categories), words, exceptions, curated)


@cache
def _words(path: str | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"measure.c4.bad_words: {path}: cannot be read as UTF-8 text: {error}"]) from error
    return tuple(sorted({line.strip() for line in lines if line.strip()}))
