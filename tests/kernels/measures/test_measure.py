"""Every metric of a page compared with the slow oracles, and properties of any text."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from tests.kernels.measures.measuring import MODES, Mode, compiled, differences, measured, settings, texts
from winnow.kernels.measures.measure import measure_buffer, measure_text
from winnow.kernels.measures.metrics import METRICS


@pytest.mark.parametrize("lines", MODES)
@given(text=texts)
@examples(max_examples=150, deadline=None)
def test_kernels_agree_with_the_oracles_on_generated_text(lines: Mode, text: str) -> None:
    assert differences(text, compiled(settings(lines)), settings(lines)) == {}


@given(text=texts)
@examples(max_examples=80, deadline=None)
def test_kernels_agree_with_the_oracles_under_the_rules_of_fineweb(text: str) -> None:
    fineweb = settings("c4", terminal_punctuation=False, min_line_words=0)
    assert differences(text, compiled(fineweb), fineweb) == {}


@pytest.mark.corpus
@pytest.mark.parametrize("lines", MODES)
def test_kernels_agree_with_the_oracles_on_real_text(lines: Mode, corpus: Path) -> None:
    real = real_texts(corpus)
    assert len(real) > 150
    wanted = settings(lines)
    different = [found for text in real if (found := differences(text, compiled(wanted), wanted))]
    assert different == []


def real_texts(corpus: Path) -> list[str]:
    """Every eighth labelled text, and every 40th of the similar ones."""
    labelled = [
        line for path in sorted(corpus.glob("quality/*.jsonl")) for line in path.read_text("utf-8").splitlines()
    ]
    with gzip.open(corpus / "neardup_exact" / "texts.jsonl.gz", "rt", encoding="utf-8") as lines:
        alike = list(lines)
    return [json.loads(line)["text"] for line in labelled[::8] + alike[::40]]


@pytest.mark.parametrize("lines", MODES)
@given(text=texts)
@example(text="\ud800 \udfff lone surrogates")
@example(text="\x00")
@examples(max_examples=60, deadline=None)
def test_metrics_are_finite_and_fractions_are_shares(lines: Mode, text: str) -> None:
    metrics = measured(text, lines)
    assert tuple(metrics) == METRICS
    assert all(np.isfinite(value) and value >= 0 for value in metrics.values())
    assert {name: value for name, value in metrics.items() if name.endswith("_fraction") and value > 1} == {}


@given(pages=st.lists(texts, max_size=5))
@examples(max_examples=40, deadline=None)
def test_a_page_measures_the_same_alone_and_in_a_buffer(pages: list[str]) -> None:
    wanted = compiled(settings("refinedweb"))
    encoded = [page.encode() for page in pages]
    offsets = np.cumsum([5, *map(len, encoded)]).astype(np.int64)
    data = np.frombuffer(b"12345" + b"".join(encoded) + b"678", np.uint8)
    text, bounds, metrics = measure_buffer(data, offsets, wanted)
    together = [
        (text[start:end].tobytes().decode(), dict(zip(METRICS, row, strict=True)))
        for start, end, row in zip(bounds, bounds[1:], metrics.tolist(), strict=False)
    ]
    assert together == [measure_text(page, wanted) for page in pages]


@given(data=st.binary())
@example(data=b"\xff\xfe\xc3\xf0\x9f\x98")
@example(data=b"a\xed\xa0\x80b\xf4\x90\x80\x80")
@examples(max_examples=60, deadline=None)
def test_bytes_that_are_not_utf_8_do_no_harm(data: bytes) -> None:
    text, bounds, metrics = measure_buffer(
        np.frombuffer(data, np.uint8), np.array([0, len(data)], np.int64), compiled(settings("none"))
    )
    assert len(text) == bounds[-1] <= len(data)
    assert np.isfinite(metrics).all()


def test_no_pages_make_no_metrics() -> None:
    text, bounds, metrics = measure_buffer(np.zeros(0, np.uint8), np.zeros(1, np.int64), compiled(settings("none")))
    assert (len(text), bounds.tolist(), metrics.shape) == (0, [0], (0, len(METRICS)))
