"""datatrove's MinHash steps, signatures to clusters, over a file of texts; run by `benchmarks.near_duplicates`.

    VENV/bin/python benchmarks/datatrove_minhash.py FOLDER BANDS ROWS LIMIT...

FOLDER holds texts.jsonl. A JSON line for each limit: pages, CPU seconds of one process from text to clusters.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
from pathlib import Path


def main() -> None:
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupSignature
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.utils.typeshelper import Languages

    folder, bands, rows, *limits = Path(sys.argv[1]), *map(int, sys.argv[2:])
    config = MinhashConfig(n_grams=5, num_buckets=bands, hashes_per_bucket=rows)
    for limit in (50, *limits):  # the first one also loads what is loaded only once
        made = folder / "datatrove"
        shutil.rmtree(made, ignore_errors=True)
        reader = JsonlReader(str(folder), glob_pattern="texts.jsonl", limit=limit)
        signatures, buckets, clusters = (str(made / name) for name in ("signatures", "buckets", "clusters"))
        steps = [
            ([reader, MinhashDedupSignature(signatures, config, language=Languages.english)], 1),
            ([MinhashDedupBuckets(signatures, buckets, config=config)], bands),
            ([MinhashDedupCluster(buckets, clusters, config=config)], 1),
        ]
        before = _cpu()
        for number, (step, tasks) in enumerate(steps):
            LocalPipelineExecutor(step, tasks=tasks, workers=1, logging_dir=str(made / f"log-{number}")).run()
        print(json.dumps({"pages": limit, "cpu": _cpu() - before}), flush=True)


def _cpu() -> float:
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


if __name__ == "__main__":
    main()
