"""Every example of a gate in docs/reasons.md, read and extracted as every page of an archive is."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from docs.generate import examples
from tests.warc.make_archives import HTML, http, record
from winnow.settings.kernel_settings import url_lists
from winnow.settings.load import load_settings
from winnow.stages.pages import ARCHIVE_SCHEMA, pages_of, read_archives
from winnow.workers.extractor import Extractor, ExtractSettings
from winnow.workers.shared_lists import share_lists

ENGLISH = "".join(f"<p>The {word} river carries the small boat to the old mill.</p>" for word in ("quiet", "wide") * 5)
LIMITED = {gate: one for gate, one in examples.GATES.items() if gate in ("extract_timeout", "extract_crash")}
OTHERS = {gate: one for gate, one in examples.GATES.items() if gate not in LIMITED}


def archive_of(path: Path, example: examples.Gated) -> Path:
    """An archive of this page alone."""
    fields = [example.header.encode()] + [HTML] * (not example.header.startswith("Content-Type"))
    data = record(http(examples.evaluate(example.body).encode(), *fields), WARC_Target_URI=example.url.encode())
    path.write_bytes(data[:-20] if example.is_cut else data)
    return path


def test_every_example_of_a_gate_ends_there_and_another_page_does_not(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])  # where conf/lists lies
    settings = load_settings(changes=sorted({change for example in OTHERS.values() for change in example.settings}))
    pages = {**OTHERS, "none": examples.Gated(repr(ENGLISH))}
    paths = [archive_of(tmp_path / gate, example) for gate, example in pages.items()]
    tasks = [(0, path.name, path.stat().st_size, "e", 1, str(path), 0, 1) for path in paths]
    frame = spark.createDataFrame(spark.sparkContext.parallelize(tasks, 2), ARCHIVE_SCHEMA)
    rows = pages_of(read_archives(frame, settings, share_lists(spark, url_lists(settings.url))), "A").collect()
    assert {row.archive_path: row.gate or "none" for row in rows} == {gate: gate for gate in pages}
    assert [row.archive_path for row in rows if row.text is not None] == ["none"]


@pytest.mark.parametrize("gate", LIMITED)
def test_a_limit_of_the_extractor_stops_its_example_and_no_other_page(gate: str) -> None:
    example = LIMITED[gate]
    settings = load_settings(changes=list(example.settings))
    with Extractor(ExtractSettings(**settings.extract.model_dump()), settings.text.normalization) as extractor:
        assert extractor.extract(ENGLISH).gate is None
        assert extractor.extract(examples.evaluate(example.body)).gate == gate
