"""Near duplicates in Chinese: planted edits, and the same page in both scripts, through the stage that finds them.

    WINNOW_CORPUS=... python -m benchmarks.chinese_near_duplicates [--opencc-python VENV/bin/python] [--set K=V ...]

Pages are pieces of 500 characters of the corpus' Chinese pages. Each has one near copy: characters are replaced, left
out and put in, and sentences moved, so that the pair's Jaccard similarity lies between 0.5 and 1, or the copy is the
page in the other script. Without --opencc-python (an environment with opencc) each character that has traditional forms
becomes one of them, by the table that the folding itself is made from; OpenCC decides by words. A pair's similarity is
the exact one of the shingle sets of tests/reference. A pair of 0.8 or more is found unless both of its pages are kept.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from tests.reference.near_duplicates import grams, jaccard

from benchmarks.languages import wilson
from benchmarks.triage import corpus_pages, extract
from winnow.kernels.pages.extract import ExtractSettings
from winnow.kernels.text.simplified import SIMPLIFIED, TRADITIONAL
from winnow.settings.load import load_settings
from winnow.settings.schema import Fuzzy, Settings
from winnow.spark.session import open_session
from winnow.stages.duplicates.components import label_components
from winnow.stages.duplicates.near_duplicates import Scopes, elect_survivors, find_edges

PIECE, SETS, SCRIPTS, SEED = 500, ("pages_zh_oiwiki", "pages_docs_multilang"), 200, 1
LEAST_HAN = 0.3  # of the characters of a piece
_CONVERT = "import sys, opencc; sys.stdout.write(opencc.OpenCC('s2tw').convert(sys.stdin.read()))"


class Pair(NamedTuple):
    """A page and its near copy: texts, the kind of the copy, and their Jaccard similarity."""

    page: str
    copy: str
    kind: str
    similarity: float


def main() -> None:
    """Print what is found of each kind of copy, and what is dropped wrongly."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--opencc-python")
    parser.add_argument("--set", dest="changes", action="append", default=[])
    options = parser.parse_args()
    settings = load_settings(changes=["spark.master=local[2]", "spark.driver_memory=1500m", *options.changes])
    bases = pieces(Path(os.environ["WINNOW_CORPUS"]), settings)
    pairs = [*edited(bases, settings.fuzzy), *in_both_scripts(bases, settings.fuzzy, options.opencc_python)]
    print(f"{len(pairs)} pairs; unit {settings.fuzzy.unit}; load {os.getloadavg()[0]:.1f}")
    spark = open_session("near duplicates", settings.spark)
    dropped = run(spark, pairs, settings.fuzzy)
    spark.stop()
    for kind in dict.fromkeys(pair.kind for pair in pairs):
        _report(kind, pairs, dropped, settings.fuzzy.min_jaccard)
    texts = [text for pair in pairs for text in (pair.page, pair.copy)]
    exact = [similarity(texts[page], texts[kept], settings.fuzzy) for page, kept in dropped.items()]
    wrong = sum(value < settings.fuzzy.min_jaccard for value in exact)
    print(f"{len(exact)} pages dropped, {wrong} of them below {settings.fuzzy.min_jaccard} to the page that is kept")


def pieces(corpus: Path, settings: Settings) -> list[str]:
    """Distinct pieces of Chinese text, in a random order that is always the same."""
    extraction, found = ExtractSettings(**settings.extract.model_dump()), []
    for name in SETS:
        for _, html in corpus_pages(corpus, name):
            text = extract(html, extraction).text
            found += [text[at : at + PIECE] for at in range(0, len(text) - PIECE, PIECE)]
    chinese = [text for text in dict.fromkeys(found) if sum(map(_is_han, text)) > LEAST_HAN * len(text)]
    random.Random(SEED).shuffle(chinese)
    return chinese


def _is_han(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def similarity(one: str, other: str, fuzzy: Fuzzy) -> float:
    """The exact Jaccard similarity of two texts under these settings."""
    if fuzzy.unit == "jieba":
        from winnow.kernels.text.chinese import separate_words

        one, other = separate_words(one), separate_words(other)
    how = fuzzy.model_dump(include={"punctuation", "numbers", "lower_case", "remove_accents", "simplify", "unit"})
    return jaccard(grams(one, fuzzy.shingle_size, **how), grams(other, fuzzy.shingle_size, **how))


def edited(bases: Sequence[str], fuzzy: Fuzzy) -> Iterator[Pair]:
    """Copies with edits of four kinds."""
    draw = random.Random(SEED)
    letters = [char for base in bases[:50] for char in base if _is_han(char)]
    for number, base in enumerate(bases[SCRIPTS:]):
        kind = ("replaced", "left out", "put in", "moved")[number % 4]
        copy = _edit(base, kind, draw.uniform(0.55, 0.99), letters, draw)
        yield Pair(base, copy, kind, similarity(base, copy, fuzzy))


def _edit(text: str, kind: str, wanted: float, letters: Sequence[str], draw: random.Random) -> str:
    """The text with edits for about this similarity, if each edit changes five shingles."""
    edits = max(1, round(len(text) * (1 - wanted) / (5 * (1 + wanted))))
    if kind == "moved":
        parts = text.split("。")
        for _ in range(max(1, edits // 3)):
            parts.insert(draw.randrange(len(parts)), parts.pop(draw.randrange(len(parts))))
        return "。".join(parts)
    chars = list(text)
    for place in sorted(draw.sample(range(len(chars)), min(edits, len(chars))), reverse=True):
        chars[place : place + (kind != "put in")] = [] if kind == "left out" else [draw.choice(letters)]
    return "".join(chars)


def in_both_scripts(bases: Sequence[str], fuzzy: Fuzzy, python: str | None) -> Iterator[Pair]:
    """Copies in traditional characters."""
    chosen = bases[:SCRIPTS]
    for base, copy in zip(chosen, _by_opencc(chosen, python) if python else _by_table(chosen), strict=True):
        yield Pair(base, copy, f"other script, by {'OpenCC' if python else 'table'}", similarity(base, copy, fuzzy))


def _by_opencc(texts: Iterable[str], python: str) -> list[str]:
    lines = "\n".join(json.dumps(text, ensure_ascii=False) for text in texts)
    found = subprocess.run([python, "-c", _CONVERT], input=lines, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in found.stdout.split("\n")]


def _by_table(texts: Iterable[str]) -> list[str]:
    forms, draw = defaultdict(list), random.Random(SEED)
    for traditional, simplified in zip(TRADITIONAL, SIMPLIFIED, strict=True):
        forms[simplified].append(traditional)
    return ["".join(draw.choice(forms.get(char, [char])) for char in text) for text in texts]


def run(spark: SparkSession, pairs: Sequence[Pair], fuzzy: Fuzzy) -> dict[int, int]:
    """For each dropped page, by its number, the number of the kept page; pair i has pages 2i and 2i + 1."""
    texts = [text for pair in pairs for text in (pair.page, pair.copy)]
    constants = {
        "scope": 0, "crawl": "A", "earlier": False, "position": 0, "shard": 0, "is_cut": False, "preference": 0.0,
    }  # fmt: skip
    pages = _numbered(spark, texts).withColumns({name: F.lit(value) for name, value in constants.items()})
    edges = find_edges(pages, Scopes([0], len(texts)), fuzzy).persist()
    labels = label_components(edges, fuzzy.max_driver_edges)
    gone = elect_survivors(edges, labels, pages.drop("scope"), labels.count(), fuzzy)
    return {row.page_id: row.kept_page_id for row in gone.select("page_id", "kept_page_id").collect()}


def _numbered(spark: SparkSession, texts: Sequence[str]) -> DataFrame:
    return spark.createDataFrame(list(enumerate(texts)), "page_id BIGINT, text STRING").repartition(4).persist()


def _report(kind: str, pairs: Sequence[Pair], dropped: dict[int, int], least: float) -> None:
    of_kind = [number for number, pair in enumerate(pairs) if pair.kind == kind]
    alike = [number for number in of_kind if pairs[number].similarity >= least]
    found = sum(2 * number in dropped or 2 * number + 1 in dropped for number in alike)
    mean = sum(pairs[number].similarity for number in of_kind) / len(of_kind)
    low, high = wilson(found, len(alike))
    print(f"{kind:26} {len(of_kind):5} pairs of {mean:.2f} on average, {len(alike):5} of {least} or more: ", end="")
    print(f"{found / len(alike):.4f} found ({low:.4f} to {high:.4f})")


if __name__ == "__main__":
    main()
