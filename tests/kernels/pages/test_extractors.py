"""What holds for every extractor that settings can name."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kernels.pages.test_extract import BALANCED
from winnow.kernels.pages.extractors import FROM_HTML, FROM_TEXT, Extract
from winnow.settings.schema import Extract as ExtractSection

ALL = {**FROM_HTML, **FROM_TEXT}


def test_settings_name_every_extractor_and_no_other() -> None:
    fields = ExtractSection.model_fields
    assert list(get_args(fields["from_html"].annotation)) == list(FROM_HTML)
    assert list(get_args(fields["from_text"].annotation)) == list(FROM_TEXT)


@pytest.mark.parametrize("extract", ALL.values(), ids=ALL)
@given(st.text(max_size=200))
@settings(max_examples=40, deadline=None)
def test_an_extractor_gives_valid_text_or_a_gate(extract: Extract, content: str) -> None:
    gate, text, title, marks = extract(content, BALANCED, "NFC")
    assert (gate is None) == bool(text)
    assert text == text.strip()
    assert all(0 <= mark.start < mark.end <= len(text) for mark in marks)
    assert "\0" not in (text + title).encode().decode()
