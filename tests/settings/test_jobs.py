"""The order of a recipe's jobs: which orders are allowed, and which table each job reads."""

from __future__ import annotations

import math

import pytest

from winnow.errors import SettingsError
from winnow.settings.fingerprint import fingerprints
from winnow.settings.jobs import (
    JOBS,
    dropping_jobs,
    is_judged_before,
    jobs_before,
    jobs_of,
    order_problems,
    source_of,
    with_only,
)
from winnow.settings.load import load_settings

URL_FIRST = (
    "jobs=[extract_pages, measure_pages, judge_pages, find_url_duplicates, find_near_duplicates, find_repeated_spans, "
    "build_documents, report_funnel]"
)


def test_the_default_recipe_runs_every_job() -> None:
    settings = load_settings()
    assert jobs_of(settings) == list(JOBS)
    assert jobs_before(settings, "judge_pages") == ["extract_pages", "measure_pages"]


def test_a_setting_leaves_a_job_out() -> None:
    settings = load_settings(changes=["fuzzy.enabled=false"])
    assert dropping_jobs(settings) == ["find_repeated_spans", "find_url_duplicates"]
    assert source_of(settings, "repeated_spans") == "verdicts"
    assert "near_duplicates" not in fingerprints(settings)


def test_a_table_is_made_from_the_table_of_the_job_before() -> None:
    usual, other = load_settings(), load_settings(changes=[URL_FIRST])
    assert [source_of(usual, table) for table in ("pages", "near_duplicates", "url_duplicates", "documents")] == [
        None, "verdicts", "repeated_spans", "url_duplicates",
    ]  # fmt: skip
    assert [source_of(other, table) for table in ("near_duplicates", "url_duplicates", "documents")] == [
        "url_duplicates", "verdicts", "repeated_spans",
    ]  # fmt: skip


def test_near_duplicates_may_come_before_the_rules() -> None:
    """Verdicts are then made from near duplicates, and documents from verdicts."""
    settings = load_settings("fineweb2")
    assert jobs_of(settings) == [
        "extract_pages", "measure_pages", "find_near_duplicates", "judge_pages", "build_documents", "report_funnel",
    ]  # fmt: skip
    assert [source_of(settings, table) for table in ("near_duplicates", "verdicts", "documents")] == [
        "measures", "near_duplicates", "verdicts",
    ]  # fmt: skip
    judged = [is_judged_before(settings, job) for job in ("find_near_duplicates", "judge_pages", "build_documents")]
    assert judged == [False, False, True]
    assert is_judged_before(load_settings(), "find_near_duplicates")
    assert JOBS["find_near_duplicates"].is_barrier(settings)
    changed = load_settings("fineweb2", changes=["fuzzy.bands=15"])
    one, other = fingerprints(settings), fingerprints(changed)
    assert {table for table in one if one[table] != other[table]} == {
        "near_duplicates", "verdicts", "documents", "funnel", "signatures",
    }  # fmt: skip


def test_the_order_is_part_of_the_fingerprint() -> None:
    usual, other = fingerprints(load_settings()), fingerprints(load_settings(changes=[URL_FIRST]))
    same = {table for table in usual if usual[table] == other[table]}
    assert same == {"crawls", "archives", "pages", "measures", "verdicts", "signatures"}


@pytest.mark.parametrize(
    ("wanted", "jobs", "is_judged"),
    [
        (["judge_pages"], [], True),
        (["measure_pages"], [], False),
        (["find_repeated_spans", "judge_pages"], ["find_repeated_spans"], True),
        (["find_near_duplicates"], ["find_near_duplicates"], False),
    ],
)
def test_a_job_alone_brings_what_it_needs(wanted: list[str], jobs: list[str], is_judged: bool) -> None:
    usual = load_settings()
    settings = with_only(usual, wanted)
    ends = ["build_documents", "report_funnel"]
    assert jobs_of(settings) == ["extract_pages", "measure_pages", "judge_pages", *jobs, *ends]
    assert settings.rule_files == (usual.rule_files if is_judged else [])
    assert fingerprints(settings)["measures"] == fingerprints(usual)["measures"]
    assert order_problems(settings.jobs) == []


def test_a_job_that_the_recipe_leaves_out_is_not_run_alone() -> None:
    with pytest.raises(
        SettingsError, match=r"--only find_near_duplicates: not a job of this recipe \(jobs, \*.enabled\)"
    ):
        with_only(load_settings("c4"), ["find_near_duplicates"])


@pytest.mark.parametrize(
    ("jobs", "problem"),
    [
        ("[extract_pages, build_documents, report_funnel]", "jobs: build_documents: needs judge_pages before it"),
        ("[measure_pages, extract_pages, judge_pages, build_documents, report_funnel]",
         "jobs: measure_pages: needs extract_pages before it"),
        ("[extract_pages, measure_pages, judge_page, build_documents, report_funnel]",
         "jobs: judge_page: unknown job. Did you mean judge_pages?"),
        ("[extract_pages, extract_pages, measure_pages, judge_pages, build_documents, report_funnel]",
         "jobs: extract_pages: named twice"),
        ("[extract_pages, measure_pages, judge_pages, build_documents, report_funnel, find_url_duplicates]",
         "jobs: must end with build_documents and report_funnel"),
        ("[]", "jobs: must end with build_documents and report_funnel"),
    ],
)  # fmt: skip
def test_an_order_that_cannot_be_run_is_refused(jobs: str, problem: str) -> None:
    with pytest.raises(SettingsError) as refused:
        load_settings(changes=[f"jobs={jobs}"])
    assert problem in refused.value.problems


def test_shares_of_time_add_up() -> None:
    assert math.isclose(sum(job.share for job in JOBS.values()), 1.0)
