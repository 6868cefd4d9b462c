"""Blocks of a remote file: records near one another share a block, and no byte is requested twice."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from tests.sources.web_server import served
from winnow.settings.load import load_settings
from winnow.sources.blocks import AroundRecords, Block, join_records
from winnow.sources.remote_file import RemoteFile
from winnow.sources.web import WebSource

DATA = Random(3).randbytes(3_000_000)


def test_a_gap_that_costs_less_than_a_request_is_read() -> None:
    records = [(0, 10), (15, 5), (26, 4)]
    assert join_records(records, 5, 100) == [Block(0, 20), Block(26, 30)]
    assert join_records(records, 6, 100) == [Block(0, 30)]
    assert join_records(records, 6, 25) == [Block(0, 20), Block(26, 30)]
    assert join_records([(0, 10), (5, 10), (5, 3)], 0, 100) == [Block(0, 15)]
    assert join_records([(0, 10**15), (200, 5)], 0, 100) == [Block(0, 100), Block(200, 205)]


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 60)), max_size=20), st.integers(0, 40))
def test_blocks_ascend_and_hold_every_record(records: list[tuple[int, int]], gap: int) -> None:
    blocks = join_records(records, gap, 64)
    assert all(one.end <= other.start for one, other in pairwise(blocks))
    assert all(block.end - block.start <= 64 for block in blocks)
    held = {place for block in blocks for place in range(*block)}
    assert {place for offset, length in records for place in range(offset, offset + length)} <= held
    cut = AroundRecords(records, gap, 64)
    for place in range(0, 620, 7):
        block = cut.at(place)
        assert block.start <= place < block.end
        assert (block in blocks) == (place in held)
        assert all(block.end <= other.start or other.end <= block.start or block == other for other in blocks)


def read_records(records: list[tuple[int, int]], also: tuple[int, int] | None = None) -> list[str]:
    """The ranges that were asked for while the records, and then `also`, were read."""
    settings = load_settings().sources.model_copy(update={"join_gap_bytes": 1000})
    with served({"/a": DATA}) as server:
        cut = AroundRecords(records, settings.join_gap_bytes, settings.read_ahead_bytes)
        source = WebSource(f"{server.url}/a", settings)
        with RemoteFile(source, settings, [].append, cut) as file:
            for offset, length in [*records, *([also] if also else [])]:
                file.seek(offset)
                assert file.read(length) == DATA[offset : offset + length]
        return server.ranges("/a")


def test_each_block_is_one_request_of_its_bytes_alone() -> None:
    records = [(10, 500), (1200, 100), (900_000, 2000), (2_999_000, 1000)]
    assert read_records(records) == ["bytes=10-1299", "bytes=900000-901999", "bytes=2999000-2999999"]


def test_what_no_record_was_announced_for_is_read_in_small_blocks() -> None:
    asked = read_records([(10, 500), (900_000, 2000)], also=(400_000, 10))
    assert asked == ["bytes=10-509", "bytes=900000-901999", f"bytes=400000-{400_000 + 256 * 1024 - 1}"]


def test_a_block_that_is_held_is_not_asked_for_again() -> None:
    settings = load_settings().sources
    with served({"/a": DATA}) as server:
        cut = AroundRecords([(10, 500), (900_000, 2000)], 0, settings.read_ahead_bytes)
        with RemoteFile(WebSource(f"{server.url}/a", settings), settings, [].append, cut) as file:
            for place in (10, 900_000, 10):
                file.seek(place)
                assert file.read(500) == DATA[place : place + 500]
            assert file._ahead is None
        assert server.ranges("/a") == ["bytes=10-509", "bytes=900000-901999"]
