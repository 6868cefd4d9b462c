"""`winnow export`: every document of the tables, in files that other libraries read, always with the same bytes."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from tests.export.rows import checksums, read_by_datasets, read_by_datatrove, written
from tests.jobs.running import work_on
from tests.jobs.warehouse import FIRST, demo_flags, processes_of, rows_of, winnow
from winnow.commands.making.export import export
from winnow.commands.making.remove import remove
from winnow.errors import SettingsError
from winnow.export import run
from winnow.kernels.pages.selectors import page_id_of
from winnow.settings.kernel_settings import rules_of

OTHER = "DEMO-OTHER"
FLAGS = [flag for flag in demo_flags() if flag != "--set"]


@pytest.fixture(scope="module")
def two(spark: SparkSession, clean: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with two crawls: the second is a copy of the first, in German and with spans. Do not write to it."""
    warehouse = shutil.copytree(clean, tmp_path_factory.mktemp("two") / "tables")
    one, two = (F.lit(number).cast("long") for number in (1, 2))
    spans = F.array(F.struct(one.alias("start"), F.col("char_count").alias("end"), two.alias("copies")))
    changed = {
        "page_id": -F.col("page_id"),
        "language": F.lit("de"),
        "spans": spans,
        "title": F.lit(None).cast("string"),
    }
    others: dict[str, dict[str, Column]] = {
        "documents": changed, "crawls": {"position": F.lit(1)}, "funnel": {}, "commits": {},
    }  # fmt: skip
    for table, values in others.items():
        path = str(warehouse / table)
        rows = spark.read.format("delta").load(path).withColumns({"crawl": F.lit(OTHER), **values})
        rows.write.format("delta").mode("append").save(path)
    return warehouse


def exported_id(page_id: int) -> str:
    return f"w{page_id % 2**64:016x}"


def exported(warehouse: Path, output: Path, **options: Any) -> dict[str, str]:
    """The checksums of an export."""
    export(str(warehouse), str(output), **{"shards": 3, "changes": FLAGS, **options})
    return checksums(output)


def documents_of(warehouse: Path) -> list[dict[str, Any]]:
    """The documents that an export should contain, in its order: crawl, shard, page_id."""
    rows = rows_of(warehouse, "documents")
    rows.sort(key=lambda row: (row["crawl"], row["shard"], row["page_id"]))
    return [
        written(
            {**{name: value for name, value in row.items() if name != "page_id"}, "id": exported_id(row["page_id"])}
        )
        for row in rows
    ]


@pytest.mark.parametrize("form", ["parquet", "jsonl.zst"])
def test_every_library_reads_every_document(spark: SparkSession, two: Path, tmp_path: Path, form: str) -> None:
    """In order; then shuffled: each document once."""
    wanted = documents_of(two)
    assert {row["crawl"] for row in wanted} == {FIRST, OTHER}
    for seed in (None, 7):
        output = tmp_path / str(seed)
        exported(two, output, form=form, shuffle=seed)
        names = [path.name for path in sorted((output / "data").iterdir())]
        assert names == [f"train-{number:05}-of-00003.{form}" for number in range(3)]
        read, trove = read_by_datasets(output, tmp_path / "cache"), read_by_datatrove(output)
        assert read == trove
        if seed is not None:
            assert read != wanted
            read.sort(key=lambda row: (row["crawl"], row["shard"], page_id_of(row["id"])))
        assert read == wanted


def test_the_card_says_what_the_tables_say(
    spark: SparkSession, two: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    exported(two, tmp_path / "out")
    told = capsys.readouterr()
    card = (tmp_path / "out" / "README.md").read_text()
    front = yaml.safe_load(card.split("---\n")[1])
    documents = rows_of(two, "documents")
    counts = Counter(row["crawl"] for row in documents)
    words, chars = (Counter[str](), Counter[str]())
    for row in documents:
        words[row["crawl"]] += row["word_count"]
        chars[row["crawl"]] += row["char_count"]
    for crawl, language in ((FIRST, "en"), (OTHER, "de")):
        assert f"\n| {crawl} | {language} | {counts[crawl]:,} | {words[crawl]:,} | {chars[crawl]:,} |\n" in card
    assert front["language"] == ["de", "en"]
    assert front["configs"][0]["data_files"] == [{"split": "train", "path": "data/train-*.parquet"}]
    assert "license" not in front
    size = sum(path.stat().st_size for path in (tmp_path / "out" / "data").iterdir())
    assert f"3 files, {size:,} bytes. They are in the order of crawl, shard and page_id." in card
    work = work_on(spark, two, FIRST)
    assert all(f"\n| `{rule.reason}` | `{rule.metric}` | {rule.bounds} |" in card for rule in rules_of(work.settings))
    assert "num_shards" not in card
    assert "  lists: domains\n" in card
    near = sum(
        row["pages_first"]
        for row in rows_of(two, "funnel")
        if row["reason"] == "near_duplicate" and row["crawl"] == FIRST
    )
    assert card.count(f"\n| near_duplicate | {near} | {near} | {near} | ") == 2
    assert told.out == f"{tmp_path}/out: {len(documents):,} documents in 3 files, {size:,} bytes\n"
    exported(two, tmp_path / "other", changes=["rules.gopher_hashes=null"])
    assert "rules.gopher_hashes: hash_to_word_ratio at most 0.1 -> (not set)\n" in capsys.readouterr().err
    assert "gopher_hashes`" in (tmp_path / "other" / "README.md").read_text()  # the settings that they were made with


def test_a_complete_export_is_not_changed_and_a_missing_card_is_written_again(
    spark: SparkSession, two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out"
    before = exported(two, output)
    stood = {path: path.stat().st_ino for path in (output / "data").iterdir()}
    card = output / "README.md"
    card.write_text("license: mine")
    assert exported(two, output)["README.md"] != before["README.md"]
    card.unlink()
    assert exported(two, output) == before
    assert {path: path.stat().st_ino for path in (output / "data").iterdir()} == stood
    with pytest.raises(SettingsError, match=f"documents of {OTHER}: .* there, null now; shuffle: null there, 7 now"):
        exported(two, output, crawls=[FIRST], shuffle=7)
    monkeypatch.setattr(run, "version", lambda library: "9.9")
    with pytest.raises(
        SettingsError, match=r"\(written by: winnow .* there, winnow 9.9, pyarrow 9.9, zstandard 9.9 now"
    ):
        exported(two, output)


def test_what_is_written_meanwhile_does_not_come_out(
    spark: SparkSession, two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents are deleted and added before counting, but after the version of the table was looked up."""
    copy = shutil.copytree(two, tmp_path / "tables")
    before = exported(two, tmp_path / "before", shuffle=7)
    original = run._place

    def disturbed(*arguments: Any) -> DataFrame:
        placed = original(*arguments)
        spark.sql(f"DELETE FROM delta.`{copy}/documents` WHERE page_id % 2 = 0")
        rows = spark.read.format("delta").load(str(copy / "documents")).withColumn("page_id", F.col("page_id") + 1)
        rows.write.format("delta").mode("append").save(str(copy / "documents"))
        return placed

    monkeypatch.setattr(run, "_place", disturbed)
    assert exported(copy, tmp_path / "after", shuffle=7) == before


def test_a_removed_page_does_not_come_out(spark: SparkSession, two: Path, tmp_path: Path) -> None:
    """Not while the order is open, and not after it. An export that was begun before it cannot be continued."""
    copy, begun = shutil.copytree(two, tmp_path / "tables"), tmp_path / "out"
    exported(copy, begun, crawls=[FIRST])
    gone = next(row for row in rows_of(copy, "documents") if row["crawl"] == FIRST)["page_id"]
    spark.sql(f"CREATE TABLE delta.`{copy}/removals` (selector STRING, reason STRING, ordered_at TIMESTAMP, "
              "with_copies BOOLEAN, fingerprint STRING) USING delta")  # fmt: skip
    spark.sql(
        f"INSERT INTO delta.`{copy}/removals` VALUES ('page_id:{gone}', 'ticket', current_timestamp(), false, '')"
    )
    with pytest.raises(
        SettingsError, match="an order to take pages down is not complete; complete it with `winnow remove"
    ):
        exported(copy, tmp_path / "new", crawls=[FIRST])
    remove(str(copy))
    with pytest.raises(SettingsError, match=r"contains another export \(removals: 0 there, 1 now\)"):
        exported(copy, begun, crawls=[FIRST])
    exported(copy, tmp_path / "new", crawls=[FIRST])
    ids = {row["id"] for row in read_by_datatrove(tmp_path / "new")}
    assert ids == {row["id"] for row in read_by_datatrove(begun)} - {exported_id(gone)}


def test_what_cannot_be_exported_is_refused_in_a_sentence(spark: SparkSession, two: Path, tmp_path: Path) -> None:
    copy = shutil.copytree(two, tmp_path / "tables")

    def refusal(**options: Any) -> str:
        with pytest.raises(SettingsError) as refused:
            exported(copy, tmp_path / "out", **options)
        return str(refused.value)

    count = len(rows_of(copy, "documents"))
    few = rf"--shards {2 * count}: {count:,} documents leave [\d,]+ of the files empty; name fewer"
    assert re.fullmatch(few, refusal(shards=2 * count))
    assert refusal(crawls=["DEMO"]) == f"--crawl DEMO: {copy} has no such crawl. Known are: {FIRST}, {OTHER}"
    mine = f"shard = 1 AND crawl = '{OTHER}'"
    spark.sql(f"UPDATE delta.`{copy}/commits` SET inputs = 'older' WHERE target = 'funnel' AND {mine}")
    again = "run `winnow run` again to finish it, or name other crawls with --crawl"
    unfinished = f"{copy}: the run of {OTHER} has not ended; {again}"
    assert refusal() == unfinished
    spark.sql(f"DELETE FROM delta.`{copy}/commits` WHERE target = 'documents' AND {mine}")
    assert refusal() == unfinished
    spark.sql(f"DELETE FROM delta.`{copy}/documents` WHERE crawl = '{FIRST}'")
    assert refusal(crawls=[FIRST]) == f"{copy}: no document in {FIRST}; `winnow report` shows what became of its pages"
    assert not (tmp_path / "out").exists()
    assert not (tmp_path / "out.part").exists()


def test_the_command_shows_its_help_and_refuses_before_spark_starts(tmp_path: Path) -> None:
    assert "winnow export --warehouse tables/ -o out/" in " ".join(winnow("export", "--help").stdout.split())
    said = winnow("export", "--warehouse", tmp_path, "-o", "s3://bucket/out", check=False)
    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr.startswith("winnow: --output s3://bucket/out: an export is written to a folder of this machine")


def test_killed_in_the_middle_and_started_again(spark: SparkSession, two: Path, tmp_path: Path) -> None:
    """The driver is killed; meanwhile the files of the table are rewritten, with rows in another order.

    Then one core, other partitions and batches, no adaptive plans: the bytes are those of an undisturbed export.
    """
    wanted, two = exported(two, tmp_path / "undisturbed", shuffle=7), shutil.copytree(two, tmp_path / "tables")
    hook, pipe, output = tmp_path / "hook", tmp_path / "pipe", tmp_path / "out"
    hook.mkdir()
    shutil.copyfile(Path(__file__).with_name("held.py"), hook / "sitecustomize.py")
    os.mkfifo(pipe)
    spark_settings = "{spark.sql.shuffle.partitions: 5, spark.sql.adaptive.enabled: false}"
    changes = ["spark.master=local[1]", "spark.batch_bytes=4000", f"spark.config={spark_settings}"]
    command = [
        sys.executable, "-m", "winnow", "export", "--warehouse", str(two), "-o", str(output),
        "--shards", "3", "--shuffle", "7", *demo_flags(), *(part for one in changes for part in ("--set", one)),
    ]  # fmt: skip
    paths = os.pathsep.join(filter(None, (str(hook), os.environ.get("PYTHONPATH"))))
    environment = {**os.environ, "PYTHONPATH": paths, "HELD_FILE": ".train-00001-of-", "HELD_PIPE": str(pipe)}
    with subprocess.Popen(command, env=environment, start_new_session=True, stderr=subprocess.DEVNULL) as process:
        watched = os.pidfd_open(process.pid)
        reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        select.select([reading, watched], [], [])
        assert process.poll() is None
        others = [os.pidfd_open(pid) for pid in processes_of(process.pid) if pid != process.pid]
        assert len(others) > 1
        process.send_signal(signal.SIGKILL)
        for ended in (watched, *others):
            assert select.select([ended], [], [], 60)[0], "a process outlives the command"
            os.close(ended)
        os.close(reading)
    assert not output.exists()
    part = checksums(tmp_path / "out.part")
    (half,) = (name for name in part if name.startswith("data/."))
    assert half.startswith("data/.train-00001-of-00003.parquet.")
    assert set(part) == {"_export.json", "data/train-00000-of-00003.parquet", half}
    first = (tmp_path / "out.part" / "data" / "train-00000-of-00003.parquet").stat().st_ino
    rows = spark.read.format("delta").load(str(two / "documents"))
    rows.orderBy("url").coalesce(1).write.format("delta").mode("overwrite").save(str(two / "documents"))
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert checksums(output) == wanted
    assert (output / "data" / "train-00000-of-00003.parquet").stat().st_ino == first
    assert not (tmp_path / "out.part").exists()
    assert " 0 rows" not in said.stderr
