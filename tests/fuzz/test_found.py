"""What fuzzing found, each as the line of code that it printed; and every property, for a short time."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.damage import Copy, Cut, Damaged, Flip, Insert
from tests.fuzz.properties import PROPERTIES, Struck, check_archive, check_resync
from winnow.warc.gzip_stream import GZIP_MAGIC
from winnow.warc.lz4_zstd import LZ4_MAGIC

ARCHIVES = {
    "an address in the inflated stream that an earlier member has": Damaged(
        "empty members", (("arc", 0), ("arc", 0), ("request", 10), ("stray", 29), ("arc", 100), ("too short", 40))
    ),
    "junk behind a member that ends as the member does": Damaged(
        "members", (("arc", 0), ("arc", 0)), (Flip(0, 1), Copy(0, 240, 0))
    ),
    "a block that is declared longer, up to the blank line of the next record's HTTP header": Damaged(
        "plain", (("noise", 2), ("broken digits", 0)), (Cut(130, 1), Cut(130, 165))
    ),
}
STRUCK = {
    "the first byte of a gzip file": Struck("members", (("page", 1), ("page", 2)), 0, (Flip(0, 1),)),
    "a broken member that inflates to a blank line, after a sound one": Struck(
        "members", (("page", 1), ("page", 2)), 1, (Insert(7, b"\0\0\0\xe2\x02"),)
    ),
    "the first byte of an lz4 file": Struck("lz4", (("page", 1), ("page", 2)), 0, (Flip(0, 1),)),
    "the first byte of an lz4 file that stores its first record uncompressed": Struck(
        "lz4", (("noise", 52), ("page", 1)), 0, (Flip(0, 1),)
    ),
    "the first byte of a zstd file whose first frame shows a record's first lines": Struck(
        "zstd", (("gzip", 20), ("page", 1)), 0, (Flip(0, 1),)
    ),
    "junk like an lz4 file before a gzip file": Struck(
        "members", (("page", 1), ("page", 2)), 0, (Insert(0, LZ4_MAGIC),)
    ),
    "junk like a gzip file before a zstd file": Struck("zstd", (("page", 1), ("page", 2)), 0, (Insert(0, GZIP_MAGIC),)),
    "junk like a gzip file before an uncompressed file": Struck(
        "plain", (("page", 1), ("page", 2)), 0, (Insert(0, GZIP_MAGIC),)
    ),
    "junk like a record before a gzip file": Struck("members", (("page", 1), ("page", 2)), 0, (Insert(0, b"WARC/0"),)),
    "junk without a line's end before a record": Struck(
        "plain", (("warcinfo", 10), ("page", 1)), 0, (Insert(0, bytes(4)), Insert(739, b"\0"))
    ),
    "a block that ends in the next record's first line": Struck(
        "plain", (("page", 109), ("page", 1)), 0, (Flip(120, 1),)
    ),
    "a header without its blank line": Struck("plain", (("warcinfo", 10), ("page", 1)), 0, (Insert(5304, b"\0"),)),
    "a header that goes on to the end of its block": Struck(
        "plain", (("warcinfo", 100), ("page", 1)), 0, (Flip(31367, 2),)
    ),
    "a header whose last line ends otherwise": Struck("plain", (("warcinfo", 1), ("page", 1)), 0, (Flip(118, 1),)),
}


@pytest.mark.parametrize("case", ARCHIVES)
def test_archives(case: str) -> None:
    check_archive(ARCHIVES[case])


@pytest.mark.parametrize("case", STRUCK)
def test_struck_archives(case: str) -> None:
    check_resync(STRUCK[case])


@pytest.mark.parametrize("name", PROPERTIES)
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_property_holds_for_a_moment(name: str, data: st.DataObject) -> None:
    tried = PROPERTIES[name]
    tried.check(data.draw(tried.inputs))
