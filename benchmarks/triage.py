"""What language triage skips and loses, and its CPU beside extraction: every page of the corpus once, in one run.

    WINNOW_CORPUS=... python -m benchmarks.triage [--languages en de zh] [--every N] [--rounds N] [--set key=value]

WINNOW_CORPUS: the corpus, or any folder of archives, whose subfolders are reported each by itself.
Every page is extracted without triage, and looked at by triage for each language alone. Kept is a page that passes the
gates of extraction and of language; of another language is one with text that does not, whatever its score. A kept
page that triage skips is lost, and printed, with the rules of the recipe that would have rejected it. The bound on the
lost share is that of Clopper and Pearson, one-sided, 95 %, over distinct pages. A page's CPU is that of the first time
it is looked at, or of --rounds times the least. Exit code 1 where a page of 50 words or more is lost. A language is
fit for `language.triage.benchmarked` where 200 pages or more were kept and the bound is under 2 %.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from scipy.stats import beta

from winnow.kernels.gates import EXTRACT_ERROR
from winnow.kernels.languages.identify import shared_model
from winnow.kernels.languages.triage import triage_page
from winnow.kernels.languages.triage_settings import TriageSettings
from winnow.kernels.measures.measure import compile_settings, measure_text
from winnow.kernels.pages.extract import Extracted, ExtractionError, ExtractSettings, extract_page
from winnow.kernels.pages.html import decode_html, whole_text
from winnow.settings.kernel_settings import input_asked, measure_settings, rules_of, triage_settings
from winnow.settings.load import load_settings
from winnow.settings.schema import Settings
from winnow.warc.reader import ArchiveReader

T = TypeVar("T")

SETS = ("pages_docs_multilang", "pages_gold_wcxb", "pages_udhr_lid", "pages_zh_oiwiki", "fixtures")
LOST_WORDS = 50  # of a lost page, from which on it is one too many
MIN_KEPT, MOST_LOST = 200, 0.02  # pages and share, from which and to which a language's triage may be on by default


class Look(NamedTuple):
    """A page as it ends without triage (language None: no text), what each language's triage says, and CPU seconds."""

    name: str
    url: str
    text: str
    language: str | None
    score: float
    skipped: dict[str, bool]
    seconds: dict[str, float]  # of triage by language, `text` of that, `extraction`


def sets_of(corpus: Path) -> tuple[str, ...]:
    """The folders to measure: the sets of the corpus, or the subfolders of another folder."""
    known = tuple(name for name in SETS if (corpus / name).is_dir())
    return known or tuple(sorted(path.name for path in corpus.iterdir() if path.is_dir())) or (".",)


def corpus_pages(corpus: Path, name: str) -> Iterator[tuple[str, str]]:
    """URL and HTML of every page of a set that is extracted."""
    for path in sorted((corpus / name).rglob("*")):
        if path.is_file() and {".warc", ".arc"} & set(path.suffixes):
            for page in ArchiveReader(path, input_asked(load_settings())):
                if page.gate is None and page.url is not None:
                    yield page.url, decode_html(page.body, page.http_charset)[0]


def timed(rounds: int, work: Callable[[], T]) -> tuple[T, float]:
    spent = []
    for _ in range(rounds):
        began = time.process_time()
        found = work()
        spent.append(time.process_time() - began)
    return found, min(spent)


def extract(html: str, settings: ExtractSettings) -> Extracted:
    try:
        return extract_page(html, settings, "NFC")
    except ExtractionError:
        return Extracted(EXTRACT_ERROR, "", "")


def look(
    name: str, url: str, html: str, extraction: ExtractSettings, triages: dict[str, TriageSettings], rounds: int
) -> Look:
    model, skipped, seconds = shared_model(None), {}, {}
    for language, settings in triages.items():
        found, seconds[language] = timed(rounds, lambda settings=settings: triage_page(html, model, settings))  # type: ignore[misc]
        skipped[language] = found is not None
    _, seconds["text"] = timed(rounds, lambda: whole_text(html))
    extracted, seconds["extraction"] = timed(rounds, lambda: extract(html, extraction))
    identified: tuple[str | None, float] = (None, 0.0)
    if extracted.gate is None:
        identified = model.identify(extracted.text)
    return Look(name, url, extracted.text, *identified, skipped, seconds)


def bound(lost: int, kept: int) -> float:
    """The lost share that is not passed, with 95 % confidence; 1.0 of nothing."""
    return float(beta.ppf(0.95, lost + 1, kept - lost)) if lost < kept else 1.0


def report(looks: list[Look], language: str, settings: Settings, sets: tuple[str, ...]) -> int:
    """Prints what triage for one language does; lost pages of LOST_WORDS words and more."""
    least = settings.language.min_score
    print(f"\n{language:22} {'pages':>6} {'skipped':>8} {'of others':>16} {'kept':>6} {'lost':>5} {'at most':>8}")
    for name in (*sets, "all"):
        mine = [one for one in looks if name in (one.name, "all")]
        kept = [one for one in mine if one.language == language and one.score >= least]
        others = [one for one in mine if one.language not in (None, language)]
        lost = [one for one in kept if one.skipped[language]]
        skipped, skipped_others = (sum(one.skipped[language] for one in ones) for ones in (mine, others))
        figures = (
            f"{len(mine):6} {share(skipped, len(mine)):>8} {share(skipped_others, len(others)):>8} of {len(others):4}"
        )
        print(f"{name:22} {figures} {len(kept):6} {len(lost):5} {100 * bound(len(lost), len(kept)):7.2f}%")
    is_fit = len(kept) >= MIN_KEPT and bound(len(lost), len(kept)) < MOST_LOST
    print(f"{language}: {'fit' if is_fit else 'not fit'} for language.triage.benchmarked")
    for one in lost:
        words = f"{len(one.text.split())} words, score {one.score:.2f}"
        print(f"lost: {one.name} {one.url} ({words}; rules: {', '.join(rejected_by(one.text, settings)) or 'kept'})")
    return sum(len(one.text.split()) >= LOST_WORDS for one in lost)


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "-"


def rejected_by(text: str, settings: Settings) -> list[str]:
    _, metrics = measure_text(text, compile_settings(measure_settings(settings)))
    return [rule.reason for rule in rules_of(settings) if not rule.passes(metrics[rule.metric])]


def report_costs(looks: list[Look], language: str) -> None:
    extraction = np.array([one.seconds["extraction"] for one in looks])
    print(
        f"\n{language:22} {'triage, mean':>13} {'median':>7} {'of that text':>13} {'extraction, mean':>17} {'ratio':>6}"
    )
    skipped = np.array([one.skipped[language] for one in looks])
    for name, which in {"skipped": skipped, "not skipped": ~skipped, "all": skipped | ~skipped}.items():
        own, text = (np.array([one.seconds[kind] for one in looks])[which] * 1000 for kind in (language, "text"))
        if own.size:
            whole = extraction[which].mean() * 1000
            print(
                f"{name:22} {own.mean():10.2f} ms {np.median(own):7.2f} {text.mean():13.2f} {whole:17.2f}"
                f" {own.mean() / whole:6.3f}"
            )
    spent = sum(one.seconds[language] for one in looks)
    saved = sum(one.seconds["extraction"] for one in looks if one.skipped[language])
    total = sum(one.seconds["extraction"] for one in looks)
    print(f"triage and extraction together: {(total + spent - saved) / total:.3f} of extraction alone")


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--languages", nargs="+", default=["en", "de", "zh"])
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--set", dest="changes", action="append", default=[])
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    settings = load_settings(changes=["language.wanted=[en]", *options.changes, "language.triage.enabled=true"])
    rule = triage_settings(settings.language)
    assert rule is not None
    triages = {language: replace(rule, wanted=(language,)) for language in options.languages}
    extraction = ExtractSettings(**settings.extract.model_dump())
    corpus, seen, looks = Path(os.environ["WINNOW_CORPUS"]), set[str](), []
    for name in sets_of(corpus):
        for url, html in islice(corpus_pages(corpus, name), 0, None, options.every):
            if html not in seen:
                seen.add(html)
                looks.append(look(name, url, html, extraction, triages, options.rounds))
    print(f"{len(looks)} distinct pages; load {os.getloadavg()[0]:.1f}")
    too_many = 0
    for language in options.languages:
        too_many += report(looks, language, settings, sets_of(corpus))
        report_costs(looks, language)
    return int(too_many > 0)


if __name__ == "__main__":
    sys.exit(main())
