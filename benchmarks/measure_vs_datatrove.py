"""All metrics of a page compared with the same rules of datatrove 0.10, on the same documents in one run.

    python -m benchmarks.measure_vs_datatrove --peer-python VENV/bin/python CORPUS/quality/*.jsonl

Prints CPU milliseconds for each document, the best of several rounds, and the ratio. datatrove runs in its own
environment, all filters on one document and then on the next, as in its pipelines, so that its cache of tokens serves
both of Gopher's filters. Its bounds are such that no document breaks a rule, since winnow always computes every metric.
Words and sentences are spaCy's, as datatrove splits them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

Lines = Literal["none", "refinedweb", "c4"]
ROUNDS = 3
DOCUMENT_CHARS = 6_700
NEVER = 1e9


def read_documents(paths: Sequence[str]) -> list[str]:
    """Different texts joined to documents, so that the mean comes near DOCUMENT_CHARS."""
    lines = [line for path in paths for line in Path(path).read_text(encoding="utf-8").splitlines()]
    documents = [""]
    for text in dict.fromkeys(json.loads(line)["text"] for line in lines):
        if len(documents[-1]) + len(text) / 2 > DOCUMENT_CHARS:
            documents.append("")
        documents[-1] += ("\n" if documents[-1] else "") + text
    return documents


def peers() -> dict[str, Any]:
    """datatrove's filters with bounds that no document breaks."""
    from datatrove.pipeline.filters import (
        C4QualityFilter,
        FineWebQualityFilter,
        GopherQualityFilter,
        GopherRepetitionFilter,
    )

    sizes = {
        "top_n_grams": tuple((n, NEVER) for n in (2, 3, 4)),
        "dup_n_grams": tuple((n, NEVER) for n in range(5, 11)),
    }
    lines = dict.fromkeys(("dup_line_frac", "dup_para_frac", "dup_line_char_frac", "dup_para_char_frac"), NEVER)
    most = dict.fromkeys(("max_symbol_word_ratio", "max_bullet_lines_ratio", "max_ellipsis_lines_ratio"), NEVER)
    least = {"min_avg_word_length": 1e-9, "max_avg_word_length": NEVER, "max_non_alpha_words_ratio": 1e-9}
    c4 = {"filter_no_terminal_punct": False, "filter_lorem_ipsum": False, "filter_curly_bracket": False}
    loose = {"line_punct_thr": -1, "short_line_thr": NEVER, "char_duplicates_ratio": NEVER, "new_line_ratio": NEVER}
    return {
        "Gopher repetition": GopherRepetitionFilter(**lines, **sizes),
        "Gopher quality": GopherQualityFilter(min_doc_words=1, max_doc_words=10**9, **most, **least, min_stop_words=0),
        "C4": C4QualityFilter(**c4, min_num_sentences=0),
        "FineWeb": FineWebQualityFilter(**loose),
    }


def time_peers(filters: Mapping[str, Any], documents: Sequence[str]) -> dict[str, float]:
    """CPU milliseconds of each filter for each document; ends the program if a document breaks a rule."""
    from datatrove.data import Document

    spent = dict.fromkeys(filters, 0.0)
    for text in documents:
        document = Document(text=text, id="")
        for name, peer in filters.items():
            began = time.process_time()
            verdict = peer.filter(document)
            spent[name] += time.process_time() - began
            if verdict is not True:
                sys.exit(f"{name}: {verdict}: a document was dropped, so that the times would not be of all rules")
    return {name: 1000 * seconds / len(documents) for name, seconds in spent.items()}


def run_peer() -> None:
    """Reads the documents and prints the best round of each filter, as JSON."""
    documents, filters = json.load(sys.stdin), peers()
    time_peers(filters, documents[:1])
    rounds = [time_peers(filters, documents) for _ in range(ROUNDS)]
    print(json.dumps({name: min(spent[name] for spent in rounds) for name in filters}))


def time_winnow(documents: Sequence[str]) -> dict[str, float]:
    """CPU milliseconds for each document, the best round of each way to correct lines."""
    import numpy as np

    from winnow.kernels.measures.measure import compile_settings, measure_buffer, warm
    from winnow.kernels.measures.measure_settings import C4Lines, MeasureSettings, RefinedWebLines

    refinedweb = RefinedWebLines(
        upper_fraction=0.5,
        short_words=10,
        counters=("like", "likes", "share", "shares", "comment", "comments", "view", "views", "follower", "followers"),
        begin=("sign-in",),
        end=("read more...",),
        anywhere=("items in cart",),
    )
    c4 = C4Lines(terminal_punctuation=False, min_line_words=3, max_word_chars=1000, bad_words=())
    encoded = [text.encode() for text in documents]
    offsets = np.cumsum([0, *map(len, encoded)]).astype(np.int64)
    data = np.frombuffer(b"".join(encoded), np.uint8)
    warm()
    best = dict.fromkeys(get_args(Lines), NEVER)
    for lines in best:
        compiled = compile_settings(
            MeasureSettings(lines=lines, whole_code=False, own_text=False, refinedweb=refinedweb, c4=c4)
        )
        for _ in range(ROUNDS):
            began = time.process_time()
            measure_buffer(data, offsets, compiled)
            best[lines] = min(best[lines], 1000 * (time.process_time() - began) / len(documents))
    return best


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python", required=True, help="of an environment with datatrove and spacy")
    parser.add_argument("texts", nargs="+", help="JSON lines")
    arguments = parser.parse_args()
    documents = read_documents(arguments.texts)
    chars = sum(map(len, documents)) / len(documents)
    print(f"{len(documents)} documents, {chars:,.0f} characters on average, CPU ms for each, best of {ROUNDS}")
    command = [arguments.peer_python, __file__, "--peer"]
    said = subprocess.run(command, input=json.dumps(documents), stdout=subprocess.PIPE, text=True, check=False)
    if said.returncode:
        sys.exit("datatrove failed; `make build/peers/datatrove/.ready` makes its environment")
    theirs = json.loads(said.stdout)
    together = sum(theirs.values())
    for name, spent in [*theirs.items(), ("together", together)]:
        print(f"{'datatrove ' + name:28} {spent:8.3f}")
    for lines, spent in time_winnow(documents).items():
        print(f"{'winnow, lines: ' + lines:28} {spent:8.3f}   {together / spent:.0f} times faster")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]:
        run_peer()
    else:
        main()
