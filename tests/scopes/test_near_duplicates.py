"""What the near duplicates of a shard depend on."""

from __future__ import annotations

from typing import Any

import pytest

from winnow.errors import SettingsError
from winnow.scopes.around import Around
from winnow.scopes.near_duplicates import scope_inputs
from winnow.scopes.repeated_spans import span_inputs
from winnow.settings.load import load_settings
from winnow.warehouse.commits import source_inputs
from winnow.warehouse.work import Note, Work

DONE = {
    ("old", "near_duplicates", 0): Note("made so", "from this", 7),
    ("older", "near_duplicates", 0): Note("made so too", "from that", 7),
    ("older", "near_duplicates", 1): Note("made so too", "from that as well", 7),
    ("later", "near_duplicates", 0): Note("of no", "concern", 7),
    ("older", "measures", 0): Note("nor", "this", 7),
}
UNRELATED = {("other", "pages", 0): Note("of", "no concern", 7)}  # without notes, they would be read
NEAR_FIRST = (
    "jobs=[extract_pages, measure_pages, find_near_duplicates, judge_pages, find_repeated_spans, find_url_duplicates, "
    "build_documents, report_funnel]"
)
AROUND = Around(("older", "old", "new"), 2, DONE)


def work(*changes: str, notes: dict[tuple[str, str, int], Note] | None = None) -> Work:
    nothing: Any = None
    made = {"verdicts": "v", "measures": "m"}
    return Work(nothing, load_settings(changes=list(changes)), made, "", "new", notes=notes or UNRELATED)


def test_a_shard_depends_on_the_same_shard_of_earlier_crawls() -> None:
    assert scope_inputs(work(), AROUND, [0, 1]) == {
        0: [("older", "made so too", "from that"), ("old", "made so", "from this")],
        1: [("older", "made so too", "from that as well")],
    }


def test_a_shard_depends_on_nothing_else() -> None:
    assert scope_inputs(work("fuzzy.within=crawl_shard"), AROUND, [0, 1]) == {0: None, 1: None}


def test_a_crawl_whose_recipe_looked_for_no_near_duplicates_counts_once_its_documents_are_made() -> None:
    done = {("older", "documents", 1): Note("made so", "from this", 7), ("older", "verdicts", 0): Note("not", "yet", 7)}
    assert scope_inputs(work(), AROUND._replace(done=done), [0, 1]) == {0: [], 1: [("older", "made so", "from this")]}


def test_all_crawls_are_an_input_where_all_are_compared() -> None:
    """Every shard of this crawl, and every one of earlier crawls, whichever shard is asked for."""
    notes = {("new", "verdicts", 0): Note("v", "a", 7), ("new", "verdicts", 1): Note("v", "b", 7)}
    within = work("fuzzy.within=all", notes=notes)
    one = scope_inputs(within, AROUND, [1])
    earlier = [
        [("older", "made so too", "from that"), ("old", "made so", "from this")],
        [("older", "made so too", "from that as well")],
    ]
    mine = sorted(source_inputs(within, "near_duplicates", [0, 1]).items())
    assert one == {1: [mine, earlier]}
    fewer = {key: note for key, note in DONE.items() if key != ("older", "near_duplicates", 0)}
    assert scope_inputs(within, AROUND._replace(done=fewer), [1]) != one


def test_before_the_rules_a_crawl_depends_on_its_measures() -> None:
    notes = {("new", "measures", shard): Note("m", str(shard), 7) for shard in (0, 1)}
    early = work("fuzzy.within=crawl", NEAR_FIRST, notes=notes)
    assert scope_inputs(early, AROUND, [0]) == {0: sorted(source_inputs(early, "near_duplicates", [0, 1]).items())}
    with pytest.raises(SettingsError, match="measures of new, shards 0-1: not made with these settings"):
        scope_inputs(work("fuzzy.within=crawl", NEAR_FIRST), AROUND, [0])


def test_spans_after_late_rules_depend_on_verdicts_of_earlier_crawls_too() -> None:
    done = {**DONE, ("old", "verdicts", 0): Note("judged", "so", 7)}
    around = AROUND._replace(done=done)
    assert span_inputs(work(), around, [0]) == scope_inputs(work(), around, [0])
    assert span_inputs(work(NEAR_FIRST), around, [0, 1]) == {
        0: [("old", "made so", "from this", "judged", "so")],
        1: [],
    }


def test_a_crawl_depends_on_the_verdicts_of_all_its_shards() -> None:
    notes = {("new", "verdicts", 0): Note("v", "a", 7), ("new", "verdicts", 1): Note("v", "b", 7)}
    others = {**notes, ("new", "verdicts", 0): Note("v", "c", 7)}
    one = scope_inputs(work("fuzzy.within=crawl", notes=notes), AROUND, [1])
    other = scope_inputs(work("fuzzy.within=crawl", notes=others), AROUND, [1])
    assert one.keys() == other.keys() == {1}
    assert one != other
