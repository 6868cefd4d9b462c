"""text-dedup's MinHash, 240 hashes, over the first texts of a file; run by `benchmarks.near_duplicates`.

    VENV/bin/python benchmarks/text_dedup_minhash.py FOLDER LIMIT...

FOLDER holds texts.jsonl. A JSON line for each limit: pages, CPU seconds of all its processes from text to clusters and
back to a file, and the largest resident size of one of them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from itertools import islice
from pathlib import Path

HASHES, THRESHOLD, WORDS = 240, 0.8, 5


def main() -> None:
    folder, limits = Path(sys.argv[1]), map(int, sys.argv[2:])
    made = folder / "text-dedup"
    for limit in (50, *limits):  # the first one also compiles what is compiled only once
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        with (folder / "texts.jsonl").open() as texts:
            (made / "texts.jsonl").write_text("".join(islice(texts, limit)))
        options = {
            "path": "json", "data_files": made / "texts.jsonl", "split": "train", "column": "text", "num_proc": 1,
            "output": made / "out", "cache_dir": made / "cache", "ngram": WORDS, "min_length": WORDS,
            "num_perm": HASHES, "threshold": THRESHOLD,
        }  # fmt: skip
        words = [str(word) for name, value in options.items() for word in (f"--{name}", value)]
        with (made / "log").open("w") as log:
            run = subprocess.Popen([sys.executable, "-m", "text_dedup.minhash", *words], stdout=log, stderr=log)
            _, status, used = os.wait4(run.pid, 0)
        if status:
            sys.exit((made / "log").read_text()[-2000:])
        # Memory of the largest process: wait4 reports it for the process and for those that it waited for.
        row = {"pages": limit, "cpu": used.ru_utime + used.ru_stime, "peak_bytes": used.ru_maxrss * 1024}
        print(json.dumps(row), flush=True)


if __name__ == "__main__":
    main()
