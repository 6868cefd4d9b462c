"""A chosen record gives the same page as when its whole archive is read, even if the index is wrong about it."""

from __future__ import annotations

import io
from collections import Counter
from pathlib import Path
from typing import BinaryIO, cast

import pytest

from tests.records.made import ASKED, pages_at
from tests.warc.make_archives import FORMS, HTML, http, member, page, pages, record
from winnow.page import Account, Page
from winnow.records.chosen import Chosen, pack, unpack
from winnow.records.reader import ChosenReader
from winnow.warc.framing import Framer
from winnow.warc.reader import held_bytes
from winnow.warc.records import Record

Places = list[tuple[int, int]]


def places_of(path: Path) -> Places:
    with path.open("rb") as file:
        found = [item for item in Framer(file, held_bytes(ASKED)) if isinstance(item, Record)]
    return [(item.offset, item.length) for item in found]


def read(path: Path, chosen: Chosen) -> tuple[list[Page], Account]:
    with path.open("rb") as file:
        reader = ChosenReader(file, ASKED, chosen)
        found = list(reader)
    assert reader.account.is_part
    assert reader.account.records == reader.account.pages + sum(reader.account.skipped.values())
    return found, reader.account


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(FORMS["members"](pages(12)))
    return path


@pytest.mark.parametrize("form", ["plain", "members", "empty members", "zeros"])
@pytest.mark.parametrize("step", [1, 2, 5])
def test_chosen_records_are_those_of_the_whole_archive(tmp_path: Path, form: str, step: int) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(FORMS[form]([*pages(12), record(b"junk", b"unknown kind"), page("last")]))
    places = places_of(path)[::step]
    found, account = read(path, Chosen(places))
    assert found == pages_at(path, {offset for offset, _ in places})
    assert found
    assert (account.status, account.records, account.length_mismatches) == ("read", len(places), 0)
    assert account.skipped.keys() <= {"warcinfo", "request", "unknown"}


@pytest.mark.parametrize("form", ["whole", "pairs", "lz4", "zstd"])
def test_records_without_a_member_of_their_own_are_told(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(FORMS[form](pages(3)[:6]))
    places = places_of(path)[2:]
    if form == "pairs":  # where the members begin
        data = path.read_bytes()
        places = [(place, 100) for place in range(1, len(data)) if data.startswith(b"\x1f\x8b\x08", place)]
    found, account = read(path, Chosen(places))
    assert found == []
    assert (account.status, account.records) == ("damaged", len(places))
    assert account.skipped.keys() <= {"no_record", "outside_file"}


@pytest.mark.parametrize("form", ["members", "plain"])
@pytest.mark.parametrize(("more", "told"), [(1, 1), (-1, 1), (400, 1), (10**12, 1), (0, 0)])
def test_a_wrong_length_costs_no_page(tmp_path: Path, form: str, more: int, told: int) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(FORMS[form](pages(6)))
    offset, length = places_of(path)[6]
    found, account = read(path, Chosen([(offset, length + more)]))
    assert found == pages_at(path, {offset})
    assert len(found) == 1
    assert (account.status, account.length_mismatches) == ("damaged" if told else "read", told)
    if told:
        said = f"the index says that a record has {length + more:,} bytes, but it has {length:,}"
        assert (account.error, account.error_offset) == (said, offset)


@pytest.mark.parametrize("form", ["members", "plain"])
def test_a_length_of_one_byte_costs_no_page(tmp_path: Path, form: str) -> None:
    path = tmp_path / "a.warc"
    path.write_bytes(FORMS[form](pages(6)))
    offset, _ = places_of(path)[6]
    found, account = read(path, Chosen([(offset, 1)]))
    assert found == pages_at(path, {offset})
    assert account.length_mismatches == 1


def test_what_names_no_record_is_counted_by_its_kind(archive: Path) -> None:
    places, size = places_of(archive), archive.stat().st_size
    inside = (places[4][0] + 7, 100)
    chosen = Chosen(sorted([places[2], inside, (size, 10), (size + 10**15, 5)]), repeated=3, without_place=2)
    found, account = read(archive, chosen)
    assert found == pages_at(archive, {places[2][0]})
    assert account.skipped == Counter(repeated_row=3, no_place=2, outside_file=2, no_record=1)
    assert (account.status, account.records, account.pages) == ("damaged", 9, 1)
    assert account.error == "rows of the index name this archive without an offset or a length"


def test_a_place_inside_a_page_is_no_record(tmp_path: Path) -> None:
    """Not compressed, so that every byte could be one; and a member that begins inside a page's bytes."""
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(pages(3)))
    offset, length = places_of(path)[2]
    _, account = read(path, Chosen([(offset + 30, length - 30)]))
    assert (account.skipped, account.error_offset) == (Counter(no_record=1), offset + 30)
    inner = member(b"no record but bytes of a page")
    outer = member(page("first")) + member(record(http(b"<html>" + inner, HTML)))
    path.write_bytes(outer + inner)
    _, account = read(path, Chosen([(len(outer), len(inner))]))
    assert account.skipped == Counter(no_record=1)


def test_a_damaged_record_is_the_page_that_it_is_in_the_whole_archive(archive: Path) -> None:
    offset, length = places_of(archive)[6]
    data = bytearray(archive.read_bytes())
    data[offset + length - 6] ^= 255  # its checksum
    archive.write_bytes(data)
    (whole,) = pages_at(archive, {offset})
    (found,), account = read(archive, Chosen([(offset, length)]))
    assert found == whole
    assert (found.gate, account.status) == ("record_damaged", "damaged")
    assert account.error == "gzip: Error -3 while decompressing data: incorrect data check"


def test_html_without_an_http_header_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(member(record(b"<html>text</html>", b"resource", Content_Type=b"text/html")))
    found, account = read(path, Chosen(places_of(path)))
    assert (len(found), account.without_header) == (1, 1)


def test_little_is_read_where_no_record_begins(tmp_path: Path) -> None:
    """A large archive without compression, of which every byte could be the beginning of a record."""
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(pages(2)) + page("x" * 3_000_000))
    offset, _ = places_of(path)[-1]
    read_bytes = 0

    class Counting(io.FileIO):
        def read(self, size: int | None = -1, /) -> bytes:
            nonlocal read_bytes
            data = super().read(-1 if size is None else size)
            read_bytes += len(data)
            return data

    with Counting(path) as file:
        reader = ChosenReader(cast(BinaryIO, file), ASKED, Chosen([(offset + 500, 1000)]))
        assert list(reader) == []
    assert reader.account.skipped == Counter(no_record=1)
    assert read_bytes < 10_000


def test_stretches_share_out_what_an_index_chose() -> None:
    whole = Chosen([(number, 1) for number in range(7)], 2, 1)
    parts = [whole.stretch(mine, 3) for mine in range(3)]
    assert [place for part in parts for place in part.places] == whole.places
    assert [part[1:] for part in parts] == [(2, 1), (0, 0), (0, 0)]
    assert unpack(pack(whole.places)) == whole.places
    assert unpack(pack([])) == []
