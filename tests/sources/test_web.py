"""Archives of a web server that delays, cuts, resets, refuses, lies and changes: the bytes of the file, or an error."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.sources.web_server import Fault, Server, served
from tests.warc.make_archives import FORMS, page, pages
from winnow.page import Account, Asked, Page
from winnow.settings.load import load_settings
from winnow.settings.schema import Sources
from winnow.sources.remote_file import RemoteFile
from winnow.sources.retry import Patience, SourceError, TransientError
from winnow.sources.web import WebSource
from winnow.warc.reader import ArchiveReader

BLOCK = 100_000
SIZE = 1_000_050
DATA = Random(1).randbytes(SIZE)
BLOCKS = -(-SIZE // BLOCK)
PATH = "/crawl/a.warc.gz"


def sources(**changes: Any) -> Sources:
    """Settings with small blocks and short timeouts, which users cannot set."""
    return load_settings().sources.model_copy(update={"read_ahead_bytes": BLOCK, "timeout_seconds": 0.2, **changes})


@pytest.fixture
def server() -> Iterator[Server]:
    with served({PATH: DATA}) as server:
        yield server


def opened(server: Server, waits: list[float], path: str = PATH, **changes: Any) -> RemoteFile:
    given = sources(**changes)
    return RemoteFile(WebSource(server.url + path, given, waits.append), given, waits.append)


def outcome(server: Server, *faults: Fault, **changes: Any) -> tuple[bytes | str, list[float]]:
    """The bytes that were read, or the error; and the waits."""
    waits: list[float] = []
    server.faults[PATH] = list(faults)
    with opened(server, waits, **changes) as file:
        try:
            return file.read(), waits
        except OSError as error:
            return str(error.strerror), waits


def test_blocks_are_asked_for_once_in_order(server: Server) -> None:
    assert outcome(server) == (DATA, [])
    assert server.ranges(PATH) == [f"bytes={at}-{at + BLOCK - 1}" for at in range(0, SIZE, BLOCK)]
    assert [bool(one.if_range) for one in server.asked] == [False] + [True] * (BLOCKS - 1)


PASSING = {
    "closed early": ([Fault(bytes_sent=70_000)], 70_000),
    "reset": ([Fault(bytes_sent=70_000, reset=True)], None),
    "hangs": ([Fault(hangs_after=7_000)], 7_000),
    "hangs at once": ([Fault(hangs_after=0)], 0),
    "503": ([Fault(status=503), Fault(status=503)], 0),
    "500": ([Fault(status=500)], 0),
    "429": ([Fault(status=429)], 0),
    "408": ([Fault(status=408)], 0),
    "a length that is too short": ([Fault(declared=-500)], BLOCK - 500),
    "a shorter range": ([Fault(shorter_range=50)], BLOCK - 50),
    "another range": ([Fault(shifted=5)], 0),
}


@pytest.mark.parametrize("case", PASSING)
def test_a_temporary_failure_is_tried_again_from_where_it_broke(server: Server, case: str) -> None:
    faults, resumed_at = PASSING[case]
    found, waits = outcome(server, *faults)
    assert found == DATA
    ranges = server.ranges(PATH)
    assert (len(ranges), len(waits)) == (BLOCKS + len(faults), len(faults))
    if resumed_at is not None:
        assert ranges[len(faults)] == f"bytes={resumed_at}-{BLOCK - 1}"


def test_a_wrong_length_does_not_matter_if_the_range_is_given(server: Server) -> None:
    assert outcome(server, Fault(declared=5)) == (DATA, [])
    assert len(server.asked) == BLOCKS


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_permanent_failure_is_not_tried_again(server: Server, status: int) -> None:
    found, waits = outcome(server, *[Fault(status=status)] * 3)
    assert (str(found)[:8], waits, len(server.asked)) == (f"HTTP {status}", [], 1)


def test_tries_are_limited_and_counted(server: Server) -> None:
    server.always[PATH] = Fault(status=503)
    found, waits = outcome(server, tries=4)
    assert (found, len(server.asked)) == ("HTTP 503 Service Unavailable (tries: 4)", 4)
    assert all(low <= wait <= 2 * low for wait, low in zip(waits, (0.5, 1.0, 2.0), strict=True))


def test_tries_that_bring_little_end(server: Server) -> None:
    server.always[PATH] = Fault(bytes_sent=100)
    assert outcome(server, tries=3)[0] == "the connection was closed before the end (tries: 3)"
    assert server.ranges(PATH) == [f"bytes={at}-{BLOCK - 1}" for at in (0, 100, 200)]


def test_tries_that_bring_much_begin_anew(server: Server) -> None:
    server.always[PATH] = Fault(bytes_sent=70_000)
    found, waits = outcome(server, tries=2, read_ahead_bytes=SIZE)
    assert found == DATA
    assert len(waits) == SIZE // 70_000
    assert max(waits) <= 1.0


def test_the_wait_is_bounded_and_retry_after_is_kept(server: Server) -> None:
    asked = Fault(status=429, fields=(("Retry-After", "17"),))
    assert outcome(server, asked)[1] == [17.0]
    dated = (("Date", "Fri, 24 May 2024 10:00:00 GMT"), ("Retry-After", "Fri, 24 May 2024 10:00:30 GMT"))
    assert outcome(server, Fault(status=503, fields=dated))[1] == [30.0]
    waits = outcome(server, *[Fault(status=503)] * 5, max_wait_seconds=2.0)[1]
    assert len(waits) == 5
    assert all(1.0 <= wait <= 2.0 for wait in waits[2:])


def test_a_server_that_asks_to_wait_is_not_asked_again(server: Server) -> None:
    found, waits = outcome(server, Fault(status=503, fields=(("Retry-After", "301"),)))
    assert (waits, len(server.asked)) == ([], 1)
    assert found == "HTTP 503 Service Unavailable; the server asks to wait for longer than 300 s (tries: 1)"


@pytest.mark.parametrize("value", ["soon", "-5", "", "9" * 400])
def test_an_invalid_retry_after(server: Server, value: str) -> None:
    found, waits = outcome(server, Fault(status=503, fields=(("Retry-After", value),)))
    assert (found == DATA and max(waits) <= 1.0) or (value.startswith("9") and waits == [])


@pytest.mark.parametrize("more", [Fault(), Fault(chunked=True), Fault(no_length=True)])
def test_a_server_without_ranges_is_read_as_it_comes(server: Server, more: Fault) -> None:
    server.always[PATH] = more._replace(whole=True)
    assert outcome(server) == (DATA, [])
    assert len(server.asked) == 1


@pytest.mark.parametrize("chunked", [False, True])
def test_a_server_without_ranges_is_read_from_its_start_after_a_break(server: Server, chunked: bool) -> None:
    server.always[PATH] = Fault(whole=True, chunked=chunked)
    found, waits = outcome(server, Fault(whole=True, chunked=chunked, bytes_sent=350_000))
    assert (found, len(waits), len(server.asked)) == (DATA, 1, 2)


def test_a_server_without_ranges_that_never_comes_to_the_end(server: Server) -> None:
    server.always[PATH] = Fault(whole=True, bytes_sent=350_000)
    assert outcome(server, tries=3)[0] == "the connection was closed before the end (tries: 3)"


@pytest.mark.parametrize(("etags", "new"), [(True, DATA[:-1]), (True, DATA[::-1]), (False, DATA[:-1])])
@pytest.mark.parametrize("whole", [False, True])
def test_a_file_that_changes_is_never_spliced(server: Server, etags: bool, new: bytes, whole: bool) -> None:
    server.etags = etags
    server.always[PATH] = Fault(whole=whole)
    broken = Fault(whole=whole, bytes_sent=250_000)
    faults = [broken, Fault(whole=whole, change=new)] if whole else [Fault(), Fault(), Fault(change=new)]
    found, _ = outcome(server, *faults)
    assert found == "the archive was changed on its server while it was read"


def test_a_slow_server_is_a_broken_one(server: Server) -> None:
    seconds = iter(range(0, 10_000, 30))
    given = sources(timeout_seconds=60.0, min_bytes_per_second=100_000, tries=2)
    source = WebSource(server.url + PATH, given, clock=lambda: next(seconds))
    with pytest.raises(TransientError, match="slower than 100000 bytes a second"):
        source.transfer(0, SIZE, bytearray())
    source.close()


def test_nobody_answers() -> None:
    with served({}) as server:
        pass
    waits: list[float] = []
    with opened(server, waits) as file, pytest.raises(SourceError) as caught:
        file.read(1)
    assert caught.value.strerror == "Connection refused (tries: 6)"
    assert len(waits) == 5


def test_an_empty_file_and_what_a_server_says_of_it(server: Server) -> None:
    server.files[PATH] = b""
    assert outcome(server) == (b"", [])
    server.always[PATH] = Fault(whole=True)
    assert outcome(server) == (b"", [])


@hypothesis_settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, SIZE + 10), st.integers(0, 250_000), st.booleans()), max_size=8))
def test_seeking_reads_what_a_file_reads(steps: list[tuple[int, int, bool]]) -> None:
    with served({PATH: DATA}) as server, opened(server, []) as file:
        local = io.BytesIO(DATA)
        for place, size, from_end in steps:
            for one in (local, file):
                one.seek(-min(place, SIZE), io.SEEK_END) if from_end else one.seek(place)
            assert file.read(size) == local.read(size)
            assert file.tell() == local.tell()


@pytest.mark.parametrize("always", [Fault(chunked=True, whole=True), Fault(no_length=True, whole=True), Fault()])
def test_the_end_is_found_however_the_server_declares_it(server: Server, always: Fault) -> None:
    server.always[PATH] = always
    with opened(server, []) as file:
        assert file.seek(-10, io.SEEK_END) == SIZE - 10
        assert file.read() == DATA[-10:]


def test_no_more_is_held_than_three_blocks(server: Server) -> None:
    with opened(server, []) as file:
        for _ in range(BLOCKS):
            file.read(BLOCK)
            held = sum(map(len, file._blocks.values()))
            assert held <= 2 * BLOCK
            assert file._ahead is None or len(file._blocks) == len(set(file._blocks) - {file._ahead.block.start})


def read_pages(file: Any) -> tuple[list[Page], Account]:
    reader = ArchiveReader(file, Asked(2_000_000, 2_000_000))
    return list(reader), reader.account


@pytest.mark.parametrize("form", FORMS)
def test_an_archive_reads_as_its_file_does_whatever_the_server_does(server: Server, form: str) -> None:
    noise = [page(Random(number).randbytes(30_000).hex(), f"http://a.example/noise/{number}") for number in range(8)]
    data = FORMS[form]([*pages(40), *noise])
    server.files[PATH] = data
    cut = [Fault(bytes_sent=5_000), Fault(whole=True, bytes_sent=90_000), Fault(reset=True)]
    server.faults[PATH] = [cut[0], Fault(status=503), Fault(), *cut[1:]]
    with opened(server, []) as file:
        assert read_pages(file) == read_pages(io.BytesIO(data))


@pytest.mark.parametrize("form", FORMS)
def test_a_server_that_fails_is_never_taken_for_a_damaged_archive(server: Server, form: str) -> None:
    noise = [page(Random(number).randbytes(60_000).hex(), f"http://a.example/noise/{number}") for number in range(8)]
    server.files[PATH] = FORMS[form](noise)
    server.faults[PATH] = [Fault(), Fault()]
    server.always[PATH] = Fault(status=503)
    with opened(server, []) as file, pytest.raises(SourceError, match="503"):
        read_pages(file)


def fails(error: Exception) -> Callable[[], None]:
    def attempt() -> None:
        raise error

    return attempt


def test_jitter_moves_requests_in_time() -> None:
    waits: list[float] = []
    for _ in range(50):
        Patience(sources(backoff_seconds=8.0), waits.append).wait(TransientError("x"))
    assert all(4.0 <= wait <= 8.0 for wait in waits)
    assert len(set(waits)) > 10


def test_closing_a_file_frees_its_connection(server: Server) -> None:
    server.always[PATH] = Fault(whole=True)
    given = sources(connections=1)
    first = RemoteFile(WebSource(server.url + PATH, given, fails(AssertionError())), given)  # type: ignore[arg-type]
    assert first.read(10) == DATA[:10]
    if first._ahead is not None:
        first._ahead.join()
    waiting: list[float] = []

    def waited(seconds: float) -> None:
        waiting.append(seconds)
        first.close()

    with RemoteFile(WebSource(server.url + PATH, given, waited), given) as second:
        assert second.read() == DATA
    assert len(waiting) == 1
    assert cast(Any, first).closed
