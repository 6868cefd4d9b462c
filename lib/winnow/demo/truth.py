"""What was planted in a generated crawl, and the disagreements of a run with it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

Key = tuple[str, str, int]


@dataclass(frozen=True)
class PageTruth:
    """One page of a generated crawl.

    name           the page among the pages of all crawls; what other pages refer to
    kind           what was planted: a kind of `demo.crawl.KINDS`
    gate           the gate that stops it, null if none does
    reasons        reasons that must be among its reasons; none: a page without gate has no reason at all
    checked        false: gate and reasons were not planted, and any result is right
    near_copy_of   page with the same text except for a few words: a Jaccard similarity of at least 0.8
    exact_copy_of  page with the same text
    same_url_as    page of an earlier crawl with the same URL
    repeated_span  the paragraph of more than 60 words that it shares with other pages, itself
    """

    name: str
    crawl: str
    archive_path: str
    record_offset: int
    url: str
    kind: str
    gate: str | None = None
    reasons: tuple[str, ...] = ()
    checked: bool = True
    near_copy_of: str | None = None
    exact_copy_of: str | None = None
    same_url_as: str | None = None
    repeated_span: str | None = None

    @property
    def key(self) -> Key:
        """The place of the page."""
        return self.crawl, self.archive_path, self.record_offset


@dataclass(frozen=True)
class ArchiveTruth:
    """One archive of a generated crawl: `status`, and counts as in the table `archives`.

    `skipped` are the records that are no pages, by kind.
    """

    crawl: str
    archive_path: str
    status: str
    pages: int
    digest_mismatches: int
    skipped: Mapping[str, int]


class Truth(NamedTuple):
    """All that was planted."""

    pages: tuple[PageTruth, ...]
    archives: tuple[ArchiveTruth, ...]


def write_truth(path: Path, truth: Truth) -> None:
    """The truth as JSON, one page or archive a line."""
    lists = {name: ",\n".join(json.dumps(asdict(item)) for item in items) for name, items in truth._asdict().items()}
    path.write_text(
        "{" + ",\n".join(f'"{name}": [\n{lines}\n]' for name, lines in lists.items()) + "}\n", encoding="utf-8"
    )


def read_truth(path: Path) -> Truth:
    """The truth that `write_truth` wrote."""
    content = json.loads(path.read_text(encoding="utf-8"))
    pages = tuple(PageTruth(**{**page, "reasons": tuple(page["reasons"])}) for page in content["pages"])
    return Truth(pages, tuple(ArchiveTruth(**archive) for archive in content["archives"]))


def compare(truth_path: Path, rows: Iterable[Mapping[str, Any]], crawl: str | None = None) -> list[str]:
    """Disagreements of a run's pages with the truth, a sentence each; empty if there are none.

    Each row is one page: `crawl, shard, archive_path, record_offset, url, gate`; `reasons`, null if it was not judged;
    and `near`, crawl, archive and place of the page that it is a near duplicate of, null if it is none. Recipes are
    expected to find near duplicates inside a shard. crawl: that of the rows; None: all of the truth.
    """
    planted = read_truth(truth_path).pages
    rows = list(rows)
    expected = {page.key: page for page in planted if crawl in (None, page.crawl)}
    found: set[Key] = set()
    problems = []
    for row in rows:
        key = (row["crawl"], row["archive_path"], row["record_offset"])
        where = f"{key[0]} {key[1]} at {key[2]}: {row['url']}"
        if key in found:
            problems.append(f"{where}: is there twice")
        elif key not in expected:
            problems.append(f"{where}: no page was planted here")
        else:
            problems += [f"{where} ({expected[key].kind}): {said}" for said in _disagreements(expected[key], row)]
        found.add(key)
    by_key = {(row["crawl"], row["archive_path"], row["record_offset"]): row for row in rows}
    problems += _near_disagreements(planted, by_key)
    missing = [page for key, page in expected.items() if key not in found]
    return problems + [
        f"{p.crawl} {p.archive_path} at {p.record_offset}: {p.url} ({p.kind}): is missing" for p in missing
    ]


def compare_spans(truth_path: Path, rows: Iterable[Mapping[str, Any]], crawl: str) -> list[str]:
    """Disagreements of a crawl's documents with the paragraphs that were planted in several pages, a sentence each.

    Rows as for `compare`, of this crawl and those before it, with `text`, that of the document; null without one.
    A paragraph is cut if two pages of a shard contain it that are neither dropped by rules nor near duplicates.
    """
    planted = {page.key: page for page in read_truth(truth_path).pages if page.repeated_span}
    held = [(planted[key], row) for row in rows if (key := key_of(row)) in planted and _stays(row)]
    copies = Counter((row["shard"], page.repeated_span) for page, row in held)
    return [
        f"{page.crawl} {page.archive_path} at {page.record_offset}: {page.url} ({page.kind}): its paragraph "
        f"{'is kept, as in other pages' if copies[row['shard'], page.repeated_span] > 1 else 'was cut without a copy'}"
        for page, row in held
        if page.crawl == crawl and page.repeated_span
        and (page.repeated_span in (row["text"] or "")) == (copies[row["shard"], page.repeated_span] > 1)
    ]  # fmt: skip


def compare_urls(rows: Iterable[Mapping[str, Any]], crawl: str) -> list[str]:
    """What is wrong with the URLs of a crawl's documents, a sentence each.

    Rows as for `compare_spans`, with `same_url`: crawl, archive and place of the page with its URL that was kept.
    Each URL has at most one document, and a page is dropped only if another page with its URL is a document.
    """
    rows = list(rows)
    documents = [row for row in rows if row["text"] is not None]
    times, by_key = Counter(row["url"] for row in documents), {key_of(row): row for row in documents}
    problems = []
    for row in rows:
        kept = by_key.get(tuple(row["same_url"])) if row["same_url"] is not None else None
        where = f"{row['crawl']} {row['archive_path']} at {row['record_offset']}: {row['url']}"
        if row["crawl"] == crawl and row["same_url"] is not None and (kept is None or kept["url"] != row["url"]):
            problems.append(f"{where}: dropped for {' '.join(map(str, row['same_url']))}, not a document with its URL")
        if row["crawl"] == crawl and row["text"] is not None and times[row["url"]] > 1:
            problems.append(f"{where}: is kept, and so is another page with its URL")
    return problems


def key_of(row: Mapping[str, Any]) -> Key:
    """The place of a page."""
    return row["crawl"], row["archive_path"], row["record_offset"]


def compare_archives(truth_path: Path, rows: Iterable[Mapping[str, Any]], crawl: str | None = None) -> list[str]:
    """Disagreements of a run's rows of `archives` with the truth, a sentence each; see `compare`."""
    archives = [archive for archive in read_truth(truth_path).archives if crawl in (None, archive.crawl)]
    expected = {(archive.crawl, archive.archive_path): archive for archive in archives}
    problems = []
    for row in rows:
        archive = expected.pop((row["crawl"], row["archive_path"]), None)
        if archive is None:
            problems.append(f"{row['crawl']} {row['archive_path']}: no such archive was planted, or it is listed twice")
            continue
        planted = asdict(archive)
        found = {**row, "skipped": dict(row["skipped"] or {})}
        problems += [
            f"{archive.crawl} {archive.archive_path}: {name} {found[name]!r}, expected {planted[name]!r}"
            for name in ("status", "pages", "digest_mismatches", "skipped")
            if found[name] != planted[name]
        ]
    return problems + [f"{crawl} {archive_path}: is missing" for crawl, archive_path in expected]


def _disagreements(page: PageTruth, row: Mapping[str, Any]) -> list[str]:
    problems = [f"expected the URL {page.url}"] if row["url"] != page.url else []
    if (row["gate"] is None) == (row["reasons"] is None):
        problems.append("a gated page has reasons" if row["gate"] else "a page without gate was not judged")
    if not page.checked:
        return problems
    if row["gate"] != page.gate:
        return [*problems, f"gate {row['gate']}, expected {page.gate}"]
    reasons = set(row["reasons"] or ())
    missing = sorted(set(page.reasons) - reasons)
    if missing:
        problems.append(f"reasons {sorted(reasons)}, expected {missing} among them")
    if reasons and not page.reasons and not page.gate:
        problems.append(f"rejected for {sorted(reasons)}, expected to be kept")
    return problems


def _near_disagreements(planted: Iterable[PageTruth], rows: Mapping[Key, Mapping[str, Any]]) -> list[str]:
    """Pages kept beside their copy in the same shard, and pages dropped for a page that they are not a copy of."""
    by_name = {page.name: page for page in planted}
    copied = {page.name: page.exact_copy_of or page.near_copy_of for page in by_name.values()}

    def source(name: str) -> str:
        while further := copied[name]:
            name = further
        return name

    sources = {page.key: source(page.name) for page in by_name.values()}
    problems = []
    for page in by_name.values():
        row, original = rows.get(page.key), copied[page.name]
        if row is None:
            continue
        where = f"{page.crawl} {page.archive_path} at {page.record_offset}: {page.url} ({page.kind})"
        if row["near"] is not None and page.checked and sources.get(tuple(row["near"])) != sources[page.key]:
            problems.append(f"{where}: dropped for {' '.join(map(str, row['near']))}, but it is not a copy of that")
        other = rows.get(by_name[original].key) if original else None
        if other is not None and row["shard"] == other["shard"] and _stays(row) and _stays(other):
            problems.append(f"{where}: is kept, and so is the page that it is a copy of")
    return problems


def _stays(row: Mapping[str, Any]) -> bool:
    return row["gate"] is None and not row["reasons"] and row["near"] is None
