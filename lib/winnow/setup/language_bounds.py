"""Makes `conf/languages/fineweb2.tsv`: FineWeb2's published numbers and stop words, one row for each language:

    git clone https://github.com/huggingface/fineweb-2
    git -C fineweb-2 checkout d0defb24f193bb9a5a11b8b14524a03c4858e1b6
    python -m winnow.setup.language_bounds fineweb-2/configs > conf/languages/fineweb2.tsv

Source: the folder `configs` of that commit (Apache License 2.0), one file for each of 1,929 languages, named by the
language in ISO 639-3 and its script. Numbers are as published. Stop words with white space are left out, since no word
contains white space (the mark between two sentences of Tibetan and Dzongkha, `bok kei` of Bahnar).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

COMMIT = "d0defb24f193bb9a5a11b8b14524a03c4858e1b6"
NUMBERS = (
    "language_score", "min_avg_word_length", "max_avg_word_length", "max_non_alpha_words_ratio", "dup_line_frac",
    "line_punct_thr", "new_line_ratio",
)  # fmt: skip
GRAMS = ("top_n_grams", "dup_n_grams")
TOP, DUPLICATE = (2, 3, 4), (5, 6, 7, 8, 9, 10)


def rows(folder: Path) -> Iterator[list[str]]:
    """The head of the table, then a row for each file of the folder, by the language's name."""
    grams = [f"{name}_{size}" for name, sizes in zip(GRAMS, (TOP, DUPLICATE), strict=True) for size in sizes]
    yield ["language", *NUMBERS, *grams, "stopwords"]
    for path in sorted(folder.glob("*.yml")):
        yield [path.stem, *_row(yaml.safe_load(path.read_text(encoding="utf-8")))]


def _row(published: dict[str, Any]) -> Iterator[str]:
    yield from (f"{published[name]:g}" for name in NUMBERS)
    for name, sizes in zip(GRAMS, (TOP, DUPLICATE), strict=True):
        bounds = dict(published[name])
        yield from (f"{bounds[size]:g}" for size in sizes)
    yield " ".join(word for word in published["stopwords"] if not set(word) & set(" \t\n\u3000\xa0"))


def main(folder: str) -> None:
    """Print the table."""
    for row in rows(Path(folder)):
        sys.stdout.write("\t".join(row) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
