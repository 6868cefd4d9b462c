"""Language triage in a run: when it is on, what is reported about it, which tables depend on it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from winnow.kernels.languages.model_file import default_model_path
from winnow.kernels.languages.triage_settings import TriageSettings
from winnow.settings.fingerprint import fingerprints
from winnow.settings.kernel_settings import triage_settings, triage_warning
from winnow.settings.load import load_settings

OFF, ON = "language.triage.enabled=false", "language.triage.enabled=true"


def used(*changes: str) -> TriageSettings | None:
    return triage_settings(load_settings(changes=list(changes)).language)


def said(*changes: str) -> str | None:
    return triage_warning(load_settings(changes=list(changes)).language)


def pages(*changes: str) -> str:
    return fingerprints(load_settings(changes=list(changes)))["pages"]


@pytest.mark.parametrize(
    ("changes", "is_on", "warns"),
    [
        ([], True, None),
        (["language.wanted=[de]"], True, None),
        (["language.wanted=[zh, en]"], True, None),
        (["language.wanted=[]"], False, None),
        (["language.wanted=[]", ON], False, None),
        ([OFF], False, None),
        ([ON], True, None),
        (["language.wanted=[fr]"], False, "is off, because its loss is not benchmarked for fr"),
        (["language.wanted=[fr, en, sv]"], False, "is off, because its loss is not benchmarked for fr and sv"),
        (["language.wanted=[fr]", ON], True, "is on, although its loss is not benchmarked for fr"),
        (["language.wanted=[fr]", OFF], False, None),
        (["language.triage.benchmarked=[en, fr]", "language.wanted=[fr]"], True, None),
        (
            ["language.triage.benchmarked_model=other"],
            False,
            "is off, because its loss is not benchmarked for this model",
        ),
    ],
)
def test_triage_is_on_only_for_benchmarked_languages(changes: list[str], is_on: bool, warns: str | None) -> None:
    assert (used(*changes) is not None) == is_on
    warning = said(*changes)
    assert (warning is None) == (warns is None)
    if warning and warns:
        assert warning.startswith(f"language.triage {warns} (`python -m benchmarks.triage`)")
        assert ("enabled: true switches it on" in warning) == (not is_on)


def test_another_model_is_known_by_its_content(tmp_path: Path) -> None:
    same, other = tmp_path / "same.ftz", tmp_path / "other.ftz"
    shutil.copyfile(default_model_path(), same)
    other.write_bytes(default_model_path().read_bytes() + b"\0")
    assert used(f"language.model={same}") is not None
    assert used(f"language.model={other}") is None
    assert "for fr and this model (" in (said(f"language.model={other}", "language.wanted=[fr]") or "")


def test_thresholds_reach_the_kernel() -> None:
    changed = used("language.triage.min_score=0.2", "language.triage.lines=5", "language.wanted=[zh, de]")
    assert changed is not None
    assert (changed.min_score, changed.lines, changed.wanted) == (0.2, 5, ("de", "zh"))


def test_pages_are_redone_if_other_pages_may_be_skipped() -> None:
    usual = pages()
    different = [OFF, "language.triage.min_score=0.2", "language.triage.max_runs=13", "language.triage.min_han=21"]
    found = [pages(change) for change in different]
    assert len({usual, *found}) == 1 + len(different)


def test_pages_are_not_redone_if_nothing_changes_them() -> None:
    assert pages(ON) == pages()
    assert pages("language.triage.benchmarked=[en]") == pages()
    assert pages(OFF, "language.triage.min_score=0.2") == pages(OFF)
    assert pages("language.wanted=[fr]") == pages("language.wanted=[fr]", OFF)
