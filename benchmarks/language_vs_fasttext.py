"""CPU of identifying languages beside the fastText library with the same model, and whether any score differs.

    WINNOW_CORPUS=... python -m benchmarks.language_vs_fasttext

The whole text of every page of the corpus once as one line, as workers identify the likeliest language, and in the
pieces that triage looks at. Best of three, in turns. Exit code 1 where a likeliest label or a score is another.
"""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import fasttext

from benchmarks.triage import SETS, corpus_pages
from winnow.kernels.languages.fasttext_scores import LABEL_PREFIX, read_classifier
from winnow.kernels.languages.identify import one_line
from winnow.kernels.languages.model_file import default_model_path
from winnow.kernels.pages.html import whole_text

ROUNDS, PIECE_CHARS, MIN_SCORE = 3, 400, 0.9


def main() -> int:
    ours, library = read_classifier(default_model_path()), fasttext.load_model(str(default_model_path())).f
    assert ours is not None
    corpus = Path(os.environ["WINNOW_CORPUS"])
    texts = [whole_text(html) for name in SETS for _, html in corpus_pages(corpus, name)]
    lines = [line for line in map(one_line, texts) if line]
    pieces = [
        line
        for text in texts
        for start in range(0, len(text), PIECE_CHARS)
        if (line := one_line(text[start : start + PIECE_CHARS]))
    ]
    print(f"load {os.getloadavg()[0]:.1f}; CPU ns a byte")
    different = 0
    for name, inputs, best_alone, least in (("whole texts", lines, True, 0.0), ("pieces", pieces, False, MIN_SCORE)):
        ways = {
            "winnow": partial(ours.scores, min_score=least, best_alone=best_alone),
            "fastText": partial(_ask_fasttext, library, most=1 if best_alone else 2, min_score=least),
        }
        spent, found = dict.fromkeys(ways, float("inf")), {}
        for _ in range(ROUNDS):
            for way, score in ways.items():
                began = time.process_time()
                found[way] = [score(line) for line in inputs]
                spent[way] = min(spent[way], time.process_time() - began)
        size = sum(map(len, inputs))
        wrong = sum(
            mine[:1] != [(str(label).removeprefix(LABEL_PREFIX), score) for score, label in theirs[:1]]
            for mine, theirs in zip(found["winnow"], found["fastText"], strict=True)
        )
        different += wrong
        costs = ", ".join(f"{way} {1e9 * seconds / size:.0f}" for way, seconds in spent.items())
        ratio = spent["fastText"] / spent["winnow"]
        print(
            f"{name}: {len(inputs)} of {size / len(inputs):,.0f} bytes, {costs}: {ratio:.1f} times; {wrong} different"
        )
    return int(different > 0)


def _ask_fasttext(model: Any, line: bytes, most: int, min_score: float) -> Any:
    return model.predict(line + b"\n", most, min_score, "replace")


if __name__ == "__main__":
    sys.exit(main())
