"""Which tables another setting makes anew: those that its rows reach, and no other."""

from __future__ import annotations

import pytest

from winnow.demo.show import demo_settings
from winnow.settings.fingerprint import fingerprints
from winnow.settings.jobs import JOBS

ORDER = tuple(job.table for job in JOBS.values())
NO_ROWS = (
    "fuzzy.max_driver_edges=0", "fuzzy.max_component=7", "fuzzy.signatures=stored", "spans.filter_bytes=100000",
    "spark.batch_bytes=100000", "spark.wave_archives_per_core=1", "extract.recycle_pages=50", "extract.faster=false",
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ("archives.max_html_bytes=1000", "pages"),
        ("language.wanted=[de]", "pages"),
        ("extract.max_elements=7", "pages"),
        ("url.soft_min=5", "pages"),
        ("measure.lines=none", "measures"),
        ("rules.gopher_too_few_words.min=20", "verdicts"),
        ("rules.gopher_hashes=null", "verdicts"),
        ("fuzzy.within=crawl", "near_duplicates"),
        ("fuzzy.enabled=false", "near_duplicates"),
        ("spans.length=60", "repeated_spans"),
        ("url_duplicates.url_key=canonical", "url_duplicates"),
        ("url.soft_min=2", None),  # which is the default
        *((change, None) for change in NO_ROWS),
    ],
)
def test_a_changed_setting_redoes_what_follows_from_it(change: str, first: str | None) -> None:
    before, after = fingerprints(demo_settings()), fingerprints(demo_settings([change]))
    redone = ORDER[ORDER.index(first) :] if first else ()
    assert tuple(table for table in ORDER if before.get(table) != after.get(table)) == redone
    assert (before["archives"] != after["archives"]) == (first == "pages")
    assert before["crawls"] == after["crawls"]
