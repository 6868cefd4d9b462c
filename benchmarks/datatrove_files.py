"""datatrove's MinHash, 14 x 8, from Parquet files to Parquet files; run by `benchmarks.dedup_texts`.

VENV/bin/python benchmarks/datatrove_files.py TEXTS FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

TASKS = 2


def main() -> None:
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import (
        MinhashDedupBuckets,
        MinhashDedupCluster,
        MinhashDedupFilter,
        MinhashDedupSignature,
    )
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import ParquetReader
    from datatrove.pipeline.writers import ParquetWriter
    from datatrove.utils.typeshelper import Languages

    texts, made = sys.argv[1], Path(sys.argv[2])
    config = MinhashConfig(n_grams=5, num_buckets=14, hashes_per_bucket=8)
    signatures, buckets, clusters, out = (str(made / name) for name in ("signatures", "buckets", "clusters", "out"))
    steps = [
        ([ParquetReader(texts), MinhashDedupSignature(signatures, config, language=Languages.english)], TASKS),
        ([MinhashDedupBuckets(signatures, buckets, config=config)], config.num_buckets),
        ([MinhashDedupCluster(buckets, clusters, config=config)], 1),
        ([ParquetReader(texts), MinhashDedupFilter(clusters), ParquetWriter(out)], TASKS),
    ]
    for number, (step, tasks) in enumerate(steps):
        LocalPipelineExecutor(step, tasks=tasks, workers=TASKS, logging_dir=str(made / f"log-{number}")).run()


if __name__ == "__main__":
    main()
