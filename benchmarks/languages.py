"""Which pages of other languages than English the default rules reject, and by which rule.

    WINNOW_CORPUS=... python -m benchmarks.languages [--texts NAME=FILE.jsonl ...] [--label zh] [--show] [--set K=V]

All languages are wanted at once. Pages of the corpus: translations of one declaration whose label is that of their own
language; documentation of at least 1,500 characters by language; long Chinese pages. --texts: further texts of one
language (--label), a JSON object a line, in `text`, `raw_content` or `content`. Only pages whose language scores 0.65
or more count, but all of --texts do. The interval is that of Clopper and Pearson, 95 %. Last what words and metrics of
Chinese cost, the cutting of words apart: the least of five times, for each page of 3,000 characters.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from scipy.stats import beta

from benchmarks.triage import corpus_pages, extract
from winnow.kernels.languages.identify import shared_model
from winnow.kernels.measures.measure import Compiled, compile_settings, languages_of, measure_text
from winnow.kernels.measures.measure_settings import MeasureSettings
from winnow.kernels.pages.extract import ExtractSettings
from winnow.kernels.pages.marks import Mark
from winnow.settings.by_language import language_of
from winnow.settings.kernel_settings import measure_settings, rules_of
from winnow.settings.load import load_settings
from winnow.settings.rules import Rule
from winnow.settings.schema import Settings

MIN_CHARS, MIN_PAGES, CHINESE_CHARS, TIMES = 1_500, 10, 3_000, 5
OTHER_CODES = {"als_Latn": "gsw"}  # of the declaration, where its own code means another language


class Page(NamedTuple):
    """A page with text: where it is from, its language, its text as it is measured."""

    source: str
    url: str
    label: str
    text: str
    marks: tuple[Mark, ...]


class Judge:
    """The rules of these settings, for a page of any language."""

    def __init__(self, settings: Settings) -> None:
        self.rules: tuple[Rule, ...] = rules_of(settings)
        self.given: MeasureSettings = measure_settings(settings)
        self.compiled: Compiled = compile_settings(self.given)

    def reasons(self, page: Page) -> list[str]:
        """The reasons for which the page is rejected."""
        languages = languages_of([page.text], [page.label], self.given)
        metrics = measure_text(page.text, self.compiled, page.marks, languages)[1]
        judged = (rule.for_language(page.label) for rule in self.rules)
        return [rule.reason for rule in judged if rule is not None and not rule.passes(metrics[rule.metric])]


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", action="append", default=[])
    parser.add_argument("--label", default="zh")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--set", dest="changes", action="append", default=[])
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    settings = load_settings(changes=["language.wanted=[]", *options.changes])
    judge, corpus = Judge(settings), Path(os.environ["WINNOW_CORPUS"])
    named = [tuple(each.split("=", 1)) for each in options.texts]
    pages = [
        *_of_corpus(corpus, settings),
        *(page for name, file in named for page in _texts(name, file, options.label)),
    ]
    print(f"{'source':34} {'pages':>6} {'rejected':>9}   95 %              by rule")
    for source in dict.fromkeys(page.source for page in pages):
        _report(source, [page for page in pages if page.source == source], judge, options.show)
    _cost(" ".join(page.text for page in pages if page.label == "zh"), judge)


def _of_corpus(corpus: Path, settings: Settings) -> Iterator[Page]:
    found = []
    for name in ("pages_udhr_lid", "pages_docs_multilang", "pages_zh_oiwiki"):
        found += list(_extracted(corpus, name, settings))
    docs = Counter(page.label for page in found if page.source == "pages_docs_multilang")
    for page in found:
        if page.source == "pages_udhr_lid":
            code = page.url.rsplit("/", 1)[-1].removesuffix(".html").split("_")[0]
            if OTHER_CODES.get(language_of(page.label), language_of(page.label)[:3]) == code:
                yield page._replace(source="translations")
        elif page.source != "pages_docs_multilang":
            yield page
        elif len(page.text) >= MIN_CHARS and docs[page.label] >= MIN_PAGES and page.label != "en":
            yield page._replace(source=f"documentation, {page.label}")


def _extracted(corpus: Path, name: str, settings: Settings) -> Iterator[Page]:
    extraction, model = ExtractSettings(**settings.extract.model_dump()), shared_model(None)
    for url, html in corpus_pages(corpus, name):
        found = extract(html, extraction)
        label, score = model.identify(found.text) if found.gate is None else ("", 0.0)
        if score >= settings.language.min_score:
            yield Page(name, url, label, found.text, tuple(found.marks))


def _texts(name: str, file: str, label: str) -> Iterator[Page]:
    for number, line in enumerate(Path(file).read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        yield Page(name, str(number), label, row.get("text") or row.get("raw_content") or row.get("content"), ())


def _report(source: str, pages: list[Page], judge: Judge, show: bool) -> None:
    reasons = [judge.reasons(page) for page in pages]
    count, rejected = len(pages), sum(map(bool, reasons))
    low = beta.ppf(0.025, rejected, count - rejected + 1) if rejected else 0.0
    high = beta.ppf(0.975, rejected + 1, count - rejected) if rejected < count else 1.0
    by_rule = Counter(reason.removeprefix("gopher_") for found in reasons for reason in found).most_common()
    told = ", ".join(f"{reason} {100 * hits / count:.0f} %" for reason, hits in by_rule)
    print(f"{source:34} {count:6} {100 * rejected / count:7.1f} %   {100 * low:.1f} to {100 * high:.1f} %   {told}")
    if show or source == "translations":
        for page, found in zip(pages, reasons, strict=True):
            if found:
                print(f"    {page.url} {page.label}: {', '.join(found)}")


def _cost(chinese: str, judge: Judge) -> None:
    texts = [chinese[at : at + CHINESE_CHARS] for at in range(0, 100 * CHINESE_CHARS, CHINESE_CHARS)]
    texts = [text for text in texts if len(text) == CHINESE_CHARS]
    cut = _least(lambda text: languages_of([text], ["zh"], judge.given), texts)
    languages = {text: languages_of([text], ["zh"], judge.given) for text in texts}
    measured = _least(lambda text: measure_text(text, judge.compiled, (), languages[text]), texts)
    print(f"\n{len(texts)} Chinese texts of {CHINESE_CHARS:,} characters, ms each; load {os.getloadavg()[0]:.1f}")
    print(f"words {cut:.2f}, metrics {measured:.2f}, together {cut + measured:.2f}")


def _least(work: object, texts: Iterable[str]) -> float:
    assert callable(work)
    spent = []
    for _ in range(TIMES):
        began = time.process_time()
        for text in texts:
            work(text)
        spent.append(time.process_time() - began)
    return 1000 * min(spent) / max(len(list(texts)), 1)


if __name__ == "__main__":
    main()
