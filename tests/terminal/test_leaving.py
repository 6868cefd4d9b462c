"""Arguments that are no text are refused at once."""

from __future__ import annotations

import os

import pytest

from winnow.errors import SettingsError
from winnow.terminal.leaving import check_arguments


def test_names_in_another_encoding_are_told_all_at_once() -> None:
    latin = [os.fsdecode("tabellen-ü".encode("latin-1")), "plain", os.fsdecode(b"\xff.warc.gz"), "tabellen-ü"]
    with pytest.raises(SettingsError) as caught:
        check_arguments(latin)
    assert [problem.partition(": ")[0] for problem in caught.value.problems] == [
        r"'tabellen-\udcfc'", r"'\udcff.warc.gz'",
    ]  # fmt: skip
    check_arguments(["tabellen-ü", "archives-日本"])
