"""What the near duplicates of a shard depend on."""

from __future__ import annotations

from typing import Any

from winnow.scopes.around import Around
from winnow.scopes.near_duplicates import scope_inputs
from winnow.settings.load import load_settings
from winnow.warehouse.work import Note, Work

DONE = {
    ("old", "near_duplicates", 0): Note("made so", "from this", 7),
    ("older", "near_duplicates", 0): Note("made so too", "from that", 7),
    ("older", "near_duplicates", 1): Note("made so too", "from that as well", 7),
    ("later", "near_duplicates", 0): Note("of no", "concern", 7),
    ("older", "measures", 0): Note("nor", "this", 7),
}
AROUND = Around(("older", "old", "new"), 2, DONE)


def work(*changes: str, notes: dict[tuple[str, str, int], Note] | None = None) -> Work:
    nothing: Any = None
    return Work(nothing, load_settings(changes=list(changes)), {"verdicts": "v"}, "", "new", notes=notes or {})


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


def test_a_crawl_depends_on_the_verdicts_of_all_its_shards() -> None:
    notes = {("new", "verdicts", 0): Note("v", "a", 7), ("new", "verdicts", 1): Note("v", "b", 7)}
    others = {**notes, ("new", "verdicts", 0): Note("v", "c", 7)}
    one = scope_inputs(work("fuzzy.within=crawl", notes=notes), AROUND, [1])
    other = scope_inputs(work("fuzzy.within=crawl", notes=others), AROUND, [1])
    assert one.keys() == other.keys() == {1}
    assert one != other
