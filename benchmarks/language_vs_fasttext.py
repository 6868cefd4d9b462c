"""CPU of identifying languages beside the fastText library with the same model, and whether any score differs.

    WINNOW_CORPUS=... python -m benchmarks.language_vs_fasttext

lid.176.ftz: the whole text of every page of the corpus once as one line, as workers identify the likeliest language and
the three likeliest, and in the pieces that triage looks at. Then, on every tenth page, a model of the kind of GlotLID
(softmax, 256 numbers a vector, one label for each page of the translations), which is trained here on their beginnings.
Best of three, in turns. Last the memory that a process has for itself after it asked such a model. Exit code 1 where a
score is another.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import fasttext

from benchmarks.triage import SETS, corpus_pages
from winnow.kernels.languages.classifier_file import read_classifier
from winnow.kernels.languages.fasttext_scores import Classifier
from winnow.kernels.languages.identify import BEST, one_line
from winnow.kernels.languages.model_file import LABEL_PREFIX, default_model_path
from winnow.kernels.pages.html import whole_text

ROUNDS, PIECE_CHARS, MIN_SCORE = 3, 400, 0.9
LIKE_GLOTLID = {"loss": "softmax", "dim": 256, "minn": 2, "maxn": 5, "bucket": 200_000, "epoch": 8, "lr": 1.0}
OPENED = {
    "winnow": "from winnow.kernels.languages.identify import LanguageModel; model = LanguageModel({path!r})",
    "fastText": "import fasttext; model = fasttext.load_model({path!r})",
}
ASKED = "; model.{ask}(open({lines!r}, encoding='utf-8').read().replace('\\n', ' ')); "
OWN_MEMORY = "print(next(line.split()[1] for line in open('/proc/self/smaps_rollup') if line.startswith('Anonymous')))"


def main() -> int:
    """Print every table."""
    corpus = Path(os.environ["WINNOW_CORPUS"])
    texts = [whole_text(html) for name in SETS for _, html in corpus_pages(corpus, name)]
    lines = [line for line in map(one_line, texts) if line]
    pieces = [
        line
        for text in texts
        for start in range(0, len(text), PIECE_CHARS)
        if (line := one_line(text[start : start + PIECE_CHARS]))
    ]
    print(f"load {os.getloadavg()[0]:.1f}; CPU")
    different = _compared(default_model_path(), lines, pieces)
    with tempfile.TemporaryDirectory() as folder:
        path, trained_on = Path(folder, "softmax.bin"), Path(folder, "lines.txt")
        _train(corpus, trained_on).save_model(str(path))
        print(f"a softmax model, {path.stat().st_size / 1e6:.0f} MB")
        different += _compared(path, lines[::10], pieces[::10])
        for way, code in OPENED.items():
            asked = ASKED.format(ask="best" if way == "winnow" else "predict", lines=str(trained_on))
            told = subprocess.run(
                [sys.executable, "-c", code.format(path=str(path)) + asked + OWN_MEMORY],
                capture_output=True,
                text=True,
                check=True,
            )
            print(f"a process of its own memory: {way} {int(told.stdout) / 1024:.0f} MB")
    return int(different > 0)


def _train(corpus: Path, path: Path) -> Any:
    found = []
    for url, html in corpus_pages(corpus, "pages_udhr_lid"):
        text = one_line(whole_text(html)).decode()
        label = url.rsplit("/", 1)[-1].removesuffix(".html")
        found += [f"{LABEL_PREFIX}{label} {text[at : at + PIECE_CHARS]}" for at in range(0, 2_000, PIECE_CHARS)]
    path.write_text("\n".join(found) + "\n", encoding="utf-8")
    return fasttext.train_supervised(str(path), verbose=0, thread=1, **LIKE_GLOTLID)


def _compared(path: Path, lines: Sequence[bytes], pieces: Sequence[bytes]) -> int:
    ours, library = read_classifier(path), fasttext.load_model(str(path)).f
    assert ours is not None
    different = 0
    cases: Sequence[tuple[str, Sequence[bytes], int, float]] = (
        ("whole texts, the likeliest", lines, 1, 0.0),
        (f"whole texts, {BEST} likeliest", lines, BEST, 0.0),
        ("pieces", pieces, 0, MIN_SCORE),
    )
    for name, inputs, most, least in cases:
        ways = {
            "winnow": partial(_ask_winnow, ours, most=most or None, min_score=least),
            "fastText": partial(_ask_fasttext, library, most=most or 2, min_score=least),
        }
        spent, found = dict.fromkeys(ways, float("inf")), {}
        for _ in range(ROUNDS):
            for way, score in ways.items():
                began = time.process_time()
                found[way] = [score(line) for line in inputs]
                spent[way] = min(spent[way], time.process_time() - began)
        wrong = sum(
            mine[: most or 1]
            != [(str(label).removeprefix(LABEL_PREFIX), score) for score, label in theirs[: most or 1]]
            for mine, theirs in zip(found["winnow"], found["fastText"], strict=True)
        )
        different += wrong
        size = sum(map(len, inputs)) / len(inputs)
        costs = ", ".join(f"{way} {1e6 * seconds / len(inputs):,.0f} µs" for way, seconds in spent.items())
        ratio = spent["fastText"] / spent["winnow"]
        print(f"{name}: {len(inputs)} of {size:,.0f} bytes, {costs}: {ratio:.1f} times; {wrong} different")
    return different


def _ask_winnow(model: Classifier, line: bytes, most: int | None, min_score: float) -> Any:
    return model.scores(line, min_score, most)


def _ask_fasttext(model: Any, line: bytes, most: int, min_score: float) -> Any:
    return model.predict(line + b"\n", most, min_score, "replace")


if __name__ == "__main__":
    sys.exit(main())
