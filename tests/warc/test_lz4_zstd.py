"""Frames of lz4 and zstd, separated by their headers; compared with FastWARC's readers of whole files."""

from __future__ import annotations

import io
import re
from random import Random

import pytest
from fastwarc.stream_io import Lz4Reader, ZstdReader

from tests.warc.make_archives import FORMS
from winnow.warc.lz4_zstd import LZ4_MAGIC, ZSTD_MAGIC, find_frame, inflate_frames

READERS = {"lz4": (Lz4Reader, LZ4_MAGIC), "zstd": (ZstdReader, ZSTD_MAGIC)}
SIZES = (1, 500, 70_000, 131_072, 131_073, 5_000_000)
PARTS = [Random(size).randbytes(size // 2) + b"a" * (size - size // 2) for size in SIZES]
SKIPPED = b"\x5d\x2a\x4d\x18\x05\0\0\0skip!"


def inflated(data: bytes, start: int = 0) -> tuple[bytes, str, int]:
    found = list(inflate_frames(io.BytesIO(data), start))
    last = found[-1] if found else (b"", "", -1)
    return b"".join(one.data for one in found), last[1], last[2]


@pytest.mark.parametrize("form", READERS)
def test_frames_contain_what_fastwarc_reads(form: str) -> None:
    data = FORMS[form](PARTS)
    reader, expected = READERS[form][0](io.BytesIO(data)), bytearray()
    while piece := reader.read(1 << 20):
        expected += piece
    assert expected == b"".join(PARTS)
    assert inflated(data) == (expected, "", -1)


@pytest.mark.parametrize("form", READERS)
def test_empty_and_skippable_frames(form: str) -> None:
    first, second = (FORMS[form]([part]) for part in PARTS[1:3])
    assert inflated(first + FORMS[form]([b""]) + second) == (b"".join(PARTS[1:3]), "", -1)  # FastWARC stops there
    assert inflated(SKIPPED + first + SKIPPED + second + SKIPPED) == (b"".join(PARTS[1:3]), "", -1)


@pytest.mark.parametrize("form", READERS)
def test_the_frame_that_breaks_is_named(form: str) -> None:
    packed = [FORMS[form]([part]) for part in PARTS[1:5]]
    whole, start = b"".join(packed), len(packed[0])
    broken = bytearray(whole)
    broken[start + 4 : start + 12] = b"\xff" * 8
    data, error, frame = inflated(bytes(broken))
    assert (data, frame) == (PARTS[1], start)
    assert error
    assert inflated(whole[: start + 4000])[2] == start
    assert inflated(packed[0] + b"junk" + packed[1]) == (PARTS[1], "bytes between frames", start)


@pytest.mark.parametrize("form", READERS)
def test_the_next_frame_of_a_record_is_found(form: str) -> None:
    magic = READERS[form][1]
    parts = [b"other" * 50_000, b"WARC/1.0 first", magic + b"WARC/1.0 no frame", b"WARC/1.0 second"]
    packed = [FORMS[form]([part]) for part in parts]
    data, signature = magic * 3 + b"".join(packed), re.compile(rb"WARC/\d")
    first = len(magic) * 3 + len(packed[0])
    assert find_frame(io.BytesIO(data), 0, magic, signature) == first
    assert find_frame(io.BytesIO(data), first + 1, magic, signature) == len(data) - len(packed[3])
    assert find_frame(io.BytesIO(data), len(data) - 3, magic, signature) == -1
