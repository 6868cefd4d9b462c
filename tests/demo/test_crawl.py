"""The generated crawl: its archives contain what its truth says, and the comparison finds every disagreement."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastwarc.warc import ArchiveIterator as FastArchiveIterator
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from winnow.demo.crawl import CRAWLS, make_crawl
from winnow.demo.drafts import ARTICLE
from winnow.demo.faults import FAULTS
from winnow.demo.kinds import (
    EXCEPTED_DOMAIN,
    GIANT_BYTES,
    HARD_WORDS,
    KINDS,
    LEAST,
    LISTED_DOMAINS,
    LISTED_URLS,
    SOFT_WORDS,
    STRICT_WORD,
)
from winnow.demo.prose import MODULES, five_grams, paragraphs
from winnow.demo.sites import REFERENCE_MODULES, reference_page
from winnow.demo.texts import LANGUAGES
from winnow.demo.truth import PageTruth, Truth, compare, compare_archives, read_truth
from winnow.errors import SettingsError
from winnow.kernels.gates import GATES
from winnow.settings.load import CONF
from winnow.warc.body import decode_body

PAGES = 160
SEED = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    make_crawl(folder, PAGES, SEED)
    return folder


@pytest.fixture(scope="module")
def truth_path(folder: Path) -> Path:
    return folder / "truth.json"


@pytest.fixture(scope="module")
def truth(truth_path: Path) -> Truth:
    return read_truth(truth_path)


@pytest.fixture(scope="module")
def html(folder: Path, truth: Truth) -> dict[str, str]:
    """The text that was sent as each ungated page, by the name of the page; UTF-8, or ASCII with the rest replaced."""
    return {page.name: _body(folder, page).decode("utf-8", "replace") for page in truth.pages if page.gate is None}


def _record(folder: Path, page: PageTruth) -> ArcWarcRecord:
    with (folder / page.archive_path).open("rb") as file:
        file.seek(page.record_offset)
        return next(iter(ArchiveIterator(file)))


def _body(folder: Path, page: PageTruth) -> bytes:
    with (folder / page.archive_path).open("rb") as file:
        file.seek(page.record_offset)
        record = next(iter(ArchiveIterator(file)))
        http, raw = record.http_headers, record.raw_stream.read()
    coding, transfer = (http.get_header(name, "") for name in ("Content-Encoding", "Transfer-Encoding"))
    return decode_body(raw, coding, transfer, GIANT_BYTES * 2).data


def _text(html: str) -> str:
    return "\n".join(unescape(text) for text in re.findall(r"<p>(.*?)</p>", html, re.DOTALL))


def _jaccard(one: str, other: str) -> float:
    ours, theirs = set(five_grams(one)), set(five_grams(other))
    return len(ours & theirs) / len(ours | theirs)


def _rows(truth: Truth) -> list[dict[str, Any]]:
    """Rows of a run that agrees with the truth: every copy is dropped for its original."""
    by_name = {page.name: page for page in truth.pages}

    def near(page: PageTruth) -> tuple[str, str, int] | None:
        original = page.exact_copy_of or page.near_copy_of
        return (near(by_name[original]) or by_name[original].key) if original else None

    return [
        {
            "crawl": page.crawl,
            "shard": 0,
            "near": near(page),
            "archive_path": page.archive_path,
            "record_offset": page.record_offset,
            "url": page.url,
            "gate": page.gate,
            "reasons": None if page.gate else list(page.reasons),
        }
        for page in truth.pages
    ]


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_same_bytes_whatever_the_hash_seed_and_the_folder(folder: Path, tmp_path: Path) -> None:
    code = "import sys; from pathlib import Path; from winnow.demo.crawl import make_crawl; "
    code += f"make_crawl(Path(sys.argv[1]), {PAGES}, {SEED})"
    environment = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join(sys.path), "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "again")], check=True, env=environment, cwd=tmp_path)
    assert _digests(tmp_path / "again") == _digests(folder)


def test_another_seed_gives_other_pages(folder: Path, tmp_path: Path) -> None:
    make_crawl(tmp_path, PAGES, SEED + 1)
    ours, others = _digests(folder), _digests(tmp_path)
    assert ours.keys() == others.keys()
    assert {name for name in ours if ours[name] == others[name]} == {f"{crawl}/warc.paths.gz" for crawl in CRAWLS}


def test_every_kind_is_in_every_crawl(truth: Truth) -> None:
    for number, crawl in enumerate(CRAWLS):
        counts = Counter(page.kind for page in truth.pages if page.crawl == crawl)
        wanted = dict.fromkeys((*KINDS, ARTICLE), LEAST) | {"cut_record": 1, "refetched": LEAST * number}
        assert {kind: counts[kind] for kind, least in wanted.items() if counts[kind] < least} == {}
        assert set(counts) <= set(wanted)
        assert counts.total() == PAGES


def test_offsets_point_at_the_response_of_the_page(folder: Path, truth: Truth) -> None:
    for page in truth.pages:
        record = _record(folder, page)
        assert (record.rec_type, record.rec_headers["WARC-Target-URI"]) == ("response", page.url)


def test_names_are_unique_and_every_reference_is_to_another_page(truth: Truth) -> None:
    pages = {page.name: page for page in truth.pages}
    assert len(pages) == len({page.key for page in truth.pages}) == len(truth.pages)
    for page in truth.pages:
        for other in {page.near_copy_of, page.exact_copy_of, page.same_url_as} - {None}:
            assert pages[other].name < page.name


def test_archives_have_as_many_records_of_each_kind_as_the_truth_says(folder: Path, truth: Truth) -> None:
    for archive in truth.archives:
        if archive.status == "read":
            with (folder / archive.archive_path).open("rb") as file:
                records = [_kind(record) for record in ArchiveIterator(file)]
            assert Counter(records) == {**archive.skipped, "page": archive.pages}
        placed = [page for page in truth.pages if page.key[:2] == (archive.crawl, archive.archive_path)]
        assert archive.pages == len(placed)


def _kind(record: ArcWarcRecord) -> str:
    if record.rec_type != "response":
        return str(record.rec_type)
    if record.http_headers is None:
        return "not_http"
    status, served = int(record.http_headers.get_statuscode()), record.http_headers.get_header("Content-Type", "html")
    if status == 200:
        return "page" if "html" in served else "not_html"
    return "redirect" if status < 400 else "http_error"


def test_one_archive_of_each_crawl_is_cut_inside_its_last_page(folder: Path, truth: Truth) -> None:
    damaged = {archive.crawl: archive for archive in truth.archives if archive.status == "damaged"}
    assert set(damaged) == set(CRAWLS)
    for archive in damaged.values():
        pages = [page for page in truth.pages if page.archive_path == archive.archive_path]
        last = max(pages, key=lambda page: page.record_offset)
        assert (last.kind, last.gate) == ("cut_record", "record_damaged")
        with pytest.raises(EOFError), gzip.open(folder / archive.archive_path) as file:
            file.read()


def test_digests_match_except_for_altered_bodies(folder: Path, truth: Truth) -> None:
    for archive in truth.archives:
        if archive.status == "read":
            with (folder / archive.archive_path).open("rb") as file:
                wrong = [
                    record for record in FastArchiveIterator(file, parse_http=False) if not record.verify_block_digest()
                ]
            assert len(wrong) == archive.digest_mismatches
    assert sum(archive.digest_mismatches for archive in truth.archives) == len(CRAWLS) * LEAST


def test_the_manifest_lists_the_archives_below_the_folder(folder: Path, truth: Truth) -> None:
    for crawl in CRAWLS:
        listed = gzip.decompress((folder / crawl / "warc.paths.gz").read_bytes()).decode().splitlines()
        assert listed == [archive.archive_path for archive in truth.archives if archive.crawl == crawl]
        assert all((folder / key).is_file() for key in listed)


def test_copies_are_as_near_as_the_truth_says(truth: Truth, html: dict[str, str]) -> None:
    near = [(html[page.name], html[page.near_copy_of]) for page in truth.pages if page.near_copy_of]
    exact = [(html[page.name], html[page.exact_copy_of]) for page in truth.pages if page.exact_copy_of]
    assert near
    assert exact
    assert all(0.82 < _jaccard(_text(one), _text(other)) < 1 for one, other in near)
    assert all(one == other for one, other in exact)


def test_kept_pages_are_not_similar_to_each_other(truth: Truth, html: dict[str, str]) -> None:
    pages = [page for page in truth.pages if page.kind in {ARTICLE, "lookalike", "one_soft_word", "shared_paragraph"}]
    grams = {page.name: set(five_grams(_text(html[page.name]))) for page in pages}
    for place, one in enumerate(pages):
        for other in pages[place + 1 :]:
            shared = len(grams[one.name] & grams[other.name])
            assert shared <= 0.6 * len(grams[one.name] | grams[other.name])


def test_shared_paragraphs_have_more_than_60_words_and_are_in_several_pages(truth: Truth, html: dict[str, str]) -> None:
    for crawl in CRAWLS:
        pages = [page for page in truth.pages if page.crawl == crawl and page.repeated_span]
        assert all(page.repeated_span in _text(html[page.name]) for page in pages)
        assert min(Counter(page.repeated_span for page in pages).values()) >= 2
        assert min(len(str(page.repeated_span).split()) for page in pages) > 60


def test_the_second_crawl_has_urls_of_the_first_with_the_same_and_with_other_text(truth: Truth) -> None:
    pages = {page.name: page for page in truth.pages}
    again = [page for page in truth.pages if page.same_url_as]
    first, second = CRAWLS
    assert {(pages[str(page.same_url_as)].crawl, page.crawl) for page in again} == {(first, second)}
    assert all(pages[str(page.same_url_as)].url == page.url for page in again)
    assert {bool(page.exact_copy_of) for page in again if page.kind == "refetched"} == {True, False}
    urls = Counter((page.crawl, page.url) for page in truth.pages)
    assert set(urls.values()) == {1}


def test_the_planted_list_entries_are_in_the_lists_of_the_project() -> None:
    def entries(path: str) -> set[str]:
        return {line for line in (CONF / "lists" / path).read_text(encoding="utf-8").split("\n") if line}

    listed = {entry for path in (CONF / "lists" / "domains").glob("*/*") for entry in entries(str(path))}
    assert {*LISTED_DOMAINS, *LISTED_URLS} <= listed
    assert set(HARD_WORDS) <= entries("words/hard.txt")
    assert set(SOFT_WORDS) <= entries("words/soft.txt")
    assert "".join(STRICT_WORD) in entries("words/strict.txt")
    assert EXCEPTED_DOMAIN in entries("exceptions/domains")


def test_every_planted_gate_is_declared(truth: Truth) -> None:
    assert {page.gate for page in truth.pages if page.gate} <= set(GATES)


def test_every_planted_reason_is_in_the_rules_of_the_default_recipe(truth: Truth) -> None:
    files = yaml.safe_load((CONF / "recipes" / "winnow.yaml").read_text(encoding="utf-8"))["rule_files"]
    rules = [yaml.safe_load((CONF / "rules" / f"{name}.yaml").read_text(encoding="utf-8"))["rules"] for name in files]
    declared = {rule["reason"] for file in rules for rule in file}
    assert {reason for page in truth.pages for reason in page.reasons} <= declared


def test_prose_repeats_no_five_words_and_reference_pages_share_none() -> None:
    prose = [gram for text in paragraphs() for gram in five_grams(text)]
    assert len(prose) == len(set(prose))
    assert not set(MODULES.split()) & set(REFERENCE_MODULES.split())
    for module in REFERENCE_MODULES.split():
        text = unescape(re.sub(r"<[^>]*>", " ", reference_page(module)))
        assert _longest_run(five_grams(text), set(prose)) + 4 < 50, module


def _longest_run(grams: list[tuple[str, ...]], known: set[tuple[str, ...]]) -> int:
    longest = run = 0
    for gram in grams:
        run = run + 1 if gram in known else 0
        longest = max(longest, run)
    return longest


def test_reference_pages_do_not_name_this_machine() -> None:
    pages = [reference_page(module) for module in REFERENCE_MODULES.split()]
    assert not [page for page in pages if sys.prefix in page or sys.base_prefix in page or " at 0x" in page]


def test_foreign_paragraphs_and_faults_are_several() -> None:
    assert all(len(set(texts)) == 8 for texts in LANGUAGES.values())
    assert len({fault.kind for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize(("pages", "says"), [(30, "too few"), (1500, "does not suffice")])
def test_impossible_sizes_are_refused(tmp_path: Path, pages: int, says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        make_crawl(tmp_path, pages, SEED)


def test_what_agrees_is_no_disagreement(truth: Truth, truth_path: Path) -> None:
    assert compare(truth_path, _rows(truth)) == []
    assert compare_archives(truth_path, [asdict(archive) for archive in truth.archives]) == []
    first = next(iter(CRAWLS))
    assert compare(truth_path, [row for row in _rows(truth) if row["crawl"] == first], first) == []
    assert compare_archives(truth_path, [asdict(a) for a in truth.archives if a.crawl == first], first) == []


def test_further_reasons_and_unplanted_outcomes_are_no_disagreement(truth: Truth, truth_path: Path) -> None:
    rows = _rows(truth)
    for row, page in zip(rows, truth.pages, strict=True):
        if page.reasons:
            row["reasons"] = ["one_more", *page.reasons]
        if not page.checked:
            row["gate"], row["reasons"] = ("empty_text", None) if page.name.endswith("1") else (None, ["whatever"])
    assert compare(truth_path, rows) == []


CHANGES: list[tuple[str, dict[str, Any], str]] = [
    (ARTICLE, {"url": "https://elsewhere.example/"}, "expected the URL"),
    (ARTICLE, {"gate": "empty_text", "reasons": None}, "gate empty_text, expected None"),
    (ARTICLE, {"reasons": ["gopher_too_few_words"]}, "expected to be kept"),
    (ARTICLE, {"reasons": None}, "was not judged"),
    (ARTICLE, {"record_offset": 1}, "no page was planted here"),
    ("german", {"gate": None, "reasons": []}, "gate None, expected unwanted_language_early"),
    ("german", {"gate": "language_score_low"}, "gate language_score_low, expected unwanted_language_early"),
    ("german", {"reasons": []}, "a gated page has reasons"),
    ("too_short", {"reasons": []}, "among them"),
    ("too_short", {"reasons": ["another"]}, "among them"),
    ("reference", {"gate": None, "reasons": None}, "was not judged"),
    ("exact_copy", {"near": None}, "is kept, and so is the page that it is a copy of"),
    ("near_copy", {"near": None}, "is kept, and so is the page that it is a copy of"),
    (ARTICLE, {"near": ("A", "b", 1)}, "dropped for A b 1, but it is not a copy of that"),
]


@pytest.mark.parametrize(("kind", "change", "says"), CHANGES)
def test_a_changed_row_is_a_disagreement(
    truth: Truth, truth_path: Path, kind: str, change: dict[str, Any], says: str
) -> None:
    rows = _rows(truth)
    place = next(place for place, page in enumerate(truth.pages) if page.kind == kind)
    rows[place] |= change
    problems = compare(truth_path, rows)
    moved = "record_offset" in change
    assert len(problems) == 1 + moved
    assert says in problems[0]
    assert (truth.pages[place].url in problems[-1]) or "url" in change


def test_a_missing_row_and_a_doubled_row_are_disagreements(truth: Truth, truth_path: Path) -> None:
    rows = _rows(truth)
    assert [said.rpartition(": ")[2] for said in compare(truth_path, rows[1:])] == ["is missing"]
    assert [said.rpartition(": ")[2] for said in compare(truth_path, [*rows, rows[0]])] == ["is there twice"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("status", "unreachable"), ("pages", 0), ("digest_mismatches", 99), ("skipped", {"revisit": 1})],
)
def test_a_changed_archive_is_a_disagreement(truth: Truth, truth_path: Path, name: str, value: object) -> None:
    rows = [asdict(archive) for archive in truth.archives]
    rows[3][name] = value
    (problem,) = compare_archives(truth_path, rows)
    assert rows[3]["archive_path"] in problem
    assert f"{name} {value!r}" in problem


def test_a_missing_archive_and_one_too_many_are_disagreements(truth: Truth, truth_path: Path) -> None:
    rows = [asdict(archive) for archive in truth.archives]
    assert [said.rpartition(": ")[2] for said in compare_archives(truth_path, rows[1:])] == ["is missing"]
    assert len(compare_archives(truth_path, [*rows, rows[0]])) == 1
