"""An archive of Spark's classes that Java maps into memory: commands start in half the time.

Made at set-up, by

    python -m winnow.setup.class_archive

Source: JDK 17, "Class Data Sharing": an archive of the classes that one run loaded (`-XX:ArchiveClassesAtExit`). Java
uses it only if its version and all jars are the same as in that run, and ignores it silently if not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile

from winnow.spark.java import QUIET, class_archive


def make_archive() -> bool:
    """Make the archive from the classes that a few rows need; False if this Java cannot make one."""
    archive = class_archive()
    part = archive.with_suffix(".part")
    archive.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        options = " ".join(("-XX:TieredStopAtLevel=1", f"-XX:ArchiveClassesAtExit={part}", *QUIET))
        done = subprocess.run(
            [sys.executable, "-m", "winnow.setup.class_archive", folder],
            env={**os.environ, "SPARK_SUBMIT_OPTS": options}, check=False,
        )  # fmt: skip
    made = done.returncode == 0 and part.exists()
    if made:
        part.replace(archive)
    part.unlink(missing_ok=True)
    return made


def _load_classes(warehouse: str) -> None:
    """Write, read and count in tables: what all commands do in their first seconds."""
    from pyspark.sql import functions as F

    from winnow.settings.fingerprint import fingerprints
    from winnow.settings.kernel_settings import rules_of
    from winnow.settings.load import load_settings
    from winnow.spark.session import open_session
    from winnow.stages.verdicts import judge_pages
    from winnow.tables import METRICS_TYPE
    from winnow.tune.counts import count_failures
    from winnow.warehouse import commits, delta
    from winnow.warehouse.crawls import add_crawl
    from winnow.warehouse.work import Work

    settings = load_settings()
    work = Work(open_session("winnow", settings.spark), settings, fingerprints(settings), warehouse, "C")
    add_crawl(work, "")
    since, rules = commits.begin(work), rules_of(settings)
    zero = F.struct(*(F.lit(0).alias(name) for name in METRICS_TYPE.names)).cast(METRICS_TYPE)
    pages = work.spark.range(8).select(
        F.lit(0).alias("shard"),
        F.col("id").alias("page_id"),
        F.lit("").alias("text"),
        F.lit("en").alias("language"),
        F.lit(1.0).alias("language_score"),
        zero.alias("metrics"),
    )
    for target, rows in ("measures", pages), ("verdicts", judge_pages(pages, rules)):
        commits.commit(work, target, rows, commits.Todo({0: ""}, False), since)
    commits.forget(work, "verdicts", commits.Todo({0: ""}, True))
    work.notes.clear()
    commits.notes(work)
    count_failures(delta.read(work, "measures"), ["C"], rules, rules, rules, 5).toArrow()
    delta.read(work, "verdicts").join(delta.read(work, "measures"), ["shard", "page_id"]).collect()  # eight rows
    gateway = work.spark.sparkContext._gateway
    assert gateway is not None
    gateway.proc.stdin.close()  # Java then writes the archive, and ends
    gateway.proc.wait()


if __name__ == "__main__":
    if sys.argv[1:]:
        _load_classes(sys.argv[1])
    else:
        print("Spark's classes: archived" if make_archive() else "Spark's classes: no archive; commands start later")
