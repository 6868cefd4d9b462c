"""What a run reports at its end about archives that were not read, and about skipped records."""

from __future__ import annotations

from winnow.report.not_read import Damaged, NotRead, not_read_lines


def test_nothing_is_reported_if_everything_was_read() -> None:
    """Requests, pictures and redirects are no loss."""
    skipped = {"request": 9, "not_html": 3, "redirect": 2, "warcinfo": 1, "resource": 1, "not_http": 1}
    assert not_read_lines(NotRead({"read": 3}, [], 0, [], skipped)) == []


def test_each_kind_is_counted_and_its_first_archive_is_named() -> None:
    damaged = [Damaged(f"{number}.warc.gz", "damaged", "cut", 1_234) for number in range(7)]
    gone = Damaged("a.warc.gz", "unreachable", "HTTP 503", None)
    found = NotRead(
        {"read": 5, "damaged": 7, "unreachable": 1}, [gone, *damaged], 2, ["x.wet.gz", "y.wat.gz"],
        {"conversion": 1_000, "request": 5, "resource_text": 2},
    )  # fmt: skip
    assert not_read_lines(found, most=2) == [
        "Archives that were not read to their end: 7 damaged, 1 unreachable",
        "  a.warc.gz: unreachable: HTTP 503",
        "  0.warc.gz: damaged at 1,234: cut",
        "  and 6 more",
        "Archives that gave no page: 2",
        "  x.wet.gz",
        "  y.wat.gz",
        "Skipped records that contain or may contain text or HTML: 1,000 conversion, 2 resource_text",
    ]
