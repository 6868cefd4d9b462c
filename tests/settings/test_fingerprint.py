"""Which tables must be redone after a change of a setting: those whose rows depend on it, and no other."""

from __future__ import annotations

import hashlib
import json

import pytest

from winnow.demo.show import demo_settings
from winnow.settings.fingerprint import digest, fingerprints
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
        ("spans.max_repeated_fraction=0.5", "repeated_spans"),  # decides which cut captures are dropped
        ("url_duplicates.url_key=canonical", "url_duplicates"),
        ("url.soft_min=2", None),  # this is the default
        *((change, None) for change in NO_ROWS),
    ],
)
def test_a_changed_setting_redoes_what_follows_from_it(change: str, first: str | None) -> None:
    before, after = fingerprints(demo_settings()), fingerprints(demo_settings([change]))
    redone = ORDER[ORDER.index(first) :] if first else ()
    assert tuple(table for table in ORDER if before.get(table) != after.get(table)) == redone
    assert (before["archives"] != after["archives"]) == (first == "pages")
    assert before["crawls"] == after["crawls"]


def test_a_digest_is_no_number_to_a_reader_that_guesses_types() -> None:
    """Of fingerprints, 16 hexadecimal digits, one in 2,000 has no letter; as many have only an `e` between digits."""
    names = [digest(value) for value in range(20_000)]
    first = [hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16] for value in range(20_000)]
    assert [name for name in names if _is_number(name)] == []
    differing = [(name, old) for name, old in zip(names, first, strict=True) if name != old]
    assert len(differing) > 5
    assert all(_is_number(old) for _, old in differing)
    assert len(set(names)) == len(names)


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True
