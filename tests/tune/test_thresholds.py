"""Changes that `tune` cannot compute: each is refused, with a hint what to do instead."""

from __future__ import annotations

import pytest

from winnow.errors import SettingsError
from winnow.settings.load import load_settings
from winnow.tune.thresholds import check_changes

SAME = "`winnow run` with the same change"


@pytest.mark.parametrize(
    ("change", "what_to_do"),
    [
        ("fuzzy.within=crawl", f"it applies after the rules; {SAME} finds near duplicates again"),
        ("spans.length=40", f"it applies after the rules; {SAME} finds repeated spans again"),
        ("url_duplicates.url_key=canonical", f"it applies after the rules; {SAME} repeats the URL pass"),
        ("url.strict_min=2", "it gates pages before they are measured; `winnow lists try` shows what other lists"),
        ("language.wanted=[de]", f"it needs the archives; {SAME} reads them again"),
        ("archives.num_shards=7", "it is fixed when a warehouse is made; run the crawl into a new one"),
    ],
)
def test_a_change_that_rules_cannot_make(change: str, what_to_do: str) -> None:
    with pytest.raises(SettingsError) as refused:
        check_changes(load_settings(), load_settings(changes=[change]))
    (problem,) = refused.value.problems
    assert problem.startswith(f"{change.partition('=')[0]}: tune cannot change this: {what_to_do}")


@pytest.mark.parametrize(
    "change", ["rules.gopher_too_few_words.min=30", "rules_for_any_language=true", "sources.tries=3"]
)
def test_a_change_that_tune_makes(change: str) -> None:
    check_changes(load_settings(), load_settings(changes=[change]))
