"""A run that keeps almost nothing says what dropped the pages."""

from __future__ import annotations

from winnow.report.funnel import Step, few_kept


def steps(pages: int, documents: int, **taken: int) -> list[Step]:
    """A funnel with these numbers of pages; reasons with `gate_` before them are of extract_pages."""
    gated = sum(count for reason, count in taken.items() if reason.startswith("gate_"))
    named = [
        Step("extract_pages" if reason.startswith("gate_") else "judge_pages", reason, count, count, count, 0)
        for reason, count in taken.items()
    ]
    flow = [
        Step("extract_pages", "", pages, pages, 0, 0), Step("judge_pages", "", pages - gated, pages - gated, 0, 0),
        Step("build_documents", "kept", documents, documents, 0, 0),
    ]  # fmt: skip
    return [*flow, *named]


def test_the_most_frequent_reasons_are_reported() -> None:
    said = few_kept(steps(1_200, 9, gate_language=200, few=90, stop_words=900, b=1, c=0))
    assert said == (
        "9 of 1,000 measured pages became documents; the most frequent reasons: stop_words 900, few 90, b 1 (of 1,000)"
    )
    assert few_kept(steps(5, 0, stop_words=5)) == (
        "0 of 5 measured pages became documents; the most frequent reasons: stop_words 5 (of 5)"
    )


def test_one_in_a_hundred_is_enough() -> None:
    assert few_kept(steps(1_000, 10, stop_words=990)) is None
    assert few_kept(steps(0, 0)) is None


def test_gates_are_reported_if_no_page_was_measured() -> None:
    said = few_kept(steps(30, 0, gate_language=29, gate_large=1))
    assert said == "no page was measured; the most frequent reasons: gate_language 29, gate_large 1 (of 30)"
