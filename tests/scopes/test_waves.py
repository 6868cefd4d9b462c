"""The waves in which the jobs of a recipe run over the shards of a crawl."""

from __future__ import annotations

from collections import Counter

import pytest

from winnow.scopes.waves import legs, tasks_of, waves
from winnow.settings.jobs import JOBS, jobs_of
from winnow.settings.load import load_settings


def test_jobs_that_look_at_a_whole_crawl_wait_for_those_before_them() -> None:
    for recipe, barrier in (("winnow", "find_url_duplicates"), ("fineweb", "find_near_duplicates")):
        settings = load_settings(recipe)
        jobs = jobs_of(settings)
        place = jobs.index(barrier)
        assert legs(jobs, settings) == [jobs[:place], [barrier], jobs[place + 1 :]]


def test_a_recipe_without_a_barrier_runs_wave_by_wave() -> None:
    settings = load_settings("c4")
    assert legs(jobs_of(settings), settings) == [[name for name in JOBS if not name.startswith("find_")]]


def test_a_barrier_at_the_beginning_leaves_no_empty_leg() -> None:
    assert legs(["find_url_duplicates", "build_documents"], load_settings()) == [
        ["find_url_duplicates"],
        ["build_documents"],
    ]


@pytest.mark.parametrize(
    ("archives", "cut"),
    [
        ([4, 4, 4, 4], [[0, 1], [2, 3]]),
        ([4, 4, 4], [[0, 1], [2]]),  # half a wave counts as one
        ([4, 4, 3], [[0, 1, 2]]),
        ([4, 4, 1, 1, 1], [[0, 1, 2, 3, 4]]),
        ([9, 9, 1], [[0], [1, 2]]),
        ([3], [[0]]),
        ([8, 0], [[0, 1]]),
        ([], []),
    ],
)
def test_a_wave_has_a_minimum_of_archives_and_the_last_one_is_not_tiny(
    archives: list[int], cut: list[list[int]]
) -> None:
    assert waves(Counter(dict(enumerate(archives))), range(len(archives)), 8) == cut


@pytest.mark.parametrize(
    ("name", "size", "parts", "tasks"),
    [
        ("a.warc.gz", 10**9, 1, 1), ("a.warc.gz", 10**9, 64, 64), ("a.parquet", 10**9, 1, 8), ("a.jsonl", 5, 64, 64),
        ("a.jsonl.gz", 10**10, 1, 1), ("a.jsonl.zst", 10**10, 5, 5), ("a.json.gz", 10**10, 64, 8),
    ],
)  # fmt: skip
def test_a_compressed_file_of_texts_is_not_inflated_by_every_core(name: str, size: int, parts: int, tasks: int) -> None:
    assert tasks_of(name, size, parts) == tasks
