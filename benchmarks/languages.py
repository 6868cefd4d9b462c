"""Which pages of other languages than English the default rules reject, and by which rule.

    WINNOW_CORPUS=... [WINNOW_TEXTS=FOLDER] python -m benchmarks.languages [--show] [--set K=V ...]

All languages are wanted at once. Pages of the corpus: translations of one declaration whose label is that of their own
language, documentation of at least 1,500 characters by language, long Chinese pages; of them only those whose language
scores 0.65 or more. WINNOW_TEXTS: a folder of further texts. Its folders SOURCE.LABEL have HTML files, which are
extracted, and count if their language is that of the label; its files SOURCE.LABEL.jsonl, as in `good news.zh.jsonl`,
have a JSON object a line with the text in `text`, `raw_content` or `content`, and all count. What extraction leaves out
of Chinese pages, menus and lists of links, is a source of its own, of which much should be rejected.

Pages are split by a hash of their URL. Rules may be chosen by looking at the even half; `odd` is the other half, of
which only the numbers are looked at. Intervals are Wilson's, 95 %. A rule's share is that of all pages that it rejects,
alone or beside others. --show prints every page that is rejected, with its reasons; of translations they are always
printed. Last what words and metrics of Chinese cost: the least CPU time of five, for a page of 3,000 characters.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from benchmarks.triage import corpus_pages, extract
from winnow.kernels.languages.identify import shared_model
from winnow.kernels.measures.measure import Compiled, compile_settings, languages_of, measure_text
from winnow.kernels.measures.measure_settings import MeasureSettings
from winnow.kernels.pages.extract import Extracted, ExtractSettings
from winnow.kernels.pages.html import decode_html, whole_text
from winnow.kernels.pages.marks import Mark
from winnow.settings.by_language import language_of
from winnow.settings.kernel_settings import measure_settings, rules_of
from winnow.settings.load import load_settings
from winnow.settings.rules import Rule
from winnow.settings.schema import Settings

MIN_CHARS, MIN_PAGES, CHINESE_CHARS, TIMES = 1_500, 10, 3_000, 5
OTHER_CODES = {"als_Latn": "gsw"}  # of the declaration, where its own code means another language
TRANSLATIONS, LEFT_OUT, MIN_LEFT_OUT = "translations", "left out of Chinese pages", 200
_Z = 1.959964  # of 95 %


class Page(NamedTuple):
    """A page with text: where it is from, its language, its text as it is measured."""

    source: str
    url: str
    label: str
    text: str
    marks: tuple[Mark, ...]

    @property
    def is_odd(self) -> bool:
        """Whether the page is in the half that no rule was chosen by."""
        return crc32(self.url.encode()) % 2 == 1


class Judge:
    """The rules of these settings, for a page of any language."""

    def __init__(self, settings: Settings) -> None:
        self.rules: tuple[Rule, ...] = rules_of(settings)
        self.given: MeasureSettings = measure_settings(settings)
        self.compiled: Compiled = compile_settings(self.given)

    def metrics(self, page: Page) -> dict[str, float]:
        """The metrics of the page."""
        languages = languages_of([page.text], [page.label], self.given)
        return measure_text(page.text, self.compiled, page.marks, languages)[1]

    def reasons(self, page: Page) -> list[str]:
        """The reasons for which the page is rejected, each with what was measured."""
        metrics = self.metrics(page)
        judged = (rule.for_language(page.label) for rule in self.rules)
        failed = (rule for rule in judged if rule is not None and not rule.passes(metrics[rule.metric]))
        return [f"{rule.reason} {metrics[rule.metric]:.3g}" for rule in failed]


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--set", dest="changes", action="append", default=[])
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    settings = load_settings(changes=["language.wanted=[]", *options.changes])
    judge, folder = Judge(settings), os.environ.get("WINNOW_TEXTS")
    pages = [*of_corpus(Path(os.environ["WINNOW_CORPUS"]), settings)]
    pages += of_folder(Path(folder), settings) if folder else []
    pages = [*{(page.source, page.text): page for page in pages}.values()]
    print(f"{'source':30} {'pages':>6} {'rejected':>9} {'95 %':>14} {'odd':>6} {'rejected':>9} {'95 %':>14}  by rule")
    for source in dict.fromkeys(page.source for page in pages):
        _report(source, [page for page in pages if page.source == source], judge, options.show)
    _cost(" ".join(page.text for page in pages if page.label == "zh"), judge)


def of_corpus(corpus: Path, settings: Settings) -> Iterator[Page]:
    """The pages of the corpus that count."""
    found = []
    for name in ("pages_udhr_lid", "pages_docs_multilang", "pages_zh_oiwiki"):
        found += list(_extracted(corpus, name, settings))
    docs = Counter(page.label for page in found if page.source == "pages_docs_multilang")
    for page in found:
        if page.source == "pages_udhr_lid":
            code = page.url.rsplit("/", 1)[-1].removesuffix(".html").split("_")[0]
            if OTHER_CODES.get(language_of(page.label), language_of(page.label)[:3]) == code:
                yield page._replace(source=TRANSLATIONS)
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
            yield _page(name, url, label, found)
            yield from _left_out(url, label, html, found)


def _left_out(url: str, label: str, html: str, found: Extracted) -> Iterator[Page]:
    """The lines of a Chinese page that extraction left out."""
    lines = [line.strip() for line in whole_text(html).splitlines()]
    rest = "\n".join(line for line in lines if line and line not in found.text)
    if label == "zh" and len(rest) >= MIN_LEFT_OUT:
        yield Page(LEFT_OUT, url, label, rest, ())


def _page(source: str, url: str, label: str, found: Extracted) -> Page:
    return Page(source, url, label, found.text, tuple(found.marks))


def of_folder(folder: Path, settings: Settings) -> Iterator[Page]:
    """The texts and pages of a folder, see above."""
    extraction, model = ExtractSettings(**settings.extract.model_dump()), shared_model(None)
    for path in sorted(folder.iterdir()):
        source, _, label = path.name.removesuffix(".jsonl").rpartition(".")
        for file in sorted(path.rglob("*.htm*")) if path.is_dir() else ():
            found = extract(decode_html(file.read_bytes(), None)[0], extraction)
            named, score = model.identify(found.text) if found.gate is None else ("", 0.0)
            if named == label and score >= settings.language.min_score:
                yield _page(source, str(file.relative_to(folder)), label, found)
                yield from _left_out(str(file), label, decode_html(file.read_bytes(), None)[0], found)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.is_file() else ()):
            row = json.loads(line)
            text = row.get("text") or row.get("raw_content") or row.get("content")
            yield Page(source, f"{path.name}:{number + 1}", label, text, ())


def _report(source: str, pages: list[Page], judge: Judge, show: bool) -> None:
    reasons = [judge.reasons(page) for page in pages]
    odd = [found for page, found in zip(pages, reasons, strict=True) if page.is_odd]
    by_rule = Counter(told.split()[0].removeprefix("gopher_") for found in reasons for told in found).most_common()
    shares = ", ".join(f"{reason} {100 * hits / len(pages):.0f} %" for reason, hits in by_rule)
    print(f"{source:30} {rejected(reasons)} {rejected(odd)}  {shares}")
    for page, found in zip(pages, reasons, strict=True) if show or source == TRANSLATIONS else ():
        if found:
            print(f"    {'odd ' if page.is_odd else 'even'} {page.url} {page.label}: {', '.join(found)}")


def rejected(reasons: Sequence[list[str]]) -> str:
    """How many pages there are, the share that has reasons, and the interval of that share."""
    count, hits = len(reasons), sum(map(bool, reasons))
    if not count:
        return f"{0:6} {'-':>9} {'-':>14}"
    low, high = wilson(hits, count)
    return f"{count:6} {100 * hits / count:7.1f} % {f'{100 * low:.1f} to {100 * high:.1f}':>14}"


def wilson(hits: int, count: int) -> tuple[float, float]:
    """The interval of a share, 95 %. Source: Wilson 1927."""
    share, shrink = hits / count, 1 + _Z**2 / count
    middle = (share + _Z**2 / (2 * count)) / shrink
    half = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2)) / shrink
    return max(middle - half, 0.0), min(middle + half, 1.0)


def _cost(chinese: str, judge: Judge) -> None:
    texts = [chinese[at : at + CHINESE_CHARS] for at in range(0, 100 * CHINESE_CHARS, CHINESE_CHARS)]
    texts = [text for text in texts if len(text) == CHINESE_CHARS]
    cut = _least(lambda text: languages_of([text], ["zh"], judge.given), texts)
    languages = {text: languages_of([text], ["zh"], judge.given) for text in texts}
    measured = _least(lambda text: measure_text(text, judge.compiled, (), languages[text]), texts)
    print(f"\n{len(texts)} Chinese texts of {CHINESE_CHARS:,} characters, CPU ms each; load {os.getloadavg()[0]:.1f}")
    print(f"words {cut:.2f}, metrics {measured:.2f}, together {cut + measured:.2f}")


def _least(work: Callable[[str], object], texts: Sequence[str]) -> float:
    spent = []
    for _ in range(TIMES):
        began = time.process_time()
        for text in texts:
            work(text)
        spent.append(time.process_time() - began)
    return 1000 * min(spent) / max(len(texts), 1)


if __name__ == "__main__":
    main()
