"""The data card of an export: what it contains, and what it leaves out."""

from __future__ import annotations

import pytest
import yaml

from winnow.export.card import size_category, told_settings
from winnow.settings.load import load_settings


@pytest.mark.parametrize(
    ("documents", "name"),
    [
        (0, "n<1K"),
        (999, "n<1K"),
        (1_000, "1K<n<10K"),
        (9_999_999, "1M<n<10M"),
        (10**12, "n>1T"),
        (10**12 - 1, "100B<n<1T"),
    ],
)
def test_sizes_are_named_like_on_the_hub(documents: int, name: str) -> None:
    assert size_category(documents) == name


def test_settings_are_shown_without_folders_and_settings_that_change_no_row() -> None:
    given = load_settings(changes=[
        "measure.c4.bad_words=/home/me/words.txt", "url.lists=/home/me/domains", "language.model=/home/me/lid.bin",
        "sources.options={s3: {key: secret}}", "fuzzy.bands=14",
    ])  # fmt: skip
    told = yaml.safe_dump(told_settings(given))
    assert "bad_words: words.txt\n" in told
    assert "lists: domains\n" in told
    assert "model: lid.bin\n" in told
    assert "bands: 14\n" in told
    assert [word for word in ("/home", "secret", "num_shards", "driver_memory", "rules") if word in told] == []
