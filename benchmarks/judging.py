"""What it costs to judge pages of 1,900 languages, each by its own bounds, compared with pages of one language.

    python -m benchmarks.judging FOLDER [PAGES]

Random metrics, as in benchmarks.decisions, are written to the folder once. Then they are judged in turns by the rules
for English, for 100 languages, and for all languages with known bounds. Each figure is the least of five.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from benchmarks.decisions import drawn
from winnow.kernels.measures.metrics import METRICS
from winnow.settings.by_language import known_languages
from winnow.settings.kernel_settings import rules_of
from winnow.settings.load import load_settings
from winnow.settings.rules import Rule
from winnow.spark.session import open_session
from winnow.stages.verdicts import judge_pages
from winnow.tables import METRICS_TYPE

TIMES = 5


def main(folder: Path, count: int) -> None:
    """Print the seconds of each way."""
    settings = load_settings(changes=["spark.master=local[2]"])
    spark = open_session("benchmark", settings.spark)
    known = known_languages(settings.by_language)
    assert known is not None
    languages = sorted(known.numbers)
    place, values = str(folder / "measures"), [drawn(metric, at).alias(metric) for at, metric in enumerate(METRICS)]
    if not Path(place).exists():
        names = F.array(*map(F.lit, languages))
        pages = spark.range(count, numPartitions=8).select(F.lit(0).alias("shard"), F.xxhash64("id").alias("page_id"))
        language = F.get(names, F.pmod("page_id", F.lit(len(languages))).cast("int")).alias("language")
        metrics = F.struct(*values).cast(METRICS_TYPE).alias("metrics")
        pages.select("shard", "page_id", language, F.lit(0.9).alias("language_score"), metrics).write.parquet(place)
    measures = spark.read.parquet(place)
    first = 0.0
    for wanted in (["en"], languages[:100], languages):
        rules = rules_of(load_settings(changes=[f"language.wanted=[{', '.join(wanted)}]"]))
        spent = min(_seconds(measures, rules) for _ in range(TIMES))
        first = first or spent
        print(f"{len(wanted):5} languages: {spent:6.2f} s for {count:,} pages, {spent / first:.2f} of one", flush=True)


def _seconds(measures: DataFrame, rules: tuple[Rule, ...]) -> float:
    began = time.monotonic()
    judge_pages(measures, rules).write.format("noop").mode("overwrite").save()
    return time.monotonic() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute(), int(sys.argv[2]) if len(sys.argv) > 2 else 500_000)
