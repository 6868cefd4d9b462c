"""Settings as kernels take them, the files that they name read once for each process, URL lists shared by workers."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from winnow.errors import SettingsError
from winnow.kernels.languages.model_file import model_checksum
from winnow.kernels.languages.triage_settings import TriageSettings
from winnow.kernels.measures.measure_settings import C4Lines, MeasureSettings, RefinedWebLines
from winnow.kernels.measures.metrics import METRICS
from winnow.kernels.measures.own_metrics import OWN_PREFIX, OwnMetrics, parse_own
from winnow.kernels.pages.url import CURATED_SOURCES
from winnow.kernels.pages.url_sets import UrlLists
from winnow.kernels.repeated_spans.token_settings import TokenSettings
from winnow.settings.rules import Rule, load_rules
from winnow.settings.schema import Language, Measure, Settings, Url
from winnow.settings.text_lists import decode_text, lines_of
from winnow.settings.url_list_file import open_list_file
from winnow.settings.url_lists import load_lists


def url_lists(settings: Url) -> UrlLists:
    """The lists of the URL gate. Raises SettingsError with everything that is wrong with them."""
    if settings.built is None:
        return _lists(
            settings.lists, tuple(settings.categories), settings.words, settings.exceptions, settings.curated_sources
        )
    both = [f"url.{name}" for name in ("lists", "words", "exceptions") if getattr(settings, name) is not None]
    if both:
        raise SettingsError([f"url.built: stands for all lists; set {', '.join(both)} to null, or url.built"])
    return replace(_built(settings.built), curated=CURATED_SOURCES if settings.curated_sources else frozenset())


def rules_of(settings: Settings) -> tuple[Rule, ...]:
    """The rules that these settings judge by. Raises SettingsError with everything that is wrong with them."""
    try:
        metrics = metrics_of(settings.measure)
    except SettingsError as error:
        raise SettingsError([*error.problems, *_rule_problems(settings)]) from error
    return load_rules(settings.rule_files, settings.rules, metrics)


class _AnyOwn(frozenset[str]):
    """Metrics, and whatever a file of own metrics that cannot be read may have."""

    def __contains__(self, name: object) -> bool:
        return str(name).startswith(OWN_PREFIX) or super().__contains__(name)


def _rule_problems(settings: Settings) -> list[str]:
    """What else is wrong with the rules where it is not known which own metrics there are."""
    try:
        load_rules(settings.rule_files, settings.rules, _AnyOwn(METRICS))
    except SettingsError as error:
        return error.problems
    return []


def metrics_of(settings: Measure) -> tuple[str, ...]:
    """The metrics that a run with these settings takes, in their order. Raises SettingsError as `own_metrics` does."""
    own = own_metrics(settings)
    return (*METRICS, *own.names) if own else METRICS


def own_metrics(settings: Measure) -> OwnMetrics | None:
    """The user's own metrics, none of them run. Raises SettingsError with everything that is wrong with their file."""
    return _own(settings.own) if settings.own is not None else None


def measure_settings(settings: Measure) -> MeasureSettings:
    """The settings of the measuring kernel, the files that it names read. Raises SettingsError where one cannot be."""
    given = settings.refinedweb
    phrases = (tuple(entries) for entries in (given.counters, given.begin, given.end, given.anywhere))
    refinedweb = RefinedWebLines(given.upper_fraction, given.short_words, *phrases)
    c4 = settings.c4.model_dump(exclude={"bad_words"})
    c4_lines = C4Lines(**c4, bad_words=_words(settings.c4.bad_words))
    return MeasureSettings(
        settings.lines, settings.code == "whole", settings.own_text, refinedweb, c4_lines, own_metrics(settings)
    )


def triage_settings(settings: Language) -> TriageSettings | None:
    """The settings of the kernel of language triage; None where it is off. Raises SettingsError without the model."""
    given = settings.triage
    is_on = given.enabled or (given.enabled is None and not _not_benchmarked(settings))
    if not settings.wanted or not is_on:
        return None
    thresholds = given.model_dump(exclude={"enabled", "benchmarked", "benchmarked_model"})
    return TriageSettings(tuple(sorted(settings.wanted)), settings.model, **thresholds)


def triage_warning(settings: Language) -> str | None:
    """What is to be said where nobody has shown what language triage loses; None where it has been, or is off by order.

    Raises SettingsError without the model.
    """
    given, unknown = settings.triage, _not_benchmarked(settings)
    if not settings.wanted or given.enabled is False or not unknown:
        return None
    said = f"what it loses is not benchmarked for {unknown}, as `python -m benchmarks.triage` does"
    if given.enabled:
        return f"language.triage: on, though {said}"
    return f"language.triage: off, since {said}; enabled: true switches it on, enabled: false silences this"


def _not_benchmarked(settings: Language) -> str:
    """What of the wanted languages and the model is not benchmarked, in words."""
    languages = sorted(set(settings.wanted) - set(settings.triage.benchmarked))
    is_known = model_checksum(Path(settings.model) if settings.model else None) == settings.triage.benchmarked_model
    return " and ".join([*languages, *([] if is_known else ["this model"])])


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
def _built(path: str) -> UrlLists:
    return open_list_file(Path(path))


@cache
def _words(path: str | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        with Path(path).open("rb") as file:
            return tuple(sorted({line for _, line in lines_of(file)}))
    except (OSError, UnicodeError) as error:
        raise _unreadable("measure.c4.bad_words", path, error) from error


@cache
def _own(path: str) -> OwnMetrics:
    """Read once, so that what runs is what the fingerprint tells of."""
    try:
        source = decode_text(Path(path).read_bytes())
    except (OSError, UnicodeError) as error:
        raise _unreadable("measure.own", path, error) from error
    return parse_own(path, source)


def _unreadable(setting: str, path: str, error: Exception) -> SettingsError:
    return SettingsError([f"{setting}: {path}: cannot be read as UTF-8 text: {error}"])
