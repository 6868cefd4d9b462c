"""text-dedup's MinHash, 240 hashes, over Parquet files; run by `benchmarks.dedup_texts`.

VENV/bin/python benchmarks/text_dedup_files.py TEXTS FOLDER
"""

from __future__ import annotations

import os
import sys

WORDS, HASHES, THRESHOLD, PROCESSES = 5, 240, 0.8, 2


def main() -> None:
    texts, folder = sys.argv[1:]
    options = {
        "path": "parquet", "data_files": f"{texts}/*.parquet", "split": "train", "column": "text",
        "num_proc": PROCESSES, "output": f"{folder}/out", "cache_dir": f"{folder}/cache", "ngram": WORDS,
        "min_length": WORDS, "num_perm": HASHES, "threshold": THRESHOLD,
    }  # fmt: skip
    words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
    os.execv(sys.executable, [sys.executable, "-m", "text_dedup.minhash", *words])


if __name__ == "__main__":
    main()
