"""Every example of a gate in docs/reasons.md, read and extracted like any page of an archive."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyspark.sql import Row, SparkSession

from docs.generate import examples, reasons
from tests.report.sides import side_of
from tests.warc.make_archives import HTML, http, record
from winnow.kernels.gates import GATES, Gate, GateName, GateStep, Stopped, failures
from winnow.report.funnel_steps import steps
from winnow.report.html.sections import examples as examples_of
from winnow.report.life import Life
from winnow.report.life_lines import facts
from winnow.settings.kernel_settings import url_lists
from winnow.settings.load import load_settings
from winnow.stages.pages import ARCHIVE_SCHEMA, pages_of, read_archives
from winnow.workers.extractor import Extractor, ExtractSettings
from winnow.workers.shared_lists import share_lists

ENGLISH = "".join(f"<p>The {word} river carries the small boat to the old mill.</p>" for word in ("quiet", "wide") * 5)
STOPPED = {name: gate.example for name, gate in GATES.items() if isinstance(gate.example, Stopped)}
LIMITED = {name: example for name, example in STOPPED.items() if GATES[name].is_failure}
OTHERS = {name: example for name, example in STOPPED.items() if name not in LIMITED}


def archive_of(path: Path, example: Stopped) -> Path:
    """An archive with only this page."""
    fields = [example.header.encode()] + [HTML] * (not example.header.startswith("Content-Type"))
    data = record(http(examples.evaluate(example.body).encode(), *fields), WARC_Target_URI=example.url.encode())
    path.write_bytes(data[:-20] if example.is_cut else data)
    return path


def test_every_example_of_a_gate_is_stopped_there_and_another_page_is_not(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])  # conf/lists is here
    settings = load_settings(changes=sorted({change for example in OTHERS.values() for change in example.settings}))
    pages = {**OTHERS, "none": Stopped(repr(ENGLISH))}
    paths = [archive_of(tmp_path / gate, example) for gate, example in pages.items()]
    tasks = [(0, path.name, path.stat().st_size, "e", 1, str(path), 0, 1) for path in paths]
    frame = spark.createDataFrame(spark.sparkContext.parallelize(tasks, 2), ARCHIVE_SCHEMA)
    rows = pages_of(read_archives(frame, settings, share_lists(spark, url_lists(settings.url))), "A").collect()
    assert {row.archive_path: row.gate or "none" for row in rows} == {gate: gate for gate in pages}
    assert [row.archive_path for row in rows if row.text is not None] == ["none"]


@pytest.mark.parametrize("gate", LIMITED)
def test_a_limit_of_the_extractor_stops_its_example_and_no_other_page(gate: GateName) -> None:
    example = LIMITED[gate]
    settings = load_settings(changes=list(example.settings))
    with Extractor(ExtractSettings(**settings.extract.model_dump()), settings.text.normalization) as extractor:
        assert extractor.extract(ENGLISH).gate is None
        assert extractor.extract(examples.evaluate(example.body)).gate == gate


def test_a_gate_is_added_by_its_declaration_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Documentation, funnel, report, `explain` and the limit on failures have it; OTHERS above has its example."""
    gate = Gate("html", GateStep.LANGUAGE, "The page is written in verse.", Stopped("'<p>O rose'"), is_failure=True)
    name = GateName("in_verse")
    before = steps(side_of("", gate=name).figures)
    monkeypatch.setitem(GATES, name, gate)
    assert "| `in_verse` | The page is written in verse. | `'<p>O rose'` |" in reasons.reasons_page()
    side = side_of("", gate=name)
    after = steps(side.figures)
    assert [step.name for step in before[3:5]] == [
        "after the language gate", "after gates that this version does not know",
    ]  # fmt: skip
    assert [step.pages for step in before[3:5]] == [40, 32]
    assert [(step.name, step.pages) for step in after[2:4]] == [
        ("after reading and extraction", 40), ("after the language gate", 32),
    ]  # fmt: skip
    assert "The page is written in verse." in str(examples_of(side))
    page = Row(
        page_id=1, crawl="A", shard=0, archive_path="a", record_offset=0, record_length=1, fetched_at=None, url="",
        charset=None, content_type="text/plain", html_bytes=None, gate="in_verse", language=None,
    )  # fmt: skip
    told = facts(Life(page, None, None, [], [], None, 0, [], None, None, 0, None))
    assert ("gate", "in_verse: The page is written in verse.", True) in list(told)
    assert failures()[-1] == "in_verse"
