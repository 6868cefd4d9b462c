"""Settings in the form that kernels take, with the contents of the files that they name, read once for each process."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from winnow.errors import SettingsError
from winnow.kernels.languages.model_file import model_checksum
from winnow.kernels.languages.triage_settings import TriageSettings
from winnow.kernels.measures.measure_settings import C4Lines, MeasureSettings, RefinedWebLines, WordCutter
from winnow.kernels.measures.metrics import METRICS
from winnow.kernels.measures.own_metrics import OWN_PREFIX, OwnMetrics, parse_own
from winnow.kernels.pages.url import CURATED_SOURCES
from winnow.kernels.pages.url_sets import UrlLists
from winnow.kernels.repeated_spans.token_settings import TokenSettings
from winnow.kernels.text.words import cutter_of, cutter_version
from winnow.page import Asked
from winnow.settings.by_language import LINE_LISTS, Judging, judged_by, known_languages, language_labels, language_of
from winnow.settings.languages import labels_of, wanted_labels
from winnow.settings.rules import Rule, load_rules
from winnow.settings.schema import Language, Measure, Settings, Url
from winnow.settings.text_lists import decode_text, lines_of
from winnow.settings.url_list_file import open_list_file
from winnow.settings.url_lists import load_lists


def url_lists(settings: Url) -> UrlLists:
    """The lists of the URL gate. Raises SettingsError with all problems."""
    if settings.built is None:
        return _lists(
            settings.lists, tuple(settings.categories), settings.words, settings.exceptions, settings.curated_sources
        )
    both = [f"url.{name}" for name in ("lists", "words", "exceptions") if getattr(settings, name) is not None]
    if both:
        raise SettingsError([f"url.built: replaces all lists; set {', '.join(both)} to null, or url.built"])
    return replace(_built(settings.built), curated=CURATED_SOURCES if settings.curated_sources else frozenset())


def input_asked(settings: Settings) -> Asked:
    """What archives are asked for."""
    given = settings.input
    columns = {kind: name for kind, name in given.columns.model_dump().items() if name is not None}
    return Asked(settings.archives.max_html_bytes, given.max_text_bytes, given.bare_html, columns, tuple(given.keep))


def rules_of(settings: Settings) -> tuple[Rule, ...]:
    """The rules that these settings judge by, each with its bounds for the languages that are wanted.

    Raises SettingsError with everything that is wrong with them.
    """
    labels = sorted(labels_in_question(settings))
    is_all = not settings.language.wanted and set(labels) <= set(language_labels())
    return judged_by(declared_rules(settings), judging(settings), labels, is_all)


def judging(settings: Settings) -> Judging:
    """How rules are applied to languages. Raises SettingsError where the file `by_language` is wrong."""
    return Judging(known_languages(settings.by_language), settings.rules_for_any_language)


def declared_rules(settings: Settings) -> tuple[Rule, ...]:
    """The rules as their files and the user's changes have them. Raises SettingsError as `rules_of` does."""
    try:
        metrics = metrics_of(settings.measure)
    except SettingsError as error:
        raise SettingsError([*error.problems, *_rule_problems(settings)]) from error
    return load_rules(settings.rule_files, settings.rules, metrics)


class _AnyOwn(frozenset[str]):
    """Metrics, and any name of an own metric: used when the file of own metrics cannot be read."""

    def __contains__(self, name: object) -> bool:
        return str(name).startswith(OWN_PREFIX) or super().__contains__(name)


def _rule_problems(settings: Settings) -> list[str]:
    """Other problems of the rules, when the names of own metrics are not known."""
    try:
        load_rules(settings.rule_files, settings.rules, _AnyOwn(METRICS))
    except SettingsError as error:
        return error.problems
    return []


def metrics_of(settings: Measure) -> tuple[str, ...]:
    """The metrics of a run with these settings, in their order. Raises SettingsError like `own_metrics`."""
    own = own_metrics(settings)
    return (*METRICS, *own.names) if own else METRICS


def own_metrics(settings: Measure) -> OwnMetrics | None:
    """The user's own metrics, parsed but not run; None without any. Raises SettingsError with all problems."""
    return _own(settings.own) if settings.own is not None else None


def measure_settings(settings: Settings) -> MeasureSettings:
    """The settings of the measuring kernel, the files that it names read. Raises SettingsError where one cannot be."""
    measure = settings.measure
    given = measure.refinedweb
    refinedweb = RefinedWebLines(given.upper_fraction, given.short_words, *_phrases(settings))
    c4 = measure.c4.model_dump(exclude={"bad_words"})
    c4_lines = C4Lines(**c4, bad_words=_listed(measure.c4.bad_words))
    return MeasureSettings(
        measure.lines,
        measure.code == "whole",
        measure.own_text,
        refinedweb,
        c4_lines,
        own_metrics(measure),
        _stop_words(settings),
        _words(settings),
    )


def _phrases(settings: Settings) -> Iterator[tuple[str, ...]]:
    """The phrases of line corrections, list by list: those of the settings, then those of languages in question."""
    known = known_languages(settings.by_language)
    languages = dict.fromkeys(language_of(label) for label in sorted(labels_in_question(settings)))
    lists = [known.lines.get(language, {}) for language in languages] if known else []
    for name in LINE_LISTS:
        own = getattr(settings.measure.refinedweb, name, [])
        yield tuple(dict.fromkeys([*own, *(phrase for each in lists for phrase in each.get(name, ()))]))


def _stop_words(settings: Settings) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The stop words of each language that may be kept and has some of its own, by label."""
    known = known_languages(settings.by_language)
    if known is None:
        return ()
    found = {label: known.words_of(label) for label in sorted(labels_in_question(settings))}
    return tuple((label, words) for label, words in found.items() if words)


def _words(settings: Settings) -> tuple[WordCutter, ...]:
    """What cuts the pages of each language that may be kept and has no white space between words."""
    languages = ((label, language_of(label)) for label in sorted(labels_in_question(settings)))
    cutters = ((label, language, cutter_of(language)) for label, language in languages)
    return tuple(WordCutter(*cut, cutter_version(cut[-1])) for cut in cutters if cut[-1])


def labels_in_question(settings: Settings) -> Collection[str]:
    """The labels of languages that are wanted; where all are, of those that the model knows."""
    return set(wanted_labels(settings.language) or labels_of(settings.language))


def triage_settings(settings: Language) -> TriageSettings | None:
    """The settings of the kernel of language triage; None if triage is off. Raises SettingsError without the model."""
    given = settings.triage
    is_on = given.enabled or (given.enabled is None and not _not_benchmarked(settings))
    if not settings.wanted or not is_on:
        return None
    thresholds = given.model_dump(exclude={"enabled", "benchmarked", "benchmarked_model"})
    return TriageSettings(tuple(sorted(wanted_labels(settings))), settings.model, **thresholds)


def triage_warning(settings: Language) -> str | None:
    """A warning if the loss by language triage is not benchmarked; None if it is, or if triage is switched off.

    Raises SettingsError without the model.
    """
    given, unknown = settings.triage, _not_benchmarked(settings)
    if not settings.wanted or given.enabled is False or not unknown:
        return None
    said = f"its loss is not benchmarked for {unknown} (`python -m benchmarks.triage`)"
    if given.enabled:
        return f"language.triage is on, although {said}"
    return f"language.triage is off, because {said}; enabled: true switches it on, enabled: false hides this message"


def _not_benchmarked(settings: Language) -> str:
    """The wanted languages that are not benchmarked, and the model if it is not, in words; empty if all are."""
    languages = sorted(set(wanted_labels(settings)) - set(settings.triage.benchmarked))
    is_known = model_checksum(Path(settings.model) if settings.model else None) == settings.triage.benchmarked_model
    return " and ".join([*languages, *([] if is_known else ["this model"])])


def token_settings(settings: Settings) -> TokenSettings:
    """The tokens of repeated spans: folded as in near duplicates."""
    fuzzy = settings.fuzzy
    folding = (fuzzy.punctuation, fuzzy.numbers, fuzzy.lower_case, fuzzy.remove_accents, fuzzy.simplify)
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
def _listed(path: str | None) -> tuple[str, ...]:
    if path is None:
        return ()
    try:
        with Path(path).open("rb") as file:
            return tuple(sorted({line for _, line in lines_of(file)}))
    except (OSError, UnicodeError) as error:
        raise _unreadable("measure.c4.bad_words", path, error) from error


@cache
def _own(path: str) -> OwnMetrics:
    """Read once, so that the code that runs is the code that the fingerprint contains."""
    try:
        source = decode_text(Path(path).read_bytes())
    except (OSError, UnicodeError) as error:
        raise _unreadable("measure.own", path, error) from error
    return parse_own(path, source)


def _unreadable(setting: str, path: str, error: Exception) -> SettingsError:
    return SettingsError([f"{setting}: {path}: cannot be read as UTF-8 text: {error}"])
